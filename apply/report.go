package apply

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Report is the end of a run: every step once, in the plan's order.
type Report struct {
	Run      string
	Outcomes []Outcome
	// Bookkeeping holds the failures to write a tag or a note. The steps
	// themselves are not concerned; the next apply writes what is missing.
	Bookkeeping []error
	// Interrupted is set when the run was ended from outside before all steps
	// were.
	Interrupted bool
	// Ended says why nothing more was started, where the run was interrupted
	// or lost its lease ([ErrLost]); nil otherwise.
	Ended error
	Took  time.Duration
}

// Outcome is the final word on a step.
type Outcome struct {
	Step  *plan.Step
	Phase Phase
	// Cause is, for NotStarted, the step that did not succeed; "" where the
	// run was ended.
	Cause string
	Job   string
	ID    string // of the resource, where known
	Err   error
	Took  time.Duration // from its start to its end
}

// Counts tells how many steps ended in which phase.
func (r *Report) Counts() map[Phase]int {
	counts := map[Phase]int{}
	for _, o := range r.Outcomes {
		counts[o.Phase]++
	}
	return counts
}

// Failed returns the steps that failed.
func (r *Report) Failed() []Outcome { return r.in(Failed) }

// Waiting returns the steps that wait for the cloud to expunge something.
func (r *Report) Waiting() []Outcome { return r.in(Waiting) }

// Running returns the steps whose jobs were still running.
func (r *Report) Running() []Outcome { return r.in(Running) }

func (r *Report) in(phase Phase) []Outcome {
	var outcomes []Outcome
	for _, o := range r.Outcomes {
		if o.Phase == phase {
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// Ending is how a run went, in a word that a caller maps to an exit code.
type Ending string

const (
	Succeeded   Ending = "succeeded"     // everything is done, or waits for the cloud to expunge
	FailedAll   Ending = "failed"        // something failed and no step was done
	FailedSome  Ending = "partly failed" // something failed, some steps were done
	Unfinished  Ending = "unfinished"    // nothing failed, but jobs are still running
	Interrupted Ending = "interrupted"   // ended from outside
)

// Ending classifies the run. An interruption outweighs failures, and failures
// outweigh jobs that are still running.
func (r *Report) Ending() Ending {
	counts := r.Counts()
	bad := counts[Failed] > 0 || len(r.Bookkeeping) > 0 || r.Ended != nil
	switch {
	case r.Interrupted:
		return Interrupted
	case bad && counts[Done] > 0:
		return FailedSome
	case bad:
		return FailedAll
	case counts[Running] > 0:
		return Unfinished
	default:
		return Succeeded
	}
}

// Err joins what went wrong as a [multierror.Error]: the causes, not the steps
// that were not started for them. Steps are [StepError] values. It is nil for
// a run that [Succeeded].
func (r *Report) Err() error {
	var errs *multierror.Error
	for _, o := range r.Outcomes {
		if o.Phase == Failed || o.Phase == Running {
			errs = multierror.Append(errs, &StepError{Step: o.Step, Phase: o.Phase, Err: o.Err})
		}
	}
	errs = multierror.Append(errs, r.Bookkeeping...)
	if r.Ended != nil {
		errs = multierror.Append(errs, r.Ended)
	}
	return errs.ErrorOrNil()
}

// StepError is the end of a step that did not succeed: what was tried, on
// what, the cloud's words, and what to do about it.
type StepError struct {
	Step  *plan.Step
	Phase Phase // Failed or Running
	Err   error
}

func (e *StepError) Error() string {
	what := cmp.Or(e.Step.Command, e.Step.Op.Name)
	return fmt.Sprintf("%s: %s: %v; %s", e.Step.Op.Address, what, e.Err, e.Advice())
}

func (e *StepError) Unwrap() error { return e.Err }

// Advice says what to do about it: in the words of the error, where it has a
// method Advice of its own, else in those for its class.
func (e *StepError) Advice() string {
	if e.Phase == Running {
		return "apply again to go on from there"
	}
	var own interface{ Advice() string }
	if errors.As(e.Err, &own) && own.Advice() != "" {
		return own.Advice()
	}
	for _, a := range advice {
		if errors.Is(e.Err, a.class) {
			return a.text
		}
	}
	return "mend the cause and apply again"
}

// advice by class of error; the first that matches counts.
var advice = []struct {
	class error
	text  string
}{
	{provider.ErrOutcomeUnknown, "the next apply will look for what came of it"},
	{provider.ErrExists, "something that is not this stack's is in the way: remove it, or declare another name"},
	{provider.ErrQuota, "free something or ask for a higher limit, then apply again"},
	{provider.ErrForbidden, "ask for a role that may do it, then apply again"},
	{provider.ErrCredentials, "check the keys, then apply again"},
	{provider.ErrUnreachable, "nothing was sent: apply again when the cloud answers"},
	{provider.ErrThrottled, "apply again with a lower --parallel"},
	{provider.ErrNotFound, "it was removed meanwhile: apply again to make it anew"},
	{provider.ErrConflict, "something else changed it meanwhile: apply again"},
	{provider.ErrTryAnother, "the cloud had nothing fitting to choose from: free something, then apply again"},
}
