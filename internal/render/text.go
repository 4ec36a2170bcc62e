package render

import (
	"fmt"
	"iter"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// clean replaces what is not printable, such as the escape sequences that a
// name may hold, by its Go notation.
func clean(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			quoted := fmt.Sprintf("%+q", r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) }

// cleanLines cleans every line of a text that may have several.
func cleanLines(s string) []string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		lines[i] = clean(strings.ReplaceAll(line, "\t", " "))
	}
	return lines
}

// pad fills a text up with spaces to a number of columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// minText is the fewest columns that text is wrapped into.
const minText = 20

// hang writes text behind a head; where the screen is too narrow the text goes
// on in the next line, below its own beginning. A head that is itself too wide,
// as one with a long name, goes on below its own indentation.
func hang(head, text string, s Screen) string {
	if text == "" {
		return folded(strings.TrimRight(head, " "), s) + "\n"
	}
	const narrow = 6 // the indentation where there is no room for more
	indent := lipgloss.Width(head)
	if s.Width > 0 && s.Width-indent < minText && strings.TrimSpace(head) == "" {
		indent = min(indent, narrow)
		head = head[:indent]
		s.Width = max(s.Width, indent+minText)
	}
	room := s.Width - indent
	if s.Width == 0 || lipgloss.Width(text) <= room {
		return head + text + "\n"
	}
	if room < minText {
		return folded(strings.TrimRight(head, " "), s) + "\n" + hang(strings.Repeat(" ", min(indent, narrow)), text, s)
	}
	return head + strings.Join(wrap(text, room), "\n"+strings.Repeat(" ", indent)) + "\n"
}

// Text breaks those lines of a text that are too long for a screen. A line with a
// gap in it, such as an option with what it is for, goes on behind the gap, any
// other below its own beginning.
func Text(text string, s Screen) string {
	if s.Width == 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		whole, newline := strings.CutSuffix(line, "\n")
		begin := len(whole) - len(strings.TrimLeft(whole, " "))
		if gap := strings.Index(whole[begin:], "  "); gap >= 0 {
			rest := whole[begin+gap:]
			begin += gap + len(rest) - len(strings.TrimLeft(rest, " "))
		}
		broken := hang(whole[:begin], whole[begin:], s)
		if !newline {
			broken = strings.TrimSuffix(broken, "\n")
		}
		b.WriteString(broken)
	}
	return b.String()
}

// beside writes what is remarked on a line's head: behind it, or below it where it
// would be a high and narrow column.
func beside(head, text string, s Screen) string {
	const high = 2
	room := s.Width - lipgloss.Width(head)
	if s.Width == 0 || room >= s.Width/2 || len(wrap(text, max(room, 1))) <= high {
		return hang(head, text, s)
	}
	return folded(strings.TrimRight(head, " "), s) + "\n" + hang("      ", text, s)
}

// folded breaks a head that is wider than the screen before its last word, which
// is a name, and that too where it must be.
func folded(head string, s Screen) string {
	if s.Width == 0 || lipgloss.Width(head) <= s.Width {
		return head
	}
	at := strings.LastIndex(head, " ") + 1
	indent := min(lipgloss.Width(head[:at]), max(0, s.Width-minText))
	return head[:at] + strings.Join(wrap(head[at:], s.Width-indent), "\n"+strings.Repeat(" ", indent))
}

// wrap breaks a text into lines at its spaces: what has none, such as an id that
// somebody copies, is broken only where it is longer than a line, behind a hyphen
// if it has one.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range spaced(text) {
		joined := line + word
		switch {
		case lipgloss.Width(joined) <= width:
			line = joined
			continue
		case lipgloss.Width(strings.TrimLeft(word, " ")) <= width:
			lines = append(lines, line)
			line = strings.TrimLeft(word, " ")
		default:
			pieces := strings.Split(ansi.Wrap(joined, width, ""), "\n")
			lines = append(lines, pieces[:len(pieces)-1]...)
			line = pieces[len(pieces)-1]
		}
	}
	return append(lines, line)
}

// spaced takes a text apart, each word with the spaces before it.
func spaced(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			spaces := len(text) - len(strings.TrimLeft(text, " "))
			end := strings.Index(text[spaces:], " ")
			if end < 0 {
				end = len(text) - spaces
			}
			if !yield(text[:spaces+end]) {
				return
			}
			text = text[spaces+end:]
		}
	}
}

// count writes a number with its noun: "1 step", "2 steps".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// took writes a duration as people say it: "0.4s", "12s", "3m05s", "1h02m".
func took(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", max(d, 0).Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// middle cuts a text to a number of columns and keeps both of its ends.
func middle(text string, width int) string {
	all := lipgloss.Width(text)
	if all <= width {
		return text
	}
	end := width / 2
	return ansi.Truncate(text, width-end-1, "") + "…" + ansi.TruncateLeft(text, all-end, "")
}

// fit cuts a text to what is left of the screen's width after some columns.
func fit(text string, after int, s Screen) string {
	if s.Width == 0 {
		return text
	}
	return ansi.Truncate(text, max(0, s.Width-after), "…")
}
