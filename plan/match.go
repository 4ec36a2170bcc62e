package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// match makes a row for every address that is declared or owned.
func (p *planner) match() {
	p.readAnchors()
	p.index = newIndex(p.snap, p.kinds)
	p.rowAt = make(map[provider.Address]*row, len(p.stack.Resources))
	for i := range p.stack.Resources {
		res := &p.stack.Resources[i]
		r := p.row(res.Address)
		r.declared = res
		r.kept, _ = res.Fields[settingKeep].(bool)
		if !p.destroy && !r.kept {
			r.want = res
		}
	}
	p.readWas()
	for _, l := range p.index.lives {
		p.matchLive(l)
	}
	p.rows = slices.DeleteFunc(p.rows, func(r *row) bool { return r.want == nil && r.live == nil })
	slices.SortFunc(p.rows, func(a, b *row) int { return provider.CompareAddress(a.Address, b.Address) })
	p.missing = map[identity]*row{}
	for _, r := range p.rows {
		switch {
		case r.live == nil:
			p.missing[identity{r.Kind, r.want.LiveName}] = r
		case !r.live.Gone:
			p.index.rowOf[r.live] = r
		}
	}
	for _, r := range p.rows {
		p.adopt(r)
		p.checkTaken(r)
	}
}

// row returns the row of an address and makes it if need be.
func (p *planner) row(a provider.Address) *row {
	r := p.rowAt[a]
	if r == nil {
		r = &row{Address: a, kind: p.kinds[a.Kind]}
		p.rowAt[a] = r
		p.rows = append(p.rows, r)
	}
	return r
}

func (p *planner) matchLive(l *provider.Live) {
	a, resumed, ok := p.claim(l)
	if !ok {
		p.remarkUntagged(l)
		return
	}
	if l.Gone {
		// What is only finished has the name that it was given for that, so
		// that its address is free for another.
		a.Name = l.Name
	}
	r := p.row(a)
	if now := p.was[a]; now != nil && !l.Gone {
		now.was = a
		r = now
	}
	if r.live != nil {
		p.refuse(Refused, r, "", fmt.Sprintf("two resources of the cloud claim this address: ids %s and %s", r.live.ID, l.ID),
			"delete one of them, or its trueup tags")
		return
	}
	r.live, r.resumed = l, resumed
	if resumed {
		p.checkContested(r)
	}
}

// remarkUntagged tells of what was noted as the stack's and has lost its tag:
// it is left alone, for whoever removed the tag took it from the stack.
func (p *planner) remarkUntagged(l *provider.Live) {
	if a, noted := p.anchor.ownedBy[identity{l.Kind, l.ID}]; noted {
		p.notes = append(p.notes, Note{Address: a, Pos: p.stack.Header,
			Text: fmt.Sprintf("%s with id %s was this stack's but its tag %s is gone: it is left alone", called(l), l.ID, provider.TagStack)})
	}
}

// claim tells whether a live resource is the stack's, under which address, and
// whether only an open note says so.
//
//	tag trueup.stack | noted                | ours
//	-----------------+----------------------+------------------------------
//	another stack    |                      | no
//	this stack       | as owned, or needn't | yes
//	none             | as owned             | yes, unless the tag is needed too
//	any of these     | open, and its marker | yes, and its marks are finished
//	else             |                      | no
func (p *planner) claim(l *provider.Live) (a provider.Address, resumed, ok bool) {
	kind := p.kinds[l.Kind]
	owner := l.Tags[provider.TagStack]
	noted, isNoted := p.anchor.ownedBy[identity{l.Kind, l.ID}]
	switch {
	case owner != "" && owner != p.stack.Name:
		return a, false, false
	case isNoted && (!kind.NoteID || owner != ""):
		return noted, false, true
	case owner != "" && !kind.NoteID:
		if begun, open := p.anchor.begunWith[identity{l.Kind, l.ID}]; open {
			return begun, false, true // its tags are being changed
		}
		return p.addressOf(l), false, true
	}
	a, ok = p.openNote(l)
	return a, true, ok
}

// addressOf reads the address of an owned resource off its tag or its name.
func (p *planner) addressOf(l *provider.Live) provider.Address {
	if name := l.Tags[provider.TagAddress]; name != "" {
		return provider.Address{Kind: l.Kind, Name: name}
	}
	return provider.Address{Kind: l.Kind, Name: strings.TrimPrefix(l.Name, p.anchor.prefix)}
}

// openNote finds the note of a create that made the resource: by the id that
// was noted, by the marker that the resource carries, or by a name that the
// cloud grants once.
func (p *planner) openNote(l *provider.Live) (provider.Address, bool) {
	if a, ok := p.anchor.begunWith[identity{l.Kind, l.ID}]; ok {
		return a, true
	}
	var a provider.Address
	if text, ok := strings.CutPrefix(l.Marker, p.stack.Name+"/"); ok && a.UnmarshalText([]byte(text)) == nil {
		n, open := p.anchor.begun[a]
		return a, open && n.id == "" && a.Kind == l.Kind
	}
	if name, ok := strings.CutPrefix(l.Name, p.anchor.prefix); ok && l.Marker == "" && p.kinds[l.Kind].UniqueName {
		a = provider.Address{Kind: l.Kind, Name: name}
		n, open := p.anchor.begun[a]
		return a, open && n.id == ""
	}
	return a, false
}

// checkContested refuses to take up what another stack noted as well.
func (p *planner) checkContested(r *row) {
	stack, ok := p.others.begunWith[identity{r.live.Kind, r.live.ID}]
	if !ok && r.kind.UniqueName {
		stack, ok = p.others.begunNamed(r.Kind, r.live.Name)
	}
	if ok {
		p.refuse(Refused, r, "", fmt.Sprintf("%s (id %s) was made by a run that did not finish, but both this stack and stack %s note it as theirs",
			called(r.live), r.live.ID, stack), "see which of them it belongs to, and delete the other's note from its anchor")
	}
}

// checkTaken refuses a create under a name that somebody else has.
func (p *planner) checkTaken(r *row) {
	if r.want == nil || r.live != nil {
		return
	}
	for _, l := range p.holders(r) {
		what := fmt.Sprintf("%s lives already (id %s)", called(l), l.ID)
		byName := l.Name != "" && strings.EqualFold(l.Name, r.want.LiveName)
		if byName {
			what = "a " + r.Kind + " named " + strings.TrimPrefix(what, r.Kind+" ")
		}
		if holder := p.index.rowOf[l]; holder != nil {
			if !byName {
				p.refuse(Refused, r, settingAdopt, fmt.Sprintf("%s is %s already", called(l), holder.Address), "leave the line out")
				continue
			}
			p.refuse(Refused, r, "", fmt.Sprintf("%s, which was renamed, has the name %s in the cloud (id %s)", holder.Address, l.Name, l.ID),
				"choose another name")
			continue
		}
		owner := l.Tags[provider.TagStack]
		if owner == "" {
			owner = p.others.owned[identity{l.Kind, l.ID}]
		}
		if owner != "" && owner != p.stack.Name {
			p.refuse(Refused, r, "", what+" and belongs to stack "+owner, "choose another name or prefix")
			continue
		}
		p.refuse(Refused, r, "", what+" and no stack owns it",
			"trueup adopt takes it over; or choose another name or prefix")
	}
}

// holders are the live resources that have the row's name, or the id that it is
// to adopt.
func (p *planner) holders(r *row) []*provider.Live {
	id, _ := r.want.Fields[settingAdopt].(string)
	if l := p.index.byID[identity{r.Kind, id}]; l != nil && !l.Gone {
		return []*provider.Live{l}
	}
	if r.kind.Nameless {
		return nil
	}
	return p.index.named(r.kind, r.want.LiveName)
}

// called is the name that people know a live resource by.
func called(l *provider.Live) string {
	return strings.TrimSpace(l.Kind + " " + cmp.Or(l.Name, l.Label))
}
