package plan_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// wide is a shop in which every field of every kind is declared somewhere and
// everything may be replaced, with a spare resource of every kind to link to.
func wide(change ...func(map[string]provider.Fields)) []func(map[string]provider.Fields) {
	return append([]func(map[string]provider.Fields){func(all map[string]provider.Fields) {
		all["securityGroup/extra"] = provider.Fields{}
		all["sshKey/extra"] = provider.Fields{"publicKey": blob("extra")}
		all["affinityGroup/extra"] = provider.Fields{"type": "host anti-affinity"}
		all["network/extra"] = provider.Fields{"zone": named("adv1"), "offering": named("Isolated")}
		all["vm/extra"] = provider.Fields{"zone": named("adv1"), "offering": named("Small"), "template": named("CentOS")}
		disk()(all)
		all["elasticIP/spare"] = provider.Fields{"zone": named("adv1"), "network": provider.Ref{Kind: "network", Name: "back"}}
		all["elasticIP/extra"] = provider.Fields{"zone": named("adv1"), "network": provider.Ref{Kind: "network", Name: "back"}}
		balancer("web-1")(all)
		all["loadBalancer/web"]["address"] = provider.Ref{Kind: "elasticIP", Name: "spare"}
		all["loadBalancer/web"]["tags"] = map[string]string{"team": "web"}
		firewall(cidr("tcp", 80, "10.0.0.0/8"))(all)
		all["volume/data"]["tags"] = map[string]string{"team": "web"}
		all["securityGroup/web"]["tags"] = map[string]string{"team": "web"}
		all["vm/web-1"]["details"] = map[string]string{"cpuNumber": "2"}
		for address, fields := range all {
			onChange := map[string]string{}
			for _, f := range kinds().Get(address[:strings.Index(address, "/")]).Fields {
				if f.Change == provider.Refuse || f.Change == provider.GrowOnly {
					onChange[f.Name] = "replace"
				}
			}
			fields["onChange"] = onChange
			fields["update"] = provider.Fields{"maxUnavailable": int64(3)}
		}
	}}, change...)
}

// other is another value for a field.
func other(f provider.Field, v provider.Value) provider.Value {
	switch v := v.(type) {
	case string:
		if f.Name == "power" {
			return "stopped"
		}
		return v + " other"
	case provider.Size:
		return v + provider.GiB
	case provider.Named:
		return named("other")
	case provider.Blob:
		return blob("other")
	case map[string]string:
		changed := maps.Clone(v)
		changed[slices.Min(slices.Collect(maps.Keys(v)))] = "other"
		return changed
	case []provider.Rule:
		return append(slices.Clone(v), cidr("tcp", 4711, "10.0.0.0/8"))
	case []netip.Prefix:
		return []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	case []provider.Ref:
		return links(f.Kind, "extra")
	case provider.Ref:
		return provider.Ref{Kind: f.Kind, Name: "extra"}
	}
	panic(fmt.Sprintf("no other value than %T", v))
}

// alive is a declared value as the cloud would have it.
func alive(w *world, v provider.Value) provider.Value {
	switch v := v.(type) {
	case provider.Named:
		return provider.Named{Name: v.Name, ID: "id of " + v.Name}
	case []provider.Rule:
		rules := slices.Clone(v)
		for i := range rules {
			rules[i].ID = cmp.Or(rules[i].ID, "rule "+rules[i].String())
		}
		return provider.MapRefs(rules, w.alive)
	default:
		return provider.MapRefs(v, w.alive)
	}
}

func (w *world) alive(ref provider.Ref) provider.Ref {
	return provider.Ref{Kind: ref.Kind, ID: w.byAddress(ref.Address()).ID, Live: ref.Name}
}

// Changing one field, in the file or by hand, plans exactly that field of that
// resource, names who did it, and is healed by the plan. What else changes links
// to what is replaced.
func TestEveryFieldByItself(t *testing.T) {
	tried := map[string]bool{}
	base := shop(wide()...)
	for _, r := range base.Resources {
		kind := kinds().Get(r.Kind)
		for _, f := range kind.Fields {
			value, declared := r.Fields[f.Name]
			if !declared || f.Setting {
				continue
			}
			tried[r.Kind+"."+f.Name] = true
			address := r.Address.String()
			t.Run(address+"."+f.Name+" in the file", func(t *testing.T) {
				w := applied(shop(wide()...))
				stack := shop(wide(with(address, f.Name, other(f, value)))...)
				if r.Templates[f.Name] != "" {
					stack.Resource(r.Address).Templates = map[string]string{f.Name: "another ${index}"}
				}
				p, err := plan.Make(stack, w.kinds, w.snapshot(), unlimited)
				if err != nil {
					t.Fatal(err)
				}
				checkOnly(t, p, r.Address, f, plan.Pending)
				converges(t, w, stack, p)
			})
			if kind.Nameless && f.Name == "attach" || f.Name == "networks" || f.Name == "network" {
				continue // the cloud lets nobody move these by hand
			}
			t.Run(address+"."+f.Name+" by hand", func(t *testing.T) {
				w := applied(shop(wide()...))
				l := w.byAddress(r.Address)
				l.Fields[f.Name] = alive(w, other(f, value))
				p, err := plan.Make(shop(wide()...), w.kinds, w.snapshot(), unlimited)
				if err != nil {
					t.Fatal(err)
				}
				checkOnly(t, p, r.Address, f, plan.Drift)
				converges(t, w, shop(wide()...), p)
			})
		}
	}
	for _, kind := range kinds() {
		for _, f := range kind.Fields {
			if !f.Setting && !tried[kind.Name+"."+f.Name] && !(kind.Name == "network" && f.Name == "tags") {
				t.Errorf("field %s.%s was not tried", kind.Name, f.Name)
			}
		}
	}
}

func (w *world) byAddress(a provider.Address) *provider.Live {
	for _, l := range w.lives {
		if l.Kind == a.Kind && (l.Name == a.Name || l.Name == "" && l.Tags[provider.TagAddress] == a.Name) {
			return l
		}
	}
	panic("nothing lives as " + a.String())
}

func checkOnly(t *testing.T, p *plan.Plan, a provider.Address, f provider.Field, cause plan.Cause) {
	t.Helper()
	if f.Change == provider.Fixed {
		if !p.Empty() || len(p.Notes) != 1 || p.Notes[0].Address != a {
			t.Fatalf("want one note on %s and no change:\n%s", a, p)
		}
		return
	}
	found := false
	for _, c := range p.Changes {
		switch {
		case c.Address != a:
			if !strings.Contains(c.Reason, "which is replaced") {
				t.Errorf("%s changes as well:\n%s", c.Address, p)
			}
		case len(c.Fields) != 1 || c.Fields[0].Name != f.Name || c.Cause != cause:
			t.Errorf("want %s of %s, %s:\n%s", f.Name, a, cause, p)
		default:
			found = true
		}
	}
	if !found {
		t.Errorf("%s does not change:\n%s", a, p)
	}
}
