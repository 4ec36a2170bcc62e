package apply

import (
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
	keeper    patientKeeper
	stack     string
	run       string
	info      string                    // who runs it, as the anchor says
	id        string                    // of the stack's anchor
	anchor    provider.Anchor           // as read after the lease was granted
	taken     time.Time                 // when it was granted
	arriving  map[provider.Address]bool // creates of earlier runs that may yet arrive: see Settle
	ttl, beat time.Duration
	wall      func() time.Time
	stop      context.CancelFunc
	beats     errgroup.Group
	turn      chan struct{} // held while a beat is made or the lease is read again
	// For who has the turn: the number of the last beat, and the tags of those that
	// stood on the anchor beside the last one that counted.
	number int
	past   map[string]string

	mu        sync.Mutex // steps ask for what follows while the beats go on
	confirmed moment     // when the last beat that counts was sent
	lost      error
}

// ErrLost is why nothing more is started by a run whose lease was taken over
// or given back by somebody else.
var ErrLost = errors.New("the lease of the stack was lost: another run may have taken it over")

// Release ends the beats and gives the lease back, with what the run wrote on the
// anchor about itself. It returns [ErrLost] if the lease was another's: a run that
// has beaten of late can't have been replaced, so that one call removes everything.
// Of an older one the lease is removed alone: only so the cloud tells whether it was
// there still.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	_ = l.beats.Wait() // beats return no errors
	fresh, err := l.state()
	tags := l.inscription()
	if fresh {
		maps.Copy(tags, leaseTag(l.run))
		err = l.giveBack(ctx, tags)
	} else {
		if err == nil {
			err = l.giveBack(ctx, leaseTag(l.run))
		}
		_ = l.drop(ctx, tags) // the next holder removes what stays
	}
	if err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("give back the lease of stack %s: %w; trueup unlock does it", l.stack, err)
	}
	return err
}

// giveBack removes tags from the anchor that are this run's, the lease among them.
func (l *Lease) giveBack(ctx context.Context, tags map[string]string) error {
	remove := func() error {
		err := l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.id}, tags)
		if errors.Is(err, provider.ErrConflict) || errors.Is(err, provider.ErrNotFound) {
			return ErrLost
		}
		return err
	}
	err := remove()
	if err != nil && !errors.Is(err, ErrLost) {
		if err = remove(); errors.Is(err, ErrLost) {
			err = nil // the first time it was done
		}
	}
	return err
}

// inscription is what this run has written on the anchor about itself, but for the
// lease.
func (l *Lease) inscription() map[string]string {
	tags := map[string]string{provider.TagInfo + l.run: l.info}
	maps.Copy(tags, l.past)
	for n := max(1, l.number-1); n <= l.number; n++ { // the last may have been cut short
		maps.Copy(tags, beatTag(l.run, n))
	}
	return tags
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
	keeper = patientKeeper{Keeper: keeper, patience: &patience{}}
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

func leaseTag(run string) map[string]string {
	return map[string]string{provider.TagLease: run}
}
