package plan

import (
	"github.com/trueup/trueup/provider"
)

// addUpdate makes the steps that change what lives.
func (p *planner) addUpdate(r *row) {
	var stopped, others []*node
	sortOut := func(made ...*node) {
		for _, n := range made {
			op, _ := r.kind.Operation(n.Op.Name)
			if op.Stopped {
				stopped = append(stopped, n)
			} else {
				others = append(others, n)
			}
		}
	}
	sets := newSets()
	for _, d := range r.diffs {
		switch {
		case d.forbidden:
		case d.field.Name == fieldPower && r.kind.Start != "": // by the outage
		case d.reinstall:
			if d.field.Set != "" {
				sets.add(d.field.Set, d)
			}
			sets.add(operationReinstall, d)
		case d.shrink:
			sets.add(operationShrink, d)
		case byElement(d.field):
			sortOut(p.changeElements(r, d)...)
		default:
			sortOut(p.release(r, d)...)
			sets.add(d.field.Set, d)
		}
	}
	var reinstall *node
	for _, operation := range sets.order {
		n := p.set(r, operation, sets.of[operation])
		sortOut(n)
		if operation == operationReinstall {
			reinstall = n
		}
	}
	if reinstall != nil {
		reinstall.after(stopped...)
		reinstall.after(others...)
		r.nodes.down, r.nodes.up = reinstall, reinstall
		if len(stopped) > 0 {
			stopped = append(stopped, reinstall) // in the same outage
		}
	}
	p.addOutage(r, stopped, others)
}

// sets groups diffs by the operation that sets their fields.
type sets struct {
	order []string
	of    map[string][]diff
}

func newSets() *sets { return &sets{of: map[string][]diff{}} }

func (s *sets) add(operation string, d diff) {
	if s.of[operation] == nil {
		s.order = append(s.order, operation)
	}
	s.of[operation] = append(s.of[operation], d)
}

// set makes the step that sets fields as a whole.
func (p *planner) set(r *row, operation string, diffs []diff) *node {
	fields := provider.Fields{}
	for _, d := range diffs {
		fields[d.field.Name] = p.toBe(d.new)
	}
	n := p.step(r, operation, "", fields)
	for _, d := range diffs {
		n.links = append(n.links, provider.Refs(d.new)...)
		for _, ref := range provider.Refs(minusRefs(d.old, d.new)) {
			if to := p.target(ref); to != nil {
				r.nodes.letGo[letting{d.field.Name, to}] = append(r.nodes.letGo[letting{d.field.Name, to}], n)
			}
		}
		// What was released must stay so until it is linked anew.
		for _, l := range r.relinked {
			if l.field == d.field.Name {
				n.after(r.nodes.letGo[letting(l)]...)
			}
		}
	}
	return n
}

// minusRefs are the links of a that are not in b.
func minusRefs(a, b provider.Value) provider.Value {
	kept := map[string]bool{}
	for _, ref := range provider.Refs(b) {
		kept[ref.String()] = true
	}
	return only(a, func(ref provider.Ref) bool { return !kept[ref.String()] })
}

// release makes the step that gives up, before the field gets its final value,
// the links to what is replaced.
func (p *planner) release(r *row, d diff) []*node {
	if d.field.Loose {
		return nil
	}
	leaving := map[string]bool{}
	for _, l := range r.relinked {
		if l.field == d.field.Name {
			leaving[l.to.Address.String()] = true
		}
	}
	if len(leaving) == 0 {
		return nil
	}
	// What is added has to wait for that, lest a link to something that is not
	// there yet closes a ring: only what lives now is kept.
	left := only(d.old, func(ref provider.Ref) bool { return !leaving[ref.Address().String()] })
	if left == nil {
		left = nothing(d.old)
	}
	n := p.step(r, d.field.Set, "without what is replaced", provider.Fields{d.field.Name: left})
	for _, l := range r.relinked {
		if l.field == d.field.Name {
			r.nodes.letGo[letting(l)] = []*node{n}
		}
	}
	return []*node{n}
}

// nothing is the empty value of the same type.
func nothing(v provider.Value) provider.Value {
	switch v := v.(type) {
	case []provider.Ref:
		return []provider.Ref{}
	case []provider.Rule:
		return []provider.Rule{}
	case provider.Ref:
		return provider.Ref{Kind: v.Kind}
	default:
		return nil
	}
}

// changeElements makes the steps that add and remove elements, in the order
// that the field's table wants.
func (p *planner) changeElements(r *row, d diff) []*node {
	removed := p.removeElements(r, d.field, d.removed)
	added := p.addElements(r, d.field, d.added)
	switch {
	case d.field.Whole:
		handOverPorts(d.field, removed, added)
	case d.field.AddFirst:
		for _, n := range removed {
			if !p.linksToReplaced(n) {
				n.after(added...)
			}
		}
	default:
		for _, n := range added {
			n.after(removed...)
		}
	}
	return append(removed, added...)
}

// handOverPorts makes whole rules follow those whose ports they take over, so
// that each of these is missing for as short as can be, and removes the others
// after all additions.
func handOverPorts(f provider.Field, removed, added []*node) {
	first := func(n *node) provider.Rule { return n.Op.Fields[f.Name].([]provider.Rule)[0] }
	for _, old := range removed {
		replaced := filter(added, func(n *node) bool { return collide(first(old), first(n)) })
		for _, n := range replaced {
			n.after(old)
		}
		if len(replaced) == 0 {
			old.after(added...)
		}
	}
}

// linksToReplaced reports whether a step removes a link that must be gone
// before it can be added again.
func (p *planner) linksToReplaced(n *node) bool {
	for _, value := range n.Op.Fields {
		for _, ref := range provider.Refs(value) {
			if to := p.target(ref); to != nil && to.action == Recreate {
				return true
			}
		}
	}
	return false
}
