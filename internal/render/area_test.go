package render

import "strings"

// terminal is what somebody sees of what is written to one: it knows the few
// sequences that draw an area, and breaks its lines anew when it is resized.
type terminal struct {
	width  int
	lines  []string // that were ended by a newline, each of any length
	at     int      // the row of the screen that the cursor is in
	hidden bool     // the cursor
}

// rows are the lines as the screen breaks them, each with the line it is of.
func (t *terminal) rows() (rows []string, of []int) {
	for i, line := range t.lines {
		runes := []rune(line)
		for {
			n := min(t.width, len(runes))
			rows, of = append(rows, string(runes[:n])), append(of, i)
			if runes = runes[n:]; len(runes) == 0 {
				break
			}
		}
	}
	return rows, of
}

// resize keeps the cursor in its line.
func (t *terminal) resize(width int) {
	rows, _ := t.rows()
	below := len(rows) - t.at
	t.width = width
	rows, _ = t.rows()
	t.at = len(rows) - below // the cursor is behind all lines whenever somebody resizes
}

// write puts a whole line where the cursor is, and the cursor below.
func (t *terminal) write(line string) {
	rows, of := t.rows()
	if t.at < len(rows) {
		t.lines = t.lines[:of[t.at]] // an area begins with a line of its own
	}
	t.lines = append(t.lines, line)
	rows, _ = t.rows()
	t.at = len(rows)
}

func (t *terminal) show(out string) {
	out = strings.TrimPrefix(out, hideCursor)
	if strings.HasSuffix(out, showCursor) {
		t.hidden = false
		out = strings.TrimSuffix(out, showCursor)
	} else {
		t.hidden = true
	}
	for _, part := range strings.SplitAfter(out, "\r\n") {
		for _, draw := range strings.SplitAfter(part, eraseBelow) {
			draw = strings.TrimPrefix(draw, hideCursor)
			draw = strings.TrimPrefix(draw, column0)
			for strings.HasPrefix(draw, up) {
				draw = draw[len(up):]
				t.at--
			}
			if line, ok := strings.CutSuffix(draw, eraseRow+"\r\n"); ok {
				t.write(line)
			} else if draw == eraseBelow {
				if rows, of := t.rows(); t.at < len(rows) {
					t.lines = t.lines[:of[t.at]]
				}
			}
		}
	}
}

func (t *terminal) text() string { return strings.Join(t.lines, "\n") + "\n" }
