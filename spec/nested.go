package spec

import (
	"slices"

	"github.com/trueup/trueup/provider"
)

// nesting is where a block stands that is written inside one of another kind: a
// disk under its machine. It has a member for each member of the outer block,
// which is linked to that by the field Via.
type nesting struct {
	field provider.Field // of the outer kind
	in    *block
}

// declareNested declares what is written inside a block. The resource data
// inside web is called web-data, inside web-2 of a count web-2-data.
func (l *loader) declareNested(outer *block) {
	for _, f := range outer.kind.Fields {
		e := outer.body.get(f.Name)
		if f.Type != provider.Nested || e == nil || e.value.shape == null {
			continue
		}
		if e.value.shape != mapping {
			l.wrong(e.value, "", "expected a mapping of names to fields, not %s", e.value)
			continue
		}
		for _, item := range l.nestedEntries(outer, f, e.value) {
			l.declareBlock(&block{
				kind: l.kinds.Get(f.Kind), name: outer.name + "-" + item.key, at: item, body: item.value,
				counted: outer.counted, within: &nesting{f, outer},
			})
		}
	}
}

// nestedEntries are what is written inside a block with what the defaults of its
// kind write there; nothing in place of one clears it.
func (l *loader) nestedEntries(outer *block, f provider.Field, own *node) []*entry {
	entries := own.entries
	if e := l.defaults[outer.kind.Name]; e != nil && e.value.get(f.Name) != nil {
		common := e.value.get(f.Name).value
		entries = slices.Clone(entries)
		for _, d := range common.entries {
			i := slices.IndexFunc(entries, func(e *entry) bool { return e.key == d.key })
			switch {
			case own == common: // the block itself has none
			case i < 0:
				entries = append(entries, d)
			default:
				both := *entries[i]
				both.value = merged(both.value, d.value, l.kinds.Get(f.Kind).Fields)
				entries[i] = &both
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.value.shape == null })
}

// nestedMembers makes a member for each of the block that it is nested in.
func (b *block) nestedMembers() []*member {
	members := make([]*member, len(b.within.in.members))
	for i, owner := range b.within.in.members {
		members[i] = &member{block: b, name: owner.name + "-" + b.at.key, index: owner.index, each: owner.each, owner: owner}
	}
	return members
}

// checkNested complains of keys that are no fields, or that follow from where
// the block stands.
func (l *loader) checkNested(b *block) {
	via := b.within.field.Via
	rest := *b.at.value
	rest.entries = nil
	for _, e := range b.at.value.entries {
		if e.key == via || e.key == keyCount || e.key == keyEach {
			l.wrongKey(e, "leave it out", "%s follows from the %s that it is written under", e.key, b.within.in.kind.Name)
		} else {
			rest.entries = append(rest.entries, e)
		}
	}
	l.checkFields(&rest, slices.DeleteFunc(slices.Clone(b.kind.Fields), func(f provider.Field) bool { return f.Name == via }))
}

// linkBack links a nested resource to the one that it is written under. In a
// count that is a text of which all members have the same.
func (m *member) linkBack() {
	if m.owner == nil {
		return
	}
	r, via := &m.resource, m.within.field.Via
	r.Fields[via] = []provider.Ref{{Kind: m.owner.kind.Name, Name: m.owner.name}}
	r.Where[via] = m.at.pos()
	if m.counted {
		if r.Templates == nil {
			r.Templates = map[string]string{}
		}
		r.Templates[via] = "[each of " + m.within.in.name + "]"
	}
}
