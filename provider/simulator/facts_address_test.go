package simulator_test

import (
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// These tests hold what is known of a real server's addresses, networks, volumes and projects, a fact a test.

func (c caller) acquire(pairs ...string) map[string]any {
	c.t.Helper()
	return c.ok("associateIpAddress", pairs...)["ipaddress"].(map[string]any)
}

func TestTheFirstAddressOfAFreshNetworkIsItsSourceNATAddress(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	first := c.acquire("networkid", net)
	if first["issourcenat"] != true || first["state"] != "Allocating" {
		t.Errorf("first: source NAT %v, state %v", first["issourcenat"], first["state"])
	}
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	id := first["id"].(string)
	c.refused(431, "is a sourceNat ip address", "enableStaticNat", "ipaddressid", id, "virtualmachineid", m)
	c.refused(530, "IP address is used for source nat purposes", "disassociateIpAddress", "id", id)
	second := c.acquire("networkid", net)
	if second["issourcenat"] != false {
		t.Error("the second is a source NAT address too")
	}
	if listed := c.first("listPublicIpAddresses", "publicipaddress", "id", second["id"].(string)); listed["state"] != "Allocated" {
		t.Errorf("listed as %v", listed["state"])
	}
	c.ok("enableStaticNat", "ipaddressid", second["id"].(string), "virtualmachineid", m)
}

func TestANetworkThatRunsAMachineHasItsSourceNATAddressAlready(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	if a := c.acquire("networkid", net); a["issourcenat"] != false {
		t.Error("the first acquired address became the source NAT address")
	}
	if got := c.list("listPublicIpAddresses", "publicipaddress", "associatednetworkid", net); len(got) != 2 {
		t.Errorf("%d addresses", len(got))
	}
}

func TestAcquiringByZoneWorksWithOneIsolatedNetworkOnly(t *testing.T) {
	c := user(t, simulator.Config{})
	c.refused(431, "doesn't have virtual Networks in zone=adv1", "associateIpAddress", "zoneid", adv1)
	lan(c, "one")
	c.acquire("zoneid", adv1)
	lan(c, "two")
	c.refused(431, "Account has more than one isolated Network", "associateIpAddress", "zoneid", adv1)
}

func TestAFreeAddressIsReservedAndThenAcquired(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	free := c.first("listPublicIpAddresses", "publicipaddress", "state", "Free", "allocatedonly", "false", "forvirtualnetwork", "true", "page", "1", "pagesize", "1")
	id, ip := free["id"].(string), free["ipaddress"].(string)
	for range 2 { // idempotent while reserved
		if a := c.ok("reserveIpAddress", "id", id)["ipaddress"].(map[string]any); a["state"] != "Reserved" || a["account"] != "plain" {
			t.Errorf("reserved: %v", a)
		}
	}
	if got := c.list("listPublicIpAddresses", "publicipaddress", "id", id); len(got) != 0 {
		t.Error("a reserved address is listed without allocatedonly=false")
	}
	if got := c.first("listPublicIpAddresses", "publicipaddress", "id", id, "allocatedonly", "false"); got["state"] != "Reserved" {
		t.Errorf("listed as %v", got["state"])
	}
	other := as(t, c.server, c.server.Other())
	if a := other.call("reserveIpAddress", "id", id); a.status == 200 {
		t.Error("another account reserved it too")
	}
	if a := c.acquire("networkid", net, "ipaddress", ip); a["id"] != id {
		t.Errorf("acquired %v", a["id"])
	}
	c.refused(533, "Insufficient address capacity", "associateIpAddress", "networkid", net, "ipaddress", ip)
}

func TestReleasingDropsStaticNATAndTags(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	ip := c.acquire("networkid", net)["id"].(string)
	c.ok("enableStaticNat", "ipaddressid", ip, "virtualmachineid", m)
	c.ok("createTags", "resourcetype", "PublicIpAddress", "resourceids", ip, "tags[0].key", "k", "tags[0].value", "v")
	if got := c.machine(m); got["publicipid"] != ip {
		t.Errorf("the machine shows %v", got["publicipid"])
	}
	c.ok("disassociateIpAddress", "id", ip)
	if tags := c.list("listTags", "tag"); len(tags) != 0 {
		t.Errorf("tags outlived the release: %v", tags)
	}
	if got := c.machine(m); got["publicipid"] != nil {
		t.Error("static NAT outlived the release")
	}
	c.refused(530, "Internal error", "disassociateIpAddress", "id", ip)
	c.refused(530, "Internal error", "disableStaticNat", "ipaddressid", ip)
}

func TestTheSameAddressOnTwoNICsIsRefused(t *testing.T) {
	c := user(t, simulator.Config{})
	nic := func(m string) string {
		return c.first("listNics", "nic", "virtualmachineid", m)["id"].(string)
	}
	a, b := nic(deploy(c, "name", "a")), nic(deploy(c, "name", "b"))
	if got := c.call("addIpToNic", "nicid", a, "ipaddress", "10.200.9.9"); got.key != "addiptovmnicresponse" || got.body["id"] == nil {
		t.Errorf("answer %s", got.text)
	}
	c.refused(530, "Failed to assign secondary IP to NIC", "addIpToNic", "nicid", b, "ipaddress", "10.200.9.9")
	c.refused(530, "Failed to assign secondary IP to NIC", "addIpToNic", "nicid", b, "ipaddress", "10.9.9.9")
}

func TestOnExoscaleOneAddressIsOnManyNICs(t *testing.T) {
	c := user(t, simulator.Config{Flavour: simulator.Exoscale})
	address := c.acquire("zoneid", sg1)
	ip := address["ipaddress"].(string)
	if address["iselastic"] != true {
		t.Errorf("iselastic %v", address["iselastic"])
	}
	var records []string
	for _, name := range []string{"a", "b", "c"} {
		m := deploy(c, "name", name)
		nic := c.first("listNics", "nic", "virtualmachineid", m)["id"].(string)
		records = append(records, c.ok("addIpToNic", "nicid", nic, "ipaddress", ip)["nicsecondaryip"].(map[string]any)["id"].(string))
	}
	attached := func() (n int) {
		for _, m := range c.list("listVirtualMachines", "virtualmachine") {
			n += len(m["nic"].([]any)[0].(map[string]any)["secondaryip"].([]any))
		}
		return n
	}
	if got := attached(); got != 3 {
		t.Errorf("attached to %d machines", got)
	}
	c.ok("removeIpFromNic", "id", records[0])
	if got := attached(); got != 2 {
		t.Errorf("after one detach: %d", got)
	}
	if got := c.list("listPublicIpAddresses", "publicipaddress", "iselastic", "true"); len(got) != 1 {
		t.Errorf("%d elastic addresses", len(got))
	}
	c.ok("disassociateIpAddress", "id", address["id"].(string))
	if got := attached(); got != 0 {
		t.Errorf("after the release: %d", got)
	}
}

func TestOnExoscaleRulesHaveDescriptionsAndMoreProtocols(t *testing.T) {
	c := user(t, simulator.Config{Flavour: simulator.Exoscale})
	g := c.group("g")
	last := func(pairs ...string) map[string]any { // the answer is the group with all its rules
		rules := c.allow(g, pairs...)
		return rules[len(rules)-1].(map[string]any)
	}
	for _, protocol := range []string{"gre", "esp", "ah", "ipip"} {
		if r := last("protocol", protocol, "cidrlist", "10.0.0.0/8", "description", "why"); r["protocol"] != protocol || r["description"] != "why" {
			t.Errorf("%s: %v", protocol, r)
		}
	}
	if r := last("protocol", "icmpv6", "icmptype", "128", "icmpcode", "0", "cidrlist", "::/0"); r["icmptype"] != 128.0 {
		t.Errorf("icmpv6: %v", r)
	}
	if r := last("startport", "80", "endport", "80", "cidrlist", "10.0.0.0/8"); r["protocol"] != "tcp" {
		t.Errorf("without a protocol it is %v", r["protocol"])
	}
	upstream := user(t, simulator.Config{})
	h := upstream.group("g")
	upstream.refused(431, "Invalid protocol gre", "authorizeSecurityGroupIngress", "securitygroupid", h, "protocol", "gre", "cidrlist", "10.0.0.0/8")
	if r := upstream.allow(h, "protocol", "all", "cidrlist", "10.0.0.0/8", "description", "why")[0].(map[string]any); r["description"] != nil {
		t.Errorf("CloudStack keeps no description: %v", r)
	}
}

func TestOnExoscaleSuccessIsATextUnlessAJobTells(t *testing.T) {
	c := user(t, simulator.Config{Flavour: simulator.Exoscale})
	g := c.group("g")
	rule := c.allow(g, "protocol", "tcp", "startport", "1", "endport", "2", "cidrlist", "10.0.0.0/8")[0].(map[string]any)
	if got := c.ok("revokeSecurityGroupIngress", "id", rule["ruleid"].(string))["success"]; got != true {
		t.Errorf("by a job: %#v", got)
	}
	if got := c.ok("deleteSecurityGroup", "id", g)["success"]; got != "true" {
		t.Errorf("at once: %#v", got)
	}
}

func TestOnExoscaleThereIsNoStaticNAT(t *testing.T) {
	c := user(t, simulator.Config{Flavour: simulator.Exoscale})
	for _, command := range []string{"enableStaticNat", "disableStaticNat", "reserveIpAddress"} {
		c.refused(530, "unable to find an api by that name", "listApis", "name", command)
		if a := c.call(command); a.status != 401 {
			t.Errorf("%s: %d, want that of an unknown command", command, a.status)
		}
	}
}

func TestNetworks(t *testing.T) {
	c := user(t, simulator.Config{})
	lan(c, "same")
	net := lan(c, "same")
	c.ok("updateNetwork", "id", net, "displaytext", "[trueup shop/network/back]")
	if n := c.first("listNetworks", "network", "id", net); n["displaytext"] != "[trueup shop/network/back]" {
		t.Errorf("display text %v", n["displaytext"])
	}
	c.ok("deleteNetwork", "id", net)
	c.refused(431, "doesn't exist", "deleteNetwork", "id", net)
}

func TestVolumes(t *testing.T) {
	c := user(t, simulator.Config{})
	m := deploy(c, "name", "m")
	volume := func(pairs ...string) string {
		t.Helper()
		return c.ok("createVolume", append([]string{"zoneid", sg1, "name", "same"}, pairs...)...)["volume"].(map[string]any)["id"].(string)
	}
	small, sized := volume("diskofferingid", smallDisk), volume("diskofferingid", anyDisk, "size", "3")
	c.refused(431, "requires a custom size", "createVolume", "zoneid", sg1, "name", "x", "diskofferingid", anyDisk)
	c.ok("attachVolume", "id", small, "virtualmachineid", m)
	c.refused(431, "not attached to any VM", "attachVolume", "id", small, "virtualmachineid", m)
	c.refused(431, "not attached to any VM", "deleteVolume", "id", small)
	if v := c.ok("resizeVolume", "id", small, "size", "9")["volume"].(map[string]any); v["size"] != float64(9<<30) {
		t.Errorf("size %v", v["size"])
	}
	c.refused(432, "would shrink the volume", "resizeVolume", "id", sized, "size", "2")
	c.ok("resizeVolume", "id", sized, "size", "2", "shrinkok", "true")
	c.ok("detachVolume", "id", small)
	c.ok("deleteVolume", "id", small)
	c.refused(431, "Unable to find volume", "deleteVolume", "id", small)
}

func TestTakenPortsAreSynchronousConflicts(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	ip := c.acquire("networkid", net)["id"].(string)
	forward := []string{"ipaddressid", ip, "protocol", "tcp", "publicport", "22", "privateport", "22", "virtualmachineid", m, "openfirewall", "false"}
	c.ok("createPortForwardingRule", forward...)
	open := []string{"ipaddressid", ip, "protocol", "tcp", "startport", "22", "endport", "22", "cidrlist", "10.0.0.0/8,192.168.0.0/16"}
	if r := c.ok("createFirewallRule", open...)["firewallrule"].(map[string]any); r["cidrlist"] != "10.0.0.0/8,192.168.0.0/16" {
		t.Errorf("several CIDRs are one rule with a list: %v", r["cidrlist"])
	}
	lb := c.acquire("networkid", net)["id"].(string)
	balance := []string{"publicipid", lb, "name", "lb", "algorithm", "roundrobin", "publicport", "80", "privateport", "80"}
	rule := c.ok("createLoadBalancerRule", balance...)["loadbalancer"].(map[string]any)["id"].(string)
	for command, pairs := range map[string][]string{"createPortForwardingRule": forward, "createFirewallRule": open, "createLoadBalancerRule": balance} {
		if a := c.call(command, pairs...); a.status != 537 {
			t.Errorf("%s: %d %s", command, a.status, a.text)
		}
	}
	c.refused(537, "already has PortForwarding rules", "enableStaticNat", "ipaddressid", ip, "virtualmachineid", m)
	c.ok("assignToLoadBalancerRule", "id", rule, "virtualmachineids", m)
	c.refused(530, "is already mapped to load balancer", "assignToLoadBalancerRule", "id", rule, "virtualmachineids", m)
}

func TestAForwardOpensTheFirewallUnlessToldNotTo(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	ip := c.acquire("networkid", net)["id"].(string)
	forward := func(port string, pairs ...string) string {
		t.Helper()
		pairs = append([]string{"ipaddressid", ip, "protocol", "tcp", "publicport", port, "privateport", port, "virtualmachineid", m}, pairs...)
		return c.ok("createPortForwardingRule", pairs...)["portforwardingrule"].(map[string]any)["id"].(string)
	}
	open := func() int { return len(c.list("listFirewallRules", "firewallrule")) }
	forward("22", "openfirewall", "false")
	if open() != 0 {
		t.Errorf("openfirewall=false: %d firewall rules", open())
	}
	id := forward("80")
	if open() != 1 {
		t.Errorf("otherwise: %d firewall rules, want 1", open())
	}
	c.ok("deletePortForwardingRule", "id", id)
	if open() != 0 {
		t.Errorf("after the forward: %d firewall rules left", open())
	}
	c.refused(431, "is not within the guest cidr", "createEgressFirewallRule", "networkid", net, "protocol", "tcp", "cidrlist", "192.168.0.0/16")
	c.refused(431, "Source cidrs formatting error", "createFirewallRule", "ipaddressid", ip, "protocol", "tcp", "cidrlist", "10.0.0.0/99")
}

func TestProjects(t *testing.T) {
	c := user(t, simulator.Config{ExpungeDelay: time.Hour})
	p := c.ok("createProject", "name", "p", "displaytext", "P")["project"].(map[string]any)["id"].(string)
	m := deploy(c, "name", "m", "projectid", p)
	shown := func(pairs ...string) int { return len(c.list("listVirtualMachines", "virtualmachine", pairs...)) }
	if shown() != 0 || shown("projectid", p) != 1 || shown("projectid", "-1") != 1 {
		t.Errorf("shown: %d without, %d with, %d with -1", shown(), shown("projectid", p), shown("projectid", "-1"))
	}
	c.ok("createTags", "resourcetype", "UserVm", "resourceids", m, "tags[0].key", "k", "tags[0].value", "v")
	c.ok("stopVirtualMachine", "id", m)
	c.ok("destroyVirtualMachine", "id", m)
	c.refused(530, "Can't delete the project yet because it has 1 VirtualMachine to clean up", "deleteProject", "id", p)
	c.server.Advance(2 * time.Hour)
	c.ok("deleteProject", "id", p)
	c.refused(431, "", "listVirtualMachines", "projectid", p)
	if left := c.list("listSecurityGroups", "securitygroup", "projectid", "-1"); len(left) != 0 {
		t.Errorf("the project left %v", left)
	}
}
