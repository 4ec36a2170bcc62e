package cli

import (
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render"
)

func showCommand(p *process) *ucli.Command {
	c := command("show", "show a saved plan", "FILE",
		"Shows a plan that plan -o wrote, as plan showed it. Neither the stack nor the cloud is read: whether the plan is\nstill good is found out when it is applied.",
		[]string{
			"trueup show plan.json",
			"trueup show --format json plan.json | jq .summary",
			"trueup show --report plan.html plan.json",
		}, []ucli.Flag{formatFlag(), reportFlag()})
	c.Action = func(c *ucli.Context) error {
		if c.NArg() != 1 {
			return usagef("trueup show takes the file of one saved plan, not %d", c.NArg())
		}
		reports, err := readReports(c)
		if err != nil {
			return err
		}
		return runShow(p, c.Args().First(), reports)
	}
	return c
}

func runShow(p *process, file string, reports reportOptions) error {
	result := newResult("plan", file)
	saved, stack, err := readSaved(file)
	if err != nil {
		return err
	}
	result.Plan, result.Stack, result.Path = saved.Plan, saved.Plan.Stack, stack
	if reports.text() {
		_, err = fmt.Fprint(p.stdout, render.Plan(saved.Plan, screen(p.stdout, p.env)))
	}
	finish(result, err)
	return conclude(p, reports, err, result)
}
