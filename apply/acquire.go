package apply

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/trueup/trueup/provider"
)

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
	return text + "; wait with --lock-timeout 2m, which takes over from a run that is dead, or free the stack at once with trueup unlock"
}

// OriginError is returned where the stack's name is in use by files from
// somewhere else.
type OriginError struct{ Stack string }

func (e *OriginError) Error() string {
	return fmt.Sprintf("a stack named %s from another repository or path is in this account; name this one otherwise, or take it over with trueup adopt --origin", e.Stack)
}

// Acquire takes the lease of a stack, making its anchor if there is none, and
// beats until it is released. The error is a [HeldError] if somebody else
// holds it for longer than the timeout.
func Acquire(ctx context.Context, keeper provider.Keeper, stack string, holder Holder, opts LeaseOptions) (*Lease, error) {
	opts.TTL = cmp.Or(opts.TTL, 60*time.Second)
	opts.Beat = cmp.Or(opts.Beat, 10*time.Second)
	c := contender{keeper: keeper, stack: stack, holder: holder, opts: opts, began: time.Now()}
	for {
		asked := time.Now()
		anchor, err := findOrMake(ctx, keeper, stack)
		if err != nil {
			return nil, err
		}
		if c.foreign(anchor) {
			return nil, &OriginError{stack}
		}
		switch anchor.Tags[provider.TagLease] {
		case holder.Run: // granted, but the answer was lost
			return c.granted(ctx, anchor, asked)
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
			if err := c.contend(ctx, anchor, asked); err != nil {
				return nil, err
			}
		}
	}
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

// foreign reports whether the anchor belongs to files from somewhere else.
func (c *contender) foreign(a provider.Anchor) bool {
	origin := a.Tags[provider.TagOrigin]
	return origin != "" && c.opts.Origin != "" && origin != c.opts.Origin
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

// contend waits for a holder a little, or takes its lease away if it is dead:
// if the anchor, asked for a TTL after the same beat was first seen, shows it
// still.
func (c *contender) contend(ctx context.Context, anchor provider.Anchor, asked time.Time) error {
	holder, beat := holderOf(anchor), beatOf(anchor)
	if c.since.IsZero() || holder.Run != c.seenRun || beat != c.seenBeat {
		if holder.Run != c.seenRun && c.opts.Observe != nil && c.opts.Timeout > 0 {
			c.opts.Observe(holder)
		}
		c.seenRun, c.seenBeat, c.since = holder.Run, beat, time.Now()
	}
	if c.dead(holder) || asked.Sub(c.since) >= c.opts.TTL {
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

// granted writes down who holds the lease and starts the beats.
func (c *contender) granted(ctx context.Context, anchor provider.Anchor, sent time.Time) (*Lease, error) {
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lease{
		keeper: c.keeper, stack: c.stack, run: c.holder.Run, anchor: anchor,
		ttl: c.opts.TTL, beat: c.opts.Beat,
		stop: stop, turn: make(chan struct{}, 1), number: 1, confirmed: sent,
	}
	if err := c.inscribe(ctx, l); err != nil {
		_ = l.Release(context.WithoutCancel(ctx)) // the error that counts is the one before
		return nil, err
	}
	l.beats.Go(func() error {
		l.pulse(beating)
		return nil
	})
	return l, nil
}

// inscribe writes on the anchor who holds the lease, and reads what earlier
// holders left there: only now nobody else writes. What they wrote about
// themselves is removed, by which one that lives after all notices.
func (c *contender) inscribe(ctx context.Context, l *Lease) error {
	own := beatTag(l.run, l.number)
	own[provider.TagInfo+l.run] = c.holder.encode()
	err := l.put(ctx, own, l.anchor.Tags)
	if err == nil {
		l.anchor, err = find(ctx, l.keeper, l.stack)
	}
	if err != nil {
		return fmt.Errorf("write down who holds the lease of stack %s: %w", l.stack, err)
	}
	if c.foreign(l.anchor) {
		return &OriginError{l.stack}
	}
	if c.opts.Origin != "" && l.anchor.Tags[provider.TagOrigin] == "" {
		err := l.put(ctx, map[string]string{provider.TagOrigin: c.opts.Origin}, nil)
		if err != nil {
			return fmt.Errorf("write down where stack %s comes from: %w", l.stack, err)
		}
	}
	litter := l.inscriptions()
	maps.DeleteFunc(litter, func(key, _ string) bool { return own[key] != "" })
	_ = l.drop(ctx, litter) // nothing depends on it
	return nil
}
