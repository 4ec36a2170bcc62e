package apply

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// tooMany is a refusal that says how long to wait.
type tooMany struct{ wait time.Duration }

func (e tooMany) Error() string             { return "too many calls" }
func (e tooMany) Is(target error) bool      { return target == provider.ErrThrottled }
func (e tooMany) RetryAfter() time.Duration { return e.wait }

// window lets so many calls pass in every window of time, as CloudStack does.
func window(calls int, length time.Duration) func(string) error {
	var ends time.Time
	passed := 0
	return func(string) error {
		now := time.Now()
		if !now.Before(ends) {
			ends, passed = now.Add(length), 0
		}
		if passed == calls {
			return tooMany{ends.Sub(now)}
		}
		passed++
		return nil
	}
}

func TestAThrottledRunWaitsAndSendsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var steps []plan.Step
		for i := range 40 {
			steps = append(steps, step(fmt.Sprintf("vm/m%02d create", i)))
			cloud.script[steps[i].Op.Address.String()] = behaviour{takes: 3 * time.Second}
		}
		cloud.refuses = window(6, 5*time.Second)
		l := leased(t, cloud)
		var said []string
		inFlight, most := 0, 0
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l, Observe: func(e Event) {
			switch {
			case e.Step == nil:
				said = append(said, e.Text)
			case e.Phase == Started:
				inFlight++
			case e.Phase.Final():
				inFlight--
			}
			if len(said) > 3 {
				most = max(most, inFlight)
			}
		}})
		if r.Ending() != Succeeded || len(cloud.started) != 40 {
			t.Errorf("%s, %d commands for 40 steps: %v", r.Ending(), len(cloud.started), r.Err())
		}
		if !regexp.MustCompile(`^the cloud refuses more calls for now: waiting [1-5]s, then at most [89] steps in flight`).MatchString(said[0]) {
			t.Errorf("said first: %s", said[0])
		}
		if most > 9 {
			t.Errorf("%d steps in flight after many refusals", most)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

// TestARunThatLosesItsLeaseWhileItIsThrottledSendsNothingMore: another run takes
// the lease while a step waits for its turn.
func TestARunThatLosesItsLeaseWhileItIsThrottledSendsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.refuses = func(call string) error {
			if strings.HasPrefix(call, "start ") {
				return tooMany{45 * time.Second}
			}
			return nil
		}
		time.AfterFunc(10*time.Second, func() {
			if _, err := Unlock(t.Context(), cloud, "shop"); err != nil {
				t.Error(err)
			}
			cloud.mu.Lock()
			cloud.refuses = nil
			cloud.mu.Unlock()
		})
		r := Run(t.Context(), cloud, planOf(step("t/a set")), Options{Run: "r1", Lease: l})
		if len(cloud.started) > 0 || !errors.Is(r.Ended, ErrLost) || r.Outcomes[0].Phase != NotStarted {
			t.Errorf("%s, started %v, ended for %v", brief(r), cloud.started, r.Ended)
		}
		if err := l.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Error(err)
		}
	})
}

func TestAThrottledStepThatIsInterruptedWasNotStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.refuses = func(string) error { return tooMany{time.Minute} }
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		r := Run(ctx, cloud, planOf(step("t/a set")), Options{Run: "r1"})
		if got := brief(r); got != "t/a set=not started" || time.Since(began) > 11*time.Second {
			t.Errorf("after %s: %s", time.Since(began), got)
		}
	})
}

func TestThrottledForeverAStepFailsInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.refuses = func(string) error { return provider.ErrThrottled } // and it doesn't say how long
		began := time.Now()
		r := Run(t.Context(), cloud, planOf(step("t/a set")), Options{Run: "r1"})
		if took := time.Since(began); r.Ending() != FailedAll || took < patienceTime || took > patienceTime+time.Minute {
			t.Errorf("%s after %s", r.Ending(), took)
		}
	})
}

func TestACommandThatDidNotReachTheCloudIsSentAgain(t *testing.T) {
	for _, c := range []struct {
		times int
		want  string
	}{{2, "t/a set=done"}, {1000, "t/a set=failed"}} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			missed := 0
			cloud.refuses = func(call string) error {
				if missed++; strings.HasPrefix(call, "start ") && missed <= c.times {
					return provider.ErrUnreachable
				}
				return nil
			}
			began := time.Now()
			r := Run(t.Context(), cloud, planOf(step("t/a set")), Options{Run: "r1"})
			if got := brief(r); got != c.want || len(cloud.started) > 1 || time.Since(began) > 20*time.Second {
				t.Errorf("after %s: %s, started %v", time.Since(began), got, cloud.started)
			}
		})
	}
}
