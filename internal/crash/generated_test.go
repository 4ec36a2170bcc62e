package crash

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
)

// generated is how many random stacks are swept.
const generated = 20

// TestApplyFinishesWhatABrokenApplyOfARandomStackBegan sweeps the change from one
// random stack to another. All kinds and all operations must be met among them.
func TestApplyFinishesWhatABrokenApplyOfARandomStackBegan(t *testing.T) {
	met := map[string]bool{}
	for seed := range uint64(generated) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), disk: 10}
		s := story{name: fmt.Sprint(seed), before: written(t, g.stack()), stack: written(t, g.stack()), command: "apply", sample: 3, turn: int(seed)}
		if n := len(load(t, s.stack).Resources); n < 12 {
			t.Fatalf("stack %d has %d resources", seed, n)
		}
		s.cover(t, met)
		t.Run(s.name, s.sweep)
	}
	missed := []string{}
	for _, k := range kind.All() {
		for _, o := range k.Operations {
			if name := k.Name + " " + o.Name; o.Command != "" && !met[name] && !unswept[name] {
				missed = append(missed, name)
			}
		}
	}
	t.Logf("operations met: %s", strings.Join(slices.Sorted(maps.Keys(met)), ", "))
	if len(missed) > 0 {
		t.Errorf("operations not met: %s", strings.Join(missed, ", "))
	}
}

// unswept are operations that the simulated cloud refuses, as the recorded one
// does, that only a restore needs, or only a disk that somebody attached by hand.
var unswept = map[string]bool{"vm reinstall": true, "vm detachDisk": true}

// cover adds the operations of a story's plans to those met.
func (s story) cover(t *testing.T, met map[string]bool) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlayground(t, s.config())
		note := func(dir string, make planner) {
			made, err := p.plan(kind.Open(p.user, kind.Source{Now: time.Now, Pick: dice(p.seed, 2)}), dir, make)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range made.Steps {
				met[step.Op.Kind+" "+step.Op.Name] = true
			}
		}
		note(s.before, plan.Make)
		p.must(1, s.before, "apply")
		note(s.stack, plan.Make)
		note(s.before, plan.Destroy)
	})
}

// generator writes random stacks.
type generator struct {
	*rand.Rand
	disk int // GiB of the last stack's largest root disk: disks only grow
}

func (g *generator) maybe() bool { return g.IntN(2) == 0 }

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

// some are some of the words, at least one, as a YAML list.
func (g *generator) some(of ...string) string {
	var picked []string
	for _, word := range of {
		if g.maybe() {
			picked = append(picked, word)
		}
	}
	if len(picked) == 0 {
		picked = of[:1]
	}
	return "[" + strings.Join(picked, ", ") + "]"
}

// key is one of the public keys that tests use.
func key(n int) string {
	return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9" + string("XYZWV"[n])
}

func (g *generator) stack() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("version: 1\nstack: shop\nzone: sg1\norigin: sweep")
	line("defaults:\n  vm: {template: CentOS 5.6 (64-bit) no GUI (Simulator), update: {maxUnavailable: %d}}", 1+g.IntN(2))
	line("securityGroups:")
	groups := []string{"ga", "gb", "gc"}
	for _, name := range groups {
		line("  %s:\n    ingress: %s\n    tags: {of: %s}", name, g.some("tcp/80 from any", "tcp/22 from group:ga", "udp/53 from group:"+name, "icmp from 10.0.0.0/8"), g.one("one", "two"))
		if g.maybe() {
			line("    egress: %s", g.some("tcp/443 to any", "udp/53 to group:gb"))
		}
	}
	if g.maybe() {
		line("  passing: {ingress: [tcp/1 from group:passing]}")
	}
	line("sshKeys:\n  ka: {publicKey: %s}\n  kb: {publicKey: %s}\n  unused: {publicKey: %s}", key(4*g.IntN(2)), key(1), key(2+g.IntN(2)))
	line("affinityGroups:\n  aa: {type: non-strict host anti-affinity}\n  ab: {type: non-strict host affinity}\n  unused: {type: %s}", g.one("non-strict host affinity", "non-strict host anti-affinity"))
	line("networks:\n  na: {zone: adv1, offering: DefaultIsolatedNetworkOfferingWithSourceNatService, displayText: %s, tags: {of: %s}, firewall: %s}", g.one("front", "back"), g.one("one", "two"),
		g.some("tcp/443 to any", "udp/53 to 192.0.2.0/24", "udp/53 to 198.51.100.0/24", "icmp to any"))
	line("vms:")
	machine := func(name string, count int) {
		line("  %s:\n    offering: %s\n    displayName: %s\n    securityGroups: %s\n    sshKeys: %s\n    tags: {of: %s}", name,
			g.one("Small Instance", "Medium Instance"), g.one("One", "Two"), g.some(groups...), g.some("ka", "kb"), g.one("one", "two"))
		if count > 1 {
			line("    count: %d", count)
		}
		line("    affinityGroups: %s", g.one("[]", "[aa]", "[ab]", "[aa, ab]"))
		line("    userData: {text: \"#cloud-config %s\", onChange: %s}", g.one("a", "b"), g.one("update", "restart"))
		line("    power: %s", g.one("running", "running", "stopped"))
		if g.maybe() {
			line("    disks: {%s: {offering: %s, onDelete: %s, onChange: {offering: replace}}}", g.one("data", "log"), g.one("Small", "Medium"), g.one("keep", "delete"))
		}
	}
	machine("ma", 2)
	machine("mb", 1)
	g.disk += 10 * g.IntN(2)
	line("    rootDisk: %dGiB", g.disk)
	if g.maybe() {
		machine("passing", 1)
	}
	opening := g.some("tcp/80-90 from any", "tcp/22 from 192.0.2.0/24", "tcp/22 from 198.51.100.0/24", "icmp from any")
	line("  edge: {zone: adv1, offering: Small Instance, networks: [na], sshKeys: [ka]}")
	if g.maybe() {
		line("  edge2: {zone: adv1, offering: Small Instance, networks: [na], sshKeys: [ka]}\nelasticIPs:\n  front: {attach: [edge2], tags: {of: %s}, firewall: %s}", g.one("one", "two"), opening)
	} else {
		line("elasticIPs:\n  front: {attach: [edge], tags: {of: %s}, firewall: %s}", g.one("one", "two"), opening)
	}
	if g.maybe() {
		line("  passing: {network: na, zone: adv1}")
	}
	line("  shared: {network: na, zone: adv1}")
	line("portForwards:\n  ssh: {address: shared, port: %s, targetPort: 22, machine: edge, tags: {of: %s}}", g.one("22", "2222"), g.one("one", "two"))
	line("loadBalancers:\n  lb: {address: shared, port: %s, algorithm: %s, members: %s, from: %s, tags: {of: %s}}",
		g.one("80", "81"), g.one("roundrobin", "source"), g.one("[]", "[edge]"), g.one("any", "10.0.0.0/8"), g.one("one", "two"))
	line("volumes:\n  va: {offering: Custom, size: %dGiB, attach: %s, onDelete: delete, tags: {of: %s}, onChange: {size: shrink}}",
		1+g.IntN(4), g.one("[]", "[ma-1]", "[mb]"), g.one("one", "two"))
	if g.maybe() {
		line("  passing: {offering: Small, size: 7GiB, attach: [mb], onDelete: %s}", g.one("keep", "delete"))
	}
	return b.String()
}
