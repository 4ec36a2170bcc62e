package cli

import (
	"context"
	"errors"
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
)

func adoptCommand(p *process) *ucli.Command {
	c := command("adopt", "apply, and take over what lives under declared names", "[STACK]",
		"Shows the plan, asks, and applies it: as apply does, but what lives under a declared name and belongs to nobody is\ntaken over, with what it takes to make it as declared. What belongs to another stack never is. Nothing is lost by\nit: what would have to be replaced is refused. Addresses have no names and can't be adopted.\n\nWith --origin it takes over the stack itself, whose files came from another repository or path before.",
		[]string{
			"trueup adopt --target vm/db              # one machine",
			"trueup adopt --yes shop                  # all that the stack declares",
			"trueup adopt --origin                    # the repository moved",
		}, stackFlags(), cloudFlags(), changeFlags(), selectFlags(), []ucli.Flag{
			maxDeletesFlag(),
			&ucli.BoolFlag{Name: "origin", Usage: "take over the stack from another repository or path, and change nothing else"},
		})
	c.Action = func(c *ucli.Context) error {
		o, err := readChange(c)
		if err != nil {
			return err
		}
		planning, err := readPlanning(c)
		if err != nil {
			return err
		}
		o.maxDeletes, o.targets, o.excludes = planning.MaxDeletes, planning.Targets, planning.Excludes
		return attend(c.Context, p, o.timeout, func(ctx context.Context, b *brake) error {
			if c.Bool("origin") {
				return runAdoptOrigin(ctx, p, o)
			}
			o.adopt = true
			return runChange(ctx, p, b, o, plan.Make)
		})
	}
	return c
}

// runAdoptOrigin writes on the stack's anchor where its files come from now.
func runAdoptOrigin(ctx context.Context, p *process, o changeOptions) (err error) {
	if err := mustBeAsked(p, o.command, o.yes); err != nil {
		return err
	}
	stack, err := load(p, o.stackOptions, o.paths[0])
	if err != nil {
		return err
	}
	if stack.origin == "" {
		return usagef("adopt --origin: nothing tells where stack %s comes from: it is in no git repository with a remote, and the file declares no origin", stack.Name)
	}
	holder, err := newHolder(p)
	if err != nil {
		return err
	}
	cloud, err := connectFor(ctx, p, o.cloudOptions, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if !o.yes {
		yes, err := confirm(ctx, p, fmt.Sprintf("Take stack %s over from where it came from?", stack.Name))
		if err != nil || !yes {
			return err
		}
	}
	lease, err := apply.Acquire(ctx, cloud, stack.Name, holder, apply.LeaseOptions{
		Timeout: o.lockTimeout, Alive: alive, Origin: stack.origin, TakeOver: true,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "Stack %s is this repository's now.\n", stack.Name)
	last, cancel := leaving(ctx)
	defer cancel()
	return lease.Release(last)
}
