package spec

import (
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// checkZones complains of links between things in different zones.
func (l *loader) checkZones(m *member) {
	zone, ok := m.resource.Fields[fieldZone].(provider.Named)
	if !ok {
		return
	}
	for _, f := range m.kind.Fields {
		e := m.body.get(f.Name)
		if e == nil || f.Type == provider.Rules {
			continue
		}
		for _, ref := range provider.Refs(m.resource.Fields[f.Name]) {
			to := l.members[ref.Address()]
			if ref.Name == "" || to == nil {
				continue
			}
			other, ok := to.resource.Fields[fieldZone].(provider.Named)
			if !ok || other == zone || (other.ID == "") != (zone.ID == "") {
				continue
			}
			l.wrong(e.value.item(ref.Name), "", "%s is in zone %s, %s in %s", ref.Address(), other, m.resource.Address, zone)
		}
	}
}

// checkWithin complains of links to what is not where the resource, or what it
// belongs to, is: an address reaches the machines of its network only.
func (l *loader) checkWithin(m *member) {
	for _, f := range m.kind.Fields {
		e := m.body.get(f.Name)
		if e == nil || f.Within == "" || m.inherits(f.Within, f) {
			continue
		}
		place, known := l.follow(m, f.Within)
		if !known || place.Name == "" {
			continue
		}
		for _, ref := range provider.Refs(m.resource.Fields[f.Name]) {
			to := l.members[ref.Address()]
			if to == nil {
				continue
			}
			theirs := placesOf(to, place.Kind)
			foreign := slices.ContainsFunc(theirs, func(p provider.Ref) bool { return p.Name == "" }) // it may be the same
			if len(theirs) == 0 || foreign || slices.Contains(theirs, place) {
				continue
			}
			l.wrong(e.value.item(ref.Name), "", "%s is in %s, %s in %s", ref.Address(), theirs[0].Address(), m.resource.Address, place.Address())
		}
	}
}

// inherits reports whether a field was filled in along the links of another: then
// it agrees with them.
func (m *member) inherits(name string, via provider.Field) bool {
	f, ok := m.kind.Field(name)
	return ok && m.body.get(name) == nil && strings.HasPrefix(f.Inherit, via.Name+".")
}

// follow goes along links of resources of the stack, the first of several.
func (l *loader) follow(m *member, path string) (provider.Ref, bool) {
	name, rest, more := strings.Cut(path, ".")
	refs := provider.Refs(m.resource.Fields[name])
	if len(refs) == 0 || !more {
		return append(refs, provider.Ref{})[0], len(refs) > 0
	}
	next := l.members[refs[0].Address()]
	if next == nil {
		return provider.Ref{}, false
	}
	return l.follow(next, rest)
}

// placesOf are the links of a resource to a kind, which say where it is.
func placesOf(m *member, kind string) (places []provider.Ref) {
	for _, f := range m.kind.Fields {
		if f.Kind == kind {
			places = append(places, provider.Refs(m.resource.Fields[f.Name])...)
		}
	}
	return places
}
