package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/trueup/trueup/plan"
)

// Plan writes a plan for a reviewer: what changes, one line a resource with its
// differing fields below, what is lost last and counted, then the notes and the
// totals. What stays as it is isn't shown.
func Plan(p *plan.Plan, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	if p.Empty() && len(p.Problems) == 0 {
		b.WriteString(hang("", in.bold.Render("No changes.")+" "+nothing(p), s))
		writeNotes(&b, p.Notes, s, in)
		return b.String()
	}
	fmt.Fprintf(&b, "%s\n\n", in.bold.Render("Stack "+clean(p.Stack)))
	writeChanges(&b, p.Changes, s, in)
	writeNotes(&b, p.Notes, s, in)
	b.WriteString("\n" + hang("", in.bold.Render("Plan:")+" "+Totals(p), s))
	if len(p.Problems) > 0 {
		b.WriteString(hang("", in.bad.Render("Refused:")+" "+Refusal(p), s))
	}
	return b.String()
}

// Refusal says of a plan with problems what becomes of it.
func Refusal(p *plan.Plan) string {
	return "nothing of it may be done, for " + count(len(p.Problems), "reason") + "."
}

// Totals counts what a plan does, and says what it takes.
func Totals(p *plan.Plan) string {
	n := p.Summary()
	if len(p.Steps) == 0 {
		return totals(n)
	}
	return totals(n) + " " + estimated(n)
}

func nothing(p *plan.Plan) string {
	if p.Destroy {
		return "Nothing of stack " + clean(p.Stack) + " is left in the cloud."
	}
	return "The cloud matches stack " + clean(p.Stack) + "."
}

// writeChanges writes the changes in the order of what they cost.
func writeChanges(b *strings.Builder, changes []plan.Change, s Screen, in ink) {
	changes = slices.SortedStableFunc(slices.Values(changes), func(a, b plan.Change) int {
		return cmp.Compare(rank(a), rank(b))
	})
	addresses, names := widths(changes, s)
	lost := 0
	for _, c := range changes {
		if destructive(c) {
			lost++
		}
	}
	var shown plan.Change // in full, the last
	for i, c := range changes {
		if destructive(c) && (i == 0 || !destructive(changes[i-1])) {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString("  " + in.bad.Render(fmt.Sprintf("Destructive: %d", lost)) + "\n")
		}
		head := fmt.Sprintf("  %s %s  %s  ", paint(c, symbol(c.Action), in),
			paint(c, pad(verb(c.Action), actionWidth), in), pad(clean(c.Address.String()), addresses))
		if others, ok := alike(shown, c); ok {
			text := "like " + clean(shown.Address.String())
			if len(others) > 0 {
				text += ", but"
			}
			text = in.dim.Render(text)
			if all, ok := inOneLine(c.Action, others, in); ok && (s.Width == 0 || lipgloss.Width(head+text+" "+all) <= s.Width) {
				b.WriteString(strings.TrimRight(head+text+" "+all, " ") + "\n")
				continue
			}
			b.WriteString(hang(head, text, s))
			writeFields(b, c.Action, others, names, s, in)
			continue
		}
		shown = c
		b.WriteString(beside(head, remark(c), s))
		writeFields(b, c.Action, c.Fields, names, s, in)
	}
}

// rank orders changes: what only adds, what changes in place, what interrupts,
// what is lost.
func rank(c plan.Change) int {
	switch {
	case c.Action == plan.Create:
		return 0
	case c.Impact == plan.None && c.Action == plan.Adopt, c.Action == plan.Rename, c.Action == plan.Forget, c.Action == plan.Update && c.Impact == plan.None:
		return 1
	case c.Action == plan.Reinstall, c.Impact == plan.ShrinkDisk:
		return 3
	case c.Action == plan.Update, c.Action == plan.Adopt:
		return 2
	case c.Action == plan.Recreate:
		return 4
	default:
		return 5
	}
}

// alike reports whether the second change says much the same as the first of
// another resource of its kind, so that showing all its fields again would tell
// little; others are the fields that say something else. What is lost is always
// shown in full.
func alike(a, b plan.Change) (others []plan.FieldChange, ok bool) {
	if len(b.Fields) == 0 || len(a.Fields) != len(b.Fields) || destructive(b) ||
		a.Address.Kind != b.Address.Kind || a.Action != b.Action || remark(a) != remark(b) {
		return nil, false
	}
	for i, f := range b.Fields {
		if f.Name != a.Fields[i].Name {
			return nil, false
		}
		if !slices.Equal(lines(a.Action, a.Fields[i]), lines(b.Action, f)) {
			others = append(others, f)
		}
	}
	return others, 2*len(others) <= len(b.Fields)
}

// maxColumn keeps one long name from pushing all columns to the right.
const maxColumn = 32

// widths finds how wide the columns of addresses and of field names must be. An
// address that is longer than a column can be stands out, and the others keep to
// theirs.
func widths(changes []plan.Change, s Screen) (addresses, names int) {
	most := maxColumn
	if s.Width > 0 {
		most = max(minColumn, min(most, s.Width-besideColumn-minText))
	}
	for _, c := range changes {
		if width := lipgloss.Width(clean(c.Address.String())); width <= most {
			addresses = max(addresses, width)
		}
		for _, f := range c.Fields {
			names = max(names, lipgloss.Width(f.Name))
		}
	}
	return addresses, min(names, maxColumn)
}

const (
	minColumn    = 12
	besideColumn = len("  + ") + actionWidth + len("  ") + len("  ") // what else a line begins with
)

func paint(c plan.Change, text string, in ink) string {
	switch {
	case destructive(c):
		return in.bad.Render(text)
	case c.Action == plan.Create:
		return in.good.Render(text)
	default:
		return in.warn.Render(text)
	}
}

func writeNotes(b *strings.Builder, notes []plan.Note, s Screen, in ink) {
	if len(notes) == 0 {
		return
	}
	b.WriteString("\n" + in.bold.Render("Notes") + "\n")
	for _, n := range notes {
		text := clean(n.Text)
		if n.Pos.Line > 0 {
			text += " (" + clean(n.Pos.String()) + ")"
		}
		if n.Address.Kind != "" {
			text = clean(n.Address.String()) + ": " + text
		}
		b.WriteString(hang("  ", text, s))
	}
}

// totals writes "5 to create, 1 to change (1 restart), 0 to delete."
func totals(n plan.Summary) string {
	text := fmt.Sprintf("%d to create, %d to change", n.Create, n.Update)
	if n.Restarts > 0 {
		text += " (" + count(n.Restarts, "restart") + ")"
	}
	if n.Reinstall > 0 {
		text += fmt.Sprintf(", %d to reinstall", n.Reinstall)
	}
	if n.Replace > 0 {
		text += fmt.Sprintf(", %d to replace", n.Replace)
	}
	if n.Adopt > 0 {
		text += fmt.Sprintf(", %d to adopt", n.Adopt)
	}
	if n.Rename > 0 {
		text += fmt.Sprintf(", %d to rename", n.Rename)
	}
	if n.Forget > 0 {
		text += fmt.Sprintf(", %d to forget", n.Forget)
	}
	return text + fmt.Sprintf(", %d to delete.", n.Delete)
}
