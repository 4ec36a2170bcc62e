package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/trueup/trueup/apply"
)

// Report writes the end of a run: how many steps ended how, every step that did
// not succeed with its reason, and the command to go on with.
func Report(r *apply.Report, again string, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	b.WriteString(hang("", in.bold.Render(verdict(r)+" after "+took(r.Took)+":")+" "+tally(r.Counts())+".", s))
	writeOutcomes(&b, r, s, in)
	for _, err := range r.Bookkeeping {
		b.WriteString(hang("  "+in.bad.Render(pad("bookkeeping", phaseWidth))+"  ", oneLine(err), s))
	}
	if r.Ended != nil && !r.Interrupted {
		b.WriteString(hang("  ", oneLine(r.Ended), s))
	}
	if r.Ending() != apply.Succeeded {
		b.WriteString("\n" + next("To go on:", again, s))
	}
	if r.Ending() == apply.Succeeded && len(r.Waiting()) > 0 {
		b.WriteString("\n" + next("The cloud expunges in its own time, by default after a day. Then:", again, s))
	}
	return b.String()
}

// next writes a command that is to be given next, in a line of its own where it
// would be broken: it is there to be copied.
func next(when, command string, s Screen) string {
	if s.Width == 0 || lipgloss.Width(when+" "+command) <= s.Width {
		return when + " " + command + "\n"
	}
	return hang("", when, s) + "  " + command + "\n"
}

func verdict(r *apply.Report) string {
	switch r.Ending() {
	case apply.Succeeded:
		return "Complete"
	case apply.Interrupted:
		return "Interrupted"
	default:
		return "Not complete"
	}
}

// tally writes "12 done, 1 failed, 3 not started".
func tally(n map[apply.Phase]int) string {
	if len(n) == 0 {
		return "only tags and notes were to be written"
	}
	parts := []string{fmt.Sprintf("%d done", n[apply.Done])}
	for _, p := range []struct {
		phase apply.Phase
		words string
	}{
		{apply.Failed, "failed"},
		{apply.NotStarted, "not started"},
		{apply.Running, "still running"},
		{apply.Waiting, "waiting for the cloud to expunge"},
	} {
		if n[p.phase] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[p.phase], p.words))
		}
	}
	return strings.Join(parts, ", ")
}

// unsuccessful are the phases of steps that did not succeed, worst first.
var unsuccessful = [...]apply.Phase{apply.Failed, apply.Running, apply.NotStarted, apply.Waiting}

func oneLine(err error) string { return strings.Join(cleanLines(err.Error()), " ") }
