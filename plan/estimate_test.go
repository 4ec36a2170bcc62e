package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// The estimate is that of the longest chain, and pure deletes come after all
// others even where nothing of them needs it.
func TestEstimateFollowsTheCriticalPath(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{
		{ID: "quick", Command: "c"},
		{ID: "slow", Command: "c", Slow: true},
		{ID: "after quick", Command: "c", Needs: []string{"quick"}},
		{ID: "after both", Command: "c", Needs: []string{"quick", "slow"}},
		{ID: "delete", Command: "c", Last: true},
		{ID: "delete more", Command: "c", Last: true, Slow: true, Needs: []string{"delete"}},
		{ID: "wait", Needs: []string{"quick"}}, // which is no call
	}}
	e := p.Estimate()
	if diff := cmp.Diff([]string{"slow", "after both", "delete", "delete more"}, e.Path); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
	if want := 2200 + 300 + 300 + 2200; e.Milliseconds != want {
		t.Errorf("%d ms, want %d", e.Milliseconds, want)
	}
	if want := len(p.Steps) - 1; e.Calls != want {
		t.Errorf("%d calls, want %d", e.Calls, want)
	}
	if e := (&plan.Plan{}).Estimate(); e.Calls != 0 || e.Milliseconds != 0 || e.Path != nil {
		t.Errorf("an empty plan takes %+v", e)
	}
}

// What a step makes has no id yet, whatever lived under its address before.
func TestPreviewNamesWhatHasNoID(t *testing.T) {
	w, stack := edited()
	p := mustMake(t, w, stack)
	seen := map[string]string{}
	for _, s := range p.Steps {
		op := p.Preview(s)
		seen[s.ID] = op.ID
		if op.ID == "" && !s.Creates {
			t.Errorf("%s has no id", s.ID)
		}
	}
	for step, want := range map[string]string{
		"vm/edge deploy": "", // replaced
		"vm/web-1 stop":  w.live("vm", "web-1").ID,
	} {
		if got, ok := seen[step]; !ok || got != want {
			t.Errorf("%s: id %q, want %q", step, got, want)
		}
	}
	links := func(step string) []provider.Ref {
		for _, s := range p.Steps {
			if s.ID == step {
				return provider.Refs(p.Preview(s).Fields["attach"])
			}
		}
		t.Fatalf("no step %s", step)
		return nil
	}
	if got := links("elasticIP/front attach edge")[0].ID; got != "<id of vm/edge>" {
		t.Errorf("attached is %q", got)
	}
}
