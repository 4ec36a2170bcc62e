package cli

import (
	"context"
	"fmt"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// planner is [plan.Make] or [plan.Destroy].
type planner func(*spec.Stack, provider.Kinds, *provider.Snapshot, plan.Options) (*plan.Plan, error)

// compare reads the cloud and plans. Its error is [plan.Problems] where there
// can't be a plan.
func compare(ctx context.Context, cloud provider.Reader, stack *loaded, make planner, opts plan.Options) (*plan.Plan, error) {
	snapshot, err := cloud.Read(ctx, stack.Scope())
	if err != nil {
		return nil, fmt.Errorf("read the cloud: %w", err)
	}
	opts.Origin = stack.origin
	return make(stack.Stack, kind.All(), snapshot, opts)
}

// checkedPlan is compare, and then a check that the cloud has what the plan
// needs of its catalogues and grants what it uses.
func checkedPlan(ctx context.Context, cloud provider.Reader, stack *loaded, make planner, opts plan.Options) (*plan.Plan, error) {
	made, err := compare(ctx, cloud, stack, make, opts)
	if err != nil {
		return nil, err
	}
	names := made.Catalogues()
	if len(made.Uses) > 0 {
		names = append(names, provider.Limits)
	}
	if len(names) == 0 {
		return made, nil
	}
	catalogue, err := cloud.Catalogue(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("read what the cloud offers: %w", err)
	}
	return made.Check(catalogue)
}
