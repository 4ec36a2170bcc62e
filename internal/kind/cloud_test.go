package kind

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

func TestAnchorsCarryTags(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		ctx, cloud := b.t.Context(), b.cloud
		anchor, err := cloud.CreateAnchor(ctx, "shop")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cloud.CreateAnchor(ctx, "shop"); !errors.Is(err, provider.ErrExists) {
			t.Errorf("a second anchor: %v", err)
		}
		ids := []string{anchor.ID}
		tags := map[string]string{provider.TagLease: "run-1", provider.TagOrigin: "abc"}
		if err := cloud.CreateTags(ctx, provider.AnchorTagType, ids, tags); err != nil {
			t.Fatal(err)
		}
		if err := cloud.CreateTags(ctx, provider.AnchorTagType, ids, map[string]string{provider.TagLease: "run-2", "new": "x"}); !errors.Is(err, provider.ErrExists) {
			t.Errorf("a lease that is taken: %v", err)
		}
		if err := cloud.DeleteTags(ctx, provider.AnchorTagType, ids, map[string]string{provider.TagLease: "run-2"}); !errors.Is(err, provider.ErrConflict) {
			t.Errorf("another's lease: %v", err)
		}
		anchors, err := cloud.Anchors(ctx)
		want := []provider.Anchor{{Stack: "shop", ID: anchor.ID, Tags: tags}}
		if diff := cmp.Diff(want, anchors); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		snapshot := b.read()
		if diff := cmp.Diff(want, snapshot.Anchors); diff != "" {
			t.Error(diff)
		}
		for _, l := range snapshot.Resources {
			if l.ID == anchor.ID {
				t.Error("an anchor is listed as a resource")
			}
		}
		if err := cloud.DeleteTags(ctx, provider.AnchorTagType, ids, map[string]string{provider.TagLease: "run-1"}); err != nil {
			t.Error(err)
		}
		for range 2 { // the second time it is gone
			if err := cloud.DeleteAnchor(ctx, anchor.ID); err != nil {
				t.Error(err)
			}
		}
		if anchors, _ := cloud.Anchors(ctx); len(anchors) > 0 {
			t.Errorf("left: %v", anchors)
		}
	})
}

func TestNoTagsIsNoCall(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		err := errors.Join(
			b.cloud.CreateTags(b.t.Context(), "UserVm", nil, map[string]string{"a": "b"}),
			b.cloud.CreateTags(b.t.Context(), "UserVm", []string{"id"}, nil),
			b.cloud.DeleteTags(b.t.Context(), "UserVm", []string{"id"}, nil),
		)
		if calls := b.sim.Requests(); err != nil || len(calls) > 0 {
			t.Errorf("%v, %v", err, calls)
		}
	})
}

// TestReadOfManyMachinesIsCheap holds a reading of 500 machines, with every
// field compared, to a dozen calls.
func TestReadOfManyMachinesIsCheap(t *testing.T) {
	inCloud(t, simulator.Config{Size: 500}, func(b *bench) {
		snapshot := b.read()
		machines := 0
		for _, l := range snapshot.Resources {
			if l.Kind == "vm" {
				machines++
			}
		}
		calls := map[string]int{}
		for _, q := range b.sim.Requests() {
			calls[q.Command]++
		}
		if machines != 500 || len(b.sim.Requests()) > 15 {
			t.Errorf("%d machines, calls: %v", machines, calls)
		}
	})
}

// TestReadAsksOnlyForWhatIsCompared holds the listings to narrow details.
func TestReadAsksOnlyForWhatIsCompared(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		if _, err := b.cloud.Read(b.t.Context(), provider.Scope{Stack: "shop"}); err != nil {
			t.Fatal(err)
		}
		var commands []string
		for _, q := range b.sim.Requests() {
			commands = append(commands, q.Command)
			if q.Command == "listVirtualMachines" && (q.Params["details"] != "nics,secgrp,affgrp" || q.Params["userdata"] != "") {
				t.Errorf("asked for %v", q.Params)
			}
		}
		slices.Sort(commands)
		want := []string{
			"listAffinityGroups", "listLoadBalancerRules", "listNetworks", "listPortForwardingRules", "listPublicIpAddresses",
			"listSSHKeyPairs", "listSecurityGroups", "listVirtualMachines", "listVolumes",
		}
		if diff := cmp.Diff(want, commands); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSnapshotIsSorted(t *testing.T) {
	inCloud(t, simulator.Config{Size: 30}, func(b *bench) {
		b.create("securityGroup", "web", nil)
		b.create("securityGroup", "db", nil)
		var names []string
		for _, l := range b.read().Resources {
			names = append(names, l.Kind+" "+l.Name)
		}
		if !slices.IsSorted(names) {
			t.Errorf("got %v", names)
		}
	})
}

func TestCatalogue(t *testing.T) {
	inCloud(t, simulator.Config{Limits: map[string]int64{"user_vm": 7}}, func(b *bench) {
		b.create("vm", "web-1", machineIn(b, "sg1", nil))
		c, err := b.cloud.Catalogue(b.t.Context(), provider.Wanted{Catalogues: []string{"serviceOffering", "template", "zone", "networkOffering"}, Limits: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(c.Entries)); len(got) != 4 {
			t.Errorf("got %v", got)
		}
		zones := map[string]bool{}
		for _, e := range c.Entries["template"] {
			if e.Name == imageName && e.Unusable == "" {
				zones[e.Zone.Name] = true
			}
		}
		if !zones["sg1"] || !zones["adv1"] {
			t.Errorf("the template is in %v", zones)
		}
		unusable := map[string]string{}
		for _, e := range c.Entries["networkOffering"] {
			unusable[e.Name] = e.Unusable
		}
		if unusable[isolated] != "" || unusable["DefaultSharedNetworkOffering"] == "" {
			t.Errorf("network offerings: %v", unusable)
		}
		want := provider.Limit{Type: "user_vm", Max: 7, Used: 1}
		if !slices.Contains(c.Limits, want) {
			t.Errorf("limits: %v", c.Limits)
		}
		if _, err := b.cloud.Catalogue(b.t.Context(), provider.Wanted{Catalogues: []string{"nonesuch"}}); err == nil {
			t.Error("an unknown catalogue is no error")
		}
	})
}

func TestEveryCatalogueOfAFieldIsThere(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		for _, f := range k.Fields {
			if f.Catalogue != "" && catalogues[f.Catalogue] == nil {
				t.Errorf("field %s chooses from %s", f.Name, f.Catalogue)
			}
		}
	})
}

func TestEveryOperationHasACommand(t *testing.T) {
	for _, k := range all() {
		var table []string
		for _, o := range k.Operations {
			table = append(table, o.Name)
		}
		slices.Sort(table)
		if diff := cmp.Diff(table, slices.Sorted(maps.Keys(k.commands))); diff != "" {
			t.Errorf("%s: operations and commands differ\n%s", k.Name, diff)
		}
	}
}

func TestJobsOfEarlierRuns(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		op := provider.Op{
			Kind: "affinityGroup", Name: "create", LiveName: "apart", JobID: "00000000-0000-4000-8000-0000000000aa",
			Fields: provider.Fields{"type": "host anti-affinity"},
		}
		if _, err := b.cloud.Start(b.t.Context(), op); err != nil {
			t.Fatal(err)
		}
		noted := provider.Op{Kind: "affinityGroup", Address: provider.Address{Kind: "affinityGroup", Name: "apart"}}
		if _, err := b.cloud.Wait(b.t.Context(), provider.Job{ID: op.JobID, Op: noted}); err != nil {
			t.Errorf("a noted job: %v", err)
		}
		unknown := provider.Job{ID: "00000000-0000-4000-8000-0000000000bb"}
		for _, unknown.Op = range []provider.Op{noted, op, {Kind: "affinityGroup", Name: "delete"}, {Kind: "vm", Name: "rename"}, {Kind: "elasticIP", Name: "attach"}} {
			if _, err := b.cloud.Wait(b.t.Context(), unknown); !errors.Is(err, provider.ErrNotFound) {
				t.Errorf("%s %q: an unknown job: %v", unknown.Op.Kind, unknown.Op.Name, err)
			}
		}
	})
}

func TestUnknownOperations(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		for _, op := range []provider.Op{{Kind: "nonesuch", Name: "create"}, {Kind: "vm", Name: "nonesuch"}} {
			if _, err := b.cloud.Start(b.t.Context(), op); err == nil {
				t.Errorf("started %+v", op)
			}
		}
	})
}
