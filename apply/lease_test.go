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

func TestLeaseIsHeldByOneOfEight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var mu sync.Mutex
		holding, held := 0, 0
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: fmt.Sprintf("r%d", i)}, LeaseOptions{Timeout: time.Hour})
				if err != nil {
					t.Errorf("r%d: %v", i, err)
					return
				}
				mu.Lock()
				holding++
				held++
				if holding > 1 {
					t.Errorf("r%d is one of %d holders", i, holding)
				}
				mu.Unlock()
				time.Sleep(90 * time.Second) // longer than a TTL: only beats keep the others out
				mu.Lock()
				holding--
				mu.Unlock()
				if err := l.Release(t.Context()); err != nil {
					t.Errorf("r%d: %v", i, err)
				}
			})
		}
		all.Wait()
		if held != 8 || len(cloud.anchors) != 1 || len(cloud.anchors["shop"].Tags) != 0 {
			t.Errorf("%d held it; anchors: %v", held, cloud.anchors)
		}
	})
}

func TestLeaseHeldByAnotherIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		_, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
		var held *HeldError
		if !errors.As(err, &held) || held.Holder.Run != "r1" || held.Holder.Who != "ann" || held.Holder.Host != "here" || held.Holder.PID != 1 {
			t.Fatalf("error %v", err)
		}
		for _, part := range []string{"stack shop", "run r1", "ann", "here", "--lock-timeout", "trueup unlock"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in: %v", part, err)
			}
		}
		release(t, cloud, l)
	})
}

func TestLeaseIsWaitedForUntilTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		began, told := time.Now(), 0
		_, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: 5 * time.Minute, Observe: func(h Holder) { told++ }})
		var held *HeldError
		if !errors.As(err, &held) || held.Waited != 5*time.Minute || told != 1 {
			t.Errorf("error %v, told %d times", err, told)
		}
		if waited := time.Since(began); waited < 5*time.Minute || waited > 5*time.Minute+time.Second {
			t.Errorf("waited %s", waited)
		}
		release(t, cloud, l)
	})
}

// abandon leaves a lease as a killed process does.
func abandon(l *Lease) {
	l.stop()
	_ = l.beats.Wait()
}

func TestLeaseOfADeadHolderIsTakenOverAfterATTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		dead := leased(t, cloud)
		time.Sleep(25 * time.Second) // two beats
		abandon(dead)
		began := time.Now()
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took <= 60*time.Second || took > 65*time.Second {
			t.Errorf("taken over after %s", took)
		}
		if err := dead.Release(t.Context()); !errors.Is(err, ErrLost) {
			t.Errorf("the dead gave back: %v", err)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("litter stays: %v", left)
		}
	})
}

func TestLeaseOfADeadProcessOnThisHostIsTakenOverAtOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		boot  string
		alive bool
		taken bool
	}{
		{"dead", "b1", false, true},
		{"alive", "b1", true, false},
		{"of another boot", "b2", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newCloud()
				first, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1", Host: "here", Boot: "b1", PID: 7}, LeaseOptions{})
				if err != nil {
					t.Fatal(err)
				}
				abandon(first)
				alive := func(h Holder) bool {
					if h.PID != 7 {
						t.Errorf("asked for process %d", h.PID)
					}
					return c.alive
				}
				l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2", Host: "here", Boot: c.boot, PID: 8}, LeaseOptions{Alive: alive})
				if taken := err == nil; taken != c.taken {
					t.Fatalf("taken over: %v (%v)", taken, err)
				}
				if l != nil {
					release(t, cloud, l)
				}
			})
		})
	}
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

func TestWaitingForALeaseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := Acquire(ctx, cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Timeout: time.Hour})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		release(t, cloud, l)
	})
}

func TestAcquireThatFailsGivesTheLeaseBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.broken = func(call string) error {
			if strings.Contains(call, provider.TagInfo) && strings.HasPrefix(call, "create") {
				return provider.ErrThrottled
			}
			return nil
		}
		if _, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1"}, LeaseOptions{}); !errors.Is(err, provider.ErrThrottled) {
			t.Errorf("error %v", err)
		}
		if run := cloud.onAnchor(provider.TagLease); run != "" {
			t.Errorf("the lease is held by %s", run)
		}
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

func TestLeaseIsGrantedThoughTheAnswerWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		lost := 0
		cloud.broken = func(call string) error {
			if strings.Contains(call, "createTags SecurityGroup") && strings.Contains(call, provider.TagLease) || strings.HasPrefix(call, "createAnchor") {
				lost++
				return provider.ErrOutcomeUnknown
			}
			return nil
		}
		l := leased(t, cloud)
		if lost != 2 {
			t.Errorf("%d answers were lost", lost)
		}
		release(t, cloud, l)
	})
}

func TestOriginOfAnotherRepositoryIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1"}, LeaseOptions{Origin: "one"})
		if err != nil {
			t.Fatal(err)
		}
		if left := release(t, cloud, l); left[provider.TagOrigin] != "one" {
			t.Errorf("left on the anchor: %v", left)
		}
		var origin *OriginError
		if _, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{Origin: "two"}); !errors.As(err, &origin) {
			t.Errorf("error %v", err)
		}
	})
}

func TestAnchorGoesWithTheLeaseUnlessSomethingIsNoted(t *testing.T) {
	for key, stays := range map[string]bool{
		"":                           false,
		provider.TagOrigin:           false,
		provider.TagNote + "vm.a":    true,
		provider.TagOwn + "key.a":    true,
		provider.TagOutage + "vm.a":  true,
		provider.TagInfo + "old-run": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			if key != "" {
				cloud.anchors["shop"].Tags[key] = "x"
			}
			deleted, err := l.ReleaseAndDelete(t.Context())
			if err != nil || deleted == stays || len(cloud.anchors) == 1 != stays {
				t.Errorf("%q: deleted %v, %v, anchors %v", key, deleted, err, cloud.anchors)
			}
		})
	}
}

func TestUnlockGivesBackWhatAnotherHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		if _, err := Unlock(t.Context(), cloud, "shop"); !errors.Is(err, ErrNotHeld) {
			t.Errorf("without an anchor: %v", err)
		}
		abandon(leased(t, cloud))
		holder, err := Unlock(t.Context(), cloud, "shop")
		if err != nil || holder.Run != "r1" || holder.Who != "ann" {
			t.Errorf("unlocked %v, %v", holder, err)
		}
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		release(t, cloud, l)
	})
}

func TestHolderFitsIntoATag(t *testing.T) {
	long := strings.Repeat("x", 300)
	h := Holder{Run: "r1", Who: "Zoë; " + long, Host: long, PID: 1 << 22, Boot: long, CI: "https://ci.example/" + long, Since: time.Unix(1e9, 0).UTC()}
	text := h.encode()
	if len(text) > 255 || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Errorf("%d bytes: %s", len(text), text)
	}
	got := holderOf(provider.Anchor{Tags: map[string]string{provider.TagLease: "r1", provider.TagInfo + "r1": text}})
	if got.PID != h.PID || !got.Since.Equal(h.Since) || !strings.HasPrefix(got.Who, "Zo?, x") || got.CI == "" {
		t.Errorf("read back: %+v", got)
	}
	short := Holder{Run: "r1", Who: "ann", Host: "here", PID: 3, Boot: "b", CI: "https://ci", Since: h.Since}
	got = holderOf(provider.Anchor{Tags: map[string]string{provider.TagLease: "r1", provider.TagInfo + "r1": short.encode()}})
	if got != short {
		t.Errorf("read back: %+v", got)
	}
}
