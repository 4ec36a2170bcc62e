package cli

import (
	"context"
	"errors"
	"fmt"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
)

type graphOptions struct {
	stackOptions
	cloudOptions
	planning plan.Options
	format   string
}

func graphCommand(p *process) *ucli.Command {
	c := command("graph", "show in which order apply would do things", "[STACK | PLAN.json]",
		"Shows the steps of a plan, each with those that it waits for: of the plan that it makes, or of a saved one.\nWhat waits for nothing is begun at once, as many things as --parallel allows.",
		[]string{
			"trueup graph",
			"trueup graph --format dot shop | dot -Tsvg > shop.svg",
			"trueup graph --format mermaid plan.json  # for a comment on GitHub or GitLab",
		}, stackFlags(), cloudFlags(), selectFlags(), []ucli.Flag{
			maxDeletesFlag(),
			&ucli.StringFlag{Name: "format", Value: "text", Usage: "write the graph as `FORMAT`: text, dot or mermaid"},
		})
	c.Action = func(c *ucli.Context) error {
		o := graphOptions{format: c.String("format")}
		var err error
		if o.stackOptions, err = oneStack(c); err != nil {
			return err
		}
		if o.cloudOptions, err = readCloud(c); err != nil {
			return err
		}
		if o.planning, err = readPlanning(c); err != nil {
			return err
		}
		switch o.format {
		case "text", "dot", "mermaid":
		default:
			return usagef("--format %q: expected text, dot or mermaid", o.format)
		}
		return attend(c.Context, p, o.timeout, func(ctx context.Context, _ *brake) error { return runGraph(ctx, p, o) })
	}
	return c
}

func runGraph(ctx context.Context, p *process, o graphOptions) error {
	made, err := graphed(ctx, p, o)
	if err != nil {
		return err
	}
	var text string
	switch o.format {
	case "dot":
		text = render.GraphDOT(made)
	case "mermaid":
		text = render.GraphMermaid(made)
	default:
		text = render.GraphText(made, screen(p.stdout, p.env))
	}
	_, err = fmt.Fprint(p.stdout, text)
	return err
}

// graphed reads the saved plan, or makes the plan, whose graph is wanted.
func graphed(ctx context.Context, p *process, o graphOptions) (made *plan.Plan, err error) {
	if isSaved(o.paths[0]) {
		saved, _, err := readSaved(o.paths[0])
		if err != nil {
			return nil, err
		}
		return saved.Plan, nil
	}
	stack, err := load(p, o.stackOptions, o.paths[0])
	if err != nil {
		return nil, err
	}
	cloud, err := connectFor(ctx, p, o.cloudOptions, stack)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	return compare(ctx, cloud, stack, plan.Make, o.planning)
}
