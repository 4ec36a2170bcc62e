package render

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Screen says what the place that a text goes to can show. The zero Screen is
// a pipe: no colour, lines of any length, nothing redrawn.
type Screen struct {
	Width int  // columns; 0 where lines may have any length
	Color bool // whether colours are wanted
	Live  bool // whether lines may be drawn again
}

// minLive is the narrowest terminal, in columns, on which progress is redrawn.
const minLive = 40

// Detect looks at what w is and at what the environment asks for: NO_COLOR and
// TERM=dumb mean plain lines, and so does CI, whose logs keep every redraw.
func Detect(w io.Writer, env func(string) string) Screen {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Screen{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 1 {
		width = 80
	}
	plain := env("NO_COLOR") != "" || env("TERM") == "dumb" || env("CI") != ""
	return Screen{Width: width, Color: !plain, Live: !plain && width >= minLive}
}
