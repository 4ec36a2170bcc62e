package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

const (
	imageName = "CentOS 5.6 (64-bit) no GUI (Simulator)"
	isolated  = "DefaultIsolatedNetworkOfferingWithSourceNatService"
)

// machineIn are the fields of a small machine in a zone.
func machineIn(b *bench, zone string, more provider.Fields) provider.Fields {
	b.t.Helper()
	f := provider.Fields{
		"zone":     b.choose("zone", zone, ""),
		"offering": b.choose("serviceOffering", "tiny", ""),
		"template": b.choose("template", imageName, zone),
	}
	maps.Copy(f, more)
	return f
}

func blob(text string) provider.Blob {
	sum, err := userDataSum([]byte(text))
	if err != nil {
		panic(err)
	}
	return provider.Blob{Sum: sum, Data: []byte(text)}
}

func TestMachineComesBackAsDeclared(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		group := b.create("securityGroup", "web", nil)
		apart := b.create("affinityGroup", "apart", provider.Fields{"type": "host anti-affinity"})
		b.create("sshKey", "ops", provider.Fields{"publicKey": opsKey(t)})
		made := b.create("vm", "web-1", machineIn(b, "sg1", provider.Fields{
			"displayName":    "Web 1",
			"rootDisk":       20 * provider.GiB,
			"securityGroups": links1("securityGroup", group.ID, "web"),
			"affinityGroups": links1("affinityGroup", apart.ID, "apart"),
			"sshKeys":        links1("sshKey", "", "ops"),
			"userData":       blob("#cloud-config\n"),
			"details":        map[string]string{"rack": "a1"},
			"power":          "running",
		}))
		if made.LiveName != "web-1" {
			t.Errorf("made as %q", made.LiveName)
		}
		b.shows(made.ID, map[string]string{
			"zone":           "sg1",
			"offering":       "tiny",
			"template":       imageName,
			"displayName":    "Web 1",
			"rootDisk":       "20 GiB",
			"securityGroups": "[external web]",
			"networks":       "[]",
			"affinityGroups": "[external apart]",
			"sshKeys":        "[external ops]",
			"userData":       "sum " + blob("#cloud-config\n").Sum,
			"power":          "running",
			"details":        "{rack=a1}",
			"tags":           "{}",
		})
		live := b.live(made.ID)
		if live.Marker != "shop/vm/web-1" || live.Name != "web-1" || live.Zone.Name != "sg1" || live.Gone || live.Broken != "" {
			t.Errorf("got %+v", live)
		}
	})
}

func TestMachineIsChangedAndDeletedByOperations(t *testing.T) {
	inCloud(t, simulator.Config{Reinstall: true}, func(b *bench) {
		web, db := b.create("securityGroup", "web", nil).ID, b.create("securityGroup", "db", nil).ID
		apart := b.create("affinityGroup", "apart", provider.Fields{"type": "host anti-affinity"}).ID
		b.create("sshKey", "ops", provider.Fields{"publicKey": opsKey(t)})
		id := b.create("vm", "web-1", machineIn(b, "sg1", provider.Fields{"securityGroups": links1("securityGroup", web, "web"), "power": "stopped"})).ID
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "vm", Name: name, ID: id, LiveName: "web-1", Fields: f}
		}
		b.shows(id, map[string]string{"power": "stopped", "sshKeys": "[]", "affinityGroups": "[]"})

		medium := provider.Fields{"offering": b.choose("serviceOffering", "tiny2", "")}
		b.do(op("scale", medium))
		b.do(op("scale", medium)) // has it already
		b.do(op("setGroups", provider.Fields{"securityGroups": []provider.Ref{
			{Kind: "securityGroup", ID: web}, {Kind: "securityGroup", ID: db},
		}}))
		b.do(op("setAffinity", provider.Fields{"affinityGroups": links1("affinityGroup", apart, "apart")}))
		b.do(op("setKeys", provider.Fields{"sshKeys": links1("sshKey", "", "ops")}))
		b.do(op("setUserData", provider.Fields{"userData": blob("#!/bin/sh\n")}))
		b.do(op("setDisplayName", provider.Fields{"displayName": "Web one"}))
		b.do(op("growRoot", provider.Fields{"rootDisk": 30 * provider.GiB}))
		b.do(op("reinstall", provider.Fields{"template": b.choose("template", imageName, "sg1")}))
		b.do(op("tag", provider.Fields{"tags": map[string]string{"team": "web", "tier": "1"}}))
		b.do(op("untag", provider.Fields{"tags": map[string]string{"tier": "1"}}))
		b.do(op("start", nil))
		b.do(op("start", nil)) // runs already
		b.shows(id, map[string]string{
			"offering": "tiny2", "securityGroups": "[external db, external web]", "affinityGroups": "[external apart]",
			"sshKeys": "[external ops]", "userData": "sum " + blob("#!/bin/sh\n").Sum, "displayName": "Web one",
			"rootDisk": "30 GiB", "tags": "{team=web}", "power": "running",
		})
		if _, err := b.try(op("setGroups", provider.Fields{"securityGroups": links1("securityGroup", web, "web")})); err == nil {
			t.Error("groups were changed on a running machine")
		}
		b.do(op("stop", nil))
		b.do(op("stop", nil)) // stopped already
		b.do(op("setAffinity", provider.Fields{"affinityGroups": []provider.Ref{}}))
		b.shows(id, map[string]string{"affinityGroups": "[]", "power": "stopped"})

		for _, name := range All().Get("vm").Deletion {
			b.do(op(name, nil))
			if name == "rename" {
				live := b.live(id)
				if !live.Gone || live.Name != goneName("web-1", id) {
					t.Errorf("after the rename: %+v", live)
				}
			}
		}
		b.do(op("destroy", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
		// Name and groups are free at once.
		b.create("vm", "web-1", machineIn(b, "sg1", provider.Fields{"securityGroups": links1("securityGroup", db, "db")}))
		b.do(provider.Op{Kind: "securityGroup", Name: "delete", ID: web})
	})
}

func TestMachineChangedByHandShows(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		made := b.create("vm", "web-1", machineIn(b, "sg1", provider.Fields{"userData": blob("one")}))
		id := cloudstack.ID(made.ID)
		hand(b, cloudstack.UpdateVirtualMachine{ID: id, DisplayName: "by hand", UserData: cloudstack.UserData("two")})
		hand(b, cloudstack.CreateTags{ResourceType: "UserVm", ResourceIDs: []cloudstack.ID{id}, Tags: []cloudstack.Tag{{Key: "a", Value: "b"}}})
		hand(b, cloudstack.StopVirtualMachine{ID: id})
		hand(b, cloudstack.UpdateVirtualMachine{ID: id, SecurityGroupIDs: []cloudstack.ID{}})
		b.shows(made.ID, map[string]string{
			"displayName": "by hand", "userData": "sum " + blob("two").Sum, "tags": "{a=b}", "power": "stopped", "securityGroups": "[]",
		})
	})
}

func TestBrokenMachine(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		fields := machineIn(b, "sg1", provider.Fields{"offering": b.choose("serviceOffering", "huge", "")})
		_, err := b.try(provider.Op{Kind: "vm", Name: "deploy", LiveName: "big", Fields: fields, Marker: "shop/vm/big"})
		if err == nil || !strings.Contains(err.Error(), "533") {
			t.Fatalf("got %v", err)
		}
		var advised interface{ Advice() string }
		if !errors.As(err, &advised) || !strings.Contains(advised.Advice(), "no room") {
			t.Errorf("no advice in %v", err)
		}
		live := b.read().Resources
		i := len(live) - 1
		if live[i].Name != "big" || live[i].Broken == "" || live[i].Fields["power"] != inError || live[i].Marker != "shop/vm/big" {
			t.Fatalf("got %+v", live[i])
		}
		b.do(provider.Op{Kind: "vm", Name: "destroy", ID: live[i].ID})
		if b.live(live[i].ID) != nil {
			t.Error("it is still there")
		}
	})
}

func TestMachineNameTaken(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("vm", "web-1", machineIn(b, "sg1", nil))
		_, err := b.try(provider.Op{Kind: "vm", Name: "deploy", LiveName: "web-1", Fields: machineIn(b, "sg1", nil)})
		if !errors.Is(err, provider.ErrExists) || !strings.Contains(err.Error(), "the machine") {
			t.Errorf("got %v", err)
		}
	})
}

// TestNameOfADestroyedMachineIsHeld: somebody destroyed it without giving its
// name back, and nobody sees it.
func TestNameOfADestroyedMachineIsHeld(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		id := b.create("vm", "web-1", machineIn(b, "sg1", nil)).ID
		hand(b, cloudstack.DestroyVirtualMachine{ID: cloudstack.ID(id)})
		_, err := b.try(provider.Op{Kind: "vm", Name: "deploy", LiveName: "web-1", Fields: machineIn(b, "sg1", nil)})
		if !errors.Is(err, provider.ErrExists) || !strings.Contains(err.Error(), "until the cloud expunges it") {
			t.Errorf("got %v", err)
		}
	})
}

func TestQuotaReached(t *testing.T) {
	inCloud(t, simulator.Config{Limits: map[string]int64{"user_vm": 1}}, func(b *bench) {
		b.create("vm", "web-1", machineIn(b, "sg1", nil))
		_, err := b.try(provider.Op{Kind: "vm", Name: "deploy", LiveName: "web-2", Fields: machineIn(b, "sg1", nil)})
		if !errors.Is(err, provider.ErrQuota) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAdministratorExpunges(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.client = b.clientOf(b.sim.Admin())
		b.cloud = openTest(b.client)
		network := b.create("network", "back", provider.Fields{
			"zone": b.choose("zone", "adv1", ""), "offering": b.choose("networkOffering", isolated, ""),
		}).ID
		id := b.create("vm", "web-1", machineIn(b, "adv1", provider.Fields{"networks": links1("network", network, "back")})).ID
		b.do(provider.Op{Kind: "vm", Name: "destroy", ID: id})
		b.do(provider.Op{Kind: "network", Name: "delete", ID: network})
	})
}

// TestDestroyedMachinesAreNotListed holds for administrators too, who see them.
func TestDestroyedMachinesAreNotListed(t *testing.T) {
	for state, gone := range map[string]bool{"Destroyed": true, "Expunging": true, "Running": false, "Error": false} {
		if got := expunging(cloudstack.VirtualMachine{State: state}); got != gone {
			t.Errorf("%s: %v", state, got)
		}
	}
}

// TestKeysByTheParameterThatTheServerHas: keypairs came with 4.16.
func TestKeysByTheParameterThatTheServerHas(t *testing.T) {
	for names, want := range map[string]string{"": " []", "a": "a []", "a b": " [a b]"} {
		var refs []provider.Ref
		for _, name := range strings.Fields(names) {
			refs = append(refs, provider.Ref{Kind: "sshKey", Live: name})
		}
		one, several := keyPairs(provider.Op{Fields: provider.Fields{"sshKeys": refs}})
		if got := fmt.Sprint(one, " ", several); got != want {
			t.Errorf("%s: got %s, want %s", names, got, want)
		}
	}
}

// TestKeysAreReadFromEitherAnswer: before 4.16 a machine showed one key, as keypair.
func TestKeysAreReadFromEitherAnswer(t *testing.T) {
	for _, c := range []struct {
		machine cloudstack.VirtualMachine
		want    []provider.Ref
	}{
		{cloudstack.VirtualMachine{}, []provider.Ref{}},
		{cloudstack.VirtualMachine{KeyPair: "ops"}, []provider.Ref{ref("sshKey", "", "ops")}},
		{cloudstack.VirtualMachine{KeyPairs: "ops,dev"}, []provider.Ref{ref("sshKey", "", "ops"), ref("sshKey", "", "dev")}},
	} {
		if got := keysOf(c.machine, nil); !slices.Equal(got, c.want) {
			t.Errorf("keypair %q, keypairs %q: got %v, want %v", c.machine.KeyPair, c.machine.KeyPairs, got, c.want)
		}
	}
}

func TestPowerIsWhereAMachineGoes(t *testing.T) {
	for state, want := range map[string]string{
		"Running": "running", "Starting": "running", "Migrating": "running",
		"Stopped": "stopped", "Stopping": "stopped", "Error": "error", "Unknown": "unknown",
	} {
		if got := power(state); got != want {
			t.Errorf("%s: %s, want %s", state, got, want)
		}
	}
}

func TestLastNames(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, name := range []string{"web-1", long, "a"} {
		gone := goneName(name, "id-1")
		switch {
		case !goneForm.MatchString(gone) || !machineName.MatchString(gone):
			t.Errorf("%s: %s is no last name of a machine", name, gone)
		case goneName(gone, "id-1") != gone:
			t.Errorf("%s: trying again gives %s", gone, goneName(gone, "id-1"))
		case goneName(name, "id-2") == gone:
			t.Errorf("%s: two machines would have the name %s", name, gone)
		}
	}
}

func TestWaitGivenUpIsStillRunning(t *testing.T) {
	inCloud(t, simulator.Config{Latency: simulator.Latency{Job: time.Hour}}, func(b *bench) {
		job, err := b.cloud.Start(b.t.Context(), provider.Op{Kind: "vm", Name: "deploy", LiveName: "web-1", Fields: machineIn(b, "sg1", nil)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Minute)
		defer cancel()
		_, err = b.cloud.Wait(ctx, job)
		still, ok := errors.AsType[*provider.StillRunning](err)
		if !ok || still.After != 5*time.Minute || still.Job.ID != job.ID || !errors.Is(err, ctx.Err()) {
			t.Errorf("got %v", err)
		}
	})
}
