package cli

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// blind is a cloud that can be read and holds nothing.
type blind struct{ provider.Cloud }

func (blind) Read(context.Context, provider.Scope) (*provider.Snapshot, error) {
	return &provider.Snapshot{}, nil
}

func TestWhatWasDoneAndStillDiffersIsUnmet(t *testing.T) {
	synctest.Test(t, whatWasDoneAndStillDiffersIsUnmet)
}

func whatWasDoneAndStillDiffersIsUnmet(t *testing.T) {
	at := func(name string) provider.Address { return provider.Address{Kind: "vm", Name: name} }
	outcome := func(name string, phase apply.Phase) apply.Outcome {
		set := provider.Fields{"displayName": "Web", "userData": "x"}
		return apply.Outcome{Step: &plan.Step{Op: provider.Op{Address: at(name), Fields: set}}, Phase: phase}
	}
	differs := func(name string, fields ...string) plan.Change {
		change := plan.Change{Address: at(name), Action: plan.Update}
		for _, f := range fields {
			change.Fields = append(change.Fields, plan.FieldChange{Name: f})
		}
		return change
	}
	c := &change{
		seen:  seen{snapshot: &provider.Snapshot{}},
		stack: &loaded{Stack: &spec.Stack{Name: "shop"}},
		cloud: &connection{Cloud: blind{}},
		make: func(*spec.Stack, provider.Kinds, *provider.Snapshot, plan.Options) (*plan.Plan, error) {
			var again plan.Plan
			for _, name := range []string{"accepted", "half", "failed", "untouched"} {
				again.Changes = append(again.Changes, differs(name, "displayName", "offering"))
			}
			again.Changes = append(again.Changes, differs("fine", "offering"), plan.Change{Address: at("gone"), Action: plan.Create})
			again.Left = []plan.Change{differs("accepted", "userData", "description"), differs("fixed", "userData")}
			return &again, nil
		},
	}
	unmet, err := c.verify(t.Context(), &plan.Plan{}, &apply.Report{Outcomes: []apply.Outcome{
		outcome("accepted", apply.Done), outcome("fine", apply.Done), outcome("fixed", apply.Done), outcome("gone", apply.Done),
		outcome("half", apply.Done), outcome("half", apply.Failed),
		outcome("failed", apply.Failed),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]plan.Change{differs("accepted", "displayName", "userData"), differs("fixed", "userData"), {Address: at("gone"), Action: plan.Create}}, unmet); diff != "" {
		t.Errorf("unmet (-want +got):\n%s", diff)
	}
}

func TestWhatWasDeletedAndIsListedIsStillThere(t *testing.T) {
	outcome := func(kind, name, operation, id string, creates bool) apply.Outcome {
		op := provider.Op{Kind: kind, Name: operation, Address: provider.Address{Kind: kind, Name: name}}
		return apply.Outcome{Step: &plan.Step{Op: op, Creates: creates, Ends: true}, Phase: apply.Done, ID: id}
	}
	live := func(kind, id, stack string) provider.Live {
		return provider.Live{Kind: kind, ID: id, Name: "other", Tags: map[string]string{provider.TagStack: stack}}
	}
	failed := outcome("vm", "failed", "destroy", "v2", false)
	failed.Phase = apply.Failed
	report := &apply.Report{Outcomes: []apply.Outcome{
		outcome("vm", "web", "destroy", "v1", false), failed,
		outcome("elasticIP", "taken", "release", "e1", false), outcome("elasticIP", "again", "release", "e2", false),
		outcome("elasticIP", "new", "associate", "e2", true), outcome("volume", "off", "detach", "o1", false),
	}}
	foreign := provider.Anchor{Stack: "shop2", Tags: map[string]string{provider.TagOwn + "elasticIP.x": "e1"}}
	snapshot := &provider.Snapshot{Anchors: []provider.Anchor{foreign}, Resources: []provider.Live{
		live("vm", "v1", "shop"), live("vm", "v2", "shop"), live("elasticIP", "e1", "shop2"), live("elasticIP", "e2", ""), live("volume", "o1", "shop"),
	}}
	got := stillThere(report, snapshot, "shop")
	if len(got) != 1 || got[0].Address.Name != "web" || got[0].ID != "v1" || got[0].Action != plan.Delete {
		t.Errorf("still there: %v, want vm/web alone", got)
	}
}
