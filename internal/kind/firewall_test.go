package kind

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// router is an isolated network with a machine and an address.
func router(b *bench) (network, vm, address string) {
	b.t.Helper()
	network = b.create("network", "back", networkIn(b, nil)).ID
	vm = b.create("vm", "edge", machineIn(b, "adv1", provider.Fields{"networks": links1("network", network, "back")})).ID
	address = b.create("elasticIP", "front", provider.Fields{
		"zone": b.choose("zone", "adv1", ""), "network": provider.Ref{Kind: "network", ID: network, Live: "back"},
	}).ID
	return network, vm, address
}

func allow(protocol string, from, to int, cidrs ...string) provider.Fields {
	var rules []provider.Rule
	for _, cidr := range cidrs {
		rules = append(rules, provider.Rule{Protocol: protocol, From: from, To: to, CIDR: netip.MustParsePrefix(cidr)})
	}
	return provider.Fields{"firewall": rules}
}

// TestFirewalls opens and closes what comes in at an address, and what leaves a
// network: one rule for all CIDRs of equal ports.
func TestFirewalls(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, _, address := router(b)
		for kind, id := range map[string]string{"elasticIP": address, "network": network} {
			open := func(f provider.Fields) { b.do(provider.Op{Kind: kind, Name: "openFirewall", ID: id, Fields: f}) }
			b.shows(id, map[string]string{"firewall": "[]"})
			open(allow("tcp", 22, 22, "10.0.0.0/8", "192.168.0.0/16"))
			open(allow("tcp", 22, 22, "10.0.0.0/8", "192.168.0.0/16")) // there already
			open(allow("udp", 0, 65535, "0.0.0.0/0"))
			open(allow("icmp", 8, 0, "0.0.0.0/0"))
			b.shows(id, map[string]string{"firewall": "[icmp/8:0 0.0.0.0/0, tcp/22 10.0.0.0/8, tcp/22 192.168.0.0/16, udp/0-65535 0.0.0.0/0]"})
			if _, err := b.try(provider.Op{Kind: kind, Name: "openFirewall", ID: id, Fields: allow("tcp", 22, 22, "10.0.0.0/8", "172.16.0.0/12")}); err == nil {
				t.Errorf("%s: another rule for the same port is taken for the one that is there", kind)
			}
			rules := b.live(id).Fields["firewall"].([]provider.Rule)
			shut := provider.Op{Kind: kind, Name: "closeFirewall", ID: id, Fields: provider.Fields{"firewall": rules[1:3]}}
			b.do(shut)
			b.do(shut) // gone already
			b.shows(id, map[string]string{"firewall": "[icmp/8:0 0.0.0.0/0, udp/0-65535 0.0.0.0/0]"})
		}
	})
}

// TestRuleForPartOfANetworkShows as one that nobody can have declared.
func TestRuleForPartOfANetworkShows(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, _, _ := router(b)
		hand(b, cloudstack.CreateEgressFirewallRule{NetworkID: cloudstack.ID(network), Protocol: "tcp",
			StartPort: cloudstack.Some(443), EndPort: cloudstack.Some(443), CIDRs: []cloudstack.CIDR{"10.1.1.8/32"}})
		hand(b, cloudstack.CreateEgressFirewallRule{NetworkID: cloudstack.ID(network), Protocol: "all"})
		b.shows(network, map[string]string{"firewall": "[all 0.0.0.0/0, tcp/443 0.0.0.0/0 (only from 10.1.1.8/32)]"})
	})
}

func TestFirewallsThatCantBe(t *testing.T) {
	for _, c := range []struct {
		rules provider.Fields
		want  string
	}{
		{allow("tcp", 0, 80, "0.0.0.0/0"), "there is no port 0"},
		{allow("tcp", 1, 65535, "0.0.0.0/0"), "write tcp alone"},
		{allow("gre", 0, 0, "0.0.0.0/0"), "knows tcp, udp, icmp and all"},
		{provider.Fields{"firewall": append(allow("tcp", 80, 90, "10.0.0.0/8")["firewall"].([]provider.Rule), allow("tcp", 85, 85, "0.0.0.0/0")["firewall"].([]provider.Rule)...)}, "overlap"},
		{allow("tcp", 0, 65535, "10.0.0.0/8", "0.0.0.0/0"), ""},
		{allow("all", 0, 0, "10.0.0.0/8"), ""},
		{allow("icmp", -1, -1, "10.0.0.0/8"), ""},
	} {
		found := checkFirewall(c.rules)
		if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || !strings.Contains(found[0].Text, c.want)) {
			t.Errorf("%v: got %v, want %q", c.rules, found, c.want)
		}
	}
}
