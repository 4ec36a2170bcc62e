package kind

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// edge makes an isolated network with a machine that runs in it: the network
// has its source NAT address by then.
func edge(b *bench) (network, machine provider.Ref) {
	b.t.Helper()
	id := b.create("network", "back", networkIn(b, nil)).ID
	vm := b.create("vm", "edge", machineIn(b, "adv1", provider.Fields{"networks": links1("network", id, "back")})).ID
	return provider.Ref{Kind: "network", ID: id, Live: "back"}, provider.Ref{Kind: "vm", ID: vm, Live: "edge"}
}

func TestElasticIPLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, machine := edge(b)
		id := b.create("elasticIP", "", provider.Fields{"zone": b.choose("zone", "adv1", ""), "network": network}).ID
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "elasticIP", Name: name, ID: id, Fields: f}
		}
		b.shows(id, map[string]string{"zone": "adv1", "network": "external back", "attach": "[]", "tags": "{}"})
		attach := op("attach", provider.Fields{"attach": []provider.Ref{machine}})
		b.do(attach)
		b.do(attach) // is there already
		b.do(op("tag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		b.shows(id, map[string]string{"attach": "[external edge]", "tags": "{team=web}"})

		hand(b, cloudstack.DisableStaticNAT{IPAddressID: cloudstack.ID(id)})
		b.shows(id, map[string]string{"attach": "[]"})
		b.do(op("detach", provider.Fields{"attach": []provider.Ref{machine}})) // is off already
		b.do(attach)
		b.do(op("detach", provider.Fields{"attach": []provider.Ref{machine}}))
		b.do(op("untag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		b.shows(id, map[string]string{"attach": "[]", "tags": "{}"})
		b.do(op("release", nil))
		b.do(op("release", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

func TestSourceNATIsNoElasticIP(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network := provider.Ref{Kind: "network", ID: b.create("network", "back", networkIn(b, nil)).ID}
		op := provider.Op{Kind: "elasticIP", Fields: provider.Fields{"zone": b.choose("zone", "adv1", ""), "network": network}}
		var err error
		if op.ID, err = b.cloud.Prepare(b.t.Context(), op); err != nil {
			t.Fatal(err)
		}
		op.Name = "associate"
		if _, err := b.try(op); !errors.Is(err, provider.ErrTryAnother) {
			t.Errorf("the first address of a fresh network: %v", err)
		}
		for _, l := range b.read().Resources {
			if l.Kind == "elasticIP" {
				t.Errorf("listed: %+v", l)
			}
		}
	})
}

func TestPrepareNeverGivesOneAddressTwice(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		op := provider.Op{Kind: "elasticIP", Fields: provider.Fields{"zone": b.choose("zone", "adv1", "")}}
		seen := map[string]bool{}
		for range 20 {
			id, err := b.cloud.Prepare(b.t.Context(), op)
			if err != nil || id == "" || seen[id] {
				t.Fatalf("got %q, %v", id, err)
			}
			seen[id] = true
		}
	})
}

// TestNotedAddressOfAKilledRunIsTaken: it is chosen again, once, whether or not
// its reservation has arrived, and only while no other stack notes it.
func TestNotedAddressOfAKilledRunIsTaken(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		op := provider.Op{
			Kind: "elasticIP", Address: provider.Address{Kind: "elasticIP", Name: "front"}, Marker: "shop/elasticIP/front",
			Fields: provider.Fields{"zone": b.choose("zone", "adv1", "")},
		}
		prepare := func(cloud provider.Cloud) string {
			id, err := cloud.Prepare(b.t.Context(), op)
			if err != nil || id == "" {
				t.Fatalf("got %q, %v", id, err)
			}
			return id
		}
		note := func(stack, id string) {
			anchor, err := b.cloud.CreateAnchor(b.t.Context(), stack)
			if err == nil {
				tags := map[string]string{provider.NoteKey(provider.TagNote, op.Address): "run-1/1/" + id}
				err = b.cloud.CreateTags(b.t.Context(), provider.AnchorTagType, []string{anchor.ID}, tags)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		free := prepare(b.cloud)
		note("shop", free)
		next := func() provider.Cloud { return Open(b.client, Source{Now: time.Now, Pick: func(int) int { return 0 }}) }
		if got := prepare(next()); got != free {
			t.Errorf("got %s, want the noted %s, whose reservation may be on its way", got, free)
		}
		hand(b, cloudstack.ReserveIPAddress{ID: cloudstack.ID(free)})
		cloud := next()
		if got := prepare(cloud); got != free {
			t.Errorf("got %s, want the reserved %s", got, free)
		}
		if got := prepare(cloud); got == free {
			t.Error("chosen twice")
		}
		note("other", free)
		if got := prepare(next()); got == free {
			t.Error("chosen although another stack notes it")
		}
	})
}

// TestAddressThatNobodyChoseIsKnownByItsJob: where addresses can't be chosen
// nothing else tells which one a killed run has got.
func TestAddressThatNobodyChoseIsKnownByItsJob(t *testing.T) {
	inCloud(t, simulator.Config{Flavour: simulator.Exoscale}, func(b *bench) {
		made := b.do(provider.Op{Kind: "elasticIP", Name: "associate", Fields: provider.Fields{"zone": b.choose("zone", "sg1", "")}})
		if got := b.live(made.ID).Marker; got != "" {
			t.Errorf("marked %q before anybody asked for the job", got)
		}
		noted := provider.Job{
			ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", b.jobs),
			Op: provider.Op{Kind: "elasticIP", Address: provider.Address{Kind: "elasticIP", Name: "front"}, Marker: "shop/elasticIP/front"},
		}
		if result, err := b.cloud.Wait(b.t.Context(), noted); err != nil || result.ID != made.ID {
			t.Fatalf("got %v, %v", result, err)
		}
		if got, want := b.live(made.ID).Marker, "shop/elasticIP/front"; got != want {
			t.Errorf("marked %q, want %q", got, want)
		}
	})
}

func TestAddressTakenMeanwhile(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, _ := edge(b)
		op := provider.Op{Kind: "elasticIP", Name: "associate", Fields: provider.Fields{"zone": b.choose("zone", "adv1", ""), "network": network}}
		var err error
		if op.ID, err = b.cloud.Prepare(b.t.Context(), op); err != nil {
			t.Fatal(err)
		}
		other := b.clientOf(b.sim.Other())
		if _, err := cloudstack.Call(b.t.Context(), other, cloudstack.ReserveIPAddress{ID: cloudstack.ID(op.ID)}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.try(op); !errors.Is(err, provider.ErrTryAnother) {
			t.Errorf("got %v", err)
		}
	})
}

// TestManyAddressesAreChosenFromOneListing until one of them turns out to be taken.
func TestManyAddressesAreChosenFromOneListing(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, _ := edge(b)
		op := provider.Op{Kind: "elasticIP", Name: "associate", Fields: provider.Fields{"zone": b.choose("zone", "adv1", ""), "network": network}}
		chosen := map[string]bool{}
		prepare := func() string {
			id, err := b.cloud.Prepare(b.t.Context(), op)
			if err != nil || chosen[id] {
				t.Fatalf("chose %q again, or not: %v", id, err)
			}
			chosen[id] = true
			return id
		}
		op.ID = prepare()
		before := len(b.sim.Requests())
		for range 10 {
			prepare()
		}
		if made := len(b.sim.Requests()) - before; made > 0 {
			t.Errorf("%d more calls for ten addresses", made)
		}
		other := b.clientOf(b.sim.Other())
		if _, err := cloudstack.Call(b.t.Context(), other, cloudstack.ReserveIPAddress{ID: cloudstack.ID(op.ID)}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.try(op); !errors.Is(err, provider.ErrTryAnother) {
			t.Fatal(err)
		}
		before = len(b.sim.Requests())
		prepare()
		if made := b.sim.Requests()[before:]; len(made) != 1 || made[0].Command != "listPublicIpAddresses" {
			t.Errorf("after a refusal: %v", made)
		}
	})
}

// TestSharedAddress is about Exoscale's way: one address on many machines.
func TestSharedAddress(t *testing.T) {
	inCloud(t, simulator.Config{Flavour: simulator.Exoscale}, func(b *bench) {
		var machines []provider.Ref
		for _, name := range []string{"web-1", "web-2"} {
			made := b.create("vm", name, machineIn(b, "sg1", nil))
			machines = append(machines, provider.Ref{Kind: "vm", ID: made.ID, Live: name})
		}
		id := b.create("elasticIP", "", provider.Fields{"zone": b.choose("zone", "sg1", "")}).ID
		if !b.read().Capabilities.SharedAddress {
			t.Fatal("the cloud is not seen to share addresses")
		}
		op := func(name string, machine provider.Ref) provider.Op {
			return provider.Op{Kind: "elasticIP", Name: name, ID: id, Fields: provider.Fields{"attach": []provider.Ref{machine}}}
		}
		for _, m := range machines {
			b.do(op("attach", m))
			b.do(op("attach", m)) // is there already
		}
		b.shows(id, map[string]string{"attach": "[external web-1, external web-2]", "zone": "sg1"})
		b.do(op("detach", machines[0]))
		b.do(op("detach", machines[0])) // is off already
		b.shows(id, map[string]string{"attach": "[external web-2]"})
		b.do(op("release", provider.Ref{}))
		if b.live(id) != nil {
			t.Error("it is still there")
		}
		m, err := cloudstack.One(b.t.Context(), b.client, cloudstack.ListVirtualMachines{ID: cloudstack.ID(machines[1].ID)})
		if err != nil || len(m.Nics[0].SecondaryIPs) > 0 {
			t.Errorf("the machine still has the address: %v %v", m.Nics, err)
		}
	})
}

func TestStaticNATHasOneMachineAndANetwork(t *testing.T) {
	check := All().Get("elasticIP").CheckCloud
	two := []provider.Ref{{Kind: "vm", Name: "a"}, {Kind: "vm", Name: "b"}}
	network := provider.Ref{Kind: "network", Name: "back"}
	for _, c := range []struct {
		fields provider.Fields
		shared bool
		want   string
	}{
		{provider.Fields{"attach": two, "network": network}, false, "attach"},
		{provider.Fields{"attach": two}, true, ""},
		{provider.Fields{"attach": two[:1], "network": network}, false, ""},
		{provider.Fields{"attach": two[:1]}, false, "network"},
		{provider.Fields{"network": network}, false, ""},
	} {
		got := ""
		for _, e := range check(c.fields, provider.Capabilities{SharedAddress: c.shared}) {
			got += e.Field
		}
		if got != c.want {
			t.Errorf("%v, shared %v: got %q, want %q", c.fields, c.shared, got, c.want)
		}
	}
}

// TestAddressOfManyMachinesShowsTheBalancer to write where addresses are not
// shared.
func TestAddressOfManyMachinesShowsTheBalancer(t *testing.T) {
	f := provider.Fields{"network": provider.Ref{Kind: "network", Name: "back"}, "attach": []provider.Ref{{Kind: "vm", Name: "web-1"}, {Kind: "vm", Name: "web-2"}}}
	found := checkAddress(f, provider.Capabilities{})
	if len(found) != 1 || !strings.Contains(found[0].Text, "`loadBalancers: {NAME: {address: THIS, port: 80, members: [web-1, web-2]}}`") {
		t.Errorf("got %v", found)
	}
	if found := checkAddress(f, provider.Capabilities{SharedAddress: true}); len(found) > 0 {
		t.Errorf("where addresses are shared: %v", found)
	}
}
