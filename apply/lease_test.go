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

	"github.com/trueup/trueup/provider"
)

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
				return provider.ErrForbidden
			}
			return nil
		}
		if _, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1"}, LeaseOptions{}); !errors.Is(err, provider.ErrForbidden) {
			t.Errorf("error %v", err)
		}
		if run := cloud.onAnchor(provider.TagLease); run != "" {
			t.Errorf("the lease is held by %s", run)
		}
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
