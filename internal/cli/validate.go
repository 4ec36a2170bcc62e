package cli

import (
	"errors"
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/spec"
)

type validateOptions struct {
	stackOptions
	json bool
}

func validateCommand(p *process) *ucli.Command {
	c := command("validate", "check stack files without a cloud", "[STACK...]",
		"Reads stacks with everything they include, and says what is wrong with them, all at once.\nIt needs no cloud and no credentials.",
		[]string{
			"trueup validate                    # the stack in this directory",
			"trueup validate stacks/*           # several",
			"trueup validate --format json shop # for an editor or a pipeline",
		}, stackFlags(), []ucli.Flag{formatFlag()})
	c.Action = func(c *ucli.Context) error {
		asJSON, err := readFormat(c)
		if err != nil {
			return err
		}
		return runValidate(p, validateOptions{stackOptions: stacks(c), json: asJSON})
	}
	return c
}

func runValidate(p *process, o validateOptions) error {
	var all spec.Issues
	for _, path := range o.paths {
		stack, err := load(p, o.stackOptions, path)
		var issues spec.Issues
		switch {
		case errors.As(err, &issues):
			all = append(all, issues...)
		case err != nil:
			return err
		case !o.json:
			fmt.Fprintf(p.stdout, "%s: stack %s is valid; resources: %d\n", path, stack.Name, len(stack.Resources))
		}
	}
	if o.json {
		if err := writeValidity(p, all); err != nil {
			return err
		}
	}
	switch {
	case len(all) == 0:
		return nil
	case o.json:
		return said(exitUsage)
	default:
		return all
	}
}

// jsonIssue is the wire form of an issue.
type jsonIssue struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
	Hint   string `json:"hint,omitempty"`
}

func writeValidity(p *process, issues spec.Issues) error {
	out := struct {
		Version int         `json:"version"`
		Valid   bool        `json:"valid"`
		Issues  []jsonIssue `json:"issues"`
	}{Version: 1, Valid: len(issues) == 0, Issues: []jsonIssue{}}
	for _, i := range issues {
		out.Issues = append(out.Issues, jsonIssue{i.Pos.File, i.Pos.Line, i.Pos.Column, i.Path, i.Text, i.Hint})
	}
	return writeJSON(p, out)
}
