package spec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// link decodes a reference: the name of a resource of this stack,
// {external: name} or {id: uuid}.
func (d *decoder) link(f provider.Field, n *node) (provider.Value, bool) {
	ref, ok := d.ref(f.Kind, n)
	if !ok {
		return nil, false
	}
	return ref, true
}

// links decodes a list of references, or one.
func (d *decoder) links(f provider.Field, n *node) (provider.Value, bool) {
	items := n.items
	if n.shape != list {
		items = []*node{n}
	}
	before := len(d.issues)
	refs, seen := []provider.Ref{}, map[provider.Ref]bool{}
	for _, item := range items {
		if f.Members && item.shape == scalar {
			if all, ok := d.membersOf(f.Kind, item); ok {
				refs = append(refs, slices.DeleteFunc(all, func(ref provider.Ref) bool { return seen[ref] })...)
				for _, ref := range all {
					seen[ref] = true
				}
				continue
			}
		}
		if ref, ok := d.ref(f.Kind, item); ok && !seen[ref] {
			refs, seen[ref] = append(refs, ref), true
		}
	}
	return refs, len(d.issues) == before
}

// membersOf are links to all members of the count that n names.
func (d *decoder) membersOf(kind string, n *node) ([]provider.Ref, bool) {
	name, ok := d.scalar(n)
	b := d.blocks[kind][name]
	if !ok || b == nil || !b.counted || d.members[provider.Address{Kind: kind, Name: name}] != nil {
		return nil, false
	}
	refs := make([]provider.Ref, len(b.members))
	for i, m := range b.members {
		refs[i] = provider.Ref{Kind: kind, Name: m.name}
	}
	return refs, true
}

func (d *decoder) ref(kind string, n *node) (provider.Ref, bool) {
	if n.shape == mapping {
		return d.foreign(kind, n)
	}
	name, ok := d.scalar(n)
	if !ok {
		return provider.Ref{}, false
	}
	return d.named(kind, name, n)
}

// foreign decodes a reference to something that the stack does not own.
func (d *decoder) foreign(kind string, n *node) (provider.Ref, bool) {
	known := []string{"external", "id"}
	for _, e := range n.entries {
		if !slices.Contains(known, e.key) {
			d.wrongKey(e, d.hintFields(e.key, known), "unknown field %s", quote(e.key))
			return provider.Ref{}, false
		}
	}
	external, id := n.get("external"), n.get("id")
	switch {
	case external != nil && id != nil || external == nil && id == nil:
		d.wrong(n, "", "expected the name of a %s of this stack, {external: name} or {id: uuid}", kind)
		return provider.Ref{}, false
	case id != nil:
		text, ok := d.id(id.value)
		return provider.Ref{Kind: kind, ID: text}, ok
	}
	text, ok := d.scalar(external.value)
	if ok && text == "" {
		d.wrong(external.value, "", "expected the name of a %s, not an empty text", kind)
		return provider.Ref{}, false
	}
	return provider.Ref{Kind: kind, Live: text}, ok
}

// named finds a resource of this stack. Where there is none, it tells what the
// user may have meant.
func (d *decoder) named(kind, name string, n *node) (provider.Ref, bool) {
	if d.members[provider.Address{Kind: kind, Name: name}] != nil {
		return provider.Ref{Kind: kind, Name: name}, true
	}
	if b := d.blocks[kind][name]; b != nil {
		if b.counted {
			d.wrong(n, b.nameOne(), "%s is a count, not one %s", quote(name), kind)
		}
		return provider.Ref{}, false // else something is wrong with the block, and has been reported
	}
	if d.misspelt[kind] || d.maybeMember(kind, name) {
		return provider.Ref{}, false
	}
	if group, ok := strings.CutPrefix(name, "group:"); ok {
		d.wrong(n, fmt.Sprintf("write %s", quote(group)), "group: stands only among the sources of a rule")
		return provider.Ref{}, false
	}
	for _, other := range d.kinds {
		if d.members[provider.Address{Kind: other.Name, Name: name}] != nil {
			d.wrong(n, "", "expected a %s; %s is of kind %s", kind, quote(name), other.Name)
			return provider.Ref{}, false
		}
	}
	hint := ""
	if len(d.issues) < maxHints {
		hint = cmp.Or(d.didYouMean(name, d.namesOf(kind)),
			"declare it, or write {external: "+name+"} for one that the stack does not own")
	}
	d.wrong(n, hint, "this stack has no %s %s", kind, quote(name))
	return provider.Ref{}, false
}

// maybeMember reports whether the name may be that of a member of a block
// whose count could not be read.
func (l *loader) maybeMember(kind, name string) bool {
	return slices.ContainsFunc(l.uncounted, func(b *block) bool {
		return b.kind.Name == kind && strings.HasPrefix(name, b.name+"-")
	})
}

// namesOf lists the resources of a kind, sorted.
func (l *loader) namesOf(kind string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.blocks[kind])) {
		for _, m := range l.blocks[kind][name].members {
			names = append(names, m.name)
		}
	}
	return names
}

// nameOne hints at the members of a count, the first ones of many.
func (b *block) nameOne() string {
	const most = 10
	var names []string
	for _, m := range b.members[:min(most, len(b.members))] {
		names = append(names, m.name)
	}
	switch {
	case names == nil:
		return "it has no members"
	case len(b.members) > most:
		names = append(names, "…")
	}
	return "name one of its members: " + strings.Join(names, ", ")
}
