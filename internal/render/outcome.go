package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/provider"
)

// writeOutcomes writes the steps that did not succeed, worst first: those that
// ended alike together, and where every count stands of which a member did not
// come back.
func writeOutcomes(b *strings.Builder, r *apply.Report, s Screen, in ink) {
	for _, phase := range []apply.Phase{apply.Failed, apply.Running, apply.NotStarted, apply.Waiting} {
		head := "  " + paintPhase(phase, pad(string(phase), phaseWidth), in) + "  "
		for _, alike := range alikes(r, phase) {
			b.WriteString(hang(head, titleOf(alike), s))
			for _, why := range because(alike[0]) {
				b.WriteString(hang(strings.Repeat(" ", lipgloss.Width(head)), why, s))
			}
		}
	}
	for _, t := range turns(r) {
		b.WriteString(hang("  ", t.String(), s))
	}
}

// alikes groups the outcomes of a phase that came about in the same way, in the
// order of the first of each.
func alikes(r *apply.Report, phase apply.Phase) [][]apply.Outcome {
	var groups [][]apply.Outcome
	index := map[string]int{}
	for _, o := range r.Outcomes {
		if o.Phase != phase {
			continue
		}
		key := strings.Join(because(o), "\n")
		switch phase {
		case apply.NotStarted:
		case apply.Running: // each job is named
			key = o.Step.ID
		default:
			key = o.Step.Op.Kind + "\n" + o.Step.Doc + "\n" + strings.ReplaceAll(anyID.ReplaceAllString(key, "…"), o.Step.Op.Address.Name, "…")
		}
		i, there := index[key]
		if !there {
			i = len(groups)
			index[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], o)
	}
	return groups
}

// anyID is what tells equal messages of several resources apart.
var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// titleOf names steps that ended alike: one as it is, of several whose they are.
func titleOf(alike []apply.Outcome) string {
	if len(alike) == 1 {
		return stepText(alike[0].Step)
	}
	var addresses []provider.Address
	for _, o := range alike {
		if a := o.Step.Op.Address; !slices.Contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	text := nameSome(addresses)
	switch {
	case alike[0].Phase == apply.NotStarted:
		return fmt.Sprintf("%s of %s", count(len(alike), "step"), text)
	case len(addresses) == 1:
		return fmt.Sprintf("%s of %s: %s", count(len(alike), "step"), text, clean(alike[0].Step.Doc))
	default:
		return text + ": " + clean(alike[0].Step.Doc)
	}
}

// nameSome names the first of several resources and says how many more there are.
func nameSome(addresses []provider.Address) string {
	const named = 4
	var names []string
	for _, a := range addresses[:min(named, len(addresses))] {
		names = append(names, clean(a.String()))
	}
	if more := len(addresses) - named; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// turn is where the members of a count stand that take turns in being down.
type turn struct {
	of                 string
	done, failed, left []provider.Address
}

func (t turn) String() string {
	text := fmt.Sprintf("%s stands at: %d done", clean(t.of), len(t.done))
	if len(t.failed) > 0 {
		text += "; not back: " + nameSome(t.failed)
	}
	if len(t.left) > 0 {
		text += "; not begun: " + nameSome(t.left)
	}
	return text
}

// turns are those of which a member did not come back, or was not begun.
func turns(r *apply.Report) []turn {
	var all []*turn
	byName, seen := map[string]*turn{}, map[provider.Address][]apply.Phase{}
	var members []provider.Address
	of := map[provider.Address]*turn{}
	for _, o := range r.Outcomes {
		name, a := o.Step.Turn, o.Step.Op.Address
		if name == "" || !strings.HasPrefix(name, a.Kind+"/") { // or of what lets go of a member
			continue
		}
		if byName[name] == nil {
			byName[name] = &turn{of: name}
			all = append(all, byName[name])
		}
		if seen[a] == nil {
			members = append(members, a)
			of[a] = byName[name]
		}
		seen[a] = append(seen[a], o.Phase)
	}
	for _, a := range members {
		t := of[a]
		switch {
		case !slices.ContainsFunc(seen[a], func(p apply.Phase) bool { return p != apply.Done }):
			t.done = append(t.done, a)
		case !slices.ContainsFunc(seen[a], func(p apply.Phase) bool { return p != apply.NotStarted }):
			t.left = append(t.left, a)
		default:
			t.failed = append(t.failed, a)
		}
	}
	var open []turn
	for _, t := range all {
		if len(t.failed)+len(t.left) > 0 {
			open = append(open, *t)
		}
	}
	return open
}

// because says why a step did not succeed and what to do about it, in lines.
func because(o apply.Outcome) []string {
	switch {
	case o.Phase == apply.Waiting:
		return []string{provider.ErrHeld.Error()}
	case o.Phase == apply.Running:
		return []string{stillText(o)}
	case o.Phase == apply.NotStarted && o.Cause != "":
		return []string{"needs " + clean(o.Cause)}
	case o.Phase == apply.NotStarted:
		return []string{"the run was ended before"}
	default:
		failure := &apply.StepError{Step: o.Step, Phase: o.Phase, Err: o.Err}
		return []string{strings.TrimPrefix(clean(o.Step.Command)+": ", ": ") + oneLine(o.Err), clean(failure.Advice())}
	}
}

// stillText says how a step stands whose end the run did not see.
func stillText(o apply.Outcome) string {
	if o.Err != nil {
		return oneLine(o.Err)
	}
	return "job " + clean(o.Job)
}
