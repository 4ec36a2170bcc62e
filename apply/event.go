package apply

import (
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Phase is where a step stands. The last five are final.
type Phase string

const (
	Started    Phase = "started"     // its command is being sent
	Submitted  Phase = "submitted"   // accepted, its job is running
	Done       Phase = "done"        // it succeeded
	Failed     Phase = "failed"      // the cloud refused it, or its job failed
	NotStarted Phase = "not started" // something it needs did not succeed, or the run was ended
	Running    Phase = "running"     // the run ended while its job goes on
	Waiting    Phase = "waiting"     // the cloud must expunge something first; no failure
)

// Final reports whether the step stays in the phase for the rest of the run.
func (p Phase) Final() bool { return p != Started && p != Submitted }

// Event is one thing that happened in a run. Renderers, the journal and tests
// read only these. Events are handed out one at a time.
type Event struct {
	At    time.Time
	Step  *plan.Step // nil for an event of the run itself
	Phase Phase
	Job   string // id of the cloud's job
	// Cause is, for NotStarted, the step that did not succeed; "" where the
	// run was ended.
	Cause string
	Err   error
	// Text is set on events of the run itself: "lease taken", "tags: 12".
	Text string
}

// Outcome is the final word on a step.
type Outcome struct {
	Step  *plan.Step
	Phase Phase
	Cause string
	Job   string
	ID    string // of the resource, where known
	Err   error
	Took  time.Duration
}

// Report is the end of a run: every step once, in the plan's order.
type Report struct {
	Run      string
	Outcomes []Outcome
	// Bookkeeping holds the failures to write a tag or a note.
	Bookkeeping []error
	// Interrupted is set when the run was ended before all steps were.
	Interrupted bool
	Took        time.Duration
	// Passwords that the cloud generated, by machine.
	Passwords map[provider.Address]provider.Password
}
