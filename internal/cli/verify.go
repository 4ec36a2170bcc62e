package cli

import (
	"context"
	"fmt"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// verify reads the cloud again and returns what still differs on the resources
// all of whose steps were done: what the server accepted and did not do.
func (c *change) verify(ctx context.Context, report *apply.Report) ([]plan.Change, error) {
	touched := map[provider.Address]bool{}
	for _, o := range report.Outcomes {
		if o.Phase == apply.Done {
			touched[o.Step.Op.Address] = true
		}
	}
	for _, o := range report.Outcomes {
		if o.Phase != apply.Done {
			delete(touched, o.Step.Op.Address)
		}
	}
	if len(touched) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	again, err := compare(ctx, c.cloud, c.stack, c.make, plan.Options{Compare: true})
	if err != nil {
		return nil, fmt.Errorf("look whether everything came true: %w", err)
	}
	var unmet []plan.Change
	for _, change := range again.Changes {
		if touched[change.Address] {
			unmet = append(unmet, change)
		}
	}
	return unmet, nil
}
