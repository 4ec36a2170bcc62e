package cli

import (
	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/plan"
)

func selectFlags() []ucli.Flag {
	return []ucli.Flag{
		&ucli.StringSliceFlag{Name: "target", Usage: "only `ADDRESS`, such as vm/web-2, vm/web or 'vm/*', and what it needs (repeatable)"},
		&ucli.StringSliceFlag{Name: "exclude", Usage: "all but `ADDRESS`, and what needs it (repeatable)"},
	}
}

// readPlanning reads the options that make a plan another one.
func readPlanning(c *ucli.Context) (plan.Options, error) {
	maxDeletes, err := readMaxDeletes(c)
	return plan.Options{MaxDeletes: maxDeletes, Targets: c.StringSlice("target"), Excludes: c.StringSlice("exclude")}, err
}
