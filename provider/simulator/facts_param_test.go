package simulator_test

import (
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// TestFilters asks lists for things by every filter: how many are found.
func TestFilters(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	m := deploy(c, "name", "web", "displayname", "Shop", "zoneid", adv1, "networkids", net, "keypair", key(c, "k"), "group", "g")
	deploy(c, "name", "db")
	address := c.acquire("networkid", net)["id"].(string)
	c.ok("createLoadBalancerRule", "publicipid", address, "name", "lb", "algorithm", "roundrobin", "publicport", "80", "privateport", "80", "openfirewall", "false")
	c.ok("createVolume", "zoneid", sg1, "diskofferingid", smallDisk, "name", "Data")
	for _, test := range []struct {
		command, pairs string
		count          int
	}{
		{"listVirtualMachines", "", 2},
		{"listVirtualMachines", "name=WEB", 1},
		{"listVirtualMachines", "keyword=shop", 1},
		{"listVirtualMachines", "zoneid=" + adv1, 1},
		{"listVirtualMachines", "networkid=" + net, 1},
		{"listVirtualMachines", "keypair=k", 1},
		{"listVirtualMachines", "hypervisor=simulator", 2},
		{"listVirtualMachines", "hypervisor=KVM", 0},
		{"listVirtualMachines", "haenable=true", 0},
		{"listVirtualMachines", "state=running", 2},
		{"listVirtualMachines", "state=bogus", 0},
		{"listVirtualMachines", "serviceofferingid=" + tiny2, 0},
		{"listVirtualMachines", "ids=" + m + "," + m, 1},
		{"listVirtualMachines", "bogus=1", 2},
		{"listVirtualMachines", "account=plain", 2},
		{"listVirtualMachines", "listall=maybe", 2},
		{"listVirtualMachines", "retrieveonlyresourcecount=true", 2},
		{"listSecurityGroups", "name=default", 1},
		{"listSecurityGroups", "name=nonsense", 1}, // it has no such parameter
		{"listSecurityGroups", "securitygroupname=nonsense", 0},
		{"listNetworks", "", 2},
		{"listNetworks", "type=isolated", 1},
		{"listNetworks", "traffictype=Guest", 2},
		{"listNetworks", "traffictype=Public", 0},
		{"listNetworks", "issystem=true", 0},
		{"listNetworks", "acltype=Domain", 1},
		{"listNetworks", "acltype=Account", 1},
		{"listNetworks", "supportedservices=StaticNat", 1},
		{"listNetworks", "supportedservices=SecurityGroup", 1},
		{"listNetworks", "supportedservices=StaticNat,SecurityGroup", 0},
		{"listLoadBalancerRules", "zoneid=" + adv1, 1},
		{"listLoadBalancerRules", "zoneid=" + sg1, 0},
		{"listLoadBalancerRules", "name=LB", 1},
		{"listVolumes", "type=ROOT", 2},
		{"listVolumes", "type=DATADISK", 1},
		{"listVolumes", "virtualmachineid=" + m, 1},
		{"listVolumes", "name=data", 1},
		{"listVolumes", "state=Allocated", 1},
		{"listPublicIpAddresses", "", 2},
		{"listPublicIpAddresses", "issourcenat=true", 1},
		{"listPublicIpAddresses", "isstaticnat=true", 0},
		{"listPublicIpAddresses", "forvirtualnetwork=false", 0},
		{"listPublicIpAddresses", "forloadbalancing=true", 1},
		{"listPublicIpAddresses", "state=Reserved", 0},
		{"listSSHKeyPairs", "name=K", 1},
		{"listInstanceGroups", "name=g", 1},
	} {
		var pairs []string
		if name, value, ok := strings.Cut(test.pairs, "="); ok {
			pairs = []string{name, value}
		}
		body := c.ok(test.command, pairs...)
		if count, _ := body["count"].(float64); int(count) != test.count {
			t.Errorf("%s %s: %v found, want %d", test.command, test.pairs, body["count"], test.count)
		}
		if test.count == 0 && len(body) != 0 {
			t.Errorf("%s %s: an empty list is %v", test.command, test.pairs, body)
		}
	}
}

func key(c caller, name string) string {
	c.t.Helper()
	return c.ok("createSSHKeyPair", "name", name)["keypair"].(map[string]any)["name"].(string)
}

func TestAnUnknownUUIDInAFilterIs431(t *testing.T) {
	c := user(t, simulator.Config{})
	for command, filters := range map[string]string{
		"listVirtualMachines":     "id ids zoneid templateid networkid securitygroupid affinitygroupid groupid userid projectid domainid",
		"listSecurityGroups":      "id virtualmachineid projectid",
		"listVolumes":             "id virtualmachineid diskofferingid zoneid",
		"listNetworks":            "id zoneid networkofferingid",
		"listPublicIpAddresses":   "id zoneid associatednetworkid",
		"listSSHKeyPairs":         "id projectid",
		"listAffinityGroups":      "id virtualmachineid",
		"listPortForwardingRules": "id ipaddressid networkid",
		"listLoadBalancerRules":   "id publicipid virtualmachineid zoneid",
		"listFirewallRules":       "id ipaddressid networkid",
		"listProjects":            "id",
		"listZones":               "id",
		"listTemplates":           "id zoneid",
		"listServiceOfferings":    "id",
		"listDiskOfferings":       "id",
		"listNics":                "virtualmachineid",
		"queryAsyncJobResult":     "jobid",
	} {
		for _, filter := range strings.Fields(filters) {
			c.refused(431, "Invalid parameter "+filter+" value="+nothing, command, filter, nothing, "templatefilter", "executable")
		}
	}
}

func TestParametersThatExcludeEachOther(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	for _, call := range [][]string{
		{"deleteSecurityGroup", "id", g, "name", "g"},
		{"authorizeSecurityGroupIngress", "securitygroupid", g, "securitygroupname", "g", "protocol", "all", "cidrlist", "10.0.0.0/8"},
		append([]string{"deployVirtualMachine"}, deployment("securitygroupids", g, "securitygroupnames", "g")...),
		append([]string{"deployVirtualMachine"}, deployment("affinitygroupids", c.ok("createAffinityGroup", "name", "a", "type", "host affinity")["affinitygroup"].(map[string]any)["id"].(string),
			"affinitygroupnames", "a")...),
	} {
		c.refused(431, "mutually exclusive", call[0], call[1:]...)
	}
	c.refused(431, "Specify either id or ids but not both", "listVirtualMachines", "id", deploy(c, "name", "m"), "ids", deploy(c, "name", "n"))
}

func TestABooleanThatIsNotTrueIsFalse(t *testing.T) {
	c := user(t, simulator.Config{})
	if m := c.machine(deploy(c, "name", "m", "startvm", "maybe")); m["state"] != "Stopped" {
		t.Errorf("startvm=maybe: it is %v", m["state"])
	}
	c.refused(431, "different from the hypervisor type of the template", "deployVirtualMachine", deployment("name", "n", "hypervisor", "KVM")...)
}
