package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider"
)

// TestARunThatIsBrokenAnywhereIsFinishedByTheNext breaks a run at every one of
// its calls, bookkeeping and lease included, in four ways, and runs again: the
// end is that of an unbroken run, nothing exists twice, nothing is open.
func TestARunThatIsBrokenAnywhereIsFinishedByTheNext(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			for k, unbroken := 1, false; !unbroken; k++ {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld()
					first := &fragile{fakeCloud: w.fakeCloud, way: way, at: k}
					_ = w.apply(t, first, "r1")
					if err := w.apply(t, w.fakeCloud, "r2"); err != nil {
						t.Errorf("the second run: %v", err)
					}
					if got := w.String(); got != converged {
						t.Errorf("call %d (%s):\ngot\n%swant\n%s", k, first.broke, got, converged)
					}
					if unbroken = first.broke == ""; unbroken && k < 28 {
						t.Errorf("a run has only %d calls", k-1)
					}
				})
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestARunThatLeavesAtAnyInstantIsFinishedByTheNext ends the context of a run
// at every tenth of a call.
func TestARunThatLeavesAtAnyInstantIsFinishedByTheNext(t *testing.T) {
	left := 0
	for after, done := 5*time.Millisecond, false; !done; after += 10 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			err := w.applyUntil(ctx, t, w.fakeCloud, "r1")
			if done = err == nil; !done {
				left++
			}
			if err := w.apply(t, w.fakeCloud, "r2"); err != nil {
				t.Errorf("the second run: %v", err)
			}
			if got := w.String(); got != converged {
				t.Errorf("left after %s:\ngot\n%swant\n%s", after, got, converged)
			}
		})
		if t.Failed() {
			return
		}
	}
	if left < 500 {
		t.Errorf("it was left %d times only", left)
	}
}

// TestAnyNumberOfBrokenRunsIsFinishedByOneThatIsNot breaks up to five runs in
// a row at random.
func TestAnyNumberOfBrokenRunsIsFinishedByOneThatIsNot(t *testing.T) {
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 2))
			w := newWorld()
			var story []string
			for i := range 1 + rnd.IntN(5) {
				broken := &fragile{fakeCloud: w.fakeCloud, way: ways[rnd.IntN(len(ways))], at: 1 + rnd.IntN(35)}
				_ = w.apply(t, broken, fmt.Sprintf("r%d", i))
				story = append(story, fmt.Sprintf("%s at call %d (%s)", broken.way, broken.at, broken.broke))
			}
			if err := w.apply(t, w.fakeCloud, "last"); err != nil {
				t.Errorf("the last run: %v", err)
			}
			if got := w.String(); got != converged {
				t.Errorf("got\n%swant\n%s", got, converged)
			}
			if t.Failed() {
				t.Fatalf("seed %d: %s", seed, strings.Join(story, ", "))
			}
		})
		if t.Failed() {
			return
		}
	}
}

var ways = [...]string{"killed before", "killed after", "answer lost", "server errs"}

const converged = `group/web id=group/web#1 rules running map[trueup.spec:1 trueup.stack:shop]
ip/front id=free-1 running map[trueup.spec:1 trueup.stack:shop]
key/ops id=key/ops#1 running map[]
vm/old id=vm/old#0 scaled running map[trueup.spec:1 trueup.stack:shop]
vm/web id=vm/web#1 running map[trueup.spec:1 trueup.stack:shop]
anchor map[trueup.own.ip.front:free-1 trueup.own.key.ops:key/ops#1]
`

// fragile breaks at one call: the process is killed before it or after the
// cloud has carried it out, or its answer is lost, or the server errs.
type fragile struct {
	*fakeCloud
	way   string
	at    int
	calls int
	dead  bool
	broke string // what the call was
}

var errKilled = fmt.Errorf("killed: %w", provider.ErrUnreachable)

// pass decides about one call: whether it is sent, and what comes back.
func (f *fragile) pass(name string, send func() error) error {
	f.mu.Lock()
	f.calls++
	mine := f.calls == f.at
	if mine {
		f.broke = name
		f.dead = strings.HasPrefix(f.way, "killed")
	}
	dead := f.dead
	f.mu.Unlock()
	switch {
	case mine && f.way == "killed after":
		_ = send() // the answer reaches nobody
		return errKilled
	case dead:
		return errKilled
	case mine && f.way == "answer lost":
		_ = send()
		return provider.ErrOutcomeUnknown
	case mine && f.way == "server errs":
		return errors.New("internal error")
	default:
		return send()
	}
}

func (f *fragile) Start(ctx context.Context, op provider.Op) (job provider.Job, err error) {
	err = f.pass("start "+op.Address.String()+" "+op.Name, func() error {
		job, err = f.fakeCloud.Start(ctx, op)
		return err
	})
	return job, err
}

func (f *fragile) Wait(ctx context.Context, job provider.Job) (result provider.Result, err error) {
	err = f.pass("wait for "+job.Op.Address.String()+" "+job.Op.Name, func() error {
		result, err = f.fakeCloud.Wait(ctx, job)
		return err
	})
	if errors.Is(err, provider.ErrOutcomeUnknown) { // reads may be sent again
		return f.fakeCloud.Wait(ctx, job)
	}
	return result, err
}

func (f *fragile) CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return f.pass(fmt.Sprintf("create %v", slices.Sorted(maps.Keys(tags))), func() error { return f.fakeCloud.CreateTags(ctx, tagType, ids, tags) })
}

func (f *fragile) DeleteTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return f.pass(fmt.Sprintf("delete %v", slices.Sorted(maps.Keys(tags))), func() error { return f.fakeCloud.DeleteTags(ctx, tagType, ids, tags) })
}

func (f *fragile) PostTags(ctx context.Context, anchor string, create, remove map[string]string) error {
	return f.pass(fmt.Sprintf("post %v", slices.Sorted(maps.Keys(create))), func() error { return f.fakeCloud.PostTags(ctx, anchor, create, remove) })
}

func (f *fragile) Anchors(ctx context.Context) (anchors []provider.Anchor, err error) {
	err = f.pass("anchors", func() error {
		anchors, err = f.fakeCloud.Anchors(ctx)
		return err
	})
	if errors.Is(err, provider.ErrOutcomeUnknown) { // reads may be sent again
		return f.fakeCloud.Anchors(ctx)
	}
	return anchors, err
}

func (f *fragile) CreateAnchor(ctx context.Context, stack string) (a provider.Anchor, err error) {
	err = f.pass("create the anchor", func() error {
		a, err = f.fakeCloud.CreateAnchor(ctx, stack)
		return err
	})
	return a, err
}
