package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/trueup/trueup/spec"
)

// Source hands out a line of a file, counted from 1; ok is false where it has
// none to show.
type Source func(i spec.Issue) (text string, ok bool)

// Issues writes every mistake of a stack file with its place, the line it stands
// in and a caret below the spot.
func Issues(issues spec.Issues, source Source, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	for _, i := range issues {
		text := clean(i.Text)
		if i.Path != "" {
			text = clean(i.Path) + ": " + text
		}
		head := ""
		if place := clean(i.Pos.String()); place != "" {
			head = place + ": "
		}
		b.WriteString(hang("", in.bold.Render(head)+in.bad.Render("error")+": "+text, s))
		writeExcerpt(&b, i, source, s, in)
		if i.Hint != "" {
			b.WriteString(hang("  ", clean(i.Hint), s))
		}
	}
	return b.String()
}

// writeExcerpt writes the line that an issue is in, cut to the screen, and the
// caret.
func writeExcerpt(b *strings.Builder, i spec.Issue, source Source, s Screen, in ink) {
	if i.Pos.Line == 0 || i.Pos.Column == 0 {
		return
	}
	text, ok := source(i)
	if !ok {
		return
	}
	runes := []rune(strings.TrimRight(text, "\r\n"))
	column := min(i.Pos.Column-1, len(runes))
	before := clean(strings.ReplaceAll(string(runes[:column]), "\t", " "))
	after := clean(strings.ReplaceAll(string(runes[column:]), "\t", " "))
	gutter := fmt.Sprintf("  %d | ", i.Pos.Line)
	if lost := lipgloss.Width(gutter+before) + minText - s.Width; s.Width > 0 && lost > 0 {
		kept := []rune(before)
		before = "…" + string(kept[min(lost+1, len(kept)):])
	}
	blank := strings.Repeat(" ", len(gutter)-2) + "| "
	b.WriteString(in.dim.Render(gutter) + fit(before+after, lipgloss.Width(gutter), s) + "\n")
	b.WriteString(in.dim.Render(blank) + strings.Repeat(" ", lipgloss.Width(before)) + in.bad.Render("^") + "\n")
}
