package cli

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/trueup/trueup/internal/render"
)

func TestLinesThatComeInPiecesAreFoldedAsAWhole(t *testing.T) {
	var b strings.Builder
	f := &folding{w: &b, screen: render.Screen{Width: 30}}
	for _, piece := range []string{"   plan   show ", "what apply ", "would change\n   api", "   any command\n"} {
		fmt.Fprint(f, piece)
	}
	if want := "   plan   show what apply\n          would change\n   api   any command\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestATerminalSaysWhetherItHasShades(t *testing.T) {
	for pair, want := range map[string]bool{
		"TERM=xterm-256color": true, "TERM=tmux-256color": true, "TERM=alacritty": true, "COLORTERM=truecolor": true,
		"TERM=xterm": false, "TERM=linux": false, "TERM=screen": false, "TERM=": false,
	} {
		if runtime.GOOS != "windows" && shades(environment{pair}) != want {
			t.Errorf("%s: %v", pair, !want)
		}
	}
}

func TestParagraphsOfHelpFlow(t *testing.T) {
	full := strings.Repeat("words ", 16) + "end"
	for text, want := range map[string]string{
		full + "\nand on.\n\nExamples:\n   trueup plan": full + " and on.\n\nExamples:\n   trueup plan",
		full + "\n\n" + full + "\n" + full + ".":        full + "\n\n" + full + " " + full + ".",
		"seed: 7\nfaults:\n  - do: reset\n":             "seed: 7\nfaults:\n  - do: reset\n",
	} {
		if got := flowing(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
