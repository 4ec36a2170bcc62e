package kind

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

func TestLoadBalancerLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		network, vm, address := router(b)
		other := b.create("vm", "other", machineIn(b, "adv1", provider.Fields{"networks": links1("network", network, "back")})).ID
		fields := provider.Fields{
			"address": provider.Ref{Kind: "elasticIP", ID: address}, "network": provider.Ref{Kind: "network", ID: network, Live: "back"},
			"port": int64(80), "targetPort": int64(8080), "algorithm": "roundrobin", "protocol": "tcp",
		}
		id := b.create("loadBalancer", "web", fields).ID
		b.shows(id, map[string]string{
			"port": "80", "targetPort": "8080", "algorithm": "roundrobin", "protocol": "tcp", "members": "[]", "from": "[0.0.0.0/0]", "tags": "{}",
		})
		if live := b.live(id); live.Marker != "shop/loadBalancer/web" || live.Name != "web" {
			t.Errorf("got %+v", live)
		}
		if _, err := b.try(provider.Op{Kind: "loadBalancer", Name: "create", LiveName: "again", Fields: fields}); !errors.Is(err, provider.ErrExists) {
			t.Errorf("a port that is taken: %v", err)
		}
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "loadBalancer", Name: name, ID: id, LiveName: "web", Fields: f}
		}
		for _, member := range []string{vm, other, other} { // the last is one already
			b.do(op("assign", provider.Fields{"members": links1("vm", member, "")}))
		}
		b.shows(id, map[string]string{"members": "[external edge, external other]"})
		for range 2 { // gone already
			b.do(op("remove", provider.Fields{"members": links1("vm", vm, "")}))
		}
		b.shows(id, map[string]string{"members": "[external other]"})
		b.do(op("update", provider.Fields{"algorithm": "leastconn", "from": []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}))
		b.shows(id, map[string]string{"algorithm": "leastconn", "from": "[10.0.0.0/8]", "protocol": "tcp"})
		b.do(op("delete", nil))
		b.do(op("delete", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

// TestBalancerMadeByHandIsUpdated though CloudStack fails to do so: it has no
// protocol.
func TestBalancerMadeByHandIsUpdated(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		_, _, address := router(b)
		id := string(hand(b, cloudstack.CreateLoadBalancerRule{
			Name: "web", PublicIPID: cloudstack.ID(address), Algorithm: "source", PublicPort: 80, PrivatePort: 80,
		}).ID)
		b.do(provider.Op{Kind: "loadBalancer", Name: "update", ID: id, Fields: provider.Fields{"algorithm": "leastconn"}})
		b.shows(id, map[string]string{"algorithm": "leastconn"})
	})
}

func TestPortForwardLives(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		_, vm, address := router(b)
		forward := func(port, target, protocol string) provider.Fields {
			f := provider.Fields{
				"address": provider.Ref{Kind: "elasticIP", ID: address}, "machine": provider.Ref{Kind: "vm", ID: vm, Live: "edge"},
				"port": port, "protocol": protocol,
			}
			if target != "" {
				f["targetPort"] = target
			}
			return f
		}
		id := b.create("portForward", "", forward("2222", "22", "tcp")).ID
		b.shows(id, map[string]string{"port": "2222", "targetPort": "22", "protocol": "tcp", "machine": "external edge", "tags": "{}"})
		media := b.create("portForward", "", forward("5000-5010", "", "udp")).ID
		b.shows(media, map[string]string{"port": "5000-5010", "targetPort": "5000-5010", "protocol": "udp"})
		if _, err := b.try(provider.Op{Kind: "portForward", Name: "create", Fields: forward("2222", "23", "tcp")}); !errors.Is(err, provider.ErrExists) {
			t.Errorf("a port that is taken: %v", err)
		}
		op := func(name string, f provider.Fields) provider.Op {
			return provider.Op{Kind: "portForward", Name: name, ID: id, Fields: f}
		}
		b.do(op("tag", provider.Fields{"tags": map[string]string{"team": "web"}}))
		b.shows(id, map[string]string{"tags": "{team=web}"})
		b.do(op("delete", nil))
		b.do(op("delete", nil)) // gone already
		if b.live(id) != nil {
			t.Error("it is still there")
		}
	})
}

func TestPortsThatCantBe(t *testing.T) {
	for _, c := range []struct {
		port, target string
		field        string // that is complained of
	}{
		{"80", "", ""}, {"80", "8080", ""}, {"5000-5010", "6000-6010", ""}, {"1-65535", "", ""},
		{"0", "", "port"}, {"65536", "", "port"}, {"90-80", "", "port"}, {"80-80", "", "port"}, {"http", "", "port"}, {"080", "", "port"}, {"", "", "port"},
		{"80", "x", "targetPort"}, {"80", "80-81", "targetPort"},
	} {
		f := provider.Fields{"port": c.port}
		if c.target != "" {
			f["targetPort"] = c.target
		}
		found := checkPorts(f)
		if len(found) > 1 || (len(found) == 1) != (c.field != "") || len(found) == 1 && found[0].Field != c.field {
			t.Errorf("%v: got %v, want a complaint of %q", f, found, c.field)
		}
	}
}
