package cli

import (
	"context"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

const rolled = `version: 1
stack: shop
zone: sg1
vms:
  web:
    count: 5
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: tiny
    details: {rack: a1}
    onChange: {details: replace}
    ready: {tcp: 22, timeout: 30s}
    update: {maxUnavailable: 1}
`

// TestFiveRerunsOfARollingUpdateTakeDownOneMachine: the first machine never comes
// back, in each of the ways in which a machine can fail to; run after run no other
// one is touched. Once it can come back, one more run finishes the update.
func TestFiveRerunsOfARollingUpdateTakeDownOneMachine(t *testing.T) {
	const from, until = 10 * time.Minute, 3 * time.Hour
	fails := func(do simulator.Action, commands ...string) *simulator.Faults {
		var f simulator.Faults
		for _, command := range commands {
			f.Faults = append(f.Faults, simulator.Fault{Command: command, Do: do, From: from, Until: until})
		}
		return &f
	}
	for name, c := range map[string]struct {
		change []string // in the stack, as for [strings.NewReplacer]
		faults *simulator.Faults
		deaf   bool // its port doesn't answer after it was stopped
	}{
		"it can't be started":               {change: []string{"tiny", "Small Instance"}, faults: fails(simulator.FailJob, "startVirtualMachine")},
		"it can't be changed":               {change: []string{"tiny", "Small Instance"}, faults: fails(simulator.FailJob, "scaleVirtualMachine")},
		"its replacement can't be deployed": {change: []string{"a1", "a2"}, faults: fails(simulator.NoCapacity, "deployVirtualMachine", "startVirtualMachine")},
		"it is not ready":                   {change: []string{"tiny", "Small Instance"}, deaf: true},
		"its replacement is not ready":      {change: []string{"a1", "a2"}, deaf: true},
		"two may be down":                   {change: []string{"tiny", "Small Instance", "maxUnavailable: 1", "maxUnavailable: 2"}, deaf: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := stackOf(t, rolled), stackOf(t, strings.NewReplacer(c.change...).Replace(rolled))
			most := 1
			if strings.Contains(name, "two") {
				most = 2 // they go down together; the others are left alone
			}
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				b := newBubble(t, simulator.Config{Latency: simulator.Latency{Job: time.Second}, Faults: c.faults})
				defer b.close()
				var mu sync.Mutex
				run, deaf := 0, map[string]bool{} // addresses that the first run dials after the first stop
				b.dial = func(_ context.Context, _, address string) (net.Conn, error) {
					mu.Lock()
					defer mu.Unlock()
					if c.deaf && run == 1 && len(b.takenDown()) > 0 {
						deaf[address] = true
					}
					if deaf[address] && time.Since(began) < until {
						return nil, syscall.ECONNREFUSED
					}
					answering, _ := net.Pipe()
					return answering, nil
				}
				b.apply(first, 16)
				time.Sleep(from + time.Minute - time.Since(began))
				for run = 1; run <= 5; run++ {
					change, out := b.change(second, 16)
					change.maxDeletes = 5
					if err := change.leased(t.Context()); exitCode(err) != exitPartly && exitCode(err) != exitError {
						t.Fatalf("run %d: %v\n%s", run, err, out)
					}
					if down := b.takenDown(); len(down) != most {
						t.Fatalf("run %d has taken down %d machines:\n%s", run, len(down), out)
					}
					if run == 1 && !strings.Contains(out.String(), "vm/web stands at: 0 done; not back: vm/web-1") {
						t.Errorf("the report does not say where it stands:\n%s", out)
					}
				}
				time.Sleep(until)
				for _, want := range []string{"Complete", "No changes"} {
					change, out := b.change(second, 16)
					change.maxDeletes = 5
					if err := change.leased(t.Context()); err != nil || !strings.Contains(out.String(), want) {
						t.Errorf("in the end, %s: %v\n%s", want, err, out)
					}
				}
			})
		})
	}
}

// takenDown are the ids of the machines of the first apply that were stopped so
// far.
func (b *bubble) takenDown() map[string]bool {
	down := map[string]bool{}
	for _, r := range b.sim.Requests() {
		if r.Command == "stopVirtualMachine" {
			down[r.Params["id"]] = true
		}
	}
	return down
}
