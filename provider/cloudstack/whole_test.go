package cloudstack_test

import (
	"slices"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// listing is a server whose list of machines is changed between two pages.
type listing struct {
	machines []any
	calls    int
	change   func(l *listing, page string) // called before each page
}

func (l *listing) serve(c call) reply {
	l.calls++
	l.change(l, c.params["page"])
	return paged(c.command, "virtualmachine", l.machines, c)
}

func readWhole(t *testing.T, l *listing) []string {
	t.Helper()
	f := newFake(t).on("listVirtualMachines", l.serve)
	machines, err := cloudstack.Whole(t.Context(), f.client(cloudstack.WithPageSize(10)), cloudstack.ListVirtualMachines{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range machines {
		ids = append(ids, string(m.ID))
	}
	return ids
}

func TestWholeReadsAQuietListOnce(t *testing.T) {
	for n, calls := range map[int]int{0: 1, 9: 1, 10: 2, 25: 3} {
		l := &listing{machines: manyMachines(n), change: func(*listing, string) {}}
		if ids := readWhole(t, l); len(ids) != n || l.calls != calls {
			t.Errorf("%d machines: %d in %d calls, want %d calls", n, len(ids), l.calls, calls)
		}
	}
}

func TestWholeReadsAgainWhenAMachineGoes(t *testing.T) {
	gone := false
	l := &listing{machines: manyMachines(25), change: func(l *listing, page string) {
		if page == "2" && !gone {
			gone = true
			l.machines = l.machines[1:] // vm-10 slips to page 1
		}
	}}
	if ids := readWhole(t, l); len(ids) != 24 || !slices.Contains(ids, "vm-10") {
		t.Errorf("read %v", ids)
	}
}

func TestWholeReadsAgainWhenAMachineComesTwice(t *testing.T) {
	moved := false
	l := &listing{machines: manyMachines(25), change: func(l *listing, page string) {
		if page == "2" && !moved { // one comes and one goes: the count stays
			moved = true
			l.machines = slices.Concat([]any{obj{"id": "new"}}, l.machines[:24])
		}
	}}
	ids := readWhole(t, l)
	slices.Sort(ids)
	if len(ids) != 25 || len(slices.Compact(ids)) != 25 || !slices.Contains(ids, "new") {
		t.Errorf("read %v", ids)
	}
}

// A list that never holds still is given with all that was ever seen of it.
func TestWholeGivesAllWhenTheListNeverHoldsStill(t *testing.T) {
	l := &listing{machines: manyMachines(30), change: func(l *listing, page string) {
		if page == "2" {
			l.machines = l.machines[1:] // each time one slips to page 1
		}
	}}
	ids := readWhole(t, l)
	if l.calls != 9 {
		t.Errorf("%d calls, want three readings of three pages", l.calls)
	}
	for _, m := range l.machines {
		if id := m.(obj)["id"].(string); !slices.Contains(ids, id) {
			t.Errorf("%s is there and was not read", id)
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("some were read twice: %v", ids)
	}
}

// A server that counts the page and not the list tells nothing of changes.
func TestWholeReadsOnceWhereTheServerCountsPages(t *testing.T) {
	f := newFake(t)
	f.on("listVirtualMachines", func(c call) reply {
		r := paged(c.command, "virtualmachine", manyMachines(25), c)
		inside := r.body.(obj)["listvirtualmachinesresponse"].(obj)
		items, _ := inside["virtualmachine"].([]any)
		inside["count"] = len(items)
		return r
	})
	machines, err := cloudstack.Whole(t.Context(), f.client(cloudstack.WithPageSize(10)), cloudstack.ListVirtualMachines{})
	if err != nil || len(machines) != 25 || len(f.log()) != 3 {
		t.Errorf("%d machines, %v, %d calls", len(machines), err, len(f.log()))
	}
}

// A template is listed once for each of its zones.
func TestWholeKeepsATemplateOfTwoZones(t *testing.T) {
	calls := 0
	f := newFake(t).on("listTemplates", func(c call) reply {
		calls++
		return paged(c.command, "template", []any{obj{"id": "t", "zoneid": "z1"}, obj{"id": "t", "zoneid": "z2"}}, c)
	})
	templates, err := cloudstack.Whole(t.Context(), f.client(), cloudstack.ListTemplates{TemplateFilter: "executable"})
	if err != nil || len(templates) != 2 || calls != 1 {
		t.Errorf("read %d templates in %d calls: %v", len(templates), calls, err)
	}
}
