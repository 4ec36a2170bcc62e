package laws

import (
	"regexp"
	"slices"
	"testing"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// Of every kind: where the server says that a resource is made, or deleted, and it
// isn't, the run fails and says so, and the next plan wants it.
func TestWhatIsNotMadeOrNotDeletedIsNamed(t *testing.T) {
	t.Parallel()
	tried := map[*provider.Kind]bool{}
	inEachZone(t, func(t *testing.T, r *runner, offers *provider.Catalogue, file *export.File) {
		for _, k := range kinds {
			whole, block := oneMore(file, k, offers)
			if block == nil || tried[k] {
				continue
			}
			tried[k] = true
			p := place{block: block}
			r.unreal(p, whole, k.Creation[0], plan.Create)
			r.mustApply(loadFile(t, whole), all)
			r.unreal(p, file, k.Deletion[len(k.Deletion)-1], plan.Delete)
			r.mustApply(loadFile(t, file), all)
		}
	})
	for _, k := range kinds {
		if !tried[k] {
			t.Errorf("%s was not tried", k.Name)
		}
	}
}

// unreal runs the program while the server ignores an operation on a resource.
func (r *runner) unreal(p place, file *export.File, operation string, want plan.Action) {
	r.Helper()
	made := r.mustPlan(loadFile(r, file), all)
	i := slices.IndexFunc(made.Steps, func(s plan.Step) bool { return s.Op.Address == p.address() && s.Op.Name == operation })
	if i < 0 {
		r.Fatalf("%s: there is no step to %s:\n%s", p.address(), operation, made)
	}
	id := made.Steps[i].Op.ID
	r.sim.Misbehave(&simulator.Faults{Faults: []simulator.Fault{{Do: simulator.Ignore, Command: made.Steps[i].Command}}})
	code, said := r.run(file)
	r.sim.Misbehave(nil)
	named := unmetHead + "[^#]*" + p.address().String()
	if want == plan.Create { // or the next step of its creation is refused
		named = "(" + unmetHead + "|Not complete)[^#]*" + p.address().String()
	}
	if code == 0 || !regexp.MustCompile(named).MatchString(said) {
		r.Errorf("%s: the server did nothing of %s; exit code %d:\n%s", p.address(), operation, code, said)
	}
	next := r.mustPlan(loadFile(r, file), all)
	if !slices.ContainsFunc(next.Changes, func(c plan.Change) bool { return c.Address == p.address() || id != "" && c.ID == id }) {
		r.Errorf("%s: the next plan doesn't want to %s it:\n%s", p.address(), want, next)
	}
}
