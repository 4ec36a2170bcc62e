package plan

import (
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
)

// doors are the ports by which people come to a machine.
var doors = [...]struct {
	port int
	what string
}{{22, "SSH"}, {3389, "remote desktop"}}

// warnOfLockOut remarks on machines to which, after the plan, no rule admits
// anybody by SSH or remote desktop, and to which one does now. It is said once of
// all that lose the same door.
func (p *planner) warnOfLockOut() {
	rulesChange := slices.ContainsFunc(p.rows, func(r *row) bool {
		return r.action != "" && slices.ContainsFunc(r.kind.Fields, func(f provider.Field) bool { return f.Direction == "ingress" })
	})
	for _, door := range doors {
		var locked []*row
		for _, r := range p.rows {
			if r.want == nil || !r.stays() || r.kind.Start == "" || r.action == "" && !rulesChange {
				continue
			}
			if p.admitted(r, door.port, before) && !p.admitted(r, door.port, after) {
				locked = append(locked, r)
			}
		}
		if len(locked) == 0 {
			continue
		}
		text := fmt.Sprintf("no rule admits anybody by %s (port %d) any more", door.what, door.port)
		if others := len(locked) - 1; others > 0 {
			text += fmt.Sprintf("; so it is for %d more", others)
		}
		p.remark(locked[0], "", text)
	}
}

// A moment is before or after the plan is done.
type moment bool

const (
	before moment = false
	after  moment = true
)

// admitted reports whether any rule of what a resource links to lets somebody in
// at a TCP port.
func (p *planner) admitted(r *row, port int, at moment) bool {
	for _, f := range r.kind.Fields {
		for _, ref := range provider.Refs(r.value(f, at)) {
			for _, rule := range p.ingress(ref, at) {
				if rule.Protocol == "all" || rule.Protocol == "tcp" && rule.From <= port && port <= rule.To {
					return true
				}
			}
		}
	}
	return false
}

// value is what a field has at a moment.
func (r *row) value(f provider.Field, at moment) provider.Value {
	if wanted, managed := r.wanted[f.Name]; at == after && managed {
		return wanted
	}
	return r.have[f.Name]
}

// ingress are the rules of what a link leads to: nothing where that has none, or
// is not there.
func (p *planner) ingress(ref provider.Ref, at moment) []provider.Rule {
	kind := p.kinds[ref.Kind]
	if kind == nil {
		return nil
	}
	to := p.target(ref)
	var all []provider.Rule
	for _, f := range kind.Fields {
		if f.Direction != "ingress" {
			continue
		}
		var value provider.Value
		switch {
		case to == nil:
			if found := p.index.find(ref); len(found) == 1 {
				value = found[0].Fields[f.Name]
			}
		case at == after && to.want == nil:
		default:
			value = to.value(f, at)
		}
		rules, _ := value.([]provider.Rule)
		all = append(all, rules...)
		if to != nil && at == after && to.want != nil && !to.exclusive() {
			left, _ := to.have[f.Name].([]provider.Rule)
			all = append(all, left...)
		}
	}
	return all
}
