package render

import (
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Problems writes every reason why there is no plan, with its place and what to
// do about it.
func Problems(problems plan.Problems, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	for _, p := range problems {
		word := "error"
		if p.Class == plan.Refused {
			word = "refused"
		}
		text := in.bad.Render(word) + ": "
		if place := clean(p.Pos.String()); place != "" {
			text = in.bold.Render(place+":") + " " + text
		}
		if p.Address != (provider.Address{}) {
			text += clean(p.Address.String())
			if p.Field != "" {
				text += "." + clean(p.Field)
			}
			text += ": "
		}
		b.WriteString(hang("", text+clean(p.Text), s))
		if p.Hint != "" {
			b.WriteString(hang("  ", clean(p.Hint), s))
		}
	}
	return b.String()
}

// Error writes any other error, as many lines as it has.
func Error(err error, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	head := in.bad.Render("error") + ": "
	for _, text := range cleanLines(err.Error()) {
		if text == "" {
			continue
		}
		b.WriteString(hang(head, text, s))
		head = "  "
	}
	return b.String()
}
