package apply

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// probeTime bounds one look.
const probeTime = 15 * time.Second

// Probe does the plan's looks and returns what is not
// ready, and why: [plan.Options.Unready]. What can't be found out by then is not
// ready either.
func Probe(ctx context.Context, cloud provider.Operator, p *plan.Plan) map[provider.Address]string {
	errs := make([]error, len(p.Probes))
	var looks errgroup.Group
	looks.SetLimit(maxWaits)
	for i, op := range p.Probes {
		looks.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, probeTime)
			defer cancel()
			job, err := cloud.Start(ctx, op)
			if err == nil && !job.Done {
				_, err = cloud.Wait(ctx, job)
			}
			errs[i] = err
			return nil
		})
	}
	_ = looks.Wait() // each look keeps its own error
	unready := map[provider.Address]string{}
	for i, err := range errs {
		if err != nil {
			unready[p.Probes[i].Address] = err.Error()
		}
	}
	return unready
}
