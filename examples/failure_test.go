package examples

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/simulator"
)

func TestFailureLeavesNothingUnownedAndTheRestIsDone(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Command: "deployVirtualMachine", Call: []int{2}, Do: simulator.NoQuota},
		{Command: "deployVirtualMachine", Call: []int{2}, Do: simulator.NoCapacity},
		{Command: "deployVirtualMachine", Call: []int{2}, Do: simulator.FailJobAfter},
		{Command: "deployVirtualMachine", Call: []int{2}, Do: simulator.LoseAnswer},
		{Command: "authorizeSecurityGroupIngress", Call: []int{1}, Do: simulator.FailJob},
		{Command: "createSecurityGroup", Call: []int{2}, Do: simulator.RefuseBefore}, // the first makes the anchor
		{Command: "associateIpAddress", Call: []int{1}, Do: simulator.FailJob},
	} {
		t.Run(fault.Command+" "+string(fault.Do), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{Seed: 1, Faults: &simulator.Faults{Faults: []simulator.Fault{fault}}})
			p := c.run("apply", "--yes", "shop")
			code, out := p.wait(), p.said()
			if code != 0 && code != 4 {
				t.Fatalf("exit %d, want 4, or 0 where it was mended on the way\n%s", code, out)
			}
			if code == 4 && !strings.Contains(out, "trueup apply") {
				t.Errorf("it does not say how to go on:\n%s", out)
			}
			if diff := cmp.Diff([]string(nil), c.unowned("shop")); diff != "" {
				t.Errorf("without an owner (-want +got):\n%s\n%s", diff, out)
			}
			c.trueup(0, "apply", "--yes", "shop")
			if got := c.changes("shop"); len(got) != 0 {
				t.Errorf("the next apply left %q", got)
			}
		})
	}
}

// unowned lists what the account holds and neither a tag nor a note on the
// stack's anchor claims.
func (c *cloud) unowned(stack string) []string {
	c.Helper()
	notes := ""
	for _, group := range c.list(c.user, "listSecurityGroups", nil) {
		if group["name"] == "trueup."+stack {
			for key, value := range tags(group) {
				notes += key + "=" + value + "\n"
			}
		}
	}
	var found []string
	for command, kind := range map[string]string{
		"listVirtualMachines": "vm", "listSecurityGroups": "securityGroup", "listNetworks": "network",
		"listPublicIpAddresses": "elasticIP", "listSSHKeyPairs": "sshKey", "listAffinityGroups": "affinityGroup",
	} {
		for _, item := range c.list(c.user, command, nil) {
			name, _ := item["name"].(string)
			if name == "default" || name == "trueup."+stack || item["type"] == "Shared" || item["issourcenat"] == true {
				continue
			}
			noted := strings.Contains(notes, item["id"].(string)) || name != "" && strings.Contains(notes, "trueup.note."+kind+"."+name+"=")
			if tags(item)["trueup.stack"] != stack && !noted {
				found = append(found, kind+" "+name+" "+item["id"].(string))
			}
		}
	}
	return found
}

// tags are those of a listed resource.
func tags(item map[string]any) map[string]string {
	found := map[string]string{}
	list, _ := item["tags"].([]any)
	for _, tag := range list {
		tag := tag.(map[string]any)
		found[tag["key"].(string)] = tag["value"].(string)
	}
	return found
}

func TestTemplateOfAnotherZoneIsRefusedBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{})
	// A cloud whose template is in the zone adv1 alone.
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding") // so that the answer can be read here
		answer := httptest.NewRecorder()
		c.sim.ServeHTTP(answer, r)
		text := answer.Body.String()
		if strings.Contains(text, "listtemplatesresponse") {
			text = strings.ReplaceAll(text, `"zonename":"sg1"`, `"zonename":"adv1"`)
			for _, zone := range c.list(c.user, "listZones", nil) {
				if zone["name"] == "sg1" {
					text = strings.ReplaceAll(text, zone["id"].(string), "00000000-0000-4000-8000-000000000000")
				}
			}
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(front.Close)
	c.endpoint = front.URL

	out := c.trueup(64, "apply", "--yes", "minimal")
	for _, want := range []string{"minimal/stack.yaml:13:15", "not in zone sg1", "adv1"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if diff := cmp.Diff([]string{"listSecurityGroups default", "listSecurityGroups trueup.minimal"}, c.visible()); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}
