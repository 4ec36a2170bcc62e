package cli

import (
	"context"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/plan"
)

func destroyCommand(p *process) *ucli.Command {
	c := command("destroy", "remove everything that the stack owns", "[STACK]",
		"Shows what is going to be removed, asks, and removes it: what the stack owns in the cloud, declared or not, and\nnothing else. Protected resources refuse it. What the cloud holds until it has expunged the machines is named, and\na second destroy removes it; that is no failure.",
		[]string{
			"trueup destroy                           # the stack in this directory; asks first",
			"trueup destroy --yes shop",
		}, stackFlags(), cloudFlags(), changeFlags())
	c.Action = func(c *ucli.Context) error {
		o, err := readChange(c)
		if err != nil {
			return err
		}
		return attend(c.Context, p, o.timeout, func(ctx context.Context, b *brake) error {
			return runChange(ctx, p, b, o, plan.Destroy)
		})
	}
	return c
}
