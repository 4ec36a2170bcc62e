package provider_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
)

func rule(protocol string, from, to int, cidr string) provider.Rule {
	return provider.Rule{Protocol: protocol, From: from, To: to, CIDR: netip.MustParsePrefix(cidr)}
}

func TestFormatIsCanonical(t *testing.T) {
	tests := []struct {
		name  string
		value provider.Value
		want  string
	}{
		{"absent", nil, "(not set)"},
		{"text", "Web 1", "Web 1"},
		{"number", int64(3), "3"},
		{"truth", true, "true"},
		{"size in the largest whole unit", 20 * provider.GiB, "20 GiB"},
		{"size without one", provider.GiB + 1, "1073741825 B"},
		{"map, sorted", map[string]string{"b": "2", "a": "1"}, "{a=1, b=2}"},
		{"map with separators in it", map[string]string{"a": "1, b=2"}, `{a="1, b=2"}`},
		{"choice by name", provider.Named{Name: "Small", ID: "7f"}, "Small"},
		{"link in the stack", provider.Ref{Kind: "vm", Name: "web"}, "web"},
		{"link outside", provider.Ref{Kind: "vm", Live: "web", ID: "7f"}, "external web"},
		{"links, sorted", []provider.Ref{{Name: "b"}, {Name: "a"}}, "[a, b]"},
		{"rules, sorted", []provider.Rule{rule("tcp", 80, 80, "::/0"), rule("tcp", 22, 22, "10.0.0.0/8")}, "[tcp/22 10.0.0.0/8, tcp/80 ::/0]"},
		{"rule with a range", []provider.Rule{rule("udp", 1, 9, "10.0.0.0/8")}, "[udp/1-9 10.0.0.0/8]"},
		{"rule with an ICMP type", []provider.Rule{rule("icmp", 8, 0, "0.0.0.0/0")}, "[icmp/8:0 0.0.0.0/0]"},
		{"rule with any ICMP", []provider.Rule{rule("icmp", -1, -1, "0.0.0.0/0")}, "[icmp 0.0.0.0/0]"},
		{"rule from a group", []provider.Rule{{Protocol: "all", Group: provider.Ref{Name: "web"}}}, "[all group:web]"},
		{"object", provider.Fields{"max": int64(1)}, "{max=1}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := provider.Format(test.value); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestContentAndPasswordsAreNeverPrinted(t *testing.T) {
	const secret = "s3cret"
	values := []any{
		provider.Blob{Sum: "7f", Data: []byte(secret)},
		provider.Password(secret),
		provider.Result{ID: "1", Password: secret},
	}
	for _, v := range values {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(data), fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v)} {
			if strings.Contains(text, secret) || strings.Contains(text, "115 51") {
				t.Errorf("%T shows its content: %s", v, text)
			}
		}
	}
}

func TestAddressesSortAsPeopleCount(t *testing.T) {
	names := []string{"web-10", "web-2", "db", "web", "web-1"}
	var addresses []provider.Address
	for _, n := range names {
		addresses = append(addresses, provider.Address{Kind: "vm", Name: n})
	}
	slices.SortFunc(addresses, provider.CompareAddress)
	var got []string
	for _, a := range addresses {
		got = append(got, a.Name)
	}
	if diff := cmp.Diff([]string{"db", "web", "web-1", "web-2", "web-10"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddressTextRoundTrip(t *testing.T) {
	want := provider.Address{Kind: "vm", Name: "web-1"}
	text, err := want.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var got provider.Address
	if err := got.UnmarshalText(text); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "vm", "/web", "vm/"} {
		if err := got.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken for an address", bad)
		}
	}
}

func TestNamedMeansByIDWhereTheFileGivesOne(t *testing.T) {
	live := provider.Named{Name: "Small", ID: "7f"}
	for want, ok := range map[provider.Named]bool{
		{Name: "Small"}: true,
		{ID: "7f"}:      true,
		{Name: "small"}: false,
		{ID: "80"}:      false,
	} {
		if want.Is(live) != ok {
			t.Errorf("%+v: got %v", want, !ok)
		}
	}
}

func TestMapRefsLeavesTheValueAlone(t *testing.T) {
	fill := func(r provider.Ref) provider.Ref { r.ID = "id-" + r.Name; return r }
	rules := []provider.Rule{{Protocol: "tcp", From: 1, To: 1, Group: provider.Ref{Name: "web"}}, rule("tcp", 2, 2, "::/0")}
	mapped := provider.MapRefs(rules, fill).([]provider.Rule)
	if rules[0].Group.ID != "" {
		t.Error("the value was changed")
	}
	if diff := cmp.Diff([]provider.Ref{{Name: "web", ID: "id-web"}}, provider.Refs(mapped)); diff != "" {
		t.Error(diff)
	}
}
