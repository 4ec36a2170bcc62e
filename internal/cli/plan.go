package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/plan"
)

type planOptions struct {
	stackOptions
	cloudOptions
	planning     plan.Options
	reports      reportOptions
	detailedExit bool
	save         string // file; "" where the plan is only shown
	explain      bool
}

func planCommand(p *process) *ucli.Command {
	c := command("plan", "show what apply would change", "[STACK]",
		"Reads the stack and the cloud and shows what differs, what apply would do about it, and what that costs.\nNothing is changed: a role that may only list is enough.",
		[]string{
			"trueup plan                              # the stack in this directory",
			"trueup plan --var replicas=5 shop.yaml",
			"trueup plan --detailed-exitcode          # exit 2 if there are changes, for scripts",
			"trueup plan --format json | jq .summary",
			"trueup plan -o plan.json shop            # for trueup show and trueup apply",
			"trueup plan --report plan.html --report comment.md   # for reviewers, beside the text",
			"trueup plan --target vm/web-2            # and what it needs, of the whole stack",
			"trueup plan --explain                    # the calls, for CloudMonkey",
			"trueup plan --cloud simulator examples/shop",
		}, stackFlags(), cloudFlags(), selectFlags(), []ucli.Flag{
			maxDeletesFlag(), formatFlag(), reportFlag(),
			&ucli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 where there are changes"},
			&ucli.BoolFlag{Name: "explain", Usage: "show every call to the API as a command for CloudMonkey"},
			&ucli.StringFlag{Name: "o", Usage: "save the plan to `FILE`, whose name ends in .json"},
		})
	c.Action = func(c *ucli.Context) error {
		stack, err := oneStack(c)
		if err != nil {
			return err
		}
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		planning, err := readPlanning(c)
		if err != nil {
			return err
		}
		reports, err := readReports(c)
		if err != nil {
			return err
		}
		o := planOptions{stack, cloud, planning, reports, c.Bool("detailed-exitcode"), c.String("o"), c.Bool("explain")}
		if o.explain && !o.reports.text() {
			return usagef("--explain writes text: leave --format out")
		}
		if o.save != "" && filepath.Ext(o.save) != ".json" {
			return usagef("-o %s: a saved plan's name ends in .json", o.save)
		}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runPlan(ctx, p, o) })
	}
	return c
}

func runPlan(ctx context.Context, p *process, o planOptions) error {
	result := newResult("plan", o.paths[0])
	err := showPlan(ctx, p, o, result)
	finish(result, err)
	return conclude(p, o.reports, err, result)
}

// showPlan makes the plan, saves it and shows it. It fills in the result.
func showPlan(ctx context.Context, p *process, o planOptions, result *report.Result) (err error) {
	stack, err := load(p, o.stackOptions, o.paths[0])
	if err != nil {
		return err
	}
	stack.about(result)
	cloud, err := connectFor(ctx, p, o.cloudOptions, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	result.Simulated = cloud.embedded
	opts := o.planning
	opts.Bind = o.save != ""
	made, err := checkedPlan(ctx, cloud, stack, plan.Make, opts, plan.ToShow)
	result.Plan = made
	if err != nil {
		return refusedPlan(p, o, made, err)
	}
	if o.save != "" {
		if err := savePlan(o.save, made, o.stackOptions, opts); err != nil {
			return err
		}
	}
	if o.reports.text() {
		_, err = fmt.Fprint(p.stdout, render.Plan(made, screen(p.stdout, p.env)))
	}
	if err == nil && o.explain {
		err = explainCalls(ctx, p, cloud.Cloud, made)
	}
	if err == nil && o.detailedExit && !made.Empty() {
		return said(exitDiffers)
	}
	return err
}

// refusedPlan shows a plan that must not be applied, and returns why. It is not
// saved. Where the file or the flags are mistaken there is nothing to look at.
func refusedPlan(p *process, o planOptions, made *plan.Plan, refusal error) error {
	if made == nil {
		return refusal
	}
	var err error
	if o.reports.text() && made.Problems.Class() == plan.Refused {
		_, err = fmt.Fprint(p.stdout, render.Plan(made, screen(p.stdout, p.env)))
	}
	if o.save != "" {
		p.say("No plan was saved to %s: it would be refused.\n", o.save)
	}
	return errors.Join(err, refusal)
}
