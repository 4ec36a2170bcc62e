package cli

import (
	"context"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/plan"
)

type driftOptions struct {
	stackOptions
	cloudOptions
	reports reportOptions
	onlyNew bool // to say nothing of what was said before
	notify  []receiver
}

// remembers reports whether it matters what the looks before have told.
func (o driftOptions) remembers() bool { return o.onlyNew || len(o.notify) > 0 }

func driftCommand(p *process) *ucli.Command {
	c := command("drift", "tell what somebody changed by hand", "[STACK...]",
		"Compares the cloud with what was last applied and changes nothing. It exits 2 if anything differs that the\nfile does not explain: a field changed by hand, a declared resource that is missing, a difference of unknown\ncause. What differs only because the file was changed since is listed, and does not count.\nOf several stacks each is looked at, whatever becomes of the others; those of one account by one reading\nof the cloud.\n\n--notify sends what differs now and did not at the last look, what is fixed, and that a stack can't be looked at;\n--only-new prints nothing else. What was told is kept in .trueup/drift/ beside each stack. The URLs are those of\nshoutrrr (https://shoutrrr.nickfedor.com); who has one can write there, so $"+notifyVariable+" is the better place for them.",
		[]string{
			"trueup drift                             # the stack in this directory",
			"trueup drift stacks/*                    # several, for a cron job",
			"trueup drift --only-new stacks/*         # quiet while nothing is new, for cron's mail",
			"trueup drift --notify generic+https://example.org/hook stacks/*",
			"trueup drift --format json stacks/* | jq -r .stack   # one object a line and stack",
			"trueup drift --report /var/lib/node_exporter/trueup.prom stacks/*",
		}, stackFlags(), cloudFlags(), []ucli.Flag{
			formatFlag(), reportFlag(), notifyFlag(),
			&ucli.BoolFlag{Name: "only-new", Usage: "print only what the last look did not find"},
		})
	c.Action = func(c *ucli.Context) error {
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		reports, err := readReports(c)
		if err != nil {
			return err
		}
		receivers, err := readNotify(c, p.env)
		if err != nil {
			return err
		}
		o := driftOptions{stacks(c), cloud, reports, c.Bool("only-new"), receivers}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runDrift(ctx, p, o) })
	}
	return c
}

// splitDrift tells the differences that somebody made in the cloud, or that
// nothing explains, from those that only the file made. Of a resource with both
// each half holds its own fields.
func splitDrift(p *plan.Plan) (drifted, pending []plan.Change) {
	for _, c := range p.Changes {
		switch {
		case !drifts(c):
			pending = append(pending, c)
		case c.Action == plan.Create:
			drifted = append(drifted, c)
		default:
			by, file := c, c
			by.Fields, file.Fields = nil, nil
			for _, f := range c.Fields {
				if f.Cause == plan.Pending {
					file.Fields = append(file.Fields, f)
				} else {
					by.Fields = append(by.Fields, f)
				}
			}
			drifted = append(drifted, by)
			if len(file.Fields) > 0 {
				pending = append(pending, file)
			}
		}
	}
	return drifted, pending
}

// drifts reports whether more than the file made a difference.
func drifts(c plan.Change) bool { return c.Action != plan.Delete && c.Cause != plan.Pending }
