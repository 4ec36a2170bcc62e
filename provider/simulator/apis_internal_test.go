package simulator

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommandsAreWhatWasRecordedOfThem compares the table of commands with the recorded descriptions: async or not, and what is required.
func TestCommandsAreWhatWasRecordedOfThem(t *testing.T) {
	d, err := loadDatacentre(CloudStack)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range d.commands {
		described := d.apis[name]
		if c.async() != described.IsAsync {
			t.Errorf("%s: asynchronous %v, recorded %v", name, c.async(), described.IsAsync)
		}
		if c.async() != (c.do == nil) || c.async() && (c.work == nil || c.class == "") {
			t.Errorf("%s: an asynchronous command has start, work and class, another has do", name)
		}
		var required []string
		for _, p := range described.Params {
			if p.Required {
				required = append(required, p.Name)
			}
			if k := c.refs[p.Name]; k != "" && p.Type != "uuid" && p.Type != "list" {
				t.Errorf("%s: %s is a %s, not an id", name, p.Name, p.Type)
			}
		}
		want := slices.Sorted(slices.Values(required))
		if got := slices.Sorted(slices.Values(c.required)); !slices.Equal(got, want) {
			t.Errorf("%s: requires %v, recorded %v", name, got, want)
		}
	}
}

func TestEventsAreOfRecordedTypes(t *testing.T) {
	d, err := loadDatacentre(CloudStack)
	if err != nil {
		t.Fatal(err)
	}
	for kind := range eventKinds {
		if withName(d.eventTypes, kind) == nil {
			t.Errorf("no recorded type %s", kind)
		}
	}
	for name, c := range d.commands {
		if _, known := eventKinds[c.events]; c.events != "" && !known {
			t.Errorf("%s: nothing is known of events of type %s", name, c.events)
		}
	}
}

func TestWhatIsBuiltIsNotListedAsUnbuilt(t *testing.T) {
	d, err := loadDatacentre(CloudStack)
	if err != nil {
		t.Fatal(err)
	}
	for name := range d.known {
		if d.commands[name] != nil {
			t.Errorf("%s is built", name)
		}
	}
	if len(d.apis) != len(d.commands) {
		t.Errorf("%d commands are described and %d built", len(d.apis), len(d.commands))
	}
}

// TestListApisShowsWhatWasRecorded compares every command that is built, and recorded, with its recorded description.
func TestListApisShowsWhatWasRecorded(t *testing.T) {
	data, err := os.ReadFile("../../testdata/golden/listApis.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Body struct {
			ListAPIsResponse struct{ API []map[string]any }
		}
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	ours, err := describedAPIs()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, want := range recorded.Body.ListAPIsResponse.API {
		o, built := ours[want["name"].(string)]
		if !built {
			continue
		}
		compared++
		var got map[string]any
		if err := json.Unmarshal(appendJSON(nil, o), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-recorded +ours):\n%s", want["name"], diff)
		}
	}
	if compared < 90 {
		t.Errorf("only %d commands were compared", compared)
	}
}
