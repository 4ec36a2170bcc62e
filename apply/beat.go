package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
)

// pulse beats until ctx is done or the lease is lost.
func (l *Lease) pulse(ctx context.Context) {
	ticker := time.NewTicker(l.beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !l.take(ctx) {
			return
		}
		err := l.renew(ctx)
		<-l.turn
		if errors.Is(err, ErrLost) {
			return
		}
	}
}

// hold returns nil while a step may be started: within half a TTL of the last
// confirmed beat, or once the lease was found to be still this run's. It
// returns [ErrLost] from the moment on when it was not. A nil lease is always
// held.
func (l *Lease) hold(ctx context.Context) error {
	if l == nil {
		return nil
	}
	for began := time.Now(); ; {
		if fresh, err := l.state(); fresh || err != nil {
			return err
		}
		if !l.take(ctx) {
			return context.Cause(ctx)
		}
		fresh, err := l.state() // somebody else may have renewed it meanwhile
		if !fresh && err == nil {
			err = l.renew(ctx)
		}
		<-l.turn
		if err == nil || !slow(err) || ctx.Err() != nil || time.Since(began) > patienceTime {
			return err
		}
	}
}

// errUnseen is why a beat does not count that the cloud has accepted.
var errUnseen = errors.New("its beat is not there")

// slow reports whether an error tells that the cloud answers, but too late.
func slow(err error) bool {
	return errors.Is(err, provider.ErrThrottled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errUnseen)
}

// take waits for the turn to write and reports whether ctx was still good.
func (l *Lease) take(ctx context.Context) bool {
	select {
	case l.turn <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// moment is a time by both clocks: the monotonic one, which stands still while a
// machine sleeps, and the wall clock, which may be set.
type moment struct{ running, wall time.Time }

func (l *Lease) now() moment { return moment{time.Now(), l.wall().Round(0)} }

// since is how long ago m was, at least, by the clock that says more: a wall clock
// that was set forward makes it look longer, which costs a look at the lease, and
// one that was set back doesn't count.
func (l *Lease) since(m moment) time.Duration {
	now := l.now()
	return max(now.running.Sub(m.running), now.wall.Sub(m.wall))
}

// state tells whether the last confirmed beat is less than half a TTL old, and
// whether the lease is known to be lost.
func (l *Lease) state() (fresh bool, lost error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost == nil && l.since(l.confirmed) < l.ttl/2, l.lost
}

// renew makes the next beat. It counts once the anchor shows it, and the lease as
// this run's. Beats before the last one that counted are removed with it.
//
// The caller has the turn.
func (l *Lease) renew(ctx context.Context) error {
	fresh, err := l.state()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, l.ttl/2)
	defer cancel()
	sent := l.now()
	l.number++ // never twice: a beat whose answer was lost may be there
	err = l.keeper.PostTags(ctx, l.id, beatTag(l.run, l.number), l.past)
	if err == nil || reread(err) {
		err = l.verify(ctx, fresh)
	}
	if errors.Is(err, ErrLost) {
		return err
	}
	if err != nil {
		return fmt.Errorf("confirm the lease of stack %s: %w", l.stack, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.confirmed = sent
	return nil
}

// verify reads the anchor until it shows the last beat, and looks whether the
// lease is still this run's: somebody may have freed the stack. Where the beat
// follows the one before closely, no contender can have waited for a TTL
// meanwhile. After a longer pause one may be about to take over; the new beat stops
// it unless it has decided already, and then its deed shows after a grace.
func (l *Lease) verify(ctx context.Context, fresh bool) error {
	pause := l.beat / 10 // by then the cloud has made the tag
	if !fresh {
		pause = l.beat / 2
	}
	for range 3 {
		if !sleep(ctx, pause) {
			return context.Cause(ctx)
		}
		anchor, err := find(ctx, l.keeper, l.stack)
		if err != nil && !errors.Is(err, provider.ErrNotFound) {
			return err
		}
		if anchor.ID != l.id || anchor.Tags[provider.TagLease] != l.run {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.lost = ErrLost
			return ErrLost
		}
		if beatOf(anchor) == l.number {
			l.past = anchor.Tags
			maps.DeleteFunc(l.past, func(key, _ string) bool {
				return !strings.HasPrefix(key, provider.TagBeat+l.run+".") || key == beatKey(l.run, l.number)
			})
			return nil
		}
		pause = l.beat / 2
	}
	return errUnseen
}

func beatTag(run string, number int) map[string]string {
	return map[string]string{beatKey(run, number): "1"}
}

func beatKey(run string, number int) string {
	return provider.TagBeat + run + "." + strconv.Itoa(number)
}
