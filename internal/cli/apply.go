package cli

import (
	"context"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/plan"
)

func applyCommand(p *process) *ucli.Command {
	c := command("apply", "make the cloud match the stack", "[STACK | PLAN.json]",
		"Shows the plan, asks, and makes it so: in order of need, many things at once. It may be killed at any instant\nand run again. Interrupted once (Ctrl-C) it starts nothing more and waits for what runs; twice, it leaves.\n\nOf a saved plan it reads stack and cloud again, and refuses (exit 3) if anything that the plan stands on has moved.",
		[]string{
			"trueup apply                             # the stack in this directory; asks first",
			"trueup apply --yes shop                  # in CI",
			"trueup apply --yes --lock-timeout 10m --timeout 1h shop",
			"trueup plan -o plan.json shop && trueup apply --yes plan.json",
			"trueup apply --cloud simulator examples/shop",
		}, stackFlags(), cloudFlags(), changeFlags(), selectFlags(), []ucli.Flag{
			maxDeletesFlag(),
			&ucli.StringFlag{Name: "passwords-to", Usage: "append the passwords that the cloud generates to `FILE` (0600)"},
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
		if isSaved(o.paths[0]) {
			for _, flag := range []string{"max-deletes", "target", "exclude"} {
				if c.IsSet(flag) {
					return usagef("--%s is part of a saved plan: give it to plan -o", flag)
				}
			}
			if o.saved, o.paths[0], err = readSaved(o.paths[0]); err != nil {
				return err
			}
		}
		return attend(c.Context, p, o.timeout, func(ctx context.Context, b *brake) error {
			return runChange(ctx, p, b, o, plan.Make)
		})
	}
	return c
}
