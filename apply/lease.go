package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider"
)

// Lease is the right to change a stack, held by one run at a time. It is the
// tag trueup.lease=<run> on the stack's anchor, which the cloud creates for
// exactly one of any number of contenders.
//
// The holder beats while it lives. A contender that has seen the same run and
// the same beat for a whole TTL of its own clock takes the lease over; nobody
// compares clocks. A holder therefore starts a step only within half a TTL of
// its last confirmed beat, and looks again before it goes on after a pause.
type Lease struct {
	keeper    provider.Keeper
	stack     string
	run       string
	anchor    provider.Anchor // as read after the lease was granted
	ttl, beat time.Duration
	stop      context.CancelFunc
	beats     errgroup.Group
	turn      chan struct{} // held while a beat is made or the lease is read again
	number    int           // of the last beat, 0 before the first; for who has the turn

	mu        sync.Mutex // steps ask for what follows while the beats go on
	confirmed time.Time  // when the last beat that counts was sent
	lost      error
}

// LeaseOptions of a contender. Zero durations mean the defaults.
type LeaseOptions struct {
	Timeout time.Duration // how long to wait for a holder; 0 is not at all
	TTL     time.Duration // 60 s
	Beat    time.Duration // 10 s
	// Alive reports whether the process of a holder on this host, of the same
	// boot, lives. It may be nil.
	Alive func(Holder) bool
	// Origin is a hash of where the stack's files come from; "" is not checked.
	Origin string
	// Observe is told who is waited for, each time that it is another. It may
	// be nil.
	Observe func(Holder)
}

// HeldError is returned to a contender while somebody else holds the lease.
type HeldError struct {
	Stack  string
	Holder Holder
	Waited time.Duration
}

func (e *HeldError) Error() string {
	text := fmt.Sprintf("stack %s is being changed by %s", e.Stack, e.Holder)
	if e.Waited > 0 {
		text += fmt.Sprintf("; waited %s for it", e.Waited.Round(time.Second))
	}
	return text + "; wait for its end with --lock-timeout, or, if it is dead, give its lease back with trueup unlock"
}

// OriginError is returned where the stack's name is in use by files from
// somewhere else.
type OriginError struct{ Stack string }

func (e *OriginError) Error() string {
	return fmt.Sprintf("a stack named %s from another repository or path is in this account; name this one otherwise, or take it over with trueup adopt --origin", e.Stack)
}

// ErrLost is why nothing more is started by a run whose lease was taken over
// or given back by somebody else.
var ErrLost = errors.New("the lease of the stack was lost: another run may have taken it over")

// Acquire takes the lease of a stack, making its anchor if there is none, and
// beats until it is released. The error is a [HeldError] if somebody else
// holds it for longer than the timeout.
func Acquire(ctx context.Context, keeper provider.Keeper, stack string, holder Holder, opts LeaseOptions) (*Lease, error) {
	opts.TTL = cmp.Or(opts.TTL, 60*time.Second)
	opts.Beat = cmp.Or(opts.Beat, 10*time.Second)
	c := contender{keeper: keeper, stack: stack, holder: holder, opts: opts, began: time.Now()}
	for {
		anchor, err := findOrMake(ctx, keeper, stack)
		if err != nil {
			return nil, err
		}
		looked := time.Now()
		if origin := anchor.Tags[provider.TagOrigin]; origin != "" && opts.Origin != "" && origin != opts.Origin {
			return nil, &OriginError{stack}
		}
		switch anchor.Tags[provider.TagLease] {
		case holder.Run: // granted, but the answer was lost
			return c.granted(ctx, anchor, looked)
		case "":
			sent := time.Now()
			err := keeper.CreateTags(ctx, provider.AnchorTagType, []string{anchor.ID}, leaseTag(holder.Run))
			if err == nil {
				return c.granted(ctx, anchor, sent)
			}
			if err := c.raced(ctx, err); err != nil {
				return nil, fmt.Errorf("take the lease of stack %s: %w", stack, err)
			}
		default:
			if err := c.contend(ctx, anchor, looked); err != nil {
				return nil, err
			}
		}
	}
}

func leaseTag(run string) map[string]string {
	return map[string]string{provider.TagLease: run}
}

// contender is somebody who wants a lease.
type contender struct {
	keeper provider.Keeper
	stack  string
	holder Holder // itself
	opts   LeaseOptions
	began  time.Time
	races  int // lost in a row

	seenRun  string
	seenBeat int
	since    time.Time // that run and beat have been seen since
}

// maxRaces bounds how often in a row the lease is neither free nor held.
const maxRaces = 10

// raced decides whether an error of a call that only one contender can win is
// one that is settled by looking again.
func (c *contender) raced(ctx context.Context, err error) error {
	if c.races++; !reread(err) || c.races > maxRaces {
		return err
	}
	if c.races > 1 && !sleep(ctx, c.poll()) {
		return context.Cause(ctx)
	}
	return nil
}

func (c *contender) poll() time.Duration { return c.opts.Beat / 5 }

// contend waits for a holder a little, or takes its lease away if it is dead.
func (c *contender) contend(ctx context.Context, anchor provider.Anchor, looked time.Time) error {
	holder, beat := holderOf(anchor), beatOf(anchor)
	if c.since.IsZero() || holder.Run != c.seenRun || beat != c.seenBeat {
		if holder.Run != c.seenRun && c.opts.Observe != nil && c.opts.Timeout > 0 {
			c.opts.Observe(holder)
		}
		c.seenRun, c.seenBeat, c.since = holder.Run, beat, looked
	}
	if c.dead(holder) || looked.Sub(c.since) > c.opts.TTL {
		err := c.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{anchor.ID}, leaseTag(holder.Run))
		if err == nil {
			return nil
		}
		if err := c.raced(ctx, err); err != nil {
			return fmt.Errorf("take over the lease of stack %s from %s: %w", c.stack, holder, err)
		}
		return nil
	}
	c.races = 0
	waited := time.Since(c.began)
	if waited >= c.opts.Timeout {
		return &HeldError{Stack: c.stack, Holder: holder, Waited: min(waited, c.opts.Timeout)}
	}
	if !sleep(ctx, min(c.poll(), c.opts.Timeout-waited)) {
		return context.Cause(ctx)
	}
	return nil
}

// dead reports whether a holder is known to be dead without waiting.
func (c *contender) dead(h Holder) bool {
	return c.opts.Alive != nil && h.Host != "" && h.Host == c.holder.Host && h.Boot == c.holder.Boot && !c.opts.Alive(h)
}

// granted writes down who holds the lease and starts the beats. What earlier
// holders left on the anchor is read only now that nobody else writes there.
func (c *contender) granted(ctx context.Context, anchor provider.Anchor, sent time.Time) (*Lease, error) {
	l := &Lease{
		keeper: c.keeper, stack: c.stack, run: c.holder.Run, anchor: anchor,
		ttl: c.opts.TTL, beat: c.opts.Beat, turn: make(chan struct{}, 1), confirmed: sent,
	}
	want := map[string]string{provider.TagInfo + l.run: c.holder.encode()}
	if c.opts.Origin != "" {
		want[provider.TagOrigin] = c.opts.Origin
	}
	err := l.put(ctx, want, anchor.Tags)
	if err == nil {
		l.anchor, err = find(ctx, c.keeper, c.stack)
	}
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	if err != nil {
		_ = l.Release(beating) // the error that counts is the one before
		return nil, fmt.Errorf("write down who holds the lease of stack %s: %w", c.stack, err)
	}
	l.beats.Go(func() error {
		l.pulse(beating)
		return nil
	})
	return l, nil
}

// Release gives the lease back and ends the beats. What the run and its dead
// predecessors wrote on the anchor about themselves is removed; nothing
// depends on that.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	_ = l.beats.Wait() // beats return no errors
	err := l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.anchor.ID}, leaseTag(l.run))
	if errors.Is(err, provider.ErrOutcomeUnknown) {
		if err = l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.anchor.ID}, leaseTag(l.run)); errors.Is(err, provider.ErrConflict) {
			err = nil // it was gone already
		}
	}
	_ = l.drop(ctx, l.litter()) // the next holder removes what stays
	if errors.Is(err, provider.ErrConflict) || errors.Is(err, provider.ErrNotFound) {
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("give back the lease of stack %s: %w; trueup unlock does it", l.stack, err)
	}
	return nil
}

// litter is what stands on the anchor about holders: dead ones and this one,
// whose beats have ended.
func (l *Lease) litter() map[string]string {
	litter := map[string]string{}
	for key, value := range l.anchor.Tags {
		if strings.HasPrefix(key, provider.TagInfo) || strings.HasPrefix(key, provider.TagBeat) {
			litter[key] = value
		}
	}
	for n := max(1, l.number-1); n <= l.number; n++ { // the last may have been cut short
		maps.Copy(litter, beatTag(l.run, n))
	}
	return litter
}

// ReleaseAndDelete removes the anchor with the lease on it and reports whether
// it did. Where a note remains on it, or something owned, the lease is given
// back and the anchor stays.
func (l *Lease) ReleaseAndDelete(ctx context.Context) (deleted bool, err error) {
	if err := l.hold(ctx); err != nil {
		return false, errors.Join(err, l.Release(ctx))
	}
	anchor, err := find(ctx, l.keeper, l.stack)
	if err != nil {
		return false, errors.Join(err, l.Release(ctx))
	}
	for key := range anchor.Tags {
		for _, prefix := range []string{provider.TagNote, provider.TagOwn, provider.TagOutage} {
			if strings.HasPrefix(key, prefix) {
				return false, l.Release(ctx)
			}
		}
	}
	l.stop()
	_ = l.beats.Wait() // beats return no errors
	if err := l.keeper.DeleteAnchor(ctx, anchor.ID); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return false, errors.Join(fmt.Errorf("delete the anchor of stack %s: %w", l.stack, err), l.Release(ctx))
	}
	return true, nil
}

// ErrNotHeld is the error of giving back a lease that nobody holds.
var ErrNotHeld = errors.New("nobody holds the lease")

// Unlock gives back the lease of a stack, whoever holds it, and returns who
// did. It is for a holder that is known to be dead.
func Unlock(ctx context.Context, keeper provider.Keeper, stack string) (Holder, error) {
	anchor, err := find(ctx, keeper, stack)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return Holder{}, err
	}
	if anchor.Tags[provider.TagLease] == "" {
		return Holder{}, fmt.Errorf("stack %s: %w", stack, ErrNotHeld)
	}
	holder := holderOf(anchor)
	err = keeper.DeleteTags(ctx, provider.AnchorTagType, []string{anchor.ID}, leaseTag(holder.Run))
	if err != nil {
		return holder, fmt.Errorf("give back the lease of stack %s held by %s: %w", stack, holder, err)
	}
	return holder, nil
}
