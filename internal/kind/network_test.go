package kind

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// networkIn are the fields of an isolated network in the zone that has them.
func networkIn(b *bench, more provider.Fields) provider.Fields {
	b.t.Helper()
	f := provider.Fields{
		"zone":     b.choose("zone", "adv1", ""),
		"offering": b.choose("networkOffering", isolated, ""),
	}
	for name, value := range more {
		f[name] = value
	}
	return f
}

func TestNetworkLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		id := b.create("network", "back", networkIn(b, provider.Fields{"displayText": "Back end", "cidr": "10.9.0.0/24"})).ID
		b.shows(id, map[string]string{
			"zone": "adv1", "offering": isolated, "displayText": "Back end", "cidr": "10.9.0.0/24", "gateway": "10.9.0.1", "tags": "{}",
		})
		if live := b.live(id); live.Marker != "shop/network/back" || live.Name != "back" {
			t.Errorf("got %+v", live)
		}
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "network", Name: name, ID: id, LiveName: "back", Fields: f}
		}
		b.do(op("tag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		b.do(op("update", provider.Fields{"displayText": "Behind"}))
		b.shows(id, map[string]string{"displayText": "Behind", "tags": "{team=web}"})
		b.do(op("untag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		hand(b, cloudstack.UpdateNetwork{ID: cloudstack.ID(id), DisplayText: "by hand"})
		b.shows(id, map[string]string{"displayText": "by hand", "tags": "{}"})
		b.do(op("delete", nil))
		b.do(op("delete", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

func TestNetworkWithoutTextHasItsName(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		id := b.create("network", "back", networkIn(b, nil)).ID
		b.shows(id, map[string]string{"displayText": "back"})
		if got := b.live(id).Marker; got != "shop/network/back" {
			t.Errorf("marker %q", got)
		}
	})
}

// TestNetworkIsHeldByDestroyedMachines tells a network that waits for the cloud
// from one that somebody uses.
func TestNetworkIsHeldByDestroyedMachines(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		id := b.create("network", "back", networkIn(b, nil)).ID
		vm := b.create("vm", "edge", machineIn(b, "adv1", provider.Fields{"networks": links1("network", id, "back")})).ID
		b.shows(vm, map[string]string{"networks": "[external back]", "securityGroups": "[]"})
		remove := provider.Op{Kind: "network", Name: "delete", ID: id}
		if _, err := b.try(remove); err == nil || errors.Is(err, provider.ErrHeld) || !strings.Contains(err.Error(), "edge") {
			t.Errorf("with a machine in it: %v", err)
		}
		for _, name := range []string{"stop", "rename", "destroy"} {
			b.do(provider.Op{Kind: "vm", Name: name, ID: vm, LiveName: "edge"})
		}
		if _, err := b.try(remove); !errors.Is(err, provider.ErrHeld) {
			t.Errorf("with a destroyed machine in it: %v", err)
		}
		time.Sleep(25 * time.Hour) // of the bubble
		b.do(remove)
	})
}

func TestMarkersOfNetworks(t *testing.T) {
	for _, c := range []struct{ stored, text, marker string }{
		{"Back end [trueup shop/network/back]", "Back end", "shop/network/back"},
		{"[trueup shop/network/back]", "", "shop/network/back"},
		{"Back end", "Back end", ""},
		{"[trueup x] Back end", "[trueup x] Back end", ""},
	} {
		if text, marker := withoutMarker(c.stored); text != c.text || marker != c.marker {
			t.Errorf("%q: got %q, %q", c.stored, text, marker)
		}
		if got, _ := withoutMarker(withMarker(c.text, "s/n")); got != c.text {
			t.Errorf("%q becomes %q", c.text, got)
		}
	}
}
