package plan

import (
	"fmt"

	"github.com/trueup/trueup/provider"
)

// guardOnce refuses to make a second resource with a value that the cloud keeps
// only once, whatever it is called.
func (p *planner) guardOnce() {
	holders, makers := map[held]*provider.Live{}, map[held]*row{}
	for _, l := range p.index.lives {
		for _, f := range p.kinds[l.Kind].Fields {
			if f.Once && !l.Gone {
				holders[held{l.Kind, f.Name, provider.Format(l.Fields[f.Name])}] = l
			}
		}
	}
	for _, r := range p.rows {
		if !r.made() {
			continue
		}
		for _, f := range r.kind.Fields {
			if !f.Once {
				continue
			}
			value := held{r.Kind, f.Name, provider.Format(r.wanted[f.Name])}
			if l := holders[value]; l != nil && l != r.live && l.Name != r.want.LiveName {
				p.refuseSecond(r, f.Name, l)
			} else if other := makers[value]; other != nil {
				p.refuse(Mistake, r, f.Name, fmt.Sprintf("%s has the same, and the cloud keeps it only once", other.Address), "declare one of them, and use that")
			}
			makers[value] = r
		}
	}
}

// held is a value that only one resource of a kind can have.
type held struct{ kind, field, value string }

// refuseSecond says what to do instead of making once more what lives.
func (p *planner) refuseSecond(r *row, field string, l *provider.Live) {
	hint := fmt.Sprintf("link to that one with {external: %s}", l.Name)
	switch holder := p.index.rowOf[l]; {
	case holder == nil || holder.kept:
	case holder.action == Recreate:
		return // it gets another
	case holder.action == Delete:
		hint = fmt.Sprintf("write was: %s under it, and it is renamed rather than made anew", holder.Name)
	default:
		hint = fmt.Sprintf("link to %s, which this stack declares", holder.Address)
	}
	p.refuse(Refused, r, field, fmt.Sprintf("%s (id %s) has the same, and the cloud keeps it only once", called(l), l.ID), hint)
}
