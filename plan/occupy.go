package plan

import (
	"fmt"

	"github.com/trueup/trueup/provider"
)

// guardOccupied refuses two resources of which one occupies what the other is to
// fill: an address can forward ports, or belong to a machine, not both.
func (p *planner) guardOccupied() {
	for _, r := range p.rows {
		for _, f := range r.kind.Fields {
			if f.Occupies == "" {
				continue
			}
			for _, ref := range provider.Refs(r.wanted[f.Name]) {
				to := p.target(ref)
				if to == nil || to.want == nil || provider.Empty(to.wanted[f.Occupies]) {
					continue
				}
				p.refuse(Mistake, r, f.Name, fmt.Sprintf("%s is taken: its %s is %s", to.Address, f.Occupies, provider.Format(to.wanted[f.Occupies])),
					fmt.Sprintf("use another, or declare %s: [] there", f.Occupies))
			}
		}
	}
}

// aroundOccupied makes the creation of what occupies a field of another resource
// wait until that is empty, and what fills the field wait until nothing occupies
// it any more.
func (p *planner) aroundOccupied(r *row) {
	for _, f := range r.kind.Fields {
		if f.Occupies == "" {
			continue
		}
		if r.made() {
			for _, to := range p.targets(r.wanted[f.Name]) {
				for l, emptied := range to.nodes.letGo {
					if l.field == f.Occupies {
						r.nodes.first.after(emptied...)
					}
				}
			}
		}
		if r.goes() {
			for _, to := range p.targets(r.have[f.Name]) {
				for l, filled := range to.nodes.link {
					if l.field != f.Occupies {
						continue
					}
					for _, n := range filled {
						n.after(r.nodes.gone)
					}
				}
			}
		}
	}
}

// targets are the rows that links lead to.
func (p *planner) targets(v provider.Value) []*row {
	var rows []*row
	for _, ref := range provider.Refs(v) {
		if to := p.target(ref); to != nil {
			rows = append(rows, to)
		}
	}
	return rows
}
