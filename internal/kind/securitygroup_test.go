package kind

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

func rule(protocol string, from, to int, cidr string) provider.Rule {
	return provider.Rule{Protocol: protocol, From: from, To: to, CIDR: netip.MustParsePrefix(cidr)}
}

func TestSecurityGroupLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		id := b.create("securityGroup", "web", provider.Fields{"description": "Public web"}).ID
		group := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "securityGroup", Name: name, ID: id, LiveName: "web", Fields: f}
		}
		b.do(group("authorizeIngress", provider.Fields{"ingress": []provider.Rule{
			rule("tcp", 80, 80, "0.0.0.0/0"), rule("tcp", 80, 80, "::/0"),
			{Protocol: "tcp", From: 80, To: 80, Group: provider.Ref{Kind: "securityGroup", Name: "web", Live: "web", ID: id}},
		}}))
		b.do(group("authorizeIngress", provider.Fields{"ingress": []provider.Rule{rule("icmp", 8, 0, "10.0.0.0/8")}}))
		b.do(group("authorizeIngress", provider.Fields{"ingress": []provider.Rule{rule("gre", 0, 0, "10.0.0.0/8")}}))
		b.do(group("authorizeIngress", provider.Fields{"ingress": []provider.Rule{rule("icmpv6", -1, -1, "::/0")}}))
		b.do(group("authorizeEgress", provider.Fields{"egress": []provider.Rule{rule("udp", 53, 53, "0.0.0.0/0")}}))
		b.do(group("authorizeEgress", provider.Fields{"egress": []provider.Rule{rule("all", 0, 0, "10.0.0.0/8")}}))
		b.do(group("tag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		b.shows(id, map[string]string{
			"description": "Public web",
			"ingress":     "[gre 10.0.0.0/8, icmp/8:0 10.0.0.0/8, icmpv6 ::/0, tcp/80 0.0.0.0/0, tcp/80 ::/0, tcp/80 group:external web]",
			"egress":      "[all 10.0.0.0/8, udp/53 0.0.0.0/0]",
			"tags":        "{team=web}",
		})
		if refs := provider.Refs(b.live(id).Fields["ingress"]); len(refs) != 1 || refs[0].ID != id {
			t.Errorf("the group among the sources has no id: %v", refs)
		}

		// A refused duplicate is success; one call with something new too.
		again := group("authorizeIngress", provider.Fields{"ingress": []provider.Rule{rule("tcp", 80, 80, "0.0.0.0/0")}})
		b.do(again)

		// What a hand changes shows.
		hand(b, cloudstack.AuthorizeSecurityGroupIngress{
			SecurityGroupID: cloudstack.ID(id), Protocol: "TCP",
			StartPort: cloudstack.Some(22), EndPort: cloudstack.Some(22), CIDRs: []cloudstack.CIDR{"192.168.1.7/24"},
		})
		hand(b, cloudstack.DeleteTags{ResourceType: "SecurityGroup", ResourceIDs: []cloudstack.ID{cloudstack.ID(id)}, Tags: []cloudstack.TagMatch{{Key: "team"}}})
		b.shows(id, map[string]string{
			"ingress": "[gre 10.0.0.0/8, icmp/8:0 10.0.0.0/8, icmpv6 ::/0, tcp/22 192.168.1.0/24, tcp/80 0.0.0.0/0, tcp/80 ::/0, tcp/80 group:external web]",
			"tags":    "{}",
		})

		// A group that names itself can't go: the error says who does.
		_, err := b.try(group("delete", nil))
		if err == nil || errors.Is(err, provider.ErrHeld) {
			t.Errorf("deleted while its own rule names it: %v", err)
		} else {
			t.Log(err)
		}

		for _, direction := range []string{"ingress", "egress"} {
			revoke := map[string]string{"ingress": "revokeIngress", "egress": "revokeEgress"}[direction]
			for _, r := range b.live(id).Fields[direction].([]provider.Rule) {
				op := group(revoke, provider.Fields{direction: []provider.Rule{r}})
				b.do(op)
				b.do(op) // gone already
			}
		}
		b.shows(id, map[string]string{"ingress": "[]", "egress": "[]"})
		b.do(group("untag", provider.Fields{"tags": map[string]string{"team": "web"}})) // gone already
		b.do(group("delete", nil))
		b.do(group("delete", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

func TestSecurityGroupNameTaken(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("securityGroup", "web", nil)
		_, err := b.try(provider.Op{Kind: "securityGroup", Name: "create", LiveName: "WEB"})
		if !errors.Is(err, provider.ErrExists) {
			t.Errorf("got %v", err)
		}
	})
}

// TestProtocolSpellings holds both directions of the translation together: what
// is sent for a rule comes back as the same rule.
func TestProtocolSpellings(t *testing.T) {
	for _, protocol := range []string{"tcp", "udp", "icmp", "icmpv6", "gre", "esp", "ah", "ipip", "all", "132", "0"} {
		sent := cloudstack.PackRules("id", listed([]provider.Rule{{Protocol: protocol, From: 1, To: 1, CIDR: netip.MustParsePrefix("10.0.0.0/8")}}, "account"))
		back, err := liveRules([]cloudstack.SecurityGroupRule{{Protocol: sent[0].Protocol, CIDR: sent[0].CIDRs[0]}}, nil, "account")
		if err != nil || back[0].Protocol != protocol {
			t.Errorf("%s becomes %s, %v", protocol, back[0].Protocol, err)
		}
	}
	for wire, want := range map[string]string{"TCP": "tcp", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "47": "gre"} {
		live, err := liveRules([]cloudstack.SecurityGroupRule{{Protocol: wire, CIDR: "10.0.0.1"}}, nil, "account")
		if err != nil || live[0].Protocol != want || live[0].CIDR.String() != "10.0.0.1/32" {
			t.Errorf("%s is read as %v, %v, want %s", wire, live, err, want)
		}
	}
}
