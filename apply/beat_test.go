package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// process is a way to the cloud that can be paused, as a stopped process is:
// its calls and their answers stay where they are.
type process struct {
	*fakeCloud
	mu     sync.Mutex
	paused chan struct{} // closed when the pause ends; nil outside one
}

func (p *process) pause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	over := make(chan struct{})
	p.paused = over
	time.AfterFunc(d, func() { close(over) })
}

func (p *process) pass() {
	p.mu.Lock()
	paused := p.paused
	p.mu.Unlock()
	if paused != nil {
		<-paused
	}
}

func (p *process) CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	p.pass()
	defer p.pass()
	return p.fakeCloud.CreateTags(ctx, tagType, ids, tags)
}

func (p *process) PostTags(ctx context.Context, anchor string, create, remove map[string]string) error {
	p.pass()
	defer p.pass()
	return p.fakeCloud.PostTags(ctx, anchor, create, remove)
}

func (p *process) Anchors(ctx context.Context) ([]provider.Anchor, error) {
	p.pass()
	defer p.pass()
	return p.fakeCloud.Anchors(ctx)
}

func (p *process) Start(ctx context.Context, op provider.Op) (provider.Job, error) {
	p.pass()
	defer p.pass()
	return p.fakeCloud.Start(ctx, op)
}

func TestPausedHolderStartsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		paused := &process{fakeCloud: cloud}
		first, err := Acquire(t.Context(), paused, "shop", Holder{Run: "r1"}, LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		cloud.script["t/a"] = behaviour{takes: 20 * time.Second}
		time.AfterFunc(5*time.Second, func() { paused.pause(3 * time.Minute) })
		var second *Lease
		taken := make(chan struct{})
		time.AfterFunc(6*time.Second, func() {
			defer close(taken)
			second, err = Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: time.Hour})
		})
		r := Run(t.Context(), paused, planOf(step("t/a set"), step("t/b create", "t/a set"), step("t/c set", "t/b create")), Options{Run: "r1", Lease: first})
		<-taken
		if err != nil {
			t.Fatal(err)
		}
		if got, want := brief(r), "t/a set=done, t/b create=not started, t/c set=not started"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if !errors.Is(r.Err(), ErrLost) || r.Ending() != FailedSome || cloud.count("start t/b") > 0 {
			t.Errorf("ending %q: %v", r.Ending(), r.Err())
		}
		if err := first.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the first gave back: %v", err)
		}
		if err := second.Release(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestHolderWhoseLeaseWasUnlockedNoticesByItsBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		first := leased(t, cloud)
		cloud.script["t/a"] = behaviour{takes: 25 * time.Second}
		second := make(chan *Lease, 1)
		time.AfterFunc(5*time.Second, func() {
			_, err := Unlock(t.Context(), cloud, "shop")
			if err != nil {
				t.Error(err)
			}
			l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
			if err != nil {
				t.Error(err)
			}
			second <- l
		})
		r := Run(t.Context(), cloud, planOf(step("t/a set"), step("t/b create", "t/a set")), Options{Run: "r1", Lease: first})
		if got, want := brief(r), "t/a set=done, t/b create=not started"; got != want || !errors.Is(r.Ended, ErrLost) {
			t.Errorf("got  %s, %v\nwant %s", got, r.Ended, want)
		}
		if err := first.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the first gave back: %v", err)
		}
		if left := release(t, cloud, <-second); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestAFreedStackEndsItsRunAtTheNextBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		time.AfterFunc(5*time.Second, func() {
			if _, err := Unlock(t.Context(), cloud, "shop"); err != nil {
				t.Error(err)
			}
		})
		var steps []plan.Step
		for i := range 20 {
			s := step(fmt.Sprintf("t/s%02d set", i))
			cloud.script[s.ID] = behaviour{takes: 900 * time.Millisecond}
			steps = append(steps, s)
		}
		began := time.Now()
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l, Parallel: 1})
		if took := time.Since(began); !errors.Is(r.Ended, ErrLost) || took < 10*time.Second || took > 12*time.Second {
			t.Errorf("after %s: %s, ended for %v", took, brief(r), r.Ended)
		}
		if err := l.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("gave back: %v", err)
		}
	})
}

func TestLostAnswersOfBeatsDoNotLoseTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		n := 0
		cloud.broken = func(call string) error {
			if n++; strings.Contains(call, provider.TagBeat) && n%2 == 0 {
				return provider.ErrOutcomeUnknown
			}
			return nil
		}
		var steps []plan.Step
		for i := range 20 {
			s := step(fmt.Sprintf("t/s%d set", i))
			cloud.script[s.ID] = behaviour{takes: 10 * time.Second}
			steps = append(steps, s)
		}
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l, Parallel: 1})
		cloud.mu.Lock()
		cloud.broken = nil
		cloud.mu.Unlock()
		if r.Ending() != Succeeded {
			t.Error(r.Err())
		}
		release(t, cloud, l)
	})
}

func TestPausedHolderThatNobodyReplacedGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		paused := &process{fakeCloud: cloud}
		l, err := Acquire(t.Context(), paused, "shop", Holder{Run: "r1"}, LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		cloud.script["t/a"] = behaviour{takes: 20 * time.Second}
		time.AfterFunc(5*time.Second, func() { paused.pause(3 * time.Minute) })
		r := Run(t.Context(), paused, planOf(step("t/a set"), step("t/b create", "t/a set")), Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded {
			t.Errorf("%s: %v", brief(r), r.Err())
		}
		release(t, cloud, l)
	})
}

func TestABeatTakesThreeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		time.Sleep(15 * time.Second) // the first has nothing to remove
		before := cloud.count("")
		time.Sleep(20 * time.Second)
		if calls := cloud.count("") - before; calls != 6 {
			t.Errorf("two beats took %d calls", calls)
		}
		before = cloud.count("")
		if left := release(t, cloud, l); len(left) > 0 || cloud.count("")-before != 1 {
			t.Errorf("giving it back took %d calls, and left %v", cloud.count("")-before, left)
		}
	})
}

// TestABeatThatIsAcceptedAndNotMadeDoesNotCount keeps the cloud from making the
// beats that it has accepted, for longer than a run may go on without one.
func TestABeatThatIsAcceptedAndNotMadeDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		began, unmade := time.Now(), 0
		const works = 50 * time.Second
		cloud.refuses = func(call string) error {
			if strings.HasPrefix(call, "createTags") && strings.Contains(call, provider.TagBeat) && time.Since(began) < works {
				unmade++
				return provider.ErrExists // which nobody is told of who only asks
			}
			return nil
		}
		cloud.script["t/a"] = behaviour{takes: 40 * time.Second}
		var sent time.Duration
		cloud.effect = func(op provider.Op) string {
			if op.Address.Name == "b" {
				sent = time.Since(began)
			}
			return op.Address.String()
		}
		r := Run(t.Context(), cloud, planOf(step("t/a set"), step("t/b set", "t/a set")), Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded || unmade < 4 || sent < works {
			t.Errorf("%s: %v; %d beats were not made, and the second step was sent after %s", brief(r), r.Err(), unmade, sent)
		}
		release(t, cloud, l)
	})
}
