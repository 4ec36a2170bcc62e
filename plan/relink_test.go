package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// A link that no file declares follows what it leads to when that is replaced, as
// far as it can: an address doesn't reach a machine that comes back in another
// network.
func TestAnUndeclaredLinkFollowsAsFarAsItCan(t *testing.T) {
	moving := func(all map[string]provider.Fields) {
		all["network/other"] = provider.Fields{"zone": named("adv1"), "offering": named("Isolated")}
		all["vm/edge"]["networks"] = links("network", "other")
		all["vm/edge"]["onChange"] = map[string]string{"networks": "replace"}
	}
	staying := func(all map[string]provider.Fields) {
		all["vm/edge"]["template"] = named("Debian")
		all["vm/edge"]["onChange"] = map[string]string{"template": "replace"}
	}
	for _, c := range []struct {
		name   string
		change func(map[string]provider.Fields)
		want   []string
	}{
		{"into another network", moving, []string{"detach"}},
		{"in its place", staying, []string{"detach", "attach"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := applied(shop())
			stack := shop(with("elasticIP/front", "attach", nil), c.change)
			p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
			if err != nil {
				t.Fatal(err)
			}
			var did []string
			for _, s := range p.Steps {
				if s.Op.Address.Kind == "elasticIP" {
					did = append(did, s.Op.Name)
				}
			}
			if diff := cmp.Diff(c.want, did); diff != "" {
				t.Errorf("steps of the address (-want +got):\n%s\n%s", diff, p)
			}
			at := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Address.Kind == "elasticIP" })
			if at < 0 || p.Changes[at].Action != plan.Update {
				t.Errorf("no update of the address:\n%s", p)
			}
			if err := w.obey(p); err != nil {
				t.Fatal(err)
			}
		})
	}
}
