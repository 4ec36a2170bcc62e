package cloudstack_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/provider/cloudstack"
)

func TestRulesThatAreTheSameHaveOneKey(t *testing.T) {
	for _, c := range []struct {
		want cloudstack.RuleKey
		same []cloudstack.SecurityGroupRule
	}{
		{cloudstack.RuleKey{Protocol: "tcp", From: 22, To: 22, CIDR: "10.0.0.0/8"}, []cloudstack.SecurityGroupRule{
			{Protocol: "tcp", StartPort: 22, EndPort: 22, CIDR: "10.0.0.0/8"},
			{RuleID: "r", Description: "SSH", Protocol: "TCP", StartPort: 22, EndPort: 22, CIDR: "10.1.2.3/8"},
			{Protocol: "6", StartPort: 22, EndPort: 22, CIDR: "10.0.0.0/8", Account: "a"},
		}},
		{cloudstack.RuleKey{Protocol: "udp", To: 65535, CIDR: "192.0.2.1/32"}, []cloudstack.SecurityGroupRule{
			{Protocol: "udp", CIDR: "192.0.2.1"}, {Protocol: "17", EndPort: 65535, CIDR: "192.0.2.1/32"},
		}},
		{cloudstack.RuleKey{Protocol: "icmp", From: -1, To: -1, CIDR: "::/0"}, []cloudstack.SecurityGroupRule{
			{Protocol: "icmp", ICMPType: -1, ICMPCode: -1, CIDR: "::/0"}, {Protocol: "1", ICMPType: -1, ICMPCode: -1, CIDR: "0::/0"},
		}},
		{cloudstack.RuleKey{Protocol: "icmp", CIDR: "::/0"}, []cloudstack.SecurityGroupRule{{Protocol: "icmp", StartPort: 7, CIDR: "::/0"}}},
		{cloudstack.RuleKey{Protocol: "esp", CIDR: "2001:db8::/32"}, []cloudstack.SecurityGroupRule{
			{Protocol: "50", CIDR: "2001:DB8::1/32"}, {Protocol: "ESP", StartPort: 1, EndPort: 2, CIDR: "2001:db8::/32"},
		}},
		{cloudstack.RuleKey{Protocol: "all", Group: cloudstack.GroupRef{Account: "ops", Group: "lb"}}, []cloudstack.SecurityGroupRule{
			{Protocol: "all", Account: "ops", SecurityGroupName: "lb"}, {Account: "Ops", SecurityGroupName: "LB"},
		}},
		{cloudstack.RuleKey{Protocol: "132", CIDR: "nonsense"}, []cloudstack.SecurityGroupRule{{Protocol: "132", CIDR: "nonsense"}}},
	} {
		for _, r := range c.same {
			if got := r.Key(); got != c.want {
				t.Errorf("the key of %+v is %+v, want %+v", r, got, c.want)
			}
		}
	}
}

// someRule draws one of few rules, in one of its spellings.
func someRule(t *rapid.T, label string) cloudstack.SecurityGroupRule {
	r := cloudstack.SecurityGroupRule{Protocol: rapid.SampledFrom([]string{"tcp", "6", "UDP", "icmp", "1", "all", "", "58", "gre", "132"}).Draw(t, label)}
	r.StartPort = rapid.SampledFrom([]int{0, 0, 80}).Draw(t, "first port")
	r.EndPort = rapid.SampledFrom([]int{r.StartPort, 65535}).Draw(t, "last port")
	switch r.Protocol {
	case "icmp", "1":
		r.ICMPType = rapid.SampledFrom([]int{-1, 0, 8}).Draw(t, "type")
		r.ICMPCode = min(r.ICMPType, 0)
	}
	switch source := rapid.SampledFrom([]string{"10.0.0.0/8", "10.9.9.9/8", "::/0", "192.0.2.1", "lb", "LB", "db"}).Draw(t, "source"); len(source) {
	case 2:
		r.Account, r.SecurityGroupName = "ops", source
	default:
		r.CIDR = cloudstack.CIDR(source)
	}
	return r
}

func keysOf(rules ...cloudstack.SecurityGroupRule) map[cloudstack.RuleKey]bool {
	keys := map[cloudstack.RuleKey]bool{}
	for _, r := range rules {
		keys[r.Key()] = true
	}
	return keys
}

// What is kept and added is what is wanted, nothing is added that is there or
// twice, and every rule of the group is either kept or revoked.
func TestDiffRulesLeadsToWhatIsWanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloudstack.SecurityGroupRule { return someRule(t, "want") }), 0, 8).Draw(t, "want")
		have := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloudstack.SecurityGroupRule { return someRule(t, "have") }), 0, 8).Draw(t, "have")
		for i := range have {
			have[i].RuleID = cloudstack.ID(fmt.Sprint("rule-", i))
		}
		add, revoke, keep := cloudstack.DiffRules(want, have)
		if diff := cmp.Diff(keysOf(want...), keysOf(slices.Concat(keep, add)...)); diff != "" {
			t.Fatalf("(-want +kept and added):\n%s", diff)
		}
		if len(keysOf(add...)) != len(add) || len(keep)+len(revoke) != len(have) {
			t.Fatalf("%d added, %d kept, %d revoked of %d", len(add), len(keep), len(revoke), len(have))
		}
		there := keysOf(have...)
		for _, r := range add {
			if there[r.Key()] {
				t.Fatalf("%+v is added, and there", r)
			}
		}
		for _, r := range slices.Concat(keep, revoke) {
			if r.RuleID == "" {
				t.Fatalf("%+v has lost its id", r)
			}
		}
	})
}

// unpacked are the rules that a server makes of commands.
func unpacked(commands []cloudstack.AuthorizeSecurityGroupIngress) (rules []cloudstack.SecurityGroupRule) {
	for _, c := range commands {
		r := cloudstack.SecurityGroupRule{Protocol: c.Protocol, StartPort: c.StartPort.V, EndPort: c.EndPort.V, ICMPType: c.ICMPType.V, ICMPCode: c.ICMPCode.V}
		for _, cidr := range c.CIDRs {
			r := r
			r.CIDR = cidr
			rules = append(rules, r)
		}
		for _, g := range c.Groups {
			r := r
			r.Account, r.SecurityGroupName = g.Account, g.Group
			rules = append(rules, r)
		}
	}
	return rules
}

func TestPackedRulesAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) cloudstack.SecurityGroupRule { return someRule(t, "rule") }), 0, 12).Draw(t, "rules")
		commands := cloudstack.PackRules("sg", rules)
		if diff := cmp.Diff(keysOf(rules...), keysOf(unpacked(commands)...)); diff != "" {
			t.Fatalf("(-rules +of the commands):\n%s", diff)
		}
		services := map[string]bool{}
		for _, c := range commands {
			if err := cloudstack.Validate(c); err != nil || c.SecurityGroupID != "sg" {
				t.Fatalf("%+v: %v", c, err)
			}
			s := fmt.Sprint(c.Protocol, c.StartPort, c.EndPort, c.ICMPType, c.ICMPCode)
			if services[s] {
				t.Fatalf("two commands for %s", s)
			}
			services[s] = true
		}
	})
}

func TestPackRulesSendsWhatCloudStackTakes(t *testing.T) {
	commands := cloudstack.PackRules("sg", []cloudstack.SecurityGroupRule{
		{Protocol: "tcp", StartPort: 80, EndPort: 80, CIDR: "10.1.1.1/8"},
		{Protocol: "icmpv6", CIDR: "::/0"},
		{Protocol: "icmp", CIDR: "0.0.0.0/0"},
		{Protocol: "tcp", StartPort: 80, EndPort: 80, Account: "ops", SecurityGroupName: "LB"},
		{Protocol: "tcp", StartPort: 80, EndPort: 80, CIDR: "::/0", Description: "by itself"},
	})
	var got []string
	for _, c := range commands {
		values, err := cloudstack.Encode(cloudstack.AuthorizeSecurityGroupEgress(c))
		if err != nil {
			t.Fatal(err)
		}
		values.Del("command")
		got = append(got, values.Encode())
	}
	want := []string{
		"cidrlist=10.0.0.0%2F8&endport=80&protocol=tcp&securitygroupid=sg&startport=80&usersecuritygrouplist%5B0%5D.account=ops&usersecuritygrouplist%5B0%5D.group=LB",
		"cidrlist=%3A%3A%2F0&protocol=58&securitygroupid=sg",
		"cidrlist=0.0.0.0%2F0&icmpcode=0&icmptype=0&protocol=icmp&securitygroupid=sg",
		"cidrlist=%3A%3A%2F0&description=by+itself&endport=80&protocol=tcp&securitygroupid=sg&startport=80",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +encoded):\n%s", diff)
	}
}
