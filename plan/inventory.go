package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Inventory is what an account has: its stacks, and what costs and may be
// nobody's.
type Inventory struct {
	Stacks     []Owner // sorted by name
	Unowned    []Item  // what no stack owns
	Broken     []Item  // what is in Error, whoever owns it
	Unattached []Item  // what serves nobody and is paid for, whoever owns it
}

// Owner is a stack that has an anchor, or that a tag names as a resource's owner.
type Owner struct {
	Stack     string
	Anchor    *provider.Anchor // nil where there is none
	Resources int
}

// Item is one live resource.
type Item struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"` // as people know it
	ID     string `json:"id"`
	Zone   string `json:"zone,omitempty"`
	Stack  string `json:"stack,omitempty"`  // that owns it
	Remark string `json:"remark,omitempty"` // what is wrong with it
}

// TakeInventory sorts what a snapshot of all kinds has by who owns it.
func TakeInventory(kinds provider.Kinds, snap *provider.Snapshot) Inventory {
	p := newPlanner(&spec.Stack{}, kinds, snap, Options{}) // of no stack: all anchors are others'
	p.readAnchors()
	owners := map[string]*Owner{}
	owner := func(stack string) *Owner {
		if owners[stack] == nil {
			owners[stack] = &Owner{Stack: stack}
		}
		return owners[stack]
	}
	for i, a := range snap.Anchors {
		owner(a.Stack).Anchor = &snap.Anchors[i]
	}
	var inventory Inventory
	for i := range snap.Resources {
		l := &snap.Resources[i]
		if l.Gone || l.Innate {
			continue
		}
		item := Item{Kind: l.Kind, Name: cmp.Or(l.Name, l.Label), ID: l.ID, Zone: l.Zone.String(), Stack: p.ownerOf(l)}
		if item.Stack == "" {
			inventory.Unowned = append(inventory.Unowned, item)
		} else {
			owner(item.Stack).Resources++
		}
		if l.Broken != "" {
			item.Remark = l.Broken
			inventory.Broken = append(inventory.Broken, item)
		}
		if attach := p.kinds[l.Kind].Attach; attach != "" && provider.Empty(l.Fields[attach]) {
			inventory.Unattached = append(inventory.Unattached, item)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(owners)) {
		inventory.Stacks = append(inventory.Stacks, *owners[name])
	}
	return inventory
}

// ownerOf is the stack that owns a resource, or that has begun to make it; ""
// where none does. A tag alone is no proof where it may outlive a release.
func (p *planner) ownerOf(l *provider.Live) string {
	kind, id := p.kinds[l.Kind], identity{l.Kind, l.ID}
	tag, noted := l.Tags[provider.TagStack], p.others.owned[id]
	switch {
	case tag != "" && (!kind.NoteID || noted != ""):
		return tag
	case noted != "" && !kind.NoteID:
		return noted
	case p.others.begunWith[id] != "":
		return p.others.begunWith[id]
	}
	for _, a := range p.snap.Anchors {
		if p.madeBy(a, l) {
			return a.Stack
		}
	}
	return ""
}

// madeBy reports whether a resource carries the marker of a create that is noted
// on the anchor.
func (p *planner) madeBy(a provider.Anchor, l *provider.Live) bool {
	for key := range a.Tags {
		at, ok := p.noted(key, provider.TagNote)
		if ok && at.Kind == l.Kind && (l.Marker == a.Stack+"/"+at.String() || l.Marker == "" && p.kinds[l.Kind].UniqueName && at.Name == l.Name) {
			return true
		}
	}
	return false
}
