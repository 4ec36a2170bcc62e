package render

import (
	"strings"

	"github.com/trueup/trueup/plan"
)

// Unmet writes what the cloud accepted and did not do: the fields that a second
// reading found other than wanted.
func Unmet(changes []plan.Change, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	b.WriteString(hang("", in.bad.Render("Accepted but not done:")+" the cloud reported success, and a second reading shows otherwise.", s))
	_, names := widths(changes, s)
	for _, c := range changes {
		text := clean(c.Address.String())
		switch c.Action {
		case plan.Create:
			text += " is not there"
		case plan.Delete:
			text += " is still there"
		}
		b.WriteString(hang("  ", text, s))
		if c.Action == plan.Create {
			continue
		}
		for _, f := range c.Fields {
			name := f.Name
			for _, difference := range found(f) {
				b.WriteString(hang("      "+in.dim.Render(pad(name, names))+"  ", difference, s))
				name = ""
			}
		}
	}
	return b.String()
}
