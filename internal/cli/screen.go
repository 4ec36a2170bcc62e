package cli

import (
	"os"

	"golang.org/x/term"

	"github.com/trueup/trueup/internal/render"
)

// minLive is the narrowest terminal, in columns, on which progress is redrawn.
const minLive = 40

// screen looks at what a stream is and at what the environment asks for.
// NO_COLOR and TERM=dumb mean plain lines, and so do CI, whose logs keep every
// redraw, and ACCESSIBLE, which users of screen readers set: a reader reads every
// redraw anew.
func screen(stream any, env environment) render.Screen {
	f, ok := stream.(*os.File)
	if !ok || !terminal(f) {
		return render.Screen{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 1 {
		width = 80
	}
	plain := env.first("NO_COLOR", "CI", "ACCESSIBLE") != "" || env.get("TERM") == "dumb"
	return render.Screen{Width: width, Color: !plain, Live: !plain && width >= minLive}
}

// terminal reports whether a stream is one.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
