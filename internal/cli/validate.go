package cli

import (
	"errors"
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/spec"
)

type validateOptions struct {
	stackOptions
	reports reportOptions
}

func validateCommand(p *process) *ucli.Command {
	c := command("validate", "check stack files without a cloud", "[STACK...]",
		"Reads stacks with everything they include, and says what is wrong with them, all at once.\nIt needs no cloud and no credentials.",
		[]string{
			"trueup validate                    # the stack in this directory",
			"trueup validate stacks/*           # several",
			"trueup validate --format json shop # for an editor or a pipeline",
			"trueup validate --format github stacks/*   # shown beside the lines of the files",
		}, stackFlags(), []ucli.Flag{formatFlag(), reportFlag()})
	c.Action = func(c *ucli.Context) error {
		reports, err := readReports(c)
		if err != nil {
			return err
		}
		return runValidate(p, validateOptions{stackOptions: stacks(c), reports: reports})
	}
	return c
}

func runValidate(p *process, o validateOptions) error {
	var all spec.Issues
	var failed error
	var results []*report.Result
	for _, path := range o.paths {
		result := newResult(report.Validate, path)
		results = append(results, result)
		stack, err := load(p, o.stackOptions, path)
		finish(result, err)
		var issues spec.Issues
		switch {
		case errors.As(err, &issues):
			all = append(all, issues...)
		case err != nil:
			if failed == nil {
				failed = err
			}
		default:
			stack.about(result)
			if o.reports.text() {
				fmt.Fprintf(p.stdout, "%s: stack %s is valid; resources: %d\n", path, stack.Name, len(stack.Resources))
			}
		}
	}
	switch {
	case failed != nil && len(all) > 0:
		complain(p, all)
	case failed != nil:
	case len(all) > 0 && o.reports.text():
		failed = all
	case len(all) > 0:
		failed = said(exitUsage)
	}
	return conclude(p, o.reports, failed, results...)
}
