package examples

var minimalHands = []hand{
	addRule("web", "3389", "securityGroup/web update drift ingress"),
	removeRule("web", "securityGroup/web update drift ingress"),
	stopMachine("web"),
	expunge("web"),
}

var shopHands = []hand{
	addRule("db", "3389", "securityGroup/db update drift ingress"),
	removeRule("web", "securityGroup/web update drift ingress"),
	{"network's display text", func(c *cloud) {
		c.call(c.user, "updateNetwork", map[string]string{"id": c.id("listNetworks", "back"), "displaytext": "mine"})
	}, "network/back update drift displayText"},
	{"machine's display name", func(c *cloud) {
		c.call(c.user, "updateVirtualMachine", map[string]string{"id": c.id("listVirtualMachines", "web-1"), "displayname": "mine"})
	}, "vm/web-1 update drift displayName"},
	{"machine's tags", func(c *cloud) {
		vm := c.id("listVirtualMachines", "web-2")
		c.call(c.user, "deleteTags", map[string]string{"resourceids": vm, "resourcetype": "UserVm", "tags[0].key": "team", "tags[0].value": "shop"})
		c.call(c.user, "createTags", map[string]string{"resourceids": vm, "resourcetype": "UserVm", "tags[0].key": "team", "tags[0].value": "mine"})
	}, "vm/web-2 update drift tags"},
	whileStopped("machine's offering", "db", func(c *cloud, vm string) {
		c.call(c.user, "scaleVirtualMachine", map[string]string{"id": vm, "serviceofferingid": c.id("listServiceOfferings", "Small Instance")})
	}, "vm/db update drift offering"),
	whileStopped("machine's groups", "web-3", func(c *cloud, vm string) {
		c.call(c.user, "updateVirtualMachine", map[string]string{"id": vm, "securitygroupids": c.id("listSecurityGroups", "db")})
	}, "vm/web-3 update drift securityGroups"),
	whileStopped("machine's affinity", "web-3", func(c *cloud, vm string) {
		c.call(c.user, "updateVMAffinityGroup", map[string]string{"id": vm, "affinitygroupids": ""})
	}, "vm/web-3 update drift affinityGroups"),
	{"machine's root disk", func(c *cloud) {
		disks := c.list(c.user, "listVolumes", map[string]string{"virtualmachineid": c.id("listVirtualMachines", "db"), "type": "ROOT"})
		c.call(c.user, "resizeVolume", map[string]string{"id": disks[0]["id"].(string), "size": "19", "shrinkok": "true"})
	}, "vm/db update drift rootDisk"},
	whileStopped("machine's keys", "edge", func(c *cloud, vm string) {
		c.call(c.user, "registerSSHKeyPair", map[string]string{"name": "mine",
			"publickey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X mine"})
		c.call(c.user, "resetSSHKeyForVirtualMachine", map[string]string{"id": vm, "keypairs": "mine"})
		c.call(c.user, "deleteSSHKeyPair", map[string]string{"name": "mine"})
	}, "vm/edge update drift sshKeys"),
	stopMachine("web-1"),
	expunge("web-2"),
	{"address detached", func(c *cloud) {
		c.call(c.user, "disableStaticNat", map[string]string{"ipaddressid": c.address()})
	}, "elasticIP/front update drift attach"},
	{"address released", func(c *cloud) {
		c.call(c.user, "disassociateIpAddress", map[string]string{"id": c.address()})
	}, "elasticIP/front create"},
	{"key deleted", func(c *cloud) {
		c.call(c.user, "deleteSSHKeyPair", map[string]string{"name": "ops"})
	}, "sshKey/ops create"},
}

var elasticHands = []hand{
	addRule("web", "3389", "securityGroup/web update drift ingress"),
	{"address taken off one machine", func(c *cloud) {
		vm := c.list(c.user, "listVirtualMachines", map[string]string{"id": c.id("listVirtualMachines", "web-2")})[0]
		nic := vm["nic"].([]any)[0].(map[string]any)
		second := nic["secondaryip"].([]any)[0].(map[string]any)
		c.call(c.user, "removeIpFromNic", map[string]string{"id": second["id"].(string)})
	}, "elasticIP/front update drift attach"},
	stopMachine("web-3"),
}

func addRule(group, port, want string) hand {
	return hand{"rule added to " + group, func(c *cloud) {
		c.call(c.user, "authorizeSecurityGroupIngress", map[string]string{
			"securitygroupid": c.id("listSecurityGroups", group), "protocol": "tcp", "startport": port, "endport": port, "cidrlist": "0.0.0.0/0",
		})
	}, want}
}

// removeRule revokes the first rule of a group.
func removeRule(group, want string) hand {
	return hand{"rule removed from " + group, func(c *cloud) {
		found := c.list(c.user, "listSecurityGroups", map[string]string{"id": c.id("listSecurityGroups", group)})
		rule := found[0]["ingressrule"].([]any)[0].(map[string]any)
		c.call(c.user, "revokeSecurityGroupIngress", map[string]string{"id": rule["ruleid"].(string)})
	}, want}
}

func stopMachine(name string) hand {
	return hand{"machine " + name + " stopped", func(c *cloud) {
		c.call(c.user, "stopVirtualMachine", map[string]string{"id": c.id("listVirtualMachines", name)})
	}, "vm/" + name + " update drift power"}
}

// whileStopped changes a machine in an outage and starts it again.
func whileStopped(name, machine string, change func(c *cloud, vm string), want string) hand {
	return hand{name, func(c *cloud) {
		vm := c.id("listVirtualMachines", machine)
		c.call(c.user, "stopVirtualMachine", map[string]string{"id": vm})
		change(c, vm)
		c.call(c.user, "startVirtualMachine", map[string]string{"id": vm})
	}, want}
}

// expunge deletes a machine the way only an administrator can: its name is
// free at once.
func expunge(name string) hand {
	return hand{"machine " + name + " deleted", func(c *cloud) {
		c.call(c.admin, "destroyVirtualMachine", map[string]string{"id": c.id("listVirtualMachines", name), "expunge": "true"})
	}, "vm/" + name + " create"}
}

// address is the id of the account's one address that is not a router's.
func (c *cloud) address() string {
	c.Helper()
	for _, item := range c.list(c.user, "listPublicIpAddresses", nil) {
		if item["issourcenat"] != true {
			return item["id"].(string)
		}
	}
	c.Fatal("the account has no address")
	return ""
}
