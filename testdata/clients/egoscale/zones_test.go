package egoscale

import (
	"testing"

	"github.com/exoscale/egoscale"
)

func TestZonesAreTheSameListedBothWays(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	answer := request[*egoscale.ListZonesResponse](t, cs, &egoscale.ListZones{})
	if len(answer.Zone) == 0 || answer.Count != len(answer.Zone) {
		t.Fatalf("counts %d zones and lists %d", answer.Count, len(answer.Zone))
	}
	zones := list(t, cs, &egoscale.Zone{})
	if len(zones) != len(answer.Zone) {
		t.Fatalf("one way lists %d zones, the other %d", len(answer.Zone), len(zones))
	}
	for i, x := range zones {
		zone := x.(*egoscale.Zone)
		if zone.Name == "" || zone.Name != answer.Zone[i].Name || !zone.ID.Equal(*answer.Zone[i].ID) {
			t.Errorf("zone %d is %s %s one way and %s %s the other", i, answer.Zone[i].Name, answer.Zone[i].ID, zone.Name, zone.ID)
		}
		one := &egoscale.Zone{Name: zone.Name}
		if err := cs.Get(one); err != nil || !one.ID.Equal(*zone.ID) {
			t.Errorf("zone %s by name: %v, %v", zone.Name, one.ID, err)
		}
	}
}
