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

func BenchmarkMake(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		unchanged := farm(n, "Small")
		w := applied(unchanged)
		live := w.snapshot()
		cases := []struct {
			name  string
			stack *spec.Stack
			snap  *provider.Snapshot
		}{
			{"create", unchanged, &provider.Snapshot{}},
			{"unchanged", unchanged, live},
			{"restart", farm(n, "Medium"), live},
		}
		for _, c := range cases {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := plan.Make(c.stack, w.kinds, c.snap, unlimited); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
