package simulator_test

import (
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// TestFirewallRulesOfOnePortDifferByTheirCIDRs holds what the server's capabilities and its check of conflicts say: a port is taken for
// those that an existing rule names.
func TestFirewallRulesOfOnePortDifferByTheirCIDRs(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	ip := c.acquire("networkid", net)["id"].(string)
	open := func(pairs ...string) []string {
		return append([]string{"ipaddressid", ip, "protocol", "tcp", "startport", "22", "endport", "22"}, pairs...)
	}
	c.ok("createFirewallRule", open("cidrlist", "10.0.0.0/8,192.168.0.0/16")...)
	c.refused(537, "conflicts with rule", "createFirewallRule", open("cidrlist", "192.168.0.0/16,172.16.0.0/12")...)
	c.ok("createFirewallRule", open("cidrlist", "172.16.0.0/12")...)
	c.ok("createFirewallRule", "ipaddressid", ip, "protocol", "udp", "cidrlist", "10.0.0.0/8")
	c.refused(537, "already a firewall rule specified with protocol = udp and no ports", "createFirewallRule", "ipaddressid", ip, "protocol", "udp", "cidrlist", "10.0.0.0/8")
	if r := c.first("listFirewallRules", "firewallrule"); r["protocol"] != "udp" || r["startport"] != nil {
		t.Errorf("a rule about all ports shows %v", r)
	}
}

func TestFirewallRulesThatAreRefused(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	ip := c.acquire("networkid", net)["id"].(string)
	for _, test := range []struct {
		text  string
		pairs []string
	}{
		{"Protocol all is not supported", []string{"protocol", "all"}}, // what leaves may be all, what comes in may not
		{"Protocol gre is not supported", []string{"protocol", "gre"}},
		{"Invalid icmp type", []string{"protocol", "icmp", "icmptype", "300"}},
		{"Invalid icmp code", []string{"protocol", "icmp", "icmptype", "8", "icmpcode", "17"}},
		{"Invalid icmp code", []string{"protocol", "icmp", "icmptype", "-1", "icmpcode", "0"}},
		{"when protocol is ICMP", []string{"protocol", "icmp", "startport", "1", "endport", "2"}},
		{"for ICMP protocol only", []string{"protocol", "tcp", "icmptype", "8"}},
		{"can't be bigger", []string{"protocol", "tcp", "startport", "5", "endport", "4"}},
		{"is an invalid value", []string{"protocol", "tcp", "startport", "70000"}},
	} {
		c.refused(431, test.text, "createFirewallRule", append([]string{"ipaddressid", ip}, test.pairs...)...)
	}
	c.ok("createEgressFirewallRule", "networkid", net, "protocol", "all")
}

func TestAVolumeIsDetachedByItsPlaceToo(t *testing.T) {
	c := user(t, simulator.Config{})
	m := deploy(c, "name", "m")
	v := c.ok("createVolume", "zoneid", sg1, "diskofferingid", smallDisk, "name", "v")["volume"].(map[string]any)["id"].(string)
	c.ok("attachVolume", "id", v, "virtualmachineid", m)
	c.refused(431, "Please provide either a volume id, or a tuple(device id, instance id)", "detachVolume")
	c.refused(431, "Unable to find volume", "detachVolume", "virtualmachineid", m, "deviceid", "7")
	if got := c.ok("detachVolume", "virtualmachineid", m, "deviceid", "1")["volume"].(map[string]any)["id"]; got != v {
		t.Errorf("detached %v", got)
	}
}
