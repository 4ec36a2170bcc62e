package plan

import (
	"github.com/trueup/trueup/provider"
)

// diff is one field that differs, or that has to be set anew.
type diff struct {
	field    provider.Field
	old, new provider.Value // whole values; nil where there is none
	// removed and added are the elements of a collection that differ.
	removed, added provider.Value
	cause          Cause
	// reinstall is set where the change is made by the reinstalling operation.
	reinstall bool
	// shrink is set where the change is made by the shrinking operation.
	shrink bool
	// forbidden is set where nothing may be done about it; only in a
	// comparison.
	forbidden bool
}

// byElement reports whether the field is changed element by element.
func byElement(f provider.Field) bool { return f.Set == "" && (f.Add != "" || f.Remove != "") }

// compare returns the declared fields of a row that differ, in the order of the
// kind's table.
func (r *row) compare() []diff {
	var diffs []diff
	for _, f := range r.kind.Fields {
		want, declared := r.wanted[f.Name]
		if !declared || f.Setting || f.Name == fieldPower && r.wantedPower() == "" {
			continue
		}
		have := r.have[f.Name]
		if f.Name == fieldPower && r.live.Broken != "" {
			have = powerError
		}
		d := diff{field: f, old: have, new: want}
		if !d.differs(r) {
			continue
		}
		d.cause = r.stored.cause(r, f, want, compared(f, want, have))
		diffs = append(diffs, d)
	}
	return diffs
}

// differs fills in the elements that differ and reports whether anything does.
func (d *diff) differs(r *row) bool {
	have := compared(d.field, d.new, d.old)
	switch d.field.Type {
	case provider.Choice:
		want, _ := d.new.(provider.Named)
		live, known := have.(provider.Named)
		return !known || !want.Is(live)
	case provider.Rules:
		want, _ := d.new.([]provider.Rule)
		d.new = unique(want)
		d.removed, d.added = minus(have, d.new), minus(d.new, have)
		if !r.exclusive() {
			d.removed = nil // they are left
		}
		if d.field.Whole {
			d.widen(have, r.exclusive())
		}
		return d.removed != nil || d.added != nil
	case provider.Links, provider.Map:
		d.removed, d.added = minus(have, d.new), minus(d.new, have)
		return d.removed != nil || d.added != nil
	case provider.Object:
		return !equalObjects(d.field, d.new, have)
	default:
		if have == nil {
			return !provider.Empty(d.new)
		}
		return provider.Format(d.new) != provider.Format(have)
	}
}

// widen makes whole rules of the elements that differ: of every protocol and
// ports among them, all that is there is removed, and all that is wanted added,
// with what is there besides where that is left.
func (d *diff) widen(have provider.Value, exclusive bool) {
	services := map[string]bool{}
	for _, part := range []provider.Value{d.removed, d.added} {
		rules, _ := part.([]provider.Rule)
		for _, rule := range rules {
			services[rule.Service()] = true
		}
	}
	of := func(v provider.Value) provider.Value {
		rules, _ := v.([]provider.Rule)
		return collection(filter(rules, func(r provider.Rule) bool { return services[r.Service()] }))
	}
	d.removed, d.added = of(have), of(d.new)
	if !exclusive {
		d.added = plus(d.added, d.removed)
	}
}

// compared is the part of a live value that the wanted one speaks of.
func compared(f provider.Field, want, have provider.Value) provider.Value {
	switch {
	case f.Type == provider.Map && f.Subset:
		want, _ := want.(map[string]string)
		have, _ := have.(map[string]string)
		part := map[string]string{}
		for key := range want {
			if value, ok := have[key]; ok {
				part[key] = value
			}
		}
		return part
	case f.Type == provider.Object:
		want, _ := want.(provider.Fields)
		have, _ := have.(provider.Fields)
		part := provider.Fields{}
		for key := range want {
			if value, ok := have[key]; ok {
				part[key] = value
			}
		}
		return part
	default:
		return have
	}
}

func equalObjects(f provider.Field, want, have provider.Value) bool {
	w, _ := want.(provider.Fields)
	h, _ := have.(provider.Fields)
	for _, sub := range f.Fields {
		value, declared := w[sub.Name]
		if !declared || sub.Setting {
			continue
		}
		named, isNamed := value.(provider.Named)
		live, known := h[sub.Name].(provider.Named)
		switch {
		case isNamed && known:
			if !named.Is(live) {
				return false
			}
		case h[sub.Name] == nil && provider.Empty(value):
		case provider.Format(value) != provider.Format(h[sub.Name]):
			return false
		}
	}
	return true
}
