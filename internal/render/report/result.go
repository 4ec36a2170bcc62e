package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Result is what a command found in, or did to, one stack.
type Result struct {
	Command string // its name: "plan", "apply", "drift", …
	Stack   string // the stack's name; "" where its file could not be read
	Path    string // of the stack, as it was given
	// Header is where the stack's name stands: the place of what has none of
	// its own, such as a deletion.
	Header spec.Pos
	// Declared are the addresses of the stack's resources, sorted.
	Declared []provider.Address
	// Simulated is set where the cloud is an embedded simulator.
	Simulated bool

	Plan *plan.Plan // nil where there could be none
	// Drift is set where the command told drift from what is pending.
	Drift *Drift

	Run    *apply.Report // nil where nothing was run
	Events []apply.Event // of the run, in order
	// Unmet is what the cloud accepted and did not do.
	Unmet []plan.Change

	// Err is why there is no plan, or what else went wrong; nil where the
	// command did what it was asked for.
	Err error

	Began time.Time
	Took  time.Duration
}

// Drift tells what somebody changed by hand from what only the file has changed.
type Drift struct{ Drifted, Pending []plan.Change }

// About is what a report says about itself.
type About struct {
	Version string // of trueup
	// CI is the URL of the CI run that made the report; "" outside of CI.
	CI string
	// Dir is the current directory as seen from the repository's root, with
	// slashes: the services that show places of files count from there. It is
	// "." where the two are the same, or nothing is known of a repository.
	Dir string
}

// name is what a reader knows the stack by.
func (r *Result) name() string { return render.Clean(cmp.Or(r.Stack, r.Path)) }

// headline says in a line how it stands.
func (r *Result) headline() string {
	switch {
	case r.Run != nil:
		return render.RunLine(r.Run)
	case r.Plan != nil && len(r.Plan.Problems) > 0 && r.Plan.Problems.Class() == plan.Refused:
		return "Refused: " + render.Refusal(r.Plan) + " " + render.PlanLine(r.Plan)
	case r.Err != nil:
		return "There is no result: see what is wrong."
	case r.Drift != nil:
		return render.DriftLine(r.Stack, r.Drift.Drifted)
	case r.Plan != nil:
		return render.PlanLine(r.Plan)
	default:
		return "The stack is valid."
	}
}

// changes are those that the result is about: of a drift, what was changed by
// hand.
func (r *Result) changes() []render.Row {
	switch {
	case r.Drift != nil:
		return render.DriftRows(r.Drift.Drifted)
	case r.Plan != nil:
		return render.Rows(r.Plan.Changes)
	default:
		return nil
	}
}

// pending is what the file changed, beside a drift.
func (r *Result) pending() []render.Row {
	if r.Drift == nil {
		return nil
	}
	return render.Rows(r.Drift.Pending)
}

// notes are the plan's remarks on what it leaves alone.
func (r *Result) notes() []plan.Note {
	if r.Plan == nil {
		return nil
	}
	return r.Plan.Notes
}

// failed reports whether the command did not do what it was asked for.
func (r *Result) failed() bool {
	return r.Err != nil || len(r.Unmet) > 0 || r.Run != nil && r.Run.Ending() != apply.Succeeded
}

func sortedAddresses(set map[provider.Address]bool) []provider.Address {
	return slices.SortedFunc(maps.Keys(set), provider.CompareAddress)
}
