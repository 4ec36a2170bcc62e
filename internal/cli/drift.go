package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/plan"
)

type driftOptions struct {
	stackOptions
	cloudOptions
	reports reportOptions
}

func driftCommand(p *process) *ucli.Command {
	c := command("drift", "tell what somebody changed by hand", "[STACK...]",
		"Compares the cloud with what was last applied and changes nothing. It exits 2 if anything differs that the\nfile does not explain: a field changed by hand, a declared resource that is missing, a difference of unknown\ncause. What differs only because the file was changed since is listed, and does not count.\nOf several stacks each is looked at, whatever becomes of the others; those of one account by one reading\nof the cloud.",
		[]string{
			"trueup drift                             # the stack in this directory",
			"trueup drift stacks/*                    # several, for a cron job",
			"trueup drift --format json stacks/* | jq -r .stack   # one object a line and stack",
			"trueup drift --report /var/lib/node_exporter/trueup.prom stacks/*",
		}, stackFlags(), cloudFlags(), []ucli.Flag{formatFlag(), reportFlag()})
	c.Action = func(c *ucli.Context) error {
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		reports, err := readReports(c)
		if err != nil {
			return err
		}
		o := driftOptions{stacks(c), cloud, reports}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runDrift(ctx, p, o) })
	}
	return c
}

// runDrift looks at every stack. Of several errors the first one decides the
// exit code, and any error outweighs drift.
func runDrift(ctx context.Context, p *process, o driftOptions) error {
	var failed error
	differs, shown := false, 0
	reported := map[*sharedError]bool{}
	var results []*report.Result
	began := time.Now()
	for _, look := range lookAt(ctx, p, o.stackOptions, o.cloudOptions) {
		if look.err == nil && shown > 0 && o.reports.text() {
			fmt.Fprintln(p.stdout)
		}
		drifted, err := showDrift(p, o, look)
		if err == nil {
			shown++
		} else if len(o.paths) > 1 {
			reportOf(p, look.path, err, reported)
			err = said(exitCode(err))
		}
		if failed == nil {
			failed = err
		}
		differs = differs || drifted
		results = append(results, look.result(began))
	}
	if failed == nil && differs {
		failed = said(exitDiffers)
	}
	return conclude(p, o.reports, failed, results...)
}

// result is what the reports say of a look.
func (l *look) result(began time.Time) *report.Result {
	r := &report.Result{Command: "drift", Path: l.path, Began: began, Simulated: l.simulated}
	if l.stack != nil {
		l.stack.about(r)
	}
	if l.made != nil {
		drifted, pending := splitDrift(l.made)
		r.Plan, r.Drift = l.made, &report.Drift{Drifted: drifted, Pending: pending}
	}
	finish(r, l.err)
	return r
}

// reportOf says on stderr what went wrong with one stack of several; what went
// wrong with more of them alike is said once.
func reportOf(p *process, path string, err error, reported map[*sharedError]bool) {
	if shared, ok := errors.AsType[*sharedError](err); ok {
		if reported[shared] {
			return
		}
		reported[shared] = true
		path = strings.Join(shared.paths, ", ")
	}
	fmt.Fprintf(p.stderr, "%s:\n", path)
	complain(p, err)
}

// showDrift writes what a look at one stack has found.
func showDrift(p *process, o driftOptions, look look) (drifted bool, err error) {
	if look.err != nil {
		return false, look.err
	}
	drift, pending := splitDrift(look.made)
	if o.reports.text() {
		_, err = fmt.Fprint(p.stdout, render.Drift(look.made.Stack, drift, pending, look.made.Notes, screen(p.stdout, p.env)))
	}
	return len(drift) > 0, err
}

// splitDrift tells the differences that somebody made in the cloud, or that
// nothing explains, from those that only the file made. Of a resource with both
// each half holds its own fields.
func splitDrift(p *plan.Plan) (drifted, pending []plan.Change) {
	for _, c := range p.Changes {
		switch {
		case c.Action == plan.Delete, c.Cause == plan.Pending:
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
