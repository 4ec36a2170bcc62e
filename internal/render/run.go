package render

import (
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
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
}

type standing struct {
	phase apply.Phase
	since time.Time // of its first event
	job   string
}

func newRun(p *plan.Plan) *run {
	return &run{steps: p.Steps, at: make(map[string]standing, len(p.Steps))}
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
	if e.Phase.Final() && (!seen || !was.phase.Final()) {
		r.ended++
	}
	r.at[e.Step.ID] = now
	return now
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
// the first running step that it waits for.
func (r *run) blocked(n int) (waiting, blocker []*plan.Step) {
	running := map[string]*plan.Step{}
	for _, s := range r.running() {
		running[s.ID] = s
	}
	for i := range r.steps {
		if _, seen := r.at[r.steps[i].ID]; seen {
			continue
		}
		for _, need := range r.steps[i].Needs {
			if s := running[need]; s != nil && len(waiting) < n {
				waiting, blocker = append(waiting, &r.steps[i]), append(blocker, s)
				break
			}
		}
	}
	return waiting, blocker
}
