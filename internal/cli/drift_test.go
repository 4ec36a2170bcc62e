package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestDriftIsWhatTheFileDoesNotExplain(t *testing.T) {
	change := func(name string, action plan.Action, cause plan.Cause, fields ...plan.FieldChange) plan.Change {
		return plan.Change{Address: provider.Address{Kind: "vm", Name: name}, Action: action, Cause: cause, Fields: fields}
	}
	field := func(name string, cause plan.Cause) plan.FieldChange {
		return plan.FieldChange{Name: name, Cause: cause}
	}
	made := &plan.Plan{Changes: []plan.Change{
		change("missing", plan.Create, plan.Unknown),
		change("undeclared", plan.Delete, plan.Pending),
		change("by-hand", plan.Update, plan.Drift, field("tags", plan.Drift)),
		change("by-file", plan.Update, plan.Pending, field("tags", plan.Pending)),
		change("by-both", plan.Update, plan.Both, field("tags", plan.Both), field("offering", plan.Pending)),
		change("no-idea", plan.Update, plan.Unknown, field("tags", plan.Unknown)),
	}}
	names := func(changes []plan.Change) []string {
		var all []string
		for _, c := range changes {
			text := c.Address.Name
			for _, f := range c.Fields {
				text += " " + f.Name
			}
			all = append(all, text)
		}
		return all
	}
	drifted, pending := splitDrift(made)
	if diff := cmp.Diff([]string{"missing", "by-hand tags", "by-both tags", "no-idea tags"}, names(drifted)); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"undeclared", "by-file tags", "by-both offering"}, names(pending)); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
}
