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

// Settle waits for the creates that earlier runs noted and did not see end, so
// that what is read afterwards stays as it is. The new holder of a lease calls
// it before anything is read. How the creates ended does not matter here; the
// error, a [multierror.Error], says which are still running or can't be asked
// for.
func Settle(ctx context.Context, cloud provider.Operator, l *Lease) error {
	var jobs []provider.Job
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
		op := provider.Op{Kind: address.Kind, Address: address, ID: n.id, JobID: id}
		jobs = append(jobs, provider.Job{ID: id, Resource: n.id, Op: op})
	}
	began, errs := time.Now(), make([]error, len(jobs))
	var waits errgroup.Group
	waits.SetLimit(maxWaits)
	for i, job := range jobs {
		waits.Go(func() error {
			_, err := cloud.Wait(ctx, job)
			errs[i] = undecided(ctx, job, time.Since(began), err)
			return nil
		})
	}
	_ = waits.Wait() // errors are in errs, in the order of addresses
	var joined *multierror.Error
	for _, err := range errs {
		if err != nil {
			joined = multierror.Append(joined, err)
		}
	}
	return joined.ErrorOrNil()
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
