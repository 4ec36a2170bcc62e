package plan

import (
	"maps"

	"github.com/trueup/trueup/provider"
)

// Preview is the operation of a step with all ids that are known, and, in the
// place of those of what the plan makes, words such as "<id of vm/web-1>".
func (p *Plan) Preview(s Step) provider.Op {
	op := s.Op
	op.Fields = maps.Clone(op.Fields)
	made := p.made()
	id := func(a provider.Address) string {
		if known := p.IDs[a]; known != "" && !made[a] {
			return known
		}
		return "<id of " + a.String() + ">"
	}
	for name, value := range op.Fields {
		op.Fields[name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref {
			if ref.ID == "" && ref.Name != "" {
				ref.ID = id(ref.Address())
			}
			return ref
		})
	}
	if op.ID == "" && !s.Creates {
		op.ID = id(op.Address)
	}
	return op
}

// made are the addresses of what the plan's steps create.
func (p *Plan) made() map[provider.Address]bool {
	made := map[provider.Address]bool{}
	for _, s := range p.Steps {
		if s.Creates {
			made[s.Op.Address] = true
		}
	}
	return made
}
