package plan

import (
	"fmt"

	"github.com/trueup/trueup/provider"
)

// astray are the links of what the plan touches that lead into another zone: no
// cloud has them.
func (p *planner) astray() Problems {
	var problems Problems
	for _, r := range p.rows {
		if r.want == nil || r.action == "" || r.left || !r.kind.Zoned {
			continue
		}
		own := p.zone(r)
		for _, f := range r.kind.Fields {
			for _, ref := range provider.Refs(r.wanted[f.Name]) {
				if other := p.zoneOf(ref); apart(own, other) {
					problems = append(problems, Problem{Pos: p.place(r, f.Name), Address: r.Address, Field: f.Name, Class: Mistake,
						Text: fmt.Sprintf("%s %s is in zone %s, and this %s in zone %s", ref.Kind, ref, other, r.Kind, own),
						Hint: "what belongs together is in one zone"})
				}
			}
		}
	}
	return problems
}

// zoneOf is where what a link leads to is or will be; zero where it is in no
// zone, or nobody knows.
func (p *planner) zoneOf(ref provider.Ref) provider.Named {
	if k := p.kinds[ref.Kind]; k == nil || !k.Zoned {
		return provider.Named{}
	}
	if to := p.target(ref); to != nil {
		return p.zone(to)
	}
	if found := p.index.find(ref); len(found) == 1 {
		return found[0].Zone
	}
	return provider.Named{}
}

// apart reports whether two zones are different ones for sure: one that is named
// and one that is given by its id may be the same.
func apart(a, b provider.Named) bool {
	return a.Name != "" && b.Name != "" && a.Name != b.Name || a.ID != "" && b.ID != "" && a.ID != b.ID
}

// zone is where a row's resource is, or will be.
func (p *planner) zone(r *row) provider.Named {
	if zone, ok := r.wanted[fieldZone].(provider.Named); ok {
		return zone
	}
	if r.stays() && r.live.Zone != (provider.Named{}) {
		return r.live.Zone
	}
	return p.stack.Zone
}
