package spec

import (
	"slices"

	"github.com/trueup/trueup/provider"
)

// declareDefaults keeps the defaults of each kind and checks their keys.
func (l *loader) declareDefaults(section *node) {
	if section.shape != mapping {
		l.wrong(section, "", "expected a mapping of kinds to fields, not %s", section)
		return
	}
	for _, e := range section.entries {
		kind := l.kinds.Get(e.key)
		if kind == nil {
			var names []string
			for _, k := range l.kinds {
				names = append(names, k.Name)
			}
			l.wrongKey(e, l.hintFields(e.key, names), "unknown kind %s", quote(e.key))
			continue
		}
		if first := l.defaults[kind.Name]; first != nil {
			l.wrongKey(e, "first at "+first.pos().String(), "the defaults of %s are declared twice", kind.Name)
			continue
		}
		switch e.value.shape {
		case mapping:
			l.defaults[kind.Name] = e
			l.checkFields(e.value, kind.Fields)
		case null:
		default:
			l.wrong(e.value, "", "expected a mapping of fields, not %s", e.value)
		}
	}
}

// merged is a resource's body with the defaults of its kind under it. Maps and
// objects merge by key, everything else replaces; an explicit null clears.
func merged(body, defaults *node, fields []provider.Field) *node {
	if body.shape != mapping || defaults.shape != mapping {
		return body
	}
	out := *body
	out.entries = slices.Clone(body.entries)
	at := map[string]int{}
	for i, own := range body.entries {
		at[own.key] = i
	}
	for _, e := range defaults.entries {
		i, ok := at[e.key]
		if !ok {
			out.entries = append(out.entries, e)
			continue
		}
		own := out.entries[i]
		sub, ok := mergeable(fields, e.key)
		if ok && own.value.shape == mapping {
			both := *own
			both.value = merged(own.value, e.value, sub)
			out.entries[i] = &both
		}
	}
	return &out
}

// mergeable reports whether the field of that name merges by key, and gives
// its sub-fields.
func mergeable(fields []provider.Field, name string) ([]provider.Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f.Fields, f.Type == provider.Object || f.Type == provider.Map
		}
	}
	return nil, false
}
