package render

import (
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Progress shows a run while it goes on. Event is called by one goroutine at a
// time; after Close nothing is shown any more.
type Progress interface {
	Event(e apply.Event)
	Close()
}

// run follows a run by its events: where every step stands and since when.
type run struct {
	steps []plan.Step
	at    map[string]standing // by step id; absent before its first event
	ended int
	// Of those:
	failed  int
	dropped int // that were not started
	left    int // of those, because the run was ended
	// What the remaining time is guessed from:
	inFlight int
	peak     int                 // the most that was in flight at once
	took     map[string]duration // by command, of what is done
}

// duration is how long several steps took together.
type duration struct {
	sum time.Duration
	n   int
}

type standing struct {
	phase apply.Phase
	since time.Time // of its first event
	job   string
}

func newRun(p *plan.Plan) *run {
	return &run{steps: p.Steps, at: make(map[string]standing, len(p.Steps)), took: map[string]duration{}}
}

// see takes in an event of a step and returns where the step stands now.
func (r *run) see(e apply.Event) standing {
	was, seen := r.at[e.Step.ID]
	now := standing{phase: e.Phase, since: was.since, job: was.job}
	if !seen {
		now.since = e.At
	}
	if e.Job != "" {
		now.job = e.Job
	}
	switch final := e.Phase.Final(); {
	case final && !was.phase.Final():
		r.end(e, seen, now)
	case !final && !seen:
		r.inFlight++
		r.peak = max(r.peak, r.inFlight)
	}
	r.at[e.Step.ID] = now
	return now
}

// end takes in that a step has ended, which had begun or not.
func (r *run) end(e apply.Event, begun bool, at standing) {
	r.ended++
	if begun {
		r.inFlight--
	}
	switch e.Phase {
	case apply.Failed:
		r.failed++
	case apply.NotStarted:
		r.dropped++
		if e.Cause == "" {
			r.left++
		}
	case apply.Done:
		t := r.took[e.Step.Command]
		r.took[e.Step.Command] = duration{t.sum + e.At.Sub(at.since), t.n + 1}
	}
}

// running returns the steps whose command was sent and has not ended, in the
// plan's order.
func (r *run) running() []*plan.Step {
	var steps []*plan.Step
	for i := range r.steps {
		if at, seen := r.at[r.steps[i].ID]; seen && !at.phase.Final() {
			steps = append(steps, &r.steps[i])
		}
	}
	return steps
}

// blocked returns the first steps, at most n, that have not begun, each with
// the first running step that it waits for. A resource that waits for another
// with several steps is named once, and one that waits for itself is not.
func (r *run) blocked(n int) (waiting, blocker []*plan.Step) {
	running := map[string]*plan.Step{}
	for _, s := range r.running() {
		running[s.ID] = s
	}
	type pair struct{ waits, on provider.Address }
	shown := map[pair]bool{}
	for i := range r.steps {
		if len(waiting) == n {
			break
		}
		if _, seen := r.at[r.steps[i].ID]; seen {
			continue
		}
		for _, need := range r.steps[i].Needs {
			s := running[need]
			if s == nil {
				continue
			}
			if p := (pair{r.steps[i].Op.Address, s.Op.Address}); p.waits != p.on && !shown[p] {
				shown[p] = true
				waiting, blocker = append(waiting, &r.steps[i]), append(blocker, s)
			}
			break
		}
	}
	return waiting, blocker
}
