package render

import (
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// area is the lower end of a terminal, which is drawn again and again, below what
// scrolls away. The cursor rests in the empty row behind it. Nothing is asked of
// the terminal: one that does not answer would be waited for, and an answer can't
// be told from what somebody types.
type area struct {
	w     io.Writer
	rows  []string // as they stand on the screen
	width int      // of the screen then
	open  bool     // something was drawn, and the cursor is hidden
}

const (
	up         = ansi.CUU1
	eraseRow   = ansi.EraseLineRight
	eraseBelow = ansi.EraseScreenBelow
	hideCursor = ansi.HideCursor
	showCursor = ansi.ShowCursor
)

// draw writes lines that are to scroll away, and the area's rows below them, on a
// screen of so many columns and rows. It is one write, so that no half of it shows.
func (a *area) draw(lines, rows []string, width, height int) {
	if a.open && len(lines) == 0 && slices.Equal(rows, a.rows) {
		return
	}
	var b strings.Builder
	if !a.open {
		b.WriteString(hideCursor)
	}
	b.WriteString(column0 + strings.Repeat(up, a.lines(width, height)))
	if width != a.width { // rows that were broken would be joined again, whatever is in them now
		b.WriteString(eraseBelow)
	}
	for _, line := range slices.Concat(lines, rows) {
		b.WriteString(line + eraseRow + "\r\n")
	}
	b.WriteString(eraseBelow)
	a.rows, a.width, a.open = rows, width, true
	// What can't be drawn is told by the report at the end.
	_, _ = io.WriteString(a.w, b.String())
}

// lines counts the rows of the screen that the area takes: a terminal that has
// become narrower has broken the longer ones.
func (a *area) lines(width, height int) int {
	n := 0
	for _, row := range a.rows {
		n++
		if width > 0 {
			n += max(0, ansi.StringWidth(row)-1) / width
		}
	}
	if height > 0 {
		n = min(n, height-1)
	}
	return n
}

// close takes the area away and leaves the cursor where it was.
func (a *area) close(lines []string, width, height int) {
	a.draw(lines, nil, width, height)
	_, _ = io.WriteString(a.w, showCursor)
	a.open = false
}
