package render

import (
	"fmt"
	"time"

	"github.com/trueup/trueup/plan"
)

// remaining guesses how much longer the run takes: as long as the longest chain
// of what has not ended, and no shorter than all of that would take with as many
// in flight as there were at most.
func (r *run) remaining(now time.Time) time.Duration {
	ends := make(map[string]time.Duration, len(r.steps)) // of what has not ended
	var chain, first, work time.Duration                 // first: of what is no pure delete
	for i := range r.steps {
		s := &r.steps[i]
		at, begun := r.at[s.ID]
		if at.phase.Final() {
			continue
		}
		left := r.expected(s)
		if begun {
			left = lasting(left, now.Sub(at.since))
		}
		work += left
		var from time.Duration
		for _, need := range s.Needs {
			from = max(from, ends[need])
		}
		if s.Last {
			from = max(from, first)
		}
		ends[s.ID] = from + left
		chain = max(chain, from+left)
		if !s.Last {
			first = max(first, from+left)
		}
	}
	return max(chain, work/time.Duration(max(1, r.peak)))
}

// lasting is how much longer a step takes that has begun. What takes longer than
// expected may take much longer: half of what it has taken, for want of better.
func lasting(expected, elapsed time.Duration) time.Duration {
	if elapsed > expected {
		return elapsed / 2
	}
	return expected - elapsed
}

// expected is how long a step takes: as those of its command did so far, else as
// on the server that the plan's estimate is of.
func (r *run) expected(s *plan.Step) time.Duration {
	if t := r.took[s.Command]; t.n > 0 {
		return t.sum / time.Duration(t.n)
	}
	return time.Duration(s.Milliseconds()) * time.Millisecond
}

// about writes a guessed duration: seconds that nobody knows are not shown.
func about(d time.Duration) string {
	switch {
	case d < 5*time.Second:
		return "a few seconds"
	case d.Round(5*time.Second) < time.Minute:
		return fmt.Sprintf("about %ds", int(d.Round(5*time.Second).Seconds()))
	case d < 10*time.Minute:
		return "about " + took(d.Round(15*time.Second))
	default:
		return "about " + took(d.Round(time.Minute))
	}
}
