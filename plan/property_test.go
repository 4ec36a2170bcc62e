package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

var unlimited = plan.Options{MaxDeletes: 1000}

// Whatever was applied before and whatever somebody did by hand, a plan never
// breaks a link on its way, leaves nothing to do, names nothing of others, and
// is the same for every order of the input; or it is refused.
func TestPlansConverge(t *testing.T) {
	plans, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld("s")
		foreign := w.add(provider.Live{Kind: "vm", ID: "foreign", Name: "foreign", Fields: provider.Fields{"power": "running"}})
		for round := range 3 {
			label := fmt.Sprint(round)
			stack := generate(t, label)
			if round == 0 && len(stack.Resources) == 0 {
				return
			}
			snap := w.snapshot()
			p, err := plan.Make(stack, w.kinds, snap, unlimited)
			plans++
			reversed, err2 := plan.Make(backwards(stack), w.kinds, backwardsSnapshot(snap), unlimited)
			if got, want := planned(reversed, err2), planned(p, err); got != want {
				t.Fatalf("the order of the input matters:\n%s\nand\n%s", want, got)
			}
			var problems plan.Problems
			if errors.As(err, &problems) && problems.Class() == plan.Refused {
				refused++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range p.Steps {
				if s.Op.ID == foreign.ID || s.Op.Address.Name == foreign.Name {
					t.Fatalf("%s is about something foreign", s.ID)
				}
			}
			checkLast(t, p)
			if rapid.Bool().Draw(t, label+" killed") {
				p = resumed(t, w, stack, p, label)
			}
			if err := w.obeyInOrder(p, anyOrder(t, p, label), w.watchOutages(stack)); err != nil {
				t.Fatalf("%v\n%s", err, p)
			}
			again, err := plan.Make(stack, w.kinds, w.snapshot(), unlimited)
			if err != nil {
				t.Fatal(err)
			}
			if !again.Empty() || len(again.Steps)+len(again.Marks) > 0 {
				t.Fatalf("the plan:\n%s\nleaves:\n%s", p, again)
			}
			meddle(t, w, label)
		}
		p, err := plan.Destroy(stackOf("s"), w.kinds, w.snapshot(), unlimited)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.obey(p); err != nil {
			t.Fatalf("%v\n%s", err, p)
		}
		maps.DeleteFunc(w.lives, func(_ string, l *provider.Live) bool {
			return l.Kind == "volume" && len(l.Tags) == 0 && provider.Empty(l.Fields["attach"]) // let go of
		})
		if len(w.lives) != 1 || len(w.notes) > 0 {
			t.Fatalf("destroy left %v and notes %v", w.lives, w.notes)
		}
	})
	t.Logf("%d plans, %d refused", plans, refused)
}

// resumed kills a run of the plan at some step, before any of its bookkeeping,
// and plans again: what the run began is taken up.
func resumed(t *rapid.T, w *world, stack *spec.Stack, p *plan.Plan, label string) *plan.Plan {
	steps := anyOrder(t, p, label+" killed")
	n := rapid.IntRange(0, len(steps)).Draw(t, label+" killed after")
	if _, err := w.obeySteps(p, steps[:n], func(plan.Step) error { return nil }); err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	again, err := plan.Make(stack, w.kinds, w.snapshot(), unlimited)
	if err != nil {
		t.Fatalf("killed after %d steps of\n%s\nthere is no plan any more: %v", n, p, err)
	}
	return again
}

// anyOrder draws one of the orders that the graph allows, pure deletes last.
func anyOrder(t *rapid.T, p *plan.Plan, label string) []plan.Step {
	left := slices.Clone(p.Steps)
	done := map[string]bool{}
	var order []plan.Step
	for len(left) > 0 {
		var ready []int
		for i, s := range left {
			if !slices.ContainsFunc(s.Needs, func(need string) bool { return !done[need] }) && (len(ready) == 0 || s.Last == left[ready[0]].Last) {
				ready = append(ready, i)
			}
		}
		i := ready[rapid.IntRange(0, len(ready)-1).Draw(t, label+" next step")]
		done[left[i].ID] = true
		order = append(order, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return order
}

// watchOutages returns a look at the world that fails when a step takes a member of
// the count down that was not, and more are down then than may be.
func (w *world) watchOutages(stack *spec.Stack) func(plan.Step) error {
	var members []string
	asks := map[string]bool{} // to be ready
	most := 1
	for _, r := range stack.Resources {
		if r.Block != "v" || r.Fields["power"] != "running" {
			continue
		}
		asks[r.Name] = r.Fields["ready"] != nil
		most = int(r.Fields["update"].(provider.Fields)["maxUnavailable"].(int64))
		for _, l := range w.lives {
			if l.Kind == "vm" && l.Name == r.Name {
				members = append(members, r.Name)
			}
		}
	}
	down := func() []string {
		down := slices.Clone(members)
		for _, l := range w.lives {
			noted := w.notes[provider.NoteKey(provider.TagOutage, provider.Address{Kind: "vm", Name: l.Name})] != "" && asks[l.Name]
			if l.Kind == "vm" && l.Fields["power"] == "running" && !noted {
				down = slices.DeleteFunc(down, func(name string) bool { return name == l.Name })
			}
		}
		return down
	}
	before := down()
	return func(s plan.Step) error {
		was, now := before, down()
		before = now
		name := s.Op.Address.Name
		if s.Op.Name == "stop" && !s.Last && slices.Contains(members, name) && !slices.Contains(was, name) && len(now) > most {
			return fmt.Errorf("%v are down, but only %d may be", now, most)
		}
		return nil
	}
}

// checkLast sees to it that no step needs one that comes last but is itself not
// to come last.
func checkLast(t *rapid.T, p *plan.Plan) {
	last := map[string]bool{}
	for _, s := range p.Steps {
		last[s.ID] = s.Last
		for _, need := range s.Needs {
			if last[need] && !s.Last {
				t.Fatalf("%s needs %s, which comes last", s.ID, need)
			}
		}
	}
	if _, err := json.Marshal(p); err != nil {
		t.Fatal(err)
	}
}

func backwards(s *spec.Stack) *spec.Stack {
	c := *s
	c.Resources = slices.Clone(s.Resources)
	slices.Reverse(c.Resources)
	return &c
}

func backwardsSnapshot(s *provider.Snapshot) *provider.Snapshot {
	c := *s
	c.Resources = slices.Clone(s.Resources)
	slices.Reverse(c.Resources)
	for i := range c.Resources {
		if rules, ok := c.Resources[i].Fields["ingress"].([]provider.Rule); ok {
			rules = slices.Clone(rules)
			slices.Reverse(rules)
			fields := provider.Fields{}
			for name, value := range c.Resources[i].Fields {
				fields[name] = value
			}
			fields["ingress"] = rules
			c.Resources[i].Fields = fields
		}
	}
	c.Anchors = slices.Clone(s.Anchors)
	slices.Reverse(c.Anchors)
	return &c
}
