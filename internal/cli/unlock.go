package cli

import (
	"context"
	"errors"
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/apply"
)

type unlockOptions struct {
	stackOptions
	cloudOptions
	yes bool
}

func unlockCommand(p *process) *ucli.Command {
	c := command("unlock", "give back the lease of a run that is dead", "[STACK]",
		"Removes the lease that a dead run left on a stack, after showing whose it is. It is hardly ever needed:\nanother apply takes a dead run's lease over by itself after a minute. A run that still lives ends\nwithout starting anything more.",
		[]string{
			"trueup unlock                  # asks first",
			"trueup unlock --yes shop",
		}, stackFlags(), cloudFlags(), []ucli.Flag{yesFlag()})
	c.Action = func(c *ucli.Context) error {
		stack, err := oneStack(c)
		if err != nil {
			return err
		}
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		o := unlockOptions{stack, cloud, c.Bool("yes")}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runUnlock(ctx, p, o) })
	}
	return c
}

func runUnlock(ctx context.Context, p *process, o unlockOptions) (err error) {
	if err := mustBeAsked(p, "unlock", o.yes); err != nil {
		return err
	}
	stack, err := load(p, o.stackOptions, o.paths[0])
	if err != nil {
		return err
	}
	cloud, err := connectFor(ctx, p, o.cloudOptions, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if !o.yes {
		yes, err := confirm(ctx, p, fmt.Sprintf("Take the lease of stack %s from whoever holds it?", stack.Name))
		if err != nil || !yes {
			return err
		}
	}
	holder, err := apply.Unlock(ctx, cloud, stack.Name)
	if errors.Is(err, apply.ErrNotHeld) {
		fmt.Fprintf(p.stdout, "Nobody holds the lease of stack %s.\n", stack.Name)
		return nil
	}
	if err != nil {
		return err
	}
	p.tell("The lease of stack %s is free; it was held by %s.\n", stack.Name, holder)
	return nil
}
