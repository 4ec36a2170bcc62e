package cli

import (
	"os"

	"golang.org/x/term"

	"github.com/trueup/trueup/internal/render"
)

// minLive is the narrowest terminal, in columns, on which progress is redrawn.
const minLive = 40

// screen looks at what a stream is and at what the environment asks for.
// NO_COLOR and TERM=dumb mean plain lines, and so does CI, whose logs keep every
// redraw.
func screen(stream any, env environment) render.Screen {
	f, ok := stream.(*os.File)
	if !ok || !terminal(f) {
		return render.Screen{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 1 {
		width = 80
	}
	plain := env.get("NO_COLOR") != "" || env.get("TERM") == "dumb" || env.get("CI") != ""
	return render.Screen{Width: width, Color: !plain, Live: !plain && width >= minLive}
}

// terminal reports whether a stream is one.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
