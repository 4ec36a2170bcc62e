package kind

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
)

// chosenAs is what a machine chooses: entries with these numbers.
func chosenAs(offering, template, zone map[string]int64) map[string]provider.Entry {
	return map[string]provider.Entry{
		"offering": {Named: provider.Named{Name: "O"}, Numbers: offering},
		"template": {Named: provider.Named{Name: "T"}, Numbers: template},
		"zone":     {Named: provider.Named{Name: "Z"}, Numbers: zone},
	}
}

func TestMachineChoices(t *testing.T) {
	const gib = int64(provider.GiB)
	custom := map[string]int64{"custom": 1, "cpuspeed": 500, "mincpunumber": 2, "maxcpunumber": 4, "minmemory": 512, "maxmemory": 1024}
	for name, c := range map[string]struct {
		fields provider.Fields
		chosen map[string]provider.Entry
		want   []provider.FieldError
	}{
		"all is well": {provider.Fields{"rootDisk": 2 * provider.GiB}, chosenAs(map[string]int64{"cpunumber": 1}, map[string]int64{"size": 2 * gib}, nil), nil},
		"unknown":     {provider.Fields{"rootDisk": provider.GiB}, nil, nil},
		"disk too small": {provider.Fields{"rootDisk": 2 * provider.GiB}, chosenAs(nil, map[string]int64{"size": 2*gib + 1}, nil),
			[]provider.FieldError{{Field: "rootDisk", Text: "2 GiB is smaller than the template T, which needs 3 GiB"}}},
		"nothing given to a custom offering": {provider.Fields{}, chosenAs(map[string]int64{"custom": 1}, nil, nil),
			[]provider.FieldError{{Field: "offering", Text: "the offering O leaves it to the machine how much of these it has: give cpuNumber, cpuSpeed, memory in details"}}},
		"what a constrained offering leaves open": {provider.Fields{"details": map[string]string{"cpunumber": "2"}}, chosenAs(custom, nil, nil),
			[]provider.FieldError{{Field: "offering", Text: "the offering O leaves it to the machine how much of these it has: give memory in details"}}},
		"within bounds": {provider.Fields{"details": map[string]string{"cpuNumber": "4", "memory": "512"}}, chosenAs(custom, nil, nil), nil},
		"beyond bounds": {provider.Fields{"details": map[string]string{"cpuNumber": "1", "memory": "2048"}}, chosenAs(custom, nil, nil),
			[]provider.FieldError{{Field: "details", Text: "beyond the bounds of the offering O: cpuNumber 1 is less than 2, memory 2048 is more than 1024"}}},
		"groups where there are none": {provider.Fields{"securityGroups": []provider.Ref{{Kind: "securityGroup", Name: "g"}}}, chosenAs(nil, nil, map[string]int64{"withoutgroups": 1}),
			[]provider.FieldError{{Field: "securityGroups", Text: "the zone Z has no security groups: name networks instead, or another zone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkMachineChoices(c.fields, c.chosen)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMachineTakes(t *testing.T) {
	const gib = int64(provider.GiB)
	for name, c := range map[string]struct {
		fields provider.Fields
		chosen map[string]provider.Entry
		want   map[string]int64
	}{
		"of offering and template": {nil, chosenAs(map[string]int64{"cpunumber": 2, "memory": 512}, map[string]int64{"size": gib}, nil),
			map[string]int64{"user_vm": 1, "volume": 1, "cpu": 2, "memory": 512, "primary_storage": gib}},
		"a disk of its own": {provider.Fields{"rootDisk": 5 * provider.GiB}, chosenAs(map[string]int64{"rootdisksize": 4}, map[string]int64{"size": gib}, nil),
			map[string]int64{"user_vm": 1, "volume": 1, "cpu": 0, "memory": 0, "primary_storage": 5 * gib}},
		"the offering's disk": {nil, chosenAs(map[string]int64{"rootdisksize": 4}, map[string]int64{"size": gib}, nil),
			map[string]int64{"user_vm": 1, "volume": 1, "cpu": 0, "memory": 0, "primary_storage": 4 * gib}},
		"its own choice": {provider.Fields{"details": map[string]string{"cpuNumber": "4", "memory": "x"}}, chosenAs(map[string]int64{"custom": 1}, nil, nil),
			map[string]int64{"user_vm": 1, "volume": 1, "cpu": 4, "memory": 0, "primary_storage": 0}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, machineTakes(c.fields, c.chosen)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
