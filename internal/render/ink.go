package render

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// ink colours text for a screen. It uses the terminal's own palette, which its
// user has made readable on light and on dark.
type ink struct{ good, warn, bad, dim, bold lipgloss.Style }

func newInk(s Screen) ink {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	if s.Color {
		r.SetColorProfile(termenv.ANSI)
	}
	style := r.NewStyle().Inline(true)
	return ink{
		good: style.Foreground(lipgloss.Color("2")),
		warn: style.Foreground(lipgloss.Color("3")),
		bad:  style.Foreground(lipgloss.Color("1")),
		dim:  style.Faint(true),
		bold: style.Bold(true),
	}
}
