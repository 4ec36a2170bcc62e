package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// index finds live resources by id and by name.
type index struct {
	lives  []*provider.Live // of known kinds, sorted by kind, name and id
	byID   map[identity]*provider.Live
	byName map[identity][]*provider.Live // the id being a name; without those that are gone
	rowOf  map[*provider.Live]*row       // of what the stack owns
}

func newIndex(snap *provider.Snapshot, kinds map[string]*provider.Kind) index {
	x := index{
		byID:   make(map[identity]*provider.Live, len(snap.Resources)),
		byName: make(map[identity][]*provider.Live, len(snap.Resources)),
		rowOf:  map[*provider.Live]*row{},
	}
	for i := range snap.Resources {
		if l := &snap.Resources[i]; kinds[l.Kind] != nil {
			x.lives = append(x.lives, l)
		}
	}
	slices.SortFunc(x.lives, func(a, b *provider.Live) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range x.lives {
		x.byID[identity{l.Kind, l.ID}] = l
		if l.Name != "" && !l.Gone {
			key := identity{l.Kind, strings.ToLower(l.Name)}
			x.byName[key] = append(x.byName[key], l)
		}
	}
	return x
}

// named returns the live resources of a kind that have the name, by the kind's
// own idea of equal names.
func (x *index) named(k *provider.Kind, name string) []*provider.Live {
	var found []*provider.Live
	for _, l := range x.byName[identity{k.Name, strings.ToLower(name)}] {
		if k.UniqueName || l.Name == name {
			found = append(found, l)
		}
	}
	return found
}

// find returns the live resources that a link to something outside the stack,
// or a link read from the cloud, may mean.
func (x *index) find(ref provider.Ref) []*provider.Live {
	if ref.ID != "" {
		if l := x.byID[identity{ref.Kind, ref.ID}]; l != nil {
			return []*provider.Live{l}
		}
		return nil
	}
	var found []*provider.Live
	for _, l := range x.byName[identity{ref.Kind, strings.ToLower(ref.Live)}] {
		if l.Name == ref.Live {
			found = append(found, l)
		}
	}
	return found
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
