// Package examples holds stacks that run as they stand against the simulator.
// Its tests apply each, change what lives by hand, and destroy it again.
package examples

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/simulator"
)

const (
	// jobTime is as long as any of the simulator's jobs is pending.
	jobTime = 100 * time.Millisecond
	// expungeDelay is how long the cloud keeps destroyed machines: longer than
	// a test, shorter than signatures are good for.
	expungeDelay = 5 * time.Minute
)

// stacks are the examples, with the make of cloud that each is for.
var stacks = []struct {
	name    string
	flavour simulator.Flavour
	hands   []hand
	waits   []string // addresses that a destroy leaves to the cloud
}{
	{"minimal", simulator.CloudStack, minimalHands, nil},
	{"shop", simulator.CloudStack, shopHands, []string{"network/back"}},
	{"elastic", simulator.Exoscale, elasticHands, nil},
	{"balanced", simulator.CloudStack, balancedHands, []string{"network/back"}},
}

// A hand changes something in the cloud, past trueup. Drift must show want, a
// change a line, and nothing else; apply must heal it.
type hand struct {
	name   string
	change func(c *cloud)
	want   string
}

func TestExampleIsConvergedHealedAndDestroyed(t *testing.T) {
	t.Parallel()
	for _, stack := range stacks {
		for i, hands := range slices.Collect(slices.Chunk(stack.hands, 4)) {
			t.Run(fmt.Sprint(stack.name, " ", i+1), func(t *testing.T) {
				t.Parallel()
				c := newCloud(t, simulator.Config{Flavour: stack.flavour, Seed: 1, ExpungeDelay: expungeDelay})

				c.trueup(0, "apply", "--yes", stack.name)
				if got := c.changes(stack.name); len(got) != 0 {
					t.Fatalf("a second plan is not empty: %q", got)
				}
				c.trueup(0, "drift", stack.name)

				for _, hand := range hands {
					hand.change(c)
					if diff := cmp.Diff(strings.Split(hand.want, "\n"), c.changes(stack.name)); diff != "" {
						t.Fatalf("%s: plan (-want +got):\n%s", hand.name, diff)
					}
					if out := c.trueup(2, "drift", stack.name); !strings.Contains(out, strings.Fields(hand.want)[0]) {
						t.Errorf("%s: drift does not name it:\n%s", hand.name, out)
					}
					c.trueup(0, "apply", "--yes", stack.name)
					if got := c.changes(stack.name); len(got) != 0 {
						t.Fatalf("%s: apply left %q", hand.name, got)
					}
				}

				out := c.trueup(0, "destroy", "--yes", stack.name)
				for _, address := range stack.waits {
					if !strings.Contains(out, address) {
						t.Errorf("destroy does not name %s as waiting:\n%s", address, out)
					}
				}
				if diff := cmp.Diff(leftovers(stack.name, len(stack.waits) > 0), c.visible()); diff != "" {
					t.Errorf("after destroy (-want +got):\n%s", diff)
				}

				c.sim.Advance(expungeDelay)
				c.trueup(0, "destroy", "--yes", stack.name)
				if diff := cmp.Diff(leftovers(stack.name, false), c.visible()); diff != "" {
					t.Errorf("after a second destroy (-want +got):\n%s", diff)
				}
				c.trueup(0, "destroy", "--yes", stack.name)
			})
		}
	}
}

// leftovers is what an account shows after a destroy: its default group, and
// while something waits for the cloud also the anchor and what waits.
func leftovers(stack string, waiting bool) []string {
	left := []string{"listSecurityGroups default"}
	if waiting {
		left = append(left, "listNetworks back", "listSecurityGroups trueup."+stack)
	}
	slices.Sort(left)
	return left
}

// visible lists what the ordinary user's account holds, by command and name.
func (c *cloud) visible() []string {
	c.Helper()
	var found []string
	for _, command := range []string{
		"listVirtualMachines", "listSecurityGroups", "listPublicIpAddresses", "listSSHKeyPairs", "listAffinityGroups", "listNetworks", "listVolumes",
		"listLoadBalancerRules", "listPortForwardingRules",
	} {
		for _, item := range c.list(c.user, command, nil) {
			if item["type"] == "Shared" || item["issourcenat"] == true || item["type"] == "ROOT" {
				continue // the zone's own network, what belongs to a router, what goes with its machine
			}
			name, ok := item["name"].(string)
			if !ok {
				name, _ = item["ipaddress"].(string)
			}
			found = append(found, command+" "+name)
		}
	}
	slices.Sort(found)
	return found
}
