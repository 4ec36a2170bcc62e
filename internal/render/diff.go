package render

import (
	"maps"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// sign says which way a line of a difference goes.
type sign byte

const (
	plain sign = ' '
	added sign = '+'
	taken sign = '-'
)

// line is one line of a field's difference.
type line struct {
	sign sign
	text string
	// next is the new value, where text is the old one.
	next string
}

// lines takes a field's difference apart: one line for a value, one for every
// element that a collection gains or loses. Of what is made, the collection is
// there as a whole.
func lines(a plan.Action, f plan.FieldChange) []line {
	switch {
	case f.Secret && f.Old == nil:
		return []line{{plain, "(not shown)", ""}}
	case f.Secret:
		return []line{{plain, "changed (not shown)", ""}}
	}
	if collection(f.Old) || collection(f.New) {
		if a == plan.Create {
			return whole(f.New)
		}
		return append(elements(f.Old, taken), elements(f.New, added)...)
	}
	if f.Old == nil {
		return []line{{plain, value(f.New), ""}}
	}
	return []line{{plain, value(f.Old), value(f.New)}}
}

func collection(v provider.Value) bool {
	switch v.(type) {
	case []provider.Rule, []provider.Ref, map[string]string:
		return true
	default:
		return false
	}
}

// whole writes a collection that is new altogether: rules line by line, the
// rest in one line.
func whole(v provider.Value) []line {
	all := elements(v, plain)
	if len(all) == 0 {
		return []line{{plain, "(none)", ""}}
	}
	if _, ok := v.([]provider.Rule); ok {
		return all
	}
	texts := make([]string, len(all))
	for i, l := range all {
		texts[i] = l.text
	}
	return []line{{plain, strings.Join(texts, ", "), ""}}
}

// elements writes the elements of a collection; rules that differ only in
// their source share a line.
func elements(v provider.Value, s sign) []line {
	var all []line
	add := func(text string) { all = append(all, line{s, clean(text), ""}) }
	switch v := v.(type) {
	case []provider.Rule:
		for _, text := range services(v) {
			add(text)
		}
	case []provider.Ref:
		for _, r := range v {
			add(r.String())
		}
	case map[string]string:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			add(key + "=" + v[key])
		}
	}
	return all
}

// services writes rules as "tcp/80  0.0.0.0/0, ::/0", in order.
func services(rules []provider.Rule) []string {
	rules = slices.SortedFunc(slices.Values(rules), provider.CompareRule)
	var texts []string
	last := ""
	for _, r := range rules {
		if len(texts) > 0 && r.Service() == last {
			texts[len(texts)-1] += ", " + r.Source()
			continue
		}
		last = r.Service()
		texts = append(texts, last+"  "+r.Source())
	}
	return texts
}

// value writes a single value; an empty text is told from an absent one.
func value(v provider.Value) string {
	if v == "" {
		return `""`
	}
	return clean(provider.Format(v))
}

// writeFields writes the differences of one resource, aligned to the width of
// the longest name.
func writeFields(b *strings.Builder, a plan.Action, fields []plan.FieldChange, width int, s Screen, in ink) {
	for _, f := range fields {
		name := f.Name
		for _, l := range lines(a, f) {
			head := "      " + in.dim.Render(pad(name, width)) + "  " + mark(l.sign, in)
			writeLine(b, head, l, s)
			name = ""
		}
	}
}

// inOneLine writes a few short differences, if they are.
func inOneLine(a plan.Action, fields []plan.FieldChange, in ink) (string, bool) {
	const few = 2
	var texts []string
	for _, f := range fields {
		all := lines(a, f)
		if len(all) != 1 || all[0].sign != plain {
			return "", false
		}
		text := in.dim.Render(f.Name) + " " + all[0].text
		if all[0].next != "" {
			text += " → " + all[0].next
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", "), len(texts) <= few
}

// writeLine writes "old → new", in two lines where one would not do.
func writeLine(b *strings.Builder, head string, l line, s Screen) {
	switch one := l.text + " → " + l.next; {
	case l.next == "":
		b.WriteString(hang(head, l.text, s))
	case s.Width == 0 || lipgloss.Width(head+one) <= s.Width:
		b.WriteString(head + one + "\n")
	default:
		b.WriteString(hang(head, l.text, s))
		b.WriteString(hang(strings.Repeat(" ", lipgloss.Width(head))+"→ ", l.next, s))
	}
}

func mark(s sign, in ink) string {
	switch s {
	case added:
		return in.good.Render("+ ")
	case taken:
		return in.bad.Render("- ")
	default:
		return ""
	}
}
