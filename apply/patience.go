package apply

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/trueup/trueup/provider"
)

// patience sends a call again that the cloud has surely not carried out: one
// that it refused for the number of calls (429), once the time is over that it
// asks to wait, and one that did not reach it.
type patience struct {
	// told is told of every refusal for the number of calls: when the call was
	// sent, how long is waited, and whether the wait begins with it. It may be
	// nil.
	told func(sent time.Time, wait time.Duration, first bool)

	mu    sync.Mutex // the callers are many goroutines
	until time.Time  // every call waits until then
}

const (
	// patienceTime bounds how long a call is refused for the number of calls
	// before that is a failure: many times the window of any throttling.
	patienceTime = 10 * time.Minute
	// longestRest bounds the wait where the cloud doesn't say how long.
	longestRest = 30 * time.Second
)

// unreached are the pauses after which a command is sent again that surely did
// not reach the cloud: as long together as reads are tried.
var unreached = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// Patiently makes a call that only reads, again and again while the cloud refuses
// it for the number of calls; told is told how long it waits, and may be nil. The
// error is the call's last.
func Patiently(ctx context.Context, told func(wait time.Duration), call func() error) error {
	return newPatience(told).ask(ctx, call)
}

// newPatience tells how long is waited when a wait begins.
func newPatience(told func(wait time.Duration)) *patience {
	return &patience{told: func(_ time.Time, wait time.Duration, first bool) {
		if first && told != nil {
			told(wait)
		}
	}}
}

// ask makes a call that changes nothing, or that the cloud can't take twice.
func (p *patience) ask(ctx context.Context, call func() error) error {
	return p.insist(ctx, nil, call)
}

// send makes a call that changes something. May is asked before each time that
// it is sent; its error is the end.
func (p *patience) send(ctx context.Context, may func(context.Context) error, call func() error) error {
	for _, pause := range unreached {
		err := p.insist(ctx, may, call)
		if !errors.Is(err, provider.ErrUnreachable) || ctx.Err() != nil || !sleep(ctx, pause) {
			return err
		}
	}
	return p.insist(ctx, may, call)
}

func (p *patience) insist(ctx context.Context, may func(context.Context) error, call func() error) error {
	began := time.Now()
	var refusal error
	for n := 0; ; n++ {
		if !p.rest(ctx) {
			return cmp.Or(refusal, context.Cause(ctx))
		}
		if may != nil {
			if err := may(ctx); err != nil {
				return err
			}
		}
		sent := time.Now()
		refusal = call()
		if !errors.Is(refusal, provider.ErrThrottled) || time.Since(began) > patienceTime {
			return refusal
		}
		wait := provider.RetryAfter(refusal)
		if wait <= 0 {
			wait = min(time.Second<<min(n, 10), longestRest)
		}
		first := p.refused(wait)
		if p.told != nil {
			p.told(sent, wait, first)
		}
	}
}

// rest waits while the cloud refuses every call, and reports whether ctx was
// still good at the end.
func (p *patience) rest(ctx context.Context) bool {
	for {
		p.mu.Lock()
		left := time.Until(p.until)
		p.mu.Unlock()
		if left <= 0 {
			return true
		}
		if !sleep(ctx, left) {
			return false
		}
	}
}

// refused makes every call wait and reports whether none did before.
func (p *patience) refused(wait time.Duration) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	first = !p.until.After(now)
	if until := now.Add(wait); until.After(p.until) {
		p.until = until
	}
	return first
}

// patientKeeper is a Keeper whose calls are made with patience.
type patientKeeper struct {
	provider.Keeper
	*patience
	may func(context.Context) error // as for send; may be nil
}

func (k patientKeeper) CreateTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return k.send(ctx, k.may, func() error { return k.Keeper.CreateTags(ctx, tagType, ids, tags) })
}

func (k patientKeeper) DeleteTags(ctx context.Context, tagType string, ids []string, tags map[string]string) error {
	return k.send(ctx, k.may, func() error { return k.Keeper.DeleteTags(ctx, tagType, ids, tags) })
}

func (k patientKeeper) PostTags(ctx context.Context, anchor string, create, remove map[string]string) error {
	return k.send(ctx, k.may, func() error { return k.Keeper.PostTags(ctx, anchor, create, remove) })
}

func (k patientKeeper) Anchors(ctx context.Context) (anchors []provider.Anchor, err error) {
	err = k.ask(ctx, func() error {
		anchors, err = k.Keeper.Anchors(ctx)
		return err
	})
	return anchors, err
}

func (k patientKeeper) CreateAnchor(ctx context.Context, stack string) (anchor provider.Anchor, err error) {
	err = k.send(ctx, k.may, func() error {
		anchor, err = k.Keeper.CreateAnchor(ctx, stack)
		return err
	})
	return anchor, err
}

func (k patientKeeper) DeleteAnchor(ctx context.Context, id string) error {
	return k.send(ctx, k.may, func() error { return k.Keeper.DeleteAnchor(ctx, id) })
}
