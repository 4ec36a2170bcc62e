package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
)

// DriftNews is what a look at a stack tells that the looks before it did not.
type DriftNews struct {
	Stack   string        // its name, or its path where it could not be read
	New     []plan.Change // differs now, or differs otherwise
	Known   []plan.Change // differs as before
	Fixed   []string      // addresses that differ no longer
	Failure error         // why the stack can't be looked at, where it could before
	Works   bool          // it can be looked at again
}

// Any reports whether there is anything to tell.
func (n DriftNews) Any() bool {
	return len(n.New) > 0 || len(n.Fixed) > 0 || n.Failure != nil || n.Works
}

// NewsText is a message for a chat, in plain text, whose first line says it all;
// "" where there are no news.
func NewsText(all []DriftNews) string {
	var drifts, fixed, failing []string
	var body strings.Builder
	why := map[string][]string{} // stacks by what is wrong
	for _, n := range all {
		if !n.Any() {
			continue
		}
		stack := clean(n.Stack)
		switch {
		case n.Failure != nil:
			failing = append(failing, stack)
			text := oneLine(n.Failure)
			why[text] = append(why[text], stack)
			continue
		case len(n.New) > 0:
			drifts = append(drifts, stack)
		default:
			fixed = append(fixed, stack)
		}
		writeNews(&body, n)
	}
	for _, text := range slices.Sorted(maps.Keys(why)) {
		fmt.Fprintf(&body, "\nNot looked at: %s\n  error: %s\n", someOf(why[text]), text)
	}
	if body.Len() == 0 {
		return ""
	}
	var title []string
	for _, t := range []struct {
		stacks []string
		words  string
	}{{drifts, "drift in"}, {failing, "could not look at"}, {fixed, "fixed in"}} {
		if len(t.stacks) > 0 {
			title = append(title, t.words+" "+someOf(t.stacks))
		}
	}
	return "trueup: " + strings.Join(title, "; ") + "\n" + body.String()
}

// someOf names a few and counts the others.
func someOf(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func writeNews(b *strings.Builder, n DriftNews) {
	line := func(what, text string) { fmt.Fprintf(b, "  %s: %s\n", what, text) }
	fmt.Fprintf(b, "\nStack %s: ", clean(n.Stack))
	switch differing := len(n.New) + len(n.Known); {
	case differing == 0:
		b.WriteString("no drift any more.\n")
	default:
		b.WriteString(differ(differing) + ".\n")
	}
	if n.Works {
		b.WriteString("  It can be looked at again.\n")
	}
	for _, c := range n.New {
		line("new", differenceText(c))
	}
	for _, address := range n.Fixed {
		line("fixed", clean(address))
	}
	if len(n.Known) > 0 {
		var addresses []string
		for _, c := range n.Known {
			addresses = append(addresses, clean(c.Address.String()))
		}
		line("as before", someOf(addresses))
	}
}

// differenceText says in one line what differs of a resource.
func differenceText(c plan.Change) string {
	parts := []string{clean(c.Address.String()) + ", " + told(origin(c), " (", lastEvent(c.Last), ")")}
	if c.Action != plan.Create {
		for _, f := range c.Fields {
			parts = append(parts, f.Name+" "+strings.Join(found(f), ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// FixedText says on the terminal what differs no longer.
func FixedText(n DriftNews, s Screen) string {
	if len(n.Fixed) == 0 {
		return ""
	}
	var addresses []string
	for _, address := range n.Fixed {
		addresses = append(addresses, clean(address))
	}
	return hang("", newInk(s).good.Render("Fixed since the last look:")+" "+strings.Join(addresses, ", "), s)
}
