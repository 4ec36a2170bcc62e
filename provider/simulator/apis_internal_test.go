package simulator

import (
	"slices"
	"testing"
)

// TestCommandsAreWhatWasRecordedOfThem compares the table of commands with the recorded descriptions: async or not, and what is required.
func TestCommandsAreWhatWasRecordedOfThem(t *testing.T) {
	d, err := loadDatacentre(CloudStack)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range d.commands {
		described := d.apis[name]
		if c.async() != described.async {
			t.Errorf("%s: asynchronous %v, recorded %v", name, c.async(), described.async)
		}
		if c.async() != (c.do == nil) || c.async() && (c.work == nil || c.class == "") {
			t.Errorf("%s: an asynchronous command has start, work and class, another has do", name)
		}
		var required []string
		for _, p := range described.params {
			if p.required {
				required = append(required, p.name)
			}
			if k := c.refs[p.name]; k != "" && p.kind != "uuid" && p.kind != "list" {
				t.Errorf("%s: %s is a %s, not an id", name, p.name, p.kind)
			}
		}
		want := slices.Sorted(slices.Values(required))
		if got := slices.Sorted(slices.Values(c.required)); !slices.Equal(got, want) {
			t.Errorf("%s: requires %v, recorded %v", name, got, want)
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
