package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
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
	// Once are tags for the anchor, each put there where none of its key is.
	Once map[string]string
	// TakeOver writes Origin on the anchor whatever stood there.
	TakeOver bool
	// Anchors reads the anchors of the account once the lease is granted, perhaps
	// with all else that is to be read then. Where it is nil, they are read alone.
	Anchors func(context.Context) ([]provider.Anchor, error)
	// Observe is told who is waited for, each time that it is another. It may
	// be nil.
	Observe func(Holder)
	// Wall is the time of day, which may be set at any moment; [time.Now] unless
	// set.
	Wall func() time.Time
	// Throttled is told how long the lease's calls wait where the cloud refuses
	// them for their number, as long as the lease is held. It may be nil.
	Throttled func(wait time.Duration)
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
	c := &contender{
		holder: holder, opts: opts, began: time.Now(),
		lease: &Lease{
			keeper: patientKeeper{Keeper: keeper, patience: newPatience(opts.Throttled)}, stack: stack, run: holder.Run, info: holder.encode(),
			ttl: opts.TTL, beat: opts.Beat, turn: make(chan struct{}, 1), number: 1, wall: opts.Wall, arriving: map[provider.Address]bool{},
		},
	}
	if c.lease.wall == nil {
		c.lease.wall = time.Now
	}
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	return c.lease, nil
}

// contender is somebody who wants a lease.
type contender struct {
	lease  *Lease // that it wants
	holder Holder // itself
	opts   LeaseOptions
	began  time.Time
	races  int  // lost in a row
	unsure bool // whether a claim was granted

	seenRun  string
	seenBeat int
	since    time.Time // that run and beat have been seen since
}

// acquire looks at the anchor until the lease is granted or is not to be had.
func (c *contender) acquire(ctx context.Context) error {
	l := c.lease
	for {
		asked := l.now()
		anchor, err := findOrMake(ctx, l.keeper, l.stack)
		l.anchor, l.id = anchor, anchor.ID
		if err == nil && c.foreign() {
			err = &OriginError{l.stack}
		}
		granted := false
		if err == nil {
			switch anchor.Tags[provider.TagLease] {
			case l.run: // granted, but the answer was lost
				granted, l.confirmed = true, asked
			case "":
				granted, err = c.claim(ctx)
			default:
				err = c.contend(ctx, asked.running)
			}
		}
		switch {
		case err != nil:
			c.erase(ctx)
			return err
		case granted:
			return c.begin(ctx)
		}
	}
}

// claim tries to take a lease that nobody holds. Who wants it is written down
// with it, all or nothing: of a holder that dies at once, others must be able to
// see that.
func (c *contender) claim(ctx context.Context) (granted bool, err error) {
	l := c.lease
	tags := l.inscription()
	maps.Copy(tags, leaseTag(l.run))
	maps.DeleteFunc(tags, func(key, value string) bool { return l.anchor.Tags[key] == value }) // granted once, and freed by somebody
	l.confirmed = l.now()
	err = l.keeper.CreateTags(ctx, provider.AnchorTagType, []string{l.id}, tags)
	c.unsure = err != nil && !errors.Is(err, provider.ErrExists)
	if err == nil {
		return true, nil
	}
	if err := c.raced(ctx, err); err != nil {
		return false, fmt.Errorf("take the lease of stack %s: %w", l.stack, err)
	}
	return false, nil
}

// eraseTime bounds the removal of what a contender wrote.
const eraseTime = 10 * time.Second

// erase gives back what a contender without success may have been granted,
// whether or not ctx is done; the next holder removes what stays. A claim that was
// sent may be granted still: then who made it stays readable, to be seen dead.
func (c *contender) erase(ctx context.Context) {
	if !c.unsure {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eraseTime)
	defer cancel()
	if c.lease.giveBack(ctx, leaseTag(c.lease.run)) == nil {
		_ = c.lease.drop(ctx, c.lease.inscription())
	}
}

// begin starts the beats of a lease that was granted, and reads what earlier
// holders left on the anchor: only now nobody else writes there.
func (c *contender) begin(ctx context.Context) error {
	l := c.lease
	beating, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop, l.taken = stop, time.Now()
	l.beats.Go(func() error {
		l.pulse(beating)
		return nil
	})
	if err := c.takeStock(ctx); err != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), eraseTime)
		defer cancel()
		_ = l.Release(back) // the error that counts is the one before
		return err
	}
	return nil
}

// takeStock reads the anchor. What others wrote about themselves is removed.
func (c *contender) takeStock(ctx context.Context) error {
	l, read := c.lease, c.opts.Anchors
	if read == nil {
		read = l.keeper.Anchors
	}
	anchors, err := read(ctx)
	if err != nil {
		return err
	}
	anchor, err := anchorOf(anchors, l.stack)
	if err != nil {
		return err
	}
	if anchor.ID != l.id || anchor.Tags[provider.TagLease] != l.run {
		return ErrLost
	}
	l.anchor = anchor
	if c.foreign() {
		return &OriginError{l.stack}
	}
	info := provider.TagInfo + l.run
	own := map[string]string{info: l.info} // a holder before may have taken it for litter
	if origin := c.opts.Origin; origin != "" {
		own[provider.TagOrigin] = origin
	}
	for key, value := range c.opts.Once {
		own[key] = cmp.Or(l.anchor.Tags[key], value)
	}
	if err := l.put(ctx, own, l.anchor.Tags); err != nil {
		return fmt.Errorf("write down who holds the lease of stack %s: %w", l.stack, err)
	}
	litter := maps.Clone(l.anchor.Tags)
	maps.DeleteFunc(litter, func(key, _ string) bool {
		about, ofBeat := strings.CutPrefix(key, provider.TagBeat)
		return key == info || strings.HasPrefix(about, l.run+".") || !ofBeat && !strings.HasPrefix(key, provider.TagInfo)
	})
	_ = l.drop(ctx, litter) // nothing depends on it
	return nil
}

// foreign reports whether the anchor belongs to files from somewhere else.
func (c *contender) foreign() bool {
	origin := c.lease.anchor.Tags[provider.TagOrigin]
	return origin != "" && c.opts.Origin != "" && origin != c.opts.Origin && !c.opts.TakeOver
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
func (c *contender) contend(ctx context.Context, asked time.Time) error {
	l := c.lease
	holder, beat := holderOf(l.anchor), beatOf(l.anchor)
	if c.since.IsZero() || holder.Run != c.seenRun || beat != c.seenBeat {
		if holder.Run != c.seenRun && c.opts.Observe != nil && c.opts.Timeout > 0 {
			c.opts.Observe(holder)
		}
		c.seenRun, c.seenBeat, c.since = holder.Run, beat, time.Now()
	}
	if c.dead(holder) || asked.Sub(c.since) >= c.opts.TTL {
		err := l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.id}, leaseTag(holder.Run))
		if err == nil {
			return nil
		}
		if err := c.raced(ctx, err); err != nil {
			return fmt.Errorf("take over the lease of stack %s from %s: %w", l.stack, holder, err)
		}
		return nil
	}
	c.races = 0
	waited := time.Since(c.began)
	if waited >= c.opts.Timeout {
		return &HeldError{Stack: l.stack, Holder: holder, Waited: min(waited, c.opts.Timeout)}
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
