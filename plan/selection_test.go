package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func addresses(p *plan.Plan) []string {
	all := []string{}
	for _, c := range p.Changes {
		all = append(all, c.Address.String())
	}
	return all
}

func TestSelection(t *testing.T) {
	nothing := func() *world { return newWorld("shop") }
	live := func() *world { w, _ := edited(); return w }
	cases := []struct {
		name              string
		world             func() *world
		targets, excludes []string
		want              []string
	}{
		{"what a target needs comes with it, and no more", nothing, []string{"vm/web-1"}, nil,
			[]string{"affinityGroup/apart", "securityGroup/lb", "securityGroup/web", "sshKey/ops", "vm/web-1"}},
		{"a block means its members", nothing, []string{"vm/web"}, nil,
			[]string{"affinityGroup/apart", "securityGroup/lb", "securityGroup/web", "sshKey/ops", "vm/web-1", "vm/web-2", "vm/web-3"}},
		{"a pattern", nothing, []string{"s*/*"}, nil, []string{"securityGroup/lb", "securityGroup/web", "sshKey/ops"}},
		{"an address needs the first machine of its network", nothing, []string{"elasticIP/front"}, nil,
			[]string{"elasticIP/front", "network/back", "vm/edge"}},
		{"what needs an excluded thing is excluded", nothing, nil, []string{"securityGroup/web"},
			[]string{"affinityGroup/apart", "elasticIP/front", "network/back", "sshKey/ops", "vm/edge"}},
		{"a change of one", live, []string{"vm/web-1"}, nil, []string{"vm/web-1"}},
		{"a replacement takes along what must let go", live, []string{"vm/edge"}, nil, []string{"elasticIP/front", "vm/edge"}},
		{"an exclusion of a replaced one", live, nil, []string{"vm/edge"}, []string{"securityGroup/web", "sshKey/new", "vm/web-1", "vm/web-3"}},
		{"a deletion", live, []string{"vm/web-3"}, nil, []string{"vm/web-3"}},
		{"both", live, []string{"vm/*"}, []string{"vm/web-3", "elasticIP/front"}, []string{"vm/web-1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, stack := c.world(), shop()
			if len(w.lives) > 0 {
				_, stack = edited()
			}
			opts := plan.Options{MaxDeletes: -1, Targets: c.targets, Excludes: c.excludes}
			p, err := plan.Make(stack, w.kinds, w.snapshot(), opts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, addresses(p)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, m := range p.Marks {
				if !slices.Contains(c.want, m.Address.String()) {
					t.Errorf("%s is left out and gets marks", m.Address)
				}
			}
			if !strings.Contains(p.String(), "left out (--target, --exclude)") {
				t.Errorf("nothing says that something is left out:\n%s", p)
			}
			// It can be done by itself, and the rest after it.
			if err := w.obey(p); err != nil {
				t.Fatal(err)
			}
			rest, err := plan.Make(stack, w.kinds, w.snapshot(), plan.Options{MaxDeletes: -1})
			if err != nil {
				t.Fatal(err)
			}
			converges(t, w, stack, rest)
		})
	}
}

func TestSelectionWeakensNoGuard(t *testing.T) {
	w := applied(farm(20, "Small"))
	empty := stackOf("farm")
	_, err := plan.Make(empty, w.kinds, w.snapshot(), plan.Options{MaxDeletes: -1, Targets: []string{"vm/b0-1"}})
	if err == nil || !strings.Contains(err.Error(), "nothing is declared") || !strings.Contains(err.Error(), "20 of 20") {
		t.Errorf("got %v", err)
	}
	w = applied(shop(with("vm/web-3", "protect", true)))
	few := shop(without("vm/web-3"), with("vm/web-1", "displayName", "New"))
	for _, targets := range [][]string{nil, {"vm/*"}, {"vm/web-3"}} {
		_, err := plan.Make(few, w.kinds, w.snapshot(), plan.Options{MaxDeletes: -1, Targets: targets})
		if err == nil || !strings.Contains(err.Error(), "vm/web-3: it is protected") {
			t.Errorf("%v: got %v", targets, err)
		}
	}
}

// What is refused about one thing keeps nobody from the others.
func TestWhatIsLeftOutRefusesNothing(t *testing.T) {
	w := applied(shop(with("vm/web-3", "protect", true)))
	stack := shop(without("vm/web-3"), with("vm/web-1", "displayName", "New"), with("vm/web-2", "rootDisk", 10*provider.GiB))
	for _, opts := range []plan.Options{
		{MaxDeletes: -1, Targets: []string{"vm/web-1"}},
		{MaxDeletes: -1, Excludes: []string{"vm/web-2", "vm/web-3"}},
	} {
		p, err := plan.Make(stack, w.kinds, w.snapshot(), opts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"vm/web-1"}, addresses(p)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestSelectionOfNothing(t *testing.T) {
	w := applied(shop())
	for pattern, want := range map[string]string{
		"vm/wbe-1": "--target vm/wbe-1 means nothing of this stack; there is vm/web-1",
		"vm/[":     "--target vm/[: it is no pattern",
	} {
		_, err := plan.Make(shop(), w.kinds, w.snapshot(), plan.Options{Targets: []string{pattern}})
		var problems plan.Problems
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		} else if problems, _ = err.(plan.Problems); problems.Class() != plan.Mistake {
			t.Errorf("%s is refused, not a mistake", pattern)
		}
	}
}
