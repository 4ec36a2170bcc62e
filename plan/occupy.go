package plan

import (
	"fmt"

	"github.com/trueup/trueup/provider"
)

// guardOccupied refuses two resources of which one occupies what the other is to
// fill, or fills in the cloud where the file doesn't say: an address can forward
// ports, or belong to a machine, not both.
func (p *planner) guardOccupied() {
	for _, r := range p.rows {
		for _, f := range r.kind.Fields {
			if f.Occupies == "" {
				continue
			}
			for _, ref := range provider.Refs(r.wanted[f.Name]) {
				to := p.target(ref)
				if to == nil || to.want == nil {
					continue
				}
				hint := fmt.Sprintf("use another, or declare %s: [] there", f.Occupies)
				if wanted, declared := to.wanted[f.Occupies]; !provider.Empty(wanted) {
					p.refuse(Mistake, r, f.Name, fmt.Sprintf("%s is taken: its %s is %s", to.Address, f.Occupies, provider.Format(wanted)), hint)
				} else if stays := to.staying(f.Occupies); !declared && !provider.Empty(stays) {
					p.refuse(Refused, r, f.Name, fmt.Sprintf("%s is taken: in the cloud its %s is %s, and the file doesn't say that it is to change",
						to.Address, f.Occupies, provider.Format(stays)), hint)
				}
			}
		}
	}
}

// staying is what of a field's live value is there when the plan is done, where
// the row stays.
func (r *row) staying(field string) provider.Value {
	if !r.stays() {
		return nil
	}
	stays := r.have[field]
	for _, d := range r.diffs {
		if d.field.Name == field {
			stays = plus(minus(stays, d.removed), d.added)
		}
	}
	return stays
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
