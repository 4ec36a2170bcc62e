package kind

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
)

func TestNamesThatTheCloudWouldRefuse(t *testing.T) {
	long := strings.Repeat("a", 64)
	for kind, names := range map[string]struct{ good, bad []string }{
		// Recorded: testdata/golden/deploy_name_*.json.
		"vm": {
			good: []string{"a", "web-1", "G-ONE", "i-4-5-VM", long[:63]},
			bad:  []string{"", "1abc", "-abc", "abc-", "a.b", "a_b", "a b", "ü", long, "web-1-gone-0123ab"},
		},
		"securityGroup": {
			good: []string{"web", "a b/c*d+e ü", "trueup", strings.Repeat("n", 255)},
			bad:  []string{"", "default", "Default", "trueup.shop", "TrueUp.x", "a\tb", "web 🙂", strings.Repeat("n", 256)},
		},
		"sshKey":        {good: []string{"ops", "a b", "ü", long}, bad: []string{"", " a", "a ", "a,b", "a\tb", long + "a"}},
		"affinityGroup": {good: []string{"apart"}, bad: []string{"", "a\nb"}},
		"network":       {good: []string{"back"}, bad: []string{"", long + "a"}},
	} {
		check := All().Get(kind).CheckName
		for _, name := range names.good {
			if problem := check(name); problem != "" {
				t.Errorf("%s %q: %s", kind, name, problem)
			}
		}
		for _, name := range names.bad {
			if check(name) == "" {
				t.Errorf("%s %q is accepted", kind, name)
			}
		}
	}
}

// TestFieldsThatTheCloudWouldRefuse names, for each mistake, the field that is
// complained of.
func TestFieldsThatTheCloudWouldRefuse(t *testing.T) {
	refs := func(names ...string) []provider.Ref {
		out := []provider.Ref{}
		for _, n := range names {
			out = append(out, provider.Ref{Name: n})
		}
		return out
	}
	tags := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	any4 := netip.MustParsePrefix("0.0.0.0/0")
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		kind, field string
		value       provider.Value
		bad         bool
	}{
		{"vm", "displayName", "Web 1", false},
		{"vm", "displayName", "", true},
		{"vm", "displayName", long, true},
		{"vm", "displayName", "a\nb", true},
		{"vm", "securityGroups", refs("web"), false},
		{"vm", "securityGroups", refs(), true},
		{"vm", "networks", refs(), true},
		{"vm", "sshKeys", refs(), true},
		{"vm", "affinityGroups", refs(), false},
		{"vm", "rootDisk", 20 * provider.GiB, false},
		{"vm", "rootDisk", 20*provider.GiB + 1, true},
		{"vm", "rootDisk", provider.Size(0), true},
		{"vm", "details", tags("rack", "a1"), false},
		{"vm", "details", tags("trueup", "x"), true},
		{"vm", "onChange", tags("template", "reinstall", "userData", "restart", "zone", "replace", "rootDisk", "replace"), false},
		{"vm", "onChange", tags("template", "restart"), true},
		{"vm", "onChange", tags("zone", "reinstall"), true},
		{"vm", "onChange", tags("displayName", "replace"), true},
		{"vm", "onChange", tags("nonesuch", "replace"), true},
		{"vm", "tags", tags("team", "web"), false},
		{"vm", "tags", tags("team", ""), true},
		{"vm", "tags", tags("", "web"), true},
		{"vm", "tags", tags("trueup.stack", "x"), true},
		{"vm", "tags", tags("Team", "a", "team", "b"), true},
		{"vm", "tags", tags("team", long), true},
		{"vm", "tags", tags("team", "🙂"), true},
		{"vm", "displayName", "Web 🙂", true},
		{"network", "displayText", "Back end", false},
		{"network", "displayText", "", true},
		{"network", "displayText", strings.Repeat("x", 129), true},
		{"network", "cidr", "10.1.1.0/24", false},
		{"network", "cidr", "10.1.1.1/24", true},
		{"network", "cidr", "10.1.1.0", true},
		{"network", "cidr", "fd00::/64", true},
		{"network", "cidr", "10.1.1.0/30", true},
		{"network", "gateway", "10.1.1.1", true}, // without cidr
		{"network", "onChange", tags("offering", "replace"), false},
		{"network", "onChange", tags("displayText", "replace"), true},
		{"elasticIP", "onChange", tags("network", "replace"), false},
		{"elasticIP", "onChange", tags("attach", "replace"), true},
		{"affinityGroup", "description", long, true},
		{"securityGroup", "description", long, true},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "tcp", From: 80, To: 80, CIDR: any4}}, false},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "tcp", CIDR: any4}}, true},
		{"securityGroup", "egress", []provider.Rule{{Protocol: "udp", CIDR: any4}}, true},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "icmp", From: 8, To: 0, CIDR: any4}}, false},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "icmp", From: 8, To: -1, CIDR: any4}}, true},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "icmpv6", From: -1, To: -1, CIDR: any4}}, false},
		{"securityGroup", "ingress", []provider.Rule{{Protocol: "icmpv6", From: 128, To: 0, CIDR: any4}}, true},
	} {
		found := All().Get(c.kind).Check(provider.Fields{c.field: c.value})
		if (len(found) > 0) != c.bad {
			t.Errorf("%s %s %v: %v", c.kind, c.field, c.value, found)
		}
		for _, e := range found {
			if e.Field != c.field || e.Text == "" {
				t.Errorf("%s %s %v: complained of %+v", c.kind, c.field, c.value, e)
			}
		}
	}
}

func TestMachineHasGroupsOrNetworks(t *testing.T) {
	one := []provider.Ref{{Name: "x"}}
	found := All().Get("vm").Check(provider.Fields{"securityGroups": one, "networks": one})
	if len(found) != 1 || found[0].Field != "networks" {
		t.Errorf("got %v", found)
	}
}

func TestUserDataHasALimit(t *testing.T) {
	for size, fits := range map[int]bool{0: true, 24576: true, 24577: false} {
		if _, err := userDataSum(make([]byte, size)); (err == nil) != fits {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestGatewayAndNetmask(t *testing.T) {
	for _, c := range []struct{ cidr, gateway, want string }{
		{"", "", " "},
		{"10.1.1.0/24", "", "10.1.1.1 255.255.255.0"},
		{"10.1.0.0/20", "10.1.0.254", "10.1.0.254 255.255.240.0"},
	} {
		f := provider.Fields{}
		if c.cidr != "" {
			f["cidr"] = c.cidr
		}
		if c.gateway != "" {
			f["gateway"] = c.gateway
		}
		gateway, netmask := gatewayAndNetmask(f)
		if got := fmt.Sprint(gateway, " ", netmask); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.cidr, c.gateway, got, c.want)
		}
	}
}

// TestOnChangeIsThereWhereItIsNeeded: a kind has the setting exactly where it
// has fields that can't be changed in place.
func TestOnChangeIsThereWhereItIsNeeded(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		needs := needRemedy(k.Fields)
		_, has := k.Field("onChange")
		if has != (len(needs) > 0) {
			t.Errorf("onChange %v, needed by %v", has, needs)
		}
	})
}
