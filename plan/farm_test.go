package plan_test

import (
	"fmt"
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// farm is a stack of n machines in counts of 100, with a group for each.
func farm(n int, offering string) *spec.Stack {
	var resources []spec.Resource
	for i := range n {
		block := fmt.Sprintf("b%d", i/100)
		if i%100 == 0 {
			resources = append(resources, resource("securityGroup", block, provider.Fields{
				"ingress": []provider.Rule{cidr("tcp", 80, "0.0.0.0/0"), fromGroup("tcp", 81, block)},
			}))
		}
		r := resource("vm", fmt.Sprintf("%s-%d", block, i%100+1), provider.Fields{
			"zone": named("sg1"), "offering": named(offering), "template": named("CentOS"), "power": "running",
			"securityGroups": links("securityGroup", block), "userData": blob("#cloud-config"), "tags": map[string]string{"team": "web"},
		})
		r.Block = block
		resources = append(resources, r)
	}
	return stackOf("farm", resources...)
}

// standing is the cloud in which a farm lives, as the plan that makes it says.
func standing(b *testing.B, s *spec.Stack) *provider.Snapshot {
	b.Helper()
	p, err := plan.Make(s, kinds(), &provider.Snapshot{}, unlimited)
	if err != nil {
		b.Fatal(err)
	}
	snap := &provider.Snapshot{Anchors: []provider.Anchor{{Stack: s.Name, ID: "anchor"}}}
	id := func(a provider.Address) string { return "id of " + a.String() }
	for i, r := range s.Resources {
		l := provider.Live{Kind: r.Kind, ID: id(r.Address), Name: r.LiveName, Fields: provider.Fields{}, Tags: p.Marks[i].Resolve(id(r.Address)).Want}
		for name, v := range r.Fields {
			if choice, ok := v.(provider.Named); ok {
				v = provider.Named{Name: choice.Name, ID: "id of " + choice.Name}
			}
			l.Fields[name] = provider.MapRefs(v, func(ref provider.Ref) provider.Ref {
				return provider.Ref{Kind: ref.Kind, ID: id(ref.Address()), Live: ref.Name}
			})
		}
		snap.Resources = append(snap.Resources, l)
	}
	return snap
}
