package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/go-multierror"
	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider"
)

// settlingTime is how long a command whose answer was lost may still be on its
// way: longer than any client waits for an answer.
const settlingTime = 60 * time.Second

// SettleOptions say what is known beforehand and who wants to know more.
type SettleOptions struct {
	Kinds provider.Kinds
	// Observe is told for which creates the settling time is waited for, and how
	// long. It may be nil.
	Observe func(undecided []provider.Address, wait time.Duration)
}

// Settle waits for the creates that earlier runs noted and did not see end, so
// that what is read afterwards stays as it is. The new holder of a lease calls
// it before it plans. How the creates ended does not matter here; the
// error, a [multierror.Error], says which are still running or can't be asked
// for.
//
// Of a create whose job the cloud does not know nobody can say whether it was
// never sent or is still on its way. It is asked for again once the settling
// time has passed since the lease was taken; until then nothing of its address
// is made a second time, because nothing is. Where a look shows what the create has
// made, by its marker, there is nothing to wait for. Neither is there where the
// cloud makes nothing of the same name twice; the lease remembers then that the
// create may yet arrive.
func Settle(ctx context.Context, cloud provider.Cloud, l *Lease, opts SettleOptions) error {
	settled := l.noted()
	waitAll(ctx, cloud, opts.Kinds, settled)
	var unknown []*settling
	var addresses []provider.Address
	for _, s := range settled {
		k := opts.Kinds.Get(s.job.Op.Kind)
		switch {
		case !errors.Is(s.err, provider.ErrNotFound):
		case k == nil || !k.UniqueName && !k.Repeatable:
			unknown = append(unknown, s)
		default:
			l.arriving[s.job.Op.Address] = true
		}
	}
	if len(unknown) > 0 {
		unknown = unseen(ctx, cloud, l.stack, unknown)
	}
	for _, s := range unknown {
		addresses = append(addresses, s.job.Op.Address)
	}
	if wait := settlingTime - time.Since(l.taken); len(unknown) > 0 && wait > 0 {
		if opts.Observe != nil {
			opts.Observe(addresses, wait)
		}
		if !sleep(ctx, wait) {
			return context.Cause(ctx)
		}
		waitAll(ctx, cloud, opts.Kinds, unknown)
	}
	var joined *multierror.Error
	for _, s := range settled {
		if err := undecided(ctx, s.job, s.waited, s.err); err != nil {
			joined = multierror.Append(joined, err)
		}
	}
	return joined.ErrorOrNil()
}

// unseen reads the kinds of some creates and returns those of which nothing with
// their marker lives.
func unseen(ctx context.Context, cloud provider.Reader, stack string, creates []*settling) []*settling {
	kinds := map[string]bool{}
	for _, s := range creates {
		kinds[s.job.Op.Kind] = true
	}
	snapshot, err := cloud.Read(ctx, provider.Scope{Stack: stack, Kinds: slices.Sorted(maps.Keys(kinds))})
	if err != nil {
		return creates // nothing is known
	}
	lives := map[string]bool{}
	for _, l := range snapshot.Resources {
		lives[l.Kind+" "+l.Marker] = true
	}
	return slices.DeleteFunc(creates, func(s *settling) bool { return lives[s.job.Op.Kind+" "+s.job.Op.Marker] })
}

// mayArrive reports whether a create of the address that an earlier run sent may
// still be on its way, or have arrived since the cloud was read.
func (l *Lease) mayArrive(a provider.Address) bool {
	return l != nil && l.arriving[a] && time.Since(l.taken) < settlingTime
}

// Unsettled reports whether there is anything that [Settle] would ask for.
func (l *Lease) Unsettled() bool { return len(l.noted()) > 0 }

// settling is a create that an earlier run noted, and how the wait for it ended.
type settling struct {
	job    provider.Job
	waited time.Duration
	err    error
}

// noted are the creates that stand on the anchor, in the order of their
// addresses.
func (l *Lease) noted() []*settling {
	var all []*settling
	for _, key := range slices.Sorted(maps.Keys(l.anchor.Tags)) {
		address, ok := noted(key)
		if !ok {
			continue
		}
		n, err := parseNote(l.anchor.Tags[key])
		if err != nil {
			continue // nothing to ask for; what lives is seen by reading
		}
		id := JobID(n.run, address, n.attempt)
		op := provider.Op{Kind: address.Kind, Address: address, ID: n.id, JobID: id, Marker: l.stack + "/" + address.String()}
		all = append(all, &settling{job: provider.Job{ID: id, Resource: n.id, Op: op}})
	}
	return all
}

// waitAll waits for jobs, some at a time, and for each no longer than a job for
// its kind may take.
func waitAll(ctx context.Context, cloud provider.Operator, kinds provider.Kinds, all []*settling) {
	began := time.Now()
	var waits errgroup.Group
	var calls patience
	waits.SetLimit(maxWaits)
	for _, s := range all {
		waits.Go(func() error {
			wait := ctx
			if k := kinds.Get(s.job.Op.Kind); k != nil && k.JobTime > 0 {
				var cancel context.CancelFunc
				wait, cancel = context.WithTimeout(ctx, time.Duration(k.JobTime))
				defer cancel()
			}
			s.err = calls.ask(wait, func() error {
				_, err := cloud.Wait(wait, s.job)
				return err
			})
			s.waited = time.Since(began)
			if wait.Err() != nil && ctx.Err() == nil {
				s.err = overdue(ctx, cloud, s, context.Cause(wait))
			}
			return nil
		})
	}
	_ = waits.Wait() // each keeps its own error
}

// overdue is the end of a wait for a job that takes longer than it may.
func overdue(ctx context.Context, cloud provider.Operator, s *settling, cause error) error {
	return &provider.StillRunning{Job: s.job, After: s.waited, Cause: cause, State: stateOf(ctx, cloud, s.job)}
}

// maxWaits bounds how many noted jobs are asked for at a time.
const maxWaits = 16

// undecided is the error of a wait that tells nothing about the job's end.
func undecided(ctx context.Context, job provider.Job, after time.Duration, err error) error {
	var running *provider.StillRunning
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.As(err, &running):
		err = &provider.StillRunning{Job: job, After: after, Cause: context.Cause(ctx)}
	case errors.As(err, &running), errors.Is(err, provider.ErrUnreachable), errors.Is(err, provider.ErrCredentials), errors.Is(err, provider.ErrThrottled):
	default:
		return nil // it failed, or there was no such job
	}
	return fmt.Errorf("%s: begun by an earlier run: %w", job.Op.Address, err)
}
