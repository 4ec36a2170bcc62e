package render

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// ink colours text for a screen. Whether that is light or dark is not known, and
// asking it would take long where nobody answers; so these are shades that are read
// on white and on black. The 16 colours of a terminal's own are not: its yellow and
// its green are made for black, and hardly to be seen on white. They serve where
// there are no others.
type ink struct{ good, warn, bad, dim, bold lipgloss.Style }

func newInk(s Screen) ink {
	r := lipgloss.NewRenderer(io.Discard)
	good, warn, bad := lipgloss.Color("2"), lipgloss.Color("3"), lipgloss.Color("1")
	switch {
	case !s.Color:
		r.SetColorProfile(termenv.Ascii)
	case s.Shades:
		r.SetColorProfile(termenv.ANSI256)
		good, warn, bad = "34", "136", "196"
	default:
		r.SetColorProfile(termenv.ANSI)
	}
	style := r.NewStyle().Inline(true)
	return ink{
		good: style.Foreground(good),
		warn: style.Foreground(warn),
		bad:  style.Foreground(bad),
		dim:  style.Faint(true),
		bold: style.Bold(true),
	}
}
