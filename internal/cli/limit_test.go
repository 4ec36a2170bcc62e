package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider/simulator"
)

// TestAJobThatNeverEndsIsGivenUp, of every kind whose making is a job: after the
// time that its kind grants, with the state that it hangs in, its age and the
// server's word, exit code 5, and the command to go on. The next apply waits for
// the same job and makes nothing twice.
func TestAJobThatNeverEndsIsGivenUp(t *testing.T) {
	for command, c := range map[string]struct{ kind, stack, hangs string }{
		"deployVirtualMachine": {"vm", `vms:
  web: {template: CentOS 5.6 (64-bit) no GUI (Simulator), offering: tiny}`, "the machine is Starting; "},
		"authorizeSecurityGroupIngress": {"securityGroup", "securityGroups:\n  web: {ingress: [tcp/80 from any]}", ""},
		"createAffinityGroup":           {"affinityGroup", "affinityGroups:\n  apart: {type: host anti-affinity}", ""},
		"createVolume":                  {"volume", "volumes:\n  data: {offering: Small}", ""},
		"associateIpAddress": {"elasticIP", `networks:
  back: {zone: adv1, offering: DefaultIsolatedNetworkOfferingWithSourceNatService}
elasticIPs:
  front: {zone: adv1, network: back}`, ""},
		"updateNetwork": {"network", `networks:
  back: {zone: adv1, offering: DefaultIsolatedNetworkOfferingWithSourceNatService, displayText: other}`, ""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			limit := time.Duration(kind.All().Get(c.kind).JobTime)
			header := "version: 1\nstack: shop\nzone: sg1\n"
			before := stackOf(t, header+strings.Replace(c.stack, ", displayText: other", "", 1))
			stack := stackOf(t, header+c.stack)
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Command: command, Do: simulator.EndlessJob, Times: 1}}}})
				defer b.close()
				if command == "updateNetwork" {
					b.apply(before, 16)
				}
				began := time.Now()
				change, out := b.change(stack, 16)
				err := change.leased(t.Context())
				if took := time.Since(began); exitCode(err) != exitRunning || took < limit || took > limit+time.Minute {
					t.Fatalf("exit code %d after %s: %v\n%s", exitCode(err), took, err, out)
				}
				for _, want := range []string{"still running after ", c.hangs + "the server says that the job is pending, ", "To go on: trueup apply "} {
					if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
						t.Errorf("the output does not say %q:\n%s", want, out)
					}
				}
				if command == "updateNetwork" || command == "authorizeSecurityGroupIngress" {
					return // what the job is for is no creation, and is sent again
				}
				change, out = b.change(stack, 16)
				if err := change.leased(t.Context()); exitCode(err) != exitRunning || b.sent(command) != 1 {
					t.Errorf("again: exit code %d, sent %d times: %v\n%s", exitCode(err), b.sent(command), err, out)
				}
			})
		})
	}
}

// sent counts the calls of a command.
func (b *bubble) sent(command string) int {
	n := 0
	for _, r := range b.sim.Requests() {
		if r.Command == command {
			n++
		}
	}
	return n
}
