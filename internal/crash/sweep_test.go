package crash

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider/simulator"
)

// story is what a sweep kills: a command on a stack, in a cloud where another
// stack file may have been applied before.
type story struct {
	name    string
	flavour simulator.Flavour
	before  string            // directory of the stack that is applied first, undisturbed; "" is nothing
	stack   string            // directory
	hands   func(*playground) // what somebody does after that
	weather string            // what the cloud suffers during the storm, as a fault file has it; "" nothing
	command string            // apply, adopt or destroy
	sample  int               // see there; 0 is the usual
	turn    int               // which fate is sampled first
}

// fates are all that can happen at a call.
var fates = []fate{killedBefore, killedAfter, killedEarly, answerLost, serverErrs, serverAway, erredAfter}

func TestApplyFinishesWhatABrokenApplyBegan(t *testing.T) {
	for _, s := range []story{
		{name: "minimal", stack: "../../examples/minimal", command: "apply"},
		{name: "shop", stack: "../../examples/shop", command: "apply"},
		{name: "elastic", flavour: simulator.Exoscale, stack: "../../examples/elastic", command: "apply"},
		{name: "balanced", stack: "../../examples/balanced", command: "apply"},
	} {
		t.Run(s.name, s.sweep)
	}
}

func TestDestroyFinishesWhatABrokenDestroyBegan(t *testing.T) {
	for _, s := range []story{
		{name: "minimal", stack: "../../examples/minimal"},
		{name: "shop", stack: "../../examples/shop"},
		{name: "elastic", flavour: simulator.Exoscale, stack: "../../examples/elastic"},
		{name: "balanced", stack: "../../examples/balanced"},
	} {
		s.before, s.command = s.stack, "destroy"
		t.Run(s.name, s.sweep)
	}
}

// TestApplyFinishesWhatABrokenUpdateBegan changes three machines one after the
// other, in an outage each, and at once adds, changes and removes others.
func TestApplyFinishesWhatABrokenUpdateBegan(t *testing.T) {
	story{before: written(t, beforeUpdate), stack: written(t, afterUpdate), command: "apply"}.sweep(t)
}

const beforeUpdate = `
version: 1
stack: shop
zone: sg1
origin: sweep
defaults:
  vm: {template: "CentOS 5.6 (64-bit) no GUI (Simulator)", offering: Small Instance}
securityGroups:
  web:
    ingress: [tcp/80 from any, tcp/22 from 192.0.2.0/24]
  old:
    ingress: [tcp/81 from group:web, tcp/82 from group:old]
vms:
  web:
    count: 3
    securityGroups: [web]
    update: {maxUnavailable: 1}
  old: {securityGroups: [old]}
  idle: {securityGroups: [old], power: stopped}
`

const afterUpdate = `
version: 1
stack: shop
zone: sg1
origin: sweep
defaults:
  vm: {template: "CentOS 5.6 (64-bit) no GUI (Simulator)", offering: Small Instance}
affinityGroups:
  apart: {type: non-strict host anti-affinity}
securityGroups:
  web:
    ingress: [tcp/80 from any, tcp/443 from any]
  lb:
    ingress: [tcp/90 from group:web]
vms:
  web:
    count: 3
    displayName: Web ${index}
    offering: Medium Instance
    securityGroups: [web, lb]
    affinityGroups: [apart]
    tags: {team: web}
    update: {maxUnavailable: 1}
  idle: {securityGroups: [web]}
  new: {securityGroups: [lb]}
`

// torture in the environment sweeps every call; without it, some of them.
const torture = "TRUEUP_TORTURE"

// sweep runs the story once undisturbed, and then for every fate and call once
// more.
func (s story) sweep(t *testing.T) {
	t.Parallel()
	calm := s
	calm.weather = ""
	want, photo := calm.unbroken(t), s.photograph(t)
	t.Logf("%d calls", want.calls)
	for i, f := range fates {
		t.Run(strings.ReplaceAll(string(f), " ", "-"), func(t *testing.T) {
			each(i+s.turn, len(fates), want.calls, cmp.Or(s.sample, sample), func(at int) {
				t.Run(fmt.Sprint(at), func(t *testing.T) { s.broken(t, at, f, want, photo) })
			})
		})
	}
}

// each does something for every call of a run; without torture for some of them,
// so that it is done about so many times in all turns together.
func each(turn, turns, calls, some int, do func(at int)) {
	every := 1
	if os.Getenv(torture) == "" {
		every = max(1, calls*turns/some)
	}
	for at := 1 + turn%turns*every/turns; at <= calls; at += every {
		do(at)
	}
}

func (s story) config() simulator.Config {
	return simulator.Config{Flavour: s.flavour, Seed: 1, Faults: storm(s.weather)}
}

// ending is how a story ends.
type ending struct {
	before int      // calls of the user before the run that may be broken
	calls  int      // of that run
	state  []string // see portrait
	left   []string // what waits for the cloud
}

// unbroken runs the story without anything going wrong.
func (s story) unbroken(t *testing.T) (e ending) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlayground(t, s.config())
		s.prepare(p)
		e.before = p.calls()
		e.calls = p.must(2, s.stack, s.command).count()
		e.left = p.unfinished(s.stack, s.planner())
		if len(e.left) > 0 && s.command != "destroy" {
			t.Fatalf("after an unbroken run: %s", strings.Join(e.left, "\n"))
		}
		now := p.look()
		if text := p.touched(now); text != "" {
			t.Fatalf("other people's things: %s", text)
		}
		e.state = portrait(now)
	})
	return e
}

func (s story) prepare(p *playground) {
	if s.before != "" {
		p.must(1, s.before, "apply")
	}
	if s.hands != nil {
		s.hands(p)
	}
	if s.weather != "" {
		p.waitUntil(stormBegins)
	}
}

func (s story) planner() planner {
	if s.command == "destroy" {
		return plan.Destroy
	}
	return plan.Make
}

// broken runs the story with a fate at one call, and then the plain command.
func (s story) broken(t *testing.T, at int, f fate, want ending, photo *photograph) {
	synctest.Test(t, func(t *testing.T) {
		p := s.ready(t, photo)
		w := &wire{at: at, fate: f, late: time.Duration(at%30+1) * time.Second}
		victim := p.start(2, s.stack, s.command, w, f == killedEarly || at%2 == 0)
		select {
		case <-victim.ctx.Done(): // killed
		case <-victim.done:
		}
		again := p.start(3, s.stack, s.command, &wire{}, false)
		<-again.done
		if f == killedEarly || s.weather != "" { // what came late or in bad weather is put right by the next
			w.after.Wait()
			if s.weather != "" {
				p.waitUntil(stormEnds)
			}
			again = p.start(4, s.stack, s.command, &wire{}, false)
			<-again.done
		}
		if again.code != 0 {
			t.Errorf("the command afterwards: exit code %d", again.code)
		}
		s.same(t, p, want)
		if f.kills() {
			<-victim.done
		}
		if t.Failed() {
			t.Logf("at call %d, %s: %s\nthe broken run: exit code %d\n%s\nthe run afterwards:\n%s", at, cmp.Or(w.struck(), "never"), f, victim.code, victim.out.String(), again.out.String())
		}
	})
}

// same fails the test where the cloud is not as an unbroken run leaves it.
func (s story) same(t *testing.T, p *playground, want ending) {
	t.Helper()
	if diff := difference(want.left, p.unfinished(s.stack, s.planner())); diff != "" {
		t.Errorf("left to do after an unbroken run (-) and after this (+):\n%s", diff)
	}
	now := p.look()
	if diff := difference(want.state, portrait(now)); diff != "" {
		t.Errorf("the cloud differs from that of an unbroken run (-want +got):\n%s", diff)
	}
	if text := p.touched(now); text != "" {
		t.Errorf("other people's things: %s", text)
	}
}

// difference lists the lines that are only in one of two sorted lists.
func difference(want, got []string) string {
	var lines []string
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(want) > 0 && len(got) > 0 && want[0] == got[0]:
			want, got = want[1:], got[1:]
		case len(got) == 0 || len(want) > 0 && want[0] < got[0]:
			lines, want = append(lines, "- "+want[0]), want[1:]
		default:
			lines, got = append(lines, "+ "+got[0]), got[1:]
		}
	}
	return strings.Join(lines, "\n")
}

// written makes a stack of one file and returns its directory.
func written(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stack.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
