package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/trueup/trueup/provider"
)

// addEdges finds what the steps of one row need of those of others.
func (p *planner) addEdges() {
	for _, n := range p.nodes {
		p.afterLinks(n)
		p.afterOutage(n)
	}
	for _, r := range p.rows {
		if r.goes() {
			p.afterUsers(r)
		}
		if r.made() {
			p.afterRunning(r)
		}
		p.aroundOccupied(r)
	}
	p.handOver()
	for _, r := range p.rows {
		p.afterPreparations(r)
	}
}

// afterLinks makes a step wait for the creation of all that it links to.
func (p *planner) afterLinks(n *node) {
	for _, ref := range n.links {
		if to := p.target(ref); to != nil && to != n.row {
			n.after(to.nodes.made)
		}
	}
}

// afterOutage makes a step wait until what its resource is, or will be, linked to
// has been started again, or stopped, where it can't be done meanwhile.
func (p *planner) afterOutage(n *node) {
	op, _ := n.row.kind.Operation(n.Op.Name)
	if !op.Steady {
		return
	}
	for _, f := range n.row.kind.Fields {
		for _, ref := range slices.Concat(provider.Refs(n.row.have[f.Name]), provider.Refs(n.row.wanted[f.Name])) {
			if to := p.target(ref); to != nil && to != n.row && !to.goes() {
				n.after(to.nodes.up, to.nodes.halt)
			}
		}
	}
}

// afterUsers makes a deletion wait until all that links to the resource has let
// go.
func (p *planner) afterUsers(r *row) {
	for _, u := range p.users[r] {
		switch let := u.row.nodes.letGo[letting{u.field.Name, r}]; {
		case u.field.Loose:
		case len(let) > 0:
			r.nodes.begin.after(let...)
			if !u.row.goes() {
				r.nodes.cuts = append(r.nodes.cuts, let...)
			}
		case u.row == r || !u.row.goes():
		case u.row.nodes.free[u.field.Name] != nil:
			r.nodes.begin.after(u.row.nodes.free[u.field.Name]...)
		default:
			r.nodes.begin.after(u.row.nodes.gone)
		}
	}
}

// afterRunning makes a creation wait until the first machine runs on what it
// links to, where its kind asks for that.
func (p *planner) afterRunning(r *row) {
	for _, field := range r.kind.After {
		for _, ref := range provider.Refs(r.wanted[field]) {
			if to := p.target(ref); to != nil {
				r.nodes.first.after(p.firstRunning(to))
			}
		}
	}
}

// afterPreparations makes an outage wait for all that others must do before what
// it is for can be done, but for what waits for the outage itself: a resource is
// not down for longer than it takes, nor for something that fails.
func (p *planner) afterPreparations(r *row) {
	if r.nodes.down == nil || r.action != Update {
		return
	}
	for _, n := range r.nodes.all {
		for _, need := range slices.Clone(n.needs) {
			if need.row != r && n != r.nodes.down && !needsAny(need, []*row{r}) {
				r.nodes.down.after(need)
			}
		}
	}
}

// handOver makes a step that adds a link wait until others of its kind have
// given up theirs to the same target, for some can be had by one only.
func (p *planner) handOver() {
	type contested struct {
		kind, field string
		to          *row
	}
	givers := map[contested][]*node{}
	for _, to := range p.rows {
		if to.goes() {
			continue // its new links come after all old ones anyway
		}
		for _, u := range p.users[to] {
			if !byElement(u.field) || u.field.AddFirst {
				continue
			}
			key := contested{u.row.Kind, u.field.Name, to}
			switch let := u.row.nodes.letGo[letting{u.field.Name, to}]; {
			case len(let) > 0:
				givers[key] = append(givers[key], let...)
			case u.row.goes() && u.row.nodes.free[u.field.Name] != nil:
				givers[key] = append(givers[key], u.row.nodes.free[u.field.Name]...)
			case u.row.goes():
				givers[key] = append(givers[key], u.row.nodes.gone)
			}
		}
	}
	if len(givers) == 0 {
		return
	}
	for _, r := range p.rows {
		for _, l := range sortedLinks(r.nodes.link) {
			for _, giver := range givers[contested{r.Kind, l.field, l.to}] {
				for _, n := range r.nodes.link[l] {
					n.after(giver)
				}
			}
		}
	}
}

func sortedLinks(m map[letting][]*node) []letting {
	return slices.SortedFunc(maps.Keys(m), func(a, b letting) int {
		return cmp.Or(cmp.Compare(a.field, b.field), provider.CompareAddress(a.to.Address, b.to.Address))
	})
}
