package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// result puts the plan together.
func (p *planner) result(ordered []*node) *Plan {
	plan := &Plan{Stack: p.stack.Name, Destroy: p.destroy, IDs: map[provider.Address]string{}}
	for _, r := range p.rows {
		if r.live != nil {
			plan.IDs[r.Address] = r.live.ID
		}
		if r.action != "" && !r.left {
			plan.Changes = append(plan.Changes, p.change(r))
		}
		if p.opts.Compare && len(r.ignored) > 0 {
			plan.Left = append(plan.Left, r.leaves())
		}
	}
	for _, n := range ordered {
		for _, need := range n.needs {
			n.Needs = append(n.Needs, need.ID)
		}
		slices.Sort(n.Needs)
		plan.Choices = append(plan.Choices, p.choices(n)...)
		plan.Uses = append(plan.Uses, p.uses(n)...)
		plan.Steps = append(plan.Steps, n.Step)
	}
	for _, r := range p.rows {
		plan.Choices = append(plan.Choices, p.refusedChoices(r)...)
	}
	if !p.opts.Compare && p.stack.Policy != policyObserve {
		plan.Marks = p.marks()
	}
	if p.opts.Bind {
		plan.Basis = p.basis()
	}
	plan.Notes = sortNotes(p.notes)
	plan.Probes = p.probes
	plan.Problems = p.problems.sorted()
	plan.astray = p.astray()
	return plan
}

// sortNotes sorts notes by address, in place, and has each once.
func sortNotes(notes []Note) []Note {
	slices.SortFunc(notes, func(a, b Note) int {
		return cmp.Or(provider.CompareAddress(a.Address, b.Address), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(notes)
}

// change describes what happens to a row.
func (p *planner) change(r *row) Change {
	c := Change{Address: r.Address, ID: r.id(), Action: r.action, Cause: p.cause(r), Impact: r.impact()}
	if r.want != nil {
		c.Pos = r.want.Pos
	}
	switch {
	case r.action == Update && r.adopted:
		c.Action = Adopt
	case r.action == Update && r.reinstalled():
		c.Action = Reinstall
	}
	c.Reason = p.reason(r)
	c.Fields = r.fieldChanges()
	c.Stopped = r.stopped && len(c.Fields) == 1
	return c
}

// cause is who made the difference that a row's change removes.
func (p *planner) cause(r *row) Cause {
	switch {
	case r.action == Delete, r.action == Forget, r.action == Rename, r.action == Adopt:
		return Pending
	case r.action == Create:
		return p.createCause(r)
	default:
		return r.cause()
	}
}

// createCause tells whether somebody removed the resource or nobody made it yet,
// where a note would say so.
func (p *planner) createCause(r *row) Cause {
	_, noted := p.anchor.owns[r.Address]
	switch {
	case noted:
		return Drift
	case !p.anchor.exists || r.kind.TagType == "" || r.kind.NoteID:
		return Pending
	default:
		return Unknown
	}
}

// cause is that of the row's differing fields, taken together.
func (r *row) cause() Cause {
	var cause Cause
	for _, d := range r.diffs {
		cause = joinCause(cause, d.cause)
	}
	return cmp.Or(cause, Unknown)
}

// impact is what the change costs at worst.
func (r *row) impact() Impact {
	switch {
	case r.action == Delete:
		return DeleteAll
	case r.action == Recreate:
		return ReplaceAll
	case slices.ContainsFunc(r.diffs, func(d diff) bool { return d.forbidden }):
		return ReplaceAll
	case r.reinstalled():
		return ReinstallDisk
	case r.shrunk():
		return ShrinkDisk
	case !r.has(r.kind.Stop):
		return None
	case !r.has(r.kind.Start):
		return Stop
	default:
		return Restart
	}
}

// has reports whether an operation is among the row's.
func (r *row) has(operation string) bool {
	return slices.ContainsFunc(r.nodes.all, func(n *node) bool { return n.Op.Name == operation })
}

// reason says in words why, and what is lost.
func (p *planner) reason(r *row) string {
	var reasons []string
	switch {
	case r.action == Create:
		reasons = append(reasons, "does not exist")
	case r.action == Delete && r.live.Gone:
		reasons = append(reasons, "its deletion was begun and is not finished")
	case r.action == Delete && p.destroy:
		reasons = append(reasons, "the stack is destroyed")
	case r.action == Delete:
		reasons = append(reasons, "no longer declared")
	}
	reasons = append(reasons, r.reasons...)
	if r.action == Update {
		reasons = append(reasons, r.outageReasons()...)
	}
	if r.impact() == ReplaceAll || r.impact() == ReinstallDisk || r.impact() == DeleteAll && !r.live.Gone {
		for _, f := range r.kind.Fields {
			if size, ok := r.have[f.Name].(provider.Size); ok && f.Type == provider.Bytes {
				reasons = append(reasons, fmt.Sprintf("%s of %s is lost", holds(f), size))
			}
		}
	}
	if len(reasons) == 0 {
		return r.cause().Words()
	}
	return strings.Join(slices.Compact(reasons), "; ")
}

// Words say who made a difference: the reason of a change that has no other.
func (c Cause) Words() string {
	switch c {
	case Drift:
		return "the cloud was changed since the last apply"
	case Pending:
		return "the file was changed since the last apply"
	case Both:
		return "the file and the cloud were both changed since the last apply"
	default:
		return "the cloud differs from the file"
	}
}

// outageReasons says which fields take the resource down, or why it is started.
func (r *row) outageReasons() []string {
	var reasons, stopped []string
	for _, d := range r.diffs {
		op, _ := r.kind.Operation(d.field.Set)
		switch {
		case d.reinstall:
			reasons = append(reasons, d.field.Name+" takes a reinstallation")
		case r.impact() != Restart:
		case op.Stopped:
			stopped = append(stopped, d.field.Name)
		case d.field.Type == provider.Content && r.onChange(d.field.Name) == onChangeRestart:
			reasons = append(reasons, d.field.Name+" is read again only at a start")
		}
	}
	switch last := len(stopped) - 1; {
	case last == 0:
		reasons = append(reasons, stopped[0]+" needs a stop")
	case last > 0:
		reasons = append(reasons, strings.Join(stopped[:last], ", ")+" and "+stopped[last]+" need a stop")
	}
	if r.live.Broken != "" {
		reasons = append(reasons, r.live.Broken)
	}
	if r.impact() == Stop {
		reasons = append(reasons, "is to be stopped")
	}
	return reasons
}

// fieldChanges lists what differs; of a new resource, all that is declared.
func (r *row) fieldChanges() []FieldChange {
	var changes []FieldChange
	if r.action == Create {
		for _, f := range r.kind.Fields {
			if value, declared := r.wanted[f.Name]; declared && !f.Setting {
				changes = append(changes, FieldChange{Name: f.Name, New: value, Secret: f.Secret})
			}
		}
		return changes
	}
	return changesOf(r.diffs)
}

func changesOf(diffs []diff) []FieldChange {
	var changes []FieldChange
	for _, d := range diffs {
		c := FieldChange{Name: d.field.Name, Old: d.old, New: d.new, Cause: d.cause, Secret: d.field.Secret}
		switch d.field.Type {
		case provider.Rules, provider.Links, provider.Map:
			c.Old, c.New = d.removed, d.added
		}
		changes = append(changes, c)
	}
	return changes
}

// leaves are the row's differences about which nothing is done.
func (r *row) leaves() Change {
	c := Change{Address: r.Address, ID: r.id(), Action: Update, Impact: None, Fields: changesOf(r.ignored), Pos: r.want.Pos}
	for _, d := range r.ignored {
		c.Cause = joinCause(c.Cause, d.cause)
	}
	c.Reason = c.Cause.Words()
	return c
}

func sortedAddresses(set map[provider.Address]bool) []provider.Address {
	return slices.SortedFunc(maps.Keys(set), provider.CompareAddress)
}
