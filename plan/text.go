package plan

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/trueup/trueup/provider"
)

// String is the plan in full, a line for each change, field, step, mark and
// note: for tests and for debugging.
func (p *Plan) String() string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s (%s, %s): %s\n", c.Action, c.Address, c.Impact, c.Cause, c.Reason)
		for _, f := range c.Fields {
			if c.Action != Create {
				fmt.Fprintf(&b, "    %s: %s -> %s (%s)\n", f.Name, f.Text(f.Old), f.Text(f.New), f.Cause)
			}
		}
	}
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "step %s%s\n", s.ID, s.flags())
		if len(s.Needs) > 0 {
			fmt.Fprintf(&b, "    after %s\n", strings.Join(s.Needs, ", "))
		}
	}
	for _, m := range p.Marks {
		fmt.Fprintf(&b, "mark %s%s\n", m.Address, m.changes())
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note %s: %s\n", n.Address, n.Text)
	}
	for _, op := range p.Probes {
		fmt.Fprintf(&b, "probe %s\n", op.Address)
	}
	return b.String()
}

func (s Step) flags() string {
	text := ""
	for _, flag := range []struct {
		set  bool
		text string
	}{{s.Creates, "creates"}, {s.Ends, "ends"}, {s.Stops, "stops"}, {s.Starts, "starts"}, {s.Last, "last"}, {s.Pause > 0, "pause " + s.Pause.String()}, {s.Turn != "", "turn of " + s.Turn}} {
		if flag.set {
			text += " [" + flag.text + "]"
		}
	}
	return text
}

func (m Mark) changes() string {
	text := ""
	for _, part := range []struct {
		sign string
		tags map[string]string
	}{{"-", m.Have}, {"+", m.Want}, {"- note", m.NotesHave}, {"+ note", m.NotesWant}} {
		if len(part.tags) > 0 {
			text += " " + part.sign + provider.Format(part.tags)
		}
	}
	return strings.TrimRightFunc(text, unicode.IsSpace)
}
