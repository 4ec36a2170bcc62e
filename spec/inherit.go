package spec

import (
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// inherit fills in what resources take from each other, from the stack and
// from the table of their kind.
func (l *loader) inherit(s *Stack) {
	done := map[*member]bool{}
	for _, b := range l.order {
		for _, m := range b.members {
			m.resource.LiveName = s.Prefix + m.name
			l.complete(m, s, done)
		}
	}
}

// complete fills in the absent fields of a resource, after those of the
// resources that it inherits from.
func (l *loader) complete(m *member, s *Stack, done map[*member]bool) {
	if done[m] || m.resource.Fields == nil {
		return
	}
	done[m] = true
	fields := m.resource.Fields
	for _, f := range m.kind.Fields {
		if fields[f.Name] != nil || f.Inherit == "" {
			continue
		}
		via, name, _ := strings.Cut(f.Inherit, ".")
		refs := provider.Refs(fields[via])
		if len(refs) == 0 || refs[0].Name == "" {
			continue
		}
		from := l.members[refs[0].Address()]
		l.complete(from, s, done)
		if v := inherited(f.Type, from.resource.Fields[name]); v != nil {
			fields[f.Name] = v
		}
	}
	l.completeZone(m, s)
	for _, f := range m.kind.Fields {
		if fields[f.Name] == nil && f.Default != nil {
			fields[f.Name] = f.Default
		}
	}
}

// inherited is v as a field of that type takes it: of several links, a single
// one takes the first.
func inherited(t provider.Type, v provider.Value) provider.Value {
	if refs, ok := v.([]provider.Ref); ok && t == provider.Link {
		if len(refs) == 0 {
			return nil
		}
		return refs[0]
	}
	return v
}

// Fields that mean the same in every kind that has them.
const (
	fieldZone     = "zone"
	fieldOnChange = "onChange"
)

// completeZone puts a resource that names no zone into the stack's.
func (l *loader) completeZone(m *member, s *Stack) {
	if !m.kind.Zoned || m.resource.Fields[fieldZone] != nil {
		return
	}
	if e := m.body.get(fieldZone); e != nil && e.value.shape != null {
		return // a zone that could not be read
	}
	switch e := l.header.fields[fieldZone]; {
	case s.Zone != provider.Named{}:
		m.resource.Fields[fieldZone] = s.Zone
		m.resource.Where[fieldZone] = e.value.pos()
	case e == nil:
		l.wrongKey(m.at, "declare it here or in the stack's header", "%s/%s has no zone", m.kind.Name, m.block.name)
		m.block.invalid = true
	}
}

// checkKinds looks for missing fields, asks each kind what else is wrong with
// its resources, and compares zones and networks along links.
func (l *loader) checkKinds() {
	for _, b := range l.order {
		for _, m := range b.members {
			if m.resource.Fields == nil {
				continue
			}
			before := len(l.issues)
			l.checkRequired(m)
			if !b.invalid && b.kind.Check != nil {
				for _, e := range b.kind.Check(m.resource.Fields) {
					l.complain(m, e)
				}
			}
			l.checkZones(m)
			l.checkWithin(m)
			if len(l.issues) > before {
				break
			}
		}
	}
}

// checkRequired complains of missing fields, once: a missing zone is told where
// it could have come from the header, a misspelt field where it stands.
func (l *loader) checkRequired(m *member) {
	for _, f := range m.kind.Fields {
		if !f.Required || m.resource.Fields[f.Name] != nil || f.Name == fieldZone && m.kind.Zoned || m.misspells(f) {
			continue
		}
		if e := m.body.get(f.Name); e == nil || e.value.shape == null {
			l.wrongKey(m.at, "", "the field %s is required", f.Name)
			m.block.invalid = true
		}
	}
}

// misspells reports whether a key that is no field was probably meant for this one.
func (m *member) misspells(f provider.Field) bool {
	return slices.ContainsFunc(m.body.entries, func(e *entry) bool {
		_, known := m.kind.Field(e.key)
		_, close := Closest(e.key, []string{f.Name})
		return !known && close
	})
}

// complain reports what a kind's own rules say about a field.
func (l *loader) complain(m *member, e provider.FieldError) {
	name, sub, _ := strings.Cut(e.Field, ".")
	own := m.body.get(name)
	switch {
	case own == nil:
		l.add(Issue{Pos: m.resource.Place(name), Path: strings.Trim(m.at.value.path()+"."+e.Field, "."), Text: e.Text})
	case own.value.get(sub) != nil:
		l.wrong(own.value.get(sub).value, "", "%s", e.Text)
	default:
		l.wrong(own.value, "", "%s", e.Text)
	}
}
