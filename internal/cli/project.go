package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/spec"
)

// connectFor is connect to the cloud of a stack: in its project, where it is in
// one.
func connectFor(ctx context.Context, p *process, o cloudOptions, stack *loaded) (*connection, error) {
	c, err := connect(ctx, p, o, stack.dir)
	if err != nil {
		return nil, err
	}
	if err := c.enter(ctx, p, stack); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func projectFlag() ucli.Flag {
	return &ucli.StringFlag{Name: "project", DefaultText: "the account itself", Usage: "look at what belongs to `PROJECT`, by its name or id"}
}

// enter makes the connection one to the stack's project.
func (c *connection) enter(ctx context.Context, p *process, stack *loaded) error {
	return c.enterProject(ctx, p, stack.Project, stack.Header.String())
}

// enterProject makes the connection one to a project, of which place tells who
// wants it: what is read and made from then on is the project's. The zero project
// is the account itself.
func (c *connection) enterProject(ctx context.Context, p *process, wanted provider.Named, place string) error {
	if wanted == (provider.Named{}) {
		return nil
	}
	projects, err := cloudstack.Collect(cloudstack.All(ctx, c.client, cloudstack.ListProjects{}))
	if err != nil {
		return fmt.Errorf("%s: look for the project %s: %w", place, wanted, err)
	}
	var names []string
	for _, project := range projects {
		live := provider.Named{Name: project.Name, ID: string(project.ID)}
		if wanted.Is(live) || wanted.ID == "" && wanted.Name == live.ID {
			c.project = live
			c.client = c.client.InProject(project.ID)
			c.Cloud = p.open(c.client, project)
			return nil
		}
		names = append(names, project.Name)
	}
	hint := "the account is in no project"
	if close, ok := spec.Closest(wanted.String(), names); ok {
		hint = fmt.Sprintf("did you mean %q?", close)
	} else if len(names) > 0 {
		hint = "there are " + strings.Join(names, ", ")
	}
	return usagef("%s: the account has no project %s; %s", place, wanted, hint)
}
