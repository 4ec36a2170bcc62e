package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// inventoryJSON is the account as --format json has it.
type inventoryJSON struct {
	Version    int              `json:"version"`
	Stacks     []inventoryStack `json:"stacks"`
	Unowned    []plan.Item      `json:"unowned"`
	Broken     []plan.Item      `json:"broken"`
	Unattached []plan.Item      `json:"unattached"`
}

type inventoryStack struct {
	Stack     string             `json:"stack"`
	Given     bool               `json:"given"` // its files are among those given
	Anchor    bool               `json:"anchor"`
	Resources int                `json:"resources"`
	Holder    *statusHolder      `json:"holder,omitempty"`
	Begun     []provider.Address `json:"begun"`
	Outages   []provider.Address `json:"outages"`
	Destroy   string             `json:"destroy,omitempty"` // how, where its files are not given
}

// runInventory shows what the account of the given stacks has.
func runInventory(ctx context.Context, p *process, o statusOptions) (err error) {
	var given []*loaded
	for _, path := range o.paths {
		stack, err := load(p, o.stackOptions, path)
		if err != nil {
			return err
		}
		given = append(given, stack)
	}
	dir, project, place := ".", provider.Named{Name: o.project}, "--project"
	if len(given) > 0 {
		dir = given[0].dir
		if o.project == "" {
			project, place = given[0].Project, given[0].Header.String()
		}
	}
	cloud, err := connect(ctx, p, o.cloudOptions, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if err := cloud.enterProject(ctx, p, project, place); err != nil {
		return err
	}
	for _, stack := range given {
		if there := stack.Project == (provider.Named{}) && cloud.project == stack.Project || stack.Project.Is(cloud.project); !there {
			return usagef("%s: stack %s is not in the project that is looked at: say one project at a time", stack.Header, stack.Name)
		}
	}
	snapshot, err := cloud.Read(ctx, provider.Scope{})
	if err != nil {
		return fmt.Errorf("read the cloud: %w", err)
	}
	inventory := plan.TakeInventory(kind.All(), snapshot)
	stacks := make([]inventoryStack, len(inventory.Stacks))
	for i, owner := range inventory.Stacks {
		stacks[i] = inventoryOf(owner, slices.ContainsFunc(given, func(s *loaded) bool { return s.Name == owner.Stack }), cloud.project)
	}
	if o.json {
		return json.NewEncoder(p.stdout).Encode(inventoryJSON{
			1, stacks, append([]plan.Item{}, inventory.Unowned...), append([]plan.Item{}, inventory.Broken...), append([]plan.Item{}, inventory.Unattached...),
		})
	}
	var lines []render.InventoryStack
	for _, s := range stacks {
		lines = append(lines, s.line())
	}
	_, err = fmt.Fprint(p.stdout, render.Inventory(lines, inventory, screen(p.stdout, p.env)))
	return err
}

func inventoryOf(owner plan.Owner, given bool, project provider.Named) inventoryStack {
	s := inventoryStack{Stack: owner.Stack, Given: given, Anchor: owner.Anchor != nil, Resources: owner.Resources, Begun: []provider.Address{}, Outages: []provider.Address{}}
	if owner.Anchor != nil {
		state := apply.StateOf(*owner.Anchor)
		s.Holder = shownHolder(state)
		s.Outages = append(s.Outages, state.Outages...)
		for _, b := range state.Begun {
			s.Begun = append(s.Begun, b.Address)
		}
	}
	if !given {
		s.Destroy = destroying(owner.Stack, project)
	}
	return s
}

// line is the stack for people.
func (s inventoryStack) line() render.InventoryStack {
	line := render.InventoryStack{Name: s.Stack, Destroy: s.Destroy, Facts: []string{resources(s.Resources)}}
	switch {
	case !s.Anchor:
		line.Facts = append(line.Facts, "no anchor: its lease and its notes are gone")
	case s.Holder != nil:
		line.Facts = append(line.Facts, "its lease is held by run "+s.Holder.Run)
	}
	if len(s.Begun) > 0 {
		line.Facts = append(line.Facts, "begun and not finished: "+joinAddresses(s.Begun))
	}
	if len(s.Outages) > 0 {
		line.Facts = append(line.Facts, "stopped, to be started again: "+joinAddresses(s.Outages))
	}
	return line
}

// hasStack reports whether a directory holds files that may be a stack's.
func hasStack(dir string) bool {
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 { // the pattern is a good one
			return true
		}
	}
	return false
}
