package apply

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
)

// wallClock is a wall clock that somebody sets: NTP, a person, a host that was
// suspended.
type wallClock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *wallClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *wallClock) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += by
}

// jumps sets the clock again and again, hours and days to and fro, until the test
// is over.
func (c *wallClock) jumps(t *testing.T, every time.Duration) {
	by := []time.Duration{3 * time.Hour, -7 * time.Hour, 90 * 24 * time.Hour, -200 * 24 * time.Hour, time.Minute, -time.Minute}
	over := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-time.After(every):
				c.set(by[n%len(by)])
			case <-over:
				return
			}
		}
	})
	t.Cleanup(func() { close(over); all.Wait() })
}

func TestAClockThatIsSetLosesNoLeaseAndGetsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var holders, contenders wallClock
		holders.jumps(t, 7*time.Second)
		contenders.jumps(t, 11*time.Second)
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1"}, LeaseOptions{Wall: holders.now})
		if err != nil {
			t.Fatal(err)
		}
		const patient = 3 * time.Minute
		var other sync.WaitGroup
		other.Go(func() {
			var held *HeldError
			_, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: patient, Wall: contenders.now})
			if !errors.As(err, &held) || held.Waited != patient {
				t.Errorf("the contender: %v", err)
			}
		})
		var steps []plan.Step
		for i := range 20 {
			s := step(fmt.Sprintf("t/s%02d set", i))
			cloud.script[s.ID] = behaviour{takes: 10 * time.Second}
			steps = append(steps, s)
		}
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l, Parallel: 1})
		if r.Ending() != Succeeded || r.Took < 200*time.Second || r.Took > 20*16*time.Second {
			t.Errorf("%s after %s: %v", r.Ending(), r.Took, r.Err())
		}
		for _, o := range r.Outcomes {
			if o.Took < 10*time.Second || o.Took > 16*time.Second { // a look at the lease takes 5 s where it is late
				t.Errorf("%s took %s", o.Step.ID, o.Took)
			}
		}
		other.Wait()
		release(t, cloud, l)
	})
}

func TestADeadHoldersLeaseIsTakenInTimeWhateverTheClockSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		dead := leased(t, cloud)
		dead.stop()
		var wall wallClock
		wall.jumps(t, 7*time.Second)
		began := time.Now()
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: 5 * time.Minute, Wall: wall.now})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 60*time.Second || took > 70*time.Second {
			t.Errorf("it was taken over after %s", took)
		}
		release(t, cloud, l)
	})
}

// A host that sleeps has a monotonic clock that stands still. What others did
// meanwhile is looked at before anything is started.
func TestAHolderThatSleptLooksBeforeItGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var wall wallClock
		first, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1"}, LeaseOptions{Wall: wall.now})
		if err != nil {
			t.Fatal(err)
		}
		cloud.script["t/a"] = behaviour{takes: 2 * time.Second}
		second := make(chan *Lease, 1)
		time.AfterFunc(time.Second, func() {
			_, err := Unlock(t.Context(), cloud, "shop") // by the next one, a minute later for everybody else
			if err != nil {
				t.Error(err)
			}
			l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
			if err != nil {
				t.Error(err)
			}
			wall.set(2 * time.Minute)
			second <- l
		})
		r := Run(t.Context(), cloud, planOf(step("t/a set"), step("t/b create", "t/a set")), Options{Run: "r1", Lease: first})
		if got, want := brief(r), "t/a set=done, t/b create=not started"; got != want || !errors.Is(r.Ended, ErrLost) {
			t.Errorf("got  %s, %v\nwant %s", got, r.Ended, want)
		}
		if err := first.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the first gave back: %v", err)
		}
		release(t, cloud, <-second)
	})
}

func TestAPausedHolderWhoseClockIsSetBackStartsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		paused := &process{fakeCloud: cloud}
		var wall wallClock
		first, err := Acquire(t.Context(), paused, "shop", Holder{Run: "r1"}, LeaseOptions{Wall: wall.now})
		if err != nil {
			t.Fatal(err)
		}
		cloud.script["t/a"] = behaviour{takes: 20 * time.Second}
		time.AfterFunc(5*time.Second, func() { paused.pause(3 * time.Minute) })
		time.AfterFunc(time.Minute, func() { wall.set(-time.Hour) })
		second := make(chan *Lease, 1)
		time.AfterFunc(6*time.Second, func() {
			l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: time.Hour})
			if err != nil {
				t.Error(err)
			}
			second <- l
		})
		r := Run(t.Context(), paused, planOf(step("t/a set"), step("t/b create", "t/a set")), Options{Run: "r1", Lease: first})
		if got, want := brief(r), "t/a set=done, t/b create=not started"; got != want || cloud.count("start t/b") > 0 {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if err := first.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the first gave back: %v", err)
		}
		release(t, cloud, <-second)
	})
}
