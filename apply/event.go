package apply

import (
	"time"

	"github.com/trueup/trueup/plan"
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
func (p Phase) Final() bool {
	switch p {
	case Done, Failed, NotStarted, Running, Waiting:
		return true
	default:
		return false
	}
}

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
	// Text is set on events of the run itself, and on those of a step that
	// goes on in an unusual way: "tags: 12 resources", "another one is tried".
	Text string
}
