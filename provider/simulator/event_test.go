package simulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/simulator"
)

// TestTheEventsOfADeletedNetworkAreTheRecordedOnes is testdata/golden/listEvents.json: scheduled, started and completed, in this order
// within their second.
func TestTheEventsOfADeletedNetworkAreTheRecordedOnes(t *testing.T) {
	c := user(t, simulator.Config{})
	id := lan(c, "iso two")
	c.server.Advance(2e9)
	c.ok("deleteNetwork", "id", id)
	got := c.list("listEvents", "event", "page", "1", "pagesize", "3")
	recorded, _ := readRecording(t, "listEvents")
	want := recorded.Body.(map[string]any)["listeventsresponse"].(map[string]any)["event"].([]any)
	ids := map[string]string{}
	for i, e := range got {
		w := want[i].(map[string]any)
		for _, name := range []string{"id", "resourceid"} {
			ids[w[name].(string)] = e[name].(string)
		}
	}
	translated := golden{ids: ids}
	for i, e := range got {
		w := want[i].(map[string]any)
		for k, v := range w {
			w[k] = translated.translate(v.(string))
		}
		w["created"] = e["created"]
		if diff := cmp.Diff(w, e); diff != "" {
			t.Errorf("event %d (-recorded +ours):\n%s", i, diff)
		}
	}
}

// A job that somebody else asked for is told to the owner of the thing; how it went on is told to who asked.
func TestEventsTellWhoDidWhatToWhich(t *testing.T) {
	c := user(t, simulator.Config{})
	admin := as(t, c.server, c.server.Admin())
	id := deploy(c, "name", "m")
	c.refused(533, "No destination", "deployVirtualMachine", deployment("name", "n", "serviceofferingid", huge)...)
	admin.ok("stopVirtualMachine", "id", id)
	c.ok("updateVirtualMachine", "id", id, "displayname", "M")
	group := c.group("g")

	of := func(c caller, pairs ...string) (out []string) {
		for _, e := range c.list("listEvents", "event", pairs...) {
			out = append(out, e["username"].(string)+" "+e["type"].(string)+" "+e["level"].(string)+" "+e["state"].(string))
		}
		return out
	}
	for _, test := range []struct {
		who   caller
		pairs []string
		want  []string
	}{
		{c, []string{"resourceid", id}, []string{
			"plain VM.CREATE INFO Scheduled", "plain VM.CREATE INFO Started", "plain VM.CREATE INFO Completed", "admin VM.STOP INFO Scheduled",
			"plain VM.UPDATE INFO Completed",
		}},
		{admin, []string{"resourceid", id, "resourcetype", "VirtualMachine", "listall", "true", "type", "VM.STOP"}, []string{
			"admin VM.STOP INFO Scheduled", "admin VM.STOP INFO Started", "admin VM.STOP INFO Completed",
		}},
		{c, []string{"level", "ERROR"}, []string{"plain VM.CREATE ERROR Completed"}},
		{c, []string{"resourceid", group}, []string{"plain SG.CREATE INFO Completed"}},
		{c, []string{"startdate", "2099-01-01"}, nil},
		{c, []string{"enddate", "2001-01-01"}, nil},
		{c, []string{"archived", "true"}, nil},
	} {
		if diff := cmp.Diff(test.want, of(test.who, test.pairs...)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.pairs, diff)
		}
	}
	first := c.first("listEvents", "event", "resourceid", id)
	if got := c.list("listEvents", "event", "startid", first["id"].(string)); len(got) != 3 {
		t.Errorf("%d events of the deploy", len(got))
	}
	if m := c.first("listEvents", "event", "resourceid", id); m["resourcename"] != "m" || m["resourcetype"] != "VirtualMachine" {
		t.Errorf("event of the machine: %v", m)
	}
}
