package render

import (
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// symbol is the mark of an action, for eyes that search the margin.
func symbol(a plan.Action) string {
	switch a {
	case plan.Create:
		return "+"
	case plan.Delete:
		return "-"
	case plan.Recreate, plan.Reinstall:
		return "±"
	default:
		return "~"
	}
}

// verb is an action in the column beside the symbol.
func verb(a plan.Action) string {
	if a == plan.Update {
		return "change"
	}
	return string(a)
}

// actionWidth is the width of the longest verb.
const actionWidth = len("reinstall")

// destructive reports whether something is lost that no later run brings back.
func destructive(c plan.Change) bool {
	return c.Action == plan.Recreate || c.Action == plan.Reinstall || c.Action == plan.Delete || c.Impact == plan.ShrinkDisk
}

// remark says in words what a change costs and why it is made. Of a creation
// there is nothing to say: it is declared and not there.
func remark(c plan.Change) string {
	var parts []string
	if (c.Action == plan.Update || c.Action == plan.Adopt) && c.Impact == plan.Restart {
		parts = append(parts, "restart")
	}
	if c.Action != plan.Create && c.Reason != "" && c.Reason != c.Cause.Words() {
		parts = append(parts, clean(c.Reason))
	}
	if c.Action == plan.Update || c.Action == plan.Recreate || c.Action == plan.Reinstall {
		parts = append(parts, origin(c))
	}
	return strings.Join(slices.Compact(parts), "; ")
}

// origin says who made a difference. Of what isn't there it is known only where
// a note or an event tells that it was.
func origin(c plan.Change) string {
	switch {
	case c.Action == plan.Create && c.Cause == plan.Unknown && c.Last == provider.Event{}:
		return "not in the cloud: deleted, or not applied yet"
	case c.Action == plan.Create:
		return "missing from the cloud"
	case c.Stopped:
		return clean(c.Reason)
	}
	switch c.Cause {
	case plan.Drift:
		return "changed by hand"
	case plan.Pending:
		return "the file changed"
	case plan.Both:
		return "the file changed, and so did the cloud"
	default:
		return "cause unknown"
	}
}
