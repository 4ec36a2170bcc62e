package egoscale

import (
	"fmt"
	"slices"
	"testing"

	"github.com/exoscale/egoscale"
)

func TestElasticIPIsOnManyMachines(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	p := find(t, cs)
	ip := request[*egoscale.IPAddress](t, cs, &egoscale.AssociateIPAddress{ZoneID: p.zone})
	if ip.ID == nil || ip.IPAddress == nil || !ip.IsElastic {
		t.Fatalf("acquired %+v, want an elastic address", ip)
	}
	var names []string
	for i := range 3 {
		vm := deploy(t, cs, &egoscale.DeployVirtualMachine{
			Name:              fmt.Sprintf("egoscale-elastic-%d", i),
			ServiceOfferingID: p.offering,
			TemplateID:        p.template,
			ZoneID:            p.zone,
		})
		names = append(names, vm.Name)
		added := request[*egoscale.NicSecondaryIP](t, cs, &egoscale.AddIPToNic{NicID: vm.DefaultNic().ID, IPAddress: ip.IPAddress})
		if added.ID == nil || !added.IPAddress.Equal(ip.IPAddress) || !added.NicID.Equal(*vm.DefaultNic().ID) {
			t.Errorf("added to %s as %+v", vm.Name, added)
		}
	}
	holders := holding(t, cs, ip)
	if got := keys(holders); !slices.Equal(got, names) {
		t.Fatalf("%s is on %v, want %v", ip.IPAddress, got, names)
	}

	if !contains(list(t, cs, &egoscale.IPAddress{IsElastic: true}), ip) {
		t.Errorf("%s is not among the elastic addresses", ip.IPAddress)
	}
	if err := cs.BooleanRequest(&egoscale.RemoveIPFromNic{ID: holders[names[1]]}); err != nil {
		t.Fatalf("take %s from %s: %v", ip.IPAddress, names[1], err)
	}
	left := holding(t, cs, ip)
	if got, want := keys(left), []string{names[0], names[2]}; !slices.Equal(got, want) {
		t.Errorf("taken from %s, %s is on %v, want %v", names[1], ip.IPAddress, got, want)
	}
	for name, id := range left {
		if err := cs.BooleanRequest(&egoscale.RemoveIPFromNic{ID: id}); err != nil {
			t.Errorf("take %s from %s: %v", ip.IPAddress, name, err)
		}
	}
	if err := cs.Delete(ip); err != nil {
		t.Fatalf("release %s: %v", ip.IPAddress, err)
	}
	if contains(list(t, cs, &egoscale.IPAddress{IsElastic: true}), ip) {
		t.Errorf("%s is released and still listed", ip.IPAddress)
	}
}

// holding returns the secondary addresses that are this one, by the name of their machine.
func holding(t *testing.T, cs *egoscale.Client, ip *egoscale.IPAddress) map[string]*egoscale.UUID {
	t.Helper()
	found := map[string]*egoscale.UUID{}
	for _, x := range list(t, cs, &egoscale.VirtualMachine{}) {
		vm := x.(*egoscale.VirtualMachine)
		nic := vm.DefaultNic()
		if nic == nil {
			continue
		}
		for _, s := range nic.SecondaryIP {
			if s.IPAddress.Equal(ip.IPAddress) {
				found[vm.Name] = s.ID
			}
		}
	}
	return found
}

func keys(m map[string]*egoscale.UUID) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func contains(addresses []any, ip *egoscale.IPAddress) bool {
	return slices.ContainsFunc(addresses, func(x any) bool { return x.(*egoscale.IPAddress).ID.Equal(*ip.ID) })
}
