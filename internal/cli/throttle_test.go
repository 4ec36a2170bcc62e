package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// TestAThrottledApplyWaitsAndFinishes: where an account may make ten calls in five
// seconds, an apply takes its time, makes everything once and leaves nothing open.
func TestAThrottledApplyWaitsAndFinishes(t *testing.T) {
	for name, config := range map[string]simulator.Config{
		"by the account's limit": {RateLimit: simulator.RateLimit{Calls: 20}},
		"by a proxy": {Faults: &simulator.Faults{Faults: []simulator.Fault{
			{Command: "create*", Every: 2, Do: simulator.ThrottleHTTP, For: 7 * time.Second},
			{Command: "deploy*", Every: 3, Do: simulator.ThrottleHTTP, For: 7 * time.Second},
		}}},
		"wherever it may be": {Faults: &simulator.Faults{Faults: []simulator.Fault{
			{Chance: 0.4, Do: simulator.Throttle, For: 4 * time.Second},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stack := fleet(t, 30, 4)
			synctest.Test(t, func(t *testing.T) {
				config.Latency = simulator.Latency{Job: 2 * time.Second}
				b := newBubble(t, config)
				defer b.close()
				c, out := b.change(stack, 64)
				if err := c.leased(t.Context()); err != nil {
					t.Fatalf("apply: %v\n%s", err, out)
				}
				if !strings.Contains(out.String(), "refuses more calls for now: waiting") {
					t.Errorf("nothing is said of the waiting:\n%s", out)
				}
				made := 0
				for _, r := range b.sim.Requests() {
					if r.Command == "deployVirtualMachine" && r.Status == 200 {
						made++
					}
				}
				if made != 30 {
					t.Errorf("%d deployments for 30 machines", made)
				}
				c, out = b.change(stack, 64)
				if err := c.leased(t.Context()); err != nil || !strings.Contains(out.String(), "No changes") {
					t.Errorf("the second apply: %v\n%s", err, out)
				}
				for _, r := range b.sim.Requests() {
					if r.Command == "deployVirtualMachine" && r.Status == 200 {
						made--
					}
				}
				if made != 0 {
					t.Error("the second apply made machines")
				}
			})
		})
	}
}
