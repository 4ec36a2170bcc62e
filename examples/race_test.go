package examples

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// creates are the commands that make something, with the parameter that says
// what: of each, one may succeed for each value.
var creates = map[string]string{
	"deployVirtualMachine": "name",
	"createSecurityGroup":  "name",
	"createAffinityGroup":  "name",
	"createNetwork":        "name",
	"registerSSHKeyPair":   "name",
	"associateIpAddress":   "networkid",
}

func TestTwoAppliesAtOnceMakeNothingTwice(t *testing.T) {
	t.Parallel()
	const rounds = 20
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{Seed: uint64(round)})
			args := []string{"apply", "--yes", "shop"}
			if round%2 == 1 { // half of the rounds wait for each other
				args = append(args, "--lock-timeout", "5m")
			}
			one, two := c.process(args...), c.process(args...)
			one.release()
			two.release()
			codes := [2]int{one.wait(), two.wait()}

			switch {
			case round%2 == 1 && codes == [2]int{0, 0}:
				if !strings.Contains(one.said()+two.said(), "Waiting for run") {
					t.Errorf("neither says that it waits:\n%s\n%s", one.said(), two.said())
				}
			case round%2 == 0 && (codes == [2]int{0, 3} || codes == [2]int{3, 0}):
			default:
				t.Fatalf("exit codes %v\n%s\n%s", codes, one.said(), two.said())
			}
			c.madeOnce()
			if got := c.changes("shop"); len(got) != 0 {
				t.Errorf("a plan afterwards is not empty: %q", got)
			}
		})
	}
}

// madeOnce fails the test if the simulator's log shows anything made twice.
func (c *cloud) madeOnce() {
	c.Helper()
	made := map[string]int{}
	for _, r := range c.sim.Requests() {
		if param, ok := creates[r.Command]; ok && r.Status == 200 {
			made[r.Command+" "+r.Params[param]]++
		}
	}
	if len(made) == 0 {
		c.Error("nothing was made")
	}
	for what, times := range made {
		if times > 1 {
			c.Errorf("%s: %d times", what, times)
		}
	}
}
