package render

import (
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"github.com/charmbracelet/x/ansi"

	"github.com/trueup/trueup/plan"
)

func TestPlanIsReadInOnePass(t *testing.T) {
	for name, s := range map[string]Screen{
		"plan/pipe.txt":   {},
		"plan/wide.txt":   {Width: 200, Color: true},
		"plan/normal.txt": {Width: 80},
		"plan/narrow.txt": {Width: 60},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, Plan(everything(), s)) })
	}
}

func TestPlanKeepsToTheWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		for _, text := range []string{Plan(everything(), Screen{Width: width}), drift(Screen{Width: width})} {
			for line := range strings.Lines(text) {
				if w := lipgloss.Width(strings.TrimSuffix(line, "\n")); w > width {
					t.Errorf("%d columns on a screen of %d: %s", w, width, line)
				}
			}
		}
	}
}

func TestPlanShowsNoSecretAndNoControlCharacter(t *testing.T) {
	text := Plan(everything(), Screen{}) + drift(Screen{})
	for _, secret := range []string{"hunter", "\x1b"} {
		if strings.Contains(text, secret) {
			t.Errorf("the plan holds %q:\n%s", secret, text)
		}
	}
}

func TestEmptyPlanSaysSo(t *testing.T) {
	notes := everything().Notes
	golden(t, "plan/empty.txt", Plan(&plan.Plan{Stack: "shop", Notes: notes}, Screen{})+
		"--- destroy\n"+Plan(&plan.Plan{Stack: "shop", Destroy: true}, Screen{}))
}

func TestColourAddsNothingToTheText(t *testing.T) {
	plain := Plan(everything(), Screen{Width: 80})
	colored := Plan(everything(), Screen{Width: 80, Color: true})
	if plain == colored {
		t.Fatal("no colour on a colour screen")
	}
	if got := ansi.Strip(colored); got != plain {
		t.Errorf("without its colours the text differs:\n%s", got)
	}
}

// drift is everything, of which the file made what is pending.
func drift(s Screen) string {
	var drifted, pending []plan.Change
	for _, c := range everything().Changes {
		if c.Cause == plan.Pending {
			pending = append(pending, c)
		} else {
			drifted = append(drifted, c)
		}
	}
	return Drift("shop", drifted, pending, everything().Notes, s)
}

func TestDriftTellsHandsFromFiles(t *testing.T) {
	golden(t, "drift/pipe.txt", drift(Screen{}))
	golden(t, "drift/narrow.txt", drift(Screen{Width: 60}))
	golden(t, "drift/none.txt", Drift("shop", nil, nil, nil, Screen{}))
}
