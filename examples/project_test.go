package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/simulator"
)

// inProject is a stack whose names all projects, and the account itself, have.
const inProject = `version: 1
stack: shop
zone: adv1
%s
defaults:
  vm: {template: CentOS 5.6 (64-bit) no GUI (Simulator), offering: Small Instance}
securityGroups:
  web: {ingress: [tcp/80 from any, "tcp/22 from group:web"]}
  db: {ingress: [tcp/5432 from group:web]}
sshKeys:
  ops: {publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X ops}
affinityGroups:
  apart: {type: non-strict host anti-affinity}
networks:
  back: {offering: DefaultIsolatedNetworkOfferingWithSourceNatService, firewall: [tcp/443 to any]}
vms:
  web: {count: 2, networks: [back], sshKeys: [ops], affinityGroups: [apart], disks: {data: {offering: Small, onDelete: delete}}}
elasticIPs:
  front: {network: back, firewall: [tcp/80 from any]}
loadBalancers:
  web: {address: front, port: 80, members: [web]}
portForwards:
  ssh: {address: front, port: 2222, targetPort: 22, machine: web-1}
`

// TestProjectsAreApart applies one stack to two projects and to the account
// itself, one after the other: each makes its own, sees its own, and destroys its
// own.
func TestProjectsAreApart(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{Seed: 1, ExpungeDelay: expungeDelay})
	ids := map[string]string{"": ""}
	for _, name := range []string{"red", "blue"} {
		ids[name] = c.call(c.user, "createProject", map[string]string{"name": name, "displaytext": name})["id"].(string)
	}
	stacks := map[string]string{}
	for place, line := range map[string]string{"red": "project: red", "blue": "project: {id: " + ids["blue"] + "}", "": ""} {
		stacks[place] = filepath.Join(t.TempDir(), "stack.yaml")
		if err := os.WriteFile(stacks[place], fmt.Appendf(nil, inProject, line), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// shown is what a place holds, by command and name.
	shown := func(place string) []string {
		var found []string
		for _, command := range []string{
			"listVirtualMachines", "listSecurityGroups", "listSSHKeyPairs", "listAffinityGroups", "listNetworks", "listVolumes", "listLoadBalancerRules",
		} {
			for _, item := range c.list(c.user, command, map[string]string{"projectid": ids[place]}) {
				if item["type"] != "Shared" && item["type"] != "ROOT" {
					found = append(found, fmt.Sprint(command, " ", item["name"]))
				}
			}
		}
		slices.Sort(found)
		return found
	}
	places := []string{"red", "", "blue"}
	var full []string
	for i, place := range places {
		c.trueup(0, "apply", "--yes", stacks[place])
		if got := c.changes(stacks[place]); len(got) != 0 {
			t.Fatalf("in %q a second plan is not empty: %q", place, got)
		}
		if i == 0 {
			full = shown(place)
		}
		if diff := cmp.Diff(full, shown(place)); diff != "" {
			t.Errorf("%q differs from %q (-want +got):\n%s", place, places[0], diff)
		}
		for _, later := range places[i+1:] {
			if got := shown(later); !slices.Equal(got, []string{"listSecurityGroups default"}) {
				t.Errorf("%q has %q before anything is applied to it", later, got)
			}
		}
	}
	c.call(c.user, "stopVirtualMachine", map[string]string{
		"id": c.list(c.user, "listVirtualMachines", map[string]string{"projectid": ids["blue"], "name": "web-1"})[0]["id"].(string),
	})
	for place, want := range map[string][]string{"red": {}, "": {}, "blue": {"vm/web-1 update drift power"}} {
		if diff := cmp.Diff(want, c.changes(stacks[place])); diff != "" {
			t.Errorf("%q (-want +got):\n%s", place, diff)
		}
	}
	out := c.trueup(2, "drift", stacks["red"], stacks[""], stacks["blue"])
	if !strings.Contains(out, "vm/web-1") {
		t.Errorf("drift doesn't show the machine that was stopped:\n%s", out)
	}
	c.trueup(0, "destroy", "--yes", stacks["blue"])
	for place, want := range map[string][]string{"red": full, "": full} {
		if diff := cmp.Diff(want, shown(place)); diff != "" {
			t.Errorf("%q after another was destroyed (-want +got):\n%s", place, diff)
		}
	}
	if got := shown("blue"); !slices.Equal(got, []string{"listNetworks back", "listSecurityGroups default", "listSecurityGroups trueup.shop"}) {
		t.Errorf("left in the destroyed: %q", got)
	}
}

// TestProjectOfNobody is an error that names the likely one.
func TestProjectOfNobody(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{Seed: 1})
	c.call(c.user, "createProject", map[string]string{"name": "red", "displaytext": "red"})
	stack := filepath.Join(t.TempDir(), "stack.yaml")
	if err := os.WriteFile(stack, fmt.Appendf(nil, inProject, "project: rad"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := c.trueup(64, "plan", stack); !strings.Contains(out, `the account has no project rad; did you mean "red"?`) {
		t.Errorf("got %s", out)
	}
}
