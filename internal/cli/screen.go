package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/muesli/termenv"
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
	if !terminal(stream) {
		return render.Screen{}
	}
	width, _ := size(stream)
	if width < 1 {
		width = 80
	}
	plain := env.first("NO_COLOR", "CI", "ACCESSIBLE") != "" || env.get("TERM") == "dumb" || !draws(stream)
	return render.Screen{Width: width, Color: !plain, Shades: shades(env), Live: !plain && width >= minLive}
}

// shades reports whether a terminal has 256 colours, by what it says of itself.
func shades(env environment) bool {
	return termenv.NewOutput(io.Discard, termenv.WithTTY(true), termenv.WithEnvironment(terminfo{env})).ColorProfile() <= termenv.ANSI256
}

// terminfo is the environment as termenv reads it.
type terminfo struct{ env environment }

func (t terminfo) Environ() []string         { return t.env }
func (t terminfo) Getenv(name string) string { return t.env.get(name) }

// size is how many columns and rows a terminal has; 0 where that can't be known.
func size(stream any) (width, height int) {
	if f, ok := stream.(*os.File); ok {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil {
			return w, h
		}
	}
	return 0, 0
}

// draws reports whether a terminal takes the sequences that colour and draw: on
// Windows it must be told to, and one of long ago can't.
func draws(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	_, err := termenv.EnableVirtualTerminalProcessing(termenv.NewOutput(f, termenv.WithProfile(termenv.ANSI)))
	return err == nil
}

// terminal reports whether a stream is one.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// say tells something about a command beside its result.
func (p *process) say(format string, args ...any) {
	fmt.Fprint(p.stderr, render.Text(fmt.Sprintf(format, args...), screen(p.stderr, p.env)))
}

// beside is where a command tells what is not its result.
func (p *process) beside() io.Writer {
	return &folding{w: p.stderr, screen: screen(p.stderr, p.env)}
}

// tell tells a result in words.
func (p *process) tell(format string, args ...any) {
	fmt.Fprint(p.stdout, render.Text(fmt.Sprintf(format, args...), screen(p.stdout, p.env)))
}

// folding breaks the lines that are written to it to what a screen can show.
type folding struct {
	w      io.Writer
	screen render.Screen
	begun  []byte // a line whose end is still to come
}

func (f *folding) Write(b []byte) (int, error) {
	f.begun = append(f.begun, b...)
	end := bytes.LastIndexByte(f.begun, '\n') + 1
	_, err := io.WriteString(f.w, render.Text(string(f.begun[:end]), f.screen))
	f.begun = slices.Clone(f.begun[end:])
	return len(b), err
}
