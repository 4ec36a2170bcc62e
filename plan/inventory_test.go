package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestTakeInventory(t *testing.T) {
	of := func(stack string) map[string]string { return map[string]string{provider.TagStack: stack} }
	sg1 := provider.Named{Name: "sg1"}
	shop := provider.Anchor{Stack: "shop", ID: "a1", Tags: map[string]string{
		"trueup.own.elasticIP.front": "ip1", "trueup.own.sshKey.ops": "k1 1.pk", "trueup.note.vm.new": "run/1", "trueup.note.sshKey.begun": "run/1",
	}}
	idle := provider.Anchor{Stack: "idle", ID: "a2"}
	snap := &provider.Snapshot{
		Anchors: []provider.Anchor{idle, shop},
		Resources: []provider.Live{
			{Kind: "elasticIP", ID: "ip1", Label: "192.0.2.1", Zone: sg1, Tags: of("shop"), Fields: provider.Fields{"attach": []provider.Ref{{Kind: "vm", ID: "v1"}}}},
			{Kind: "elasticIP", ID: "ip2", Label: "192.0.2.2", Zone: sg1, Tags: of("shop"), Fields: provider.Fields{"attach": []provider.Ref{}}}, // a tag that outlived a release
			{Kind: "securityGroup", ID: "g1", Name: "default", Innate: true},
			{Kind: "securityGroup", ID: "g2", Name: "legacy"},
			{Kind: "sshKey", ID: "k1", Name: "ops"},
			{Kind: "sshKey", ID: "k2", Name: "begun"},
			{Kind: "vm", ID: "v1", Name: "web", Zone: sg1, Tags: of("shop"), Broken: "its deployment failed"},
			{Kind: "vm", ID: "v2", Name: "new", Zone: sg1, Marker: "shop/vm/new"},
			{Kind: "vm", ID: "v3", Name: "old", Zone: sg1, Tags: of("lost")},
			{Kind: "vm", ID: "v4", Name: "stray", Zone: sg1, Marker: "shop/vm/stray"}, // its note is closed
			{Kind: "vm", ID: "v5", Name: "x-gone-123456", Gone: true},
		},
	}
	address := plan.Item{Kind: "elasticIP", Name: "192.0.2.2", ID: "ip2", Zone: "sg1"}
	want := plan.Inventory{
		Stacks:     []plan.Owner{{Stack: "idle", Anchor: &idle}, {Stack: "lost", Resources: 1}, {Stack: "shop", Anchor: &shop, Resources: 5}},
		Unowned:    []plan.Item{address, {Kind: "securityGroup", Name: "legacy", ID: "g2"}, {Kind: "vm", Name: "stray", ID: "v4", Zone: "sg1"}},
		Broken:     []plan.Item{{Kind: "vm", Name: "web", ID: "v1", Zone: "sg1", Stack: "shop", Remark: "its deployment failed"}},
		Unattached: []plan.Item{address},
	}
	if diff := cmp.Diff(want, plan.TakeInventory(kinds(), snap)); diff != "" {
		t.Error(diff)
	}
}
