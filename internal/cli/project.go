package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

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

// enter makes the connection one to the stack's project: what is read and made
// from then on is the project's.
func (c *connection) enter(ctx context.Context, p *process, stack *loaded) error {
	if stack.Project == (provider.Named{}) {
		return nil
	}
	projects, err := cloudstack.Collect(cloudstack.All(ctx, c.client, cloudstack.ListProjects{}))
	if err != nil {
		return fmt.Errorf("look for the stack's project %s: %w", stack.Project, err)
	}
	var names []string
	for _, project := range projects {
		if stack.Project.Is(provider.Named{Name: project.Name, ID: string(project.ID)}) {
			c.client = c.client.InProject(project.ID)
			c.Cloud = p.open(c.client, project)
			return nil
		}
		names = append(names, project.Name)
	}
	hint := "the account is in no project"
	if close, ok := spec.Closest(stack.Project.String(), names); ok {
		hint = fmt.Sprintf("did you mean %q?", close)
	} else if len(names) > 0 {
		hint = "there are " + strings.Join(names, ", ")
	}
	return usagef("%s: the account has no project %s; %s", stack.Header, stack.Project, hint)
}
