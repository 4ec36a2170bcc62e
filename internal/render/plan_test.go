package render

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"github.com/charmbracelet/x/ansi"

	"github.com/trueup/trueup/plan"
)

func TestPlanIsReadInOnePass(t *testing.T) {
	for name, s := range map[string]Screen{
		"plan/pipe.txt":   {},
		"plan/wide.txt":   {Width: 200, Color: true, Shades: true},
		"plan/normal.txt": {Width: 80},
		"plan/narrow.txt": {Width: 60},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, Plan(everything(), s)) })
	}
}

func TestPlanKeepsToTheWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		long := &plan.Plan{Stack: "shop", Changes: append(everything().Changes, machine(longName), plan.Change{Address: addr("securityGroup", longName), Action: plan.Forget, Reason: "it stays"})}
		for _, text := range []string{Plan(everything(), Screen{Width: width}), drift(Screen{Width: width}), Plan(long, Screen{Width: width})} {
			for line := range strings.Lines(text) {
				if w := lipgloss.Width(strings.TrimSuffix(line, "\n")); w > width {
					t.Errorf("%d columns on a screen of %d: %s", w, width, line)
				}
			}
		}
	}
}

// longName is as long as a cloud lets a name be.
var longName = strings.Repeat("long-", 12) + "est"

func TestOneLongNameMovesNoOtherColumn(t *testing.T) {
	for width, want := range map[int]string{
		0:  "  + create     vm/web-2   like vm/web-1\n",
		60: "  + create     vm/web-2   like vm/web-1\n",
	} {
		text := Plan(&plan.Plan{Stack: "shop", Changes: []plan.Change{machine("web-1"), machine("web-2"), named(machine("web-10"), "Ten"), machine(longName)}}, Screen{Width: width})
		if !strings.Contains(text, want) {
			t.Errorf("on %d columns there is no %q in\n%s", width, want, text)
		}
	}
}

func TestTextIsBrokenAtItsSpacesAndIdsOnlyWhereTheyMustBe(t *testing.T) {
	const id = "b1b71f2a-f99e-53a0-a9dc-b55f0ed4de8d"
	for width, want := range map[int]string{
		90: "[1/2] running  vm/web-50: deploy the machine: job " + id + "\n",
		60: "[1/2] running  vm/web-50: deploy the machine: job\n               " + id + "\n",
		40: "[1/2] running  vm/web-50: deploy the\n               machine: job b1b71f2a-\n               f99e-53a0-a9dc-\n               b55f0ed4de8d\n",
	} {
		if got := hang("[1/2] running  ", "vm/web-50: deploy the machine: job "+id, Screen{Width: width}); got != want {
			t.Errorf("on %d columns:\n%s", width, got)
		}
	}
	if got, want := hang("", "tcp/80  0.0.0.0/0, ::/0", Screen{Width: 21}), "tcp/80  0.0.0.0/0,\n::/0\n"; got != want {
		t.Errorf("%q, want %q", got, want)
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

// contrast is that of the web's guidelines, from 1 to 21.
func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// luminance is that of one of the 216 colours of the cube in a terminal's 256.
func luminance(color int) float64 {
	linear := func(level int) float64 {
		c := float64([]int{0, 95, 135, 175, 215, 255}[level]) / 255
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	n := color - 16
	return 0.2126*linear(n/36) + 0.7152*linear(n/6%6) + 0.0722*linear(n%6)
}

func TestColoursAreReadOnLightAndOnDark(t *testing.T) {
	in := newInk(Screen{Color: true, Shades: true})
	for _, style := range []lipgloss.Style{in.good, in.warn, in.bad} {
		var color int
		if _, err := fmt.Sscanf(style.Render("x"), "\x1b[38;5;%dm", &color); err != nil {
			t.Fatalf("%q is none of 256 colours: %v", style.Render("x"), err)
		}
		for name, ground := range map[string]float64{"white": 1, "black": 0, "grey of 12 %": 0.013} {
			if c := contrast(luminance(color), ground); c < 2.9 {
				t.Errorf("colour %d has a contrast of %.1f on %s", color, c, name)
			}
		}
	}
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

func TestTextGoesOnBehindItsGap(t *testing.T) {
	const text = "USAGE:\n   trueup plan [flags] [STACK]\n\n" +
		"   --var NAME=VALUE  set a variable of the stack\n   --key KEY         API KEY\n" +
		"   Reads the stack and the cloud and shows what differs.\n"
	if got := Text(text, Screen{}); got != text {
		t.Errorf("on a pipe:\n%s", got)
	}
	want := "USAGE:\n   trueup plan [flags] [STACK]\n\n" +
		"   --var NAME=VALUE  set a variable of\n                     the stack\n   --key KEY         API KEY\n" +
		"   Reads the stack and the cloud and\n   shows what differs.\n"
	if got := Text(text, Screen{Width: 41}); got != want {
		t.Errorf("on 41 columns:\n%s", got)
	}
}

func TestALongRemarkStandsBelowWhereItsColumnIsNarrow(t *testing.T) {
	const head, text = "  ~ change     vm/web-2                ", "restart; sshKeys links to sshKey/ops, which is replaced; the file changed"
	for width, want := range map[int]string{
		0:  head + text + "\n",
		60: "  ~ change     vm/web-2\n      restart; sshKeys links to sshKey/ops, which is\n      replaced; the file changed\n",
		80: head + "restart; sshKeys links to sshKey/ops,\n" + strings.Repeat(" ", len(head)) + "which is replaced; the file changed\n",
	} {
		if got := beside(head, text, Screen{Width: width}); got != want {
			t.Errorf("on %d columns:\n%s", width, got)
		}
	}
}
