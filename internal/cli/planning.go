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

// compare reads the cloud and plans. Where its error is [plan.Problems], the plan
// shows what was refused.
func compare(ctx context.Context, cloud provider.Reader, stack *loaded, make planner, opts plan.Options) (*plan.Plan, error) {
	snapshot, err := cloud.Read(ctx, stack.Scope())
	if err != nil {
		return nil, fmt.Errorf("read the cloud: %w", err)
	}
	opts.Origin = stack.origin
	return make(stack.Stack, kind.All(), snapshot, opts)
}

// checkedPlan is compare, and then a check that the cloud has what the plan
// needs of its catalogues, grants what it uses and allows what it calls.
func checkedPlan(ctx context.Context, cloud provider.Reader, stack *loaded, make planner, opts plan.Options, use plan.Purpose) (*plan.Plan, error) {
	made, err := compare(ctx, cloud, stack, make, opts)
	if made == nil {
		return nil, err
	}
	wanted := made.Wanted(use)
	if wanted.Nothing() {
		return made, err
	}
	catalogue, err := cloud.Catalogue(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("read what the cloud offers: %w", err)
	}
	return made.Check(kind.All(), catalogue, use)
}
