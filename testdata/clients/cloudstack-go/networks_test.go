package cloudstackgo

import (
	"strings"
	"testing"

	"github.com/apache/cloudstack-go/v2/cloudstack"
)

func TestAddressIsStaticNATOfAMachine(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	_, zone := zones(t, cs)
	net := isolatedNetwork(t, cs, zone, "go-nat")
	first := address(t, cs, net.Id)
	if !first.Issourcenat {
		t.Errorf("the first address of the network is %+v, want its source NAT", first)
	}

	p := tiny(t, cs, zone, "go-nat")
	p.SetNetworkids([]string{net.Id})
	vm := must(cs.VirtualMachine.DeployVirtualMachine(p))(t)
	if vm.Nic[0].Networkid != net.Id {
		t.Errorf("deployed on %s, want %s", vm.Nic[0].Networkid, net.Id)
	}

	second := address(t, cs, net.Id)
	if second.Issourcenat || second.Isstaticnat {
		t.Errorf("the second address of the network is %+v", second)
	}
	if on := must(cs.NAT.EnableStaticNat(cs.NAT.NewEnableStaticNatParams(second.Id, vm.Id)))(t); !on.Success {
		t.Errorf("static NAT answered %+v", on)
	}
	live := found(cs.Address.GetPublicIpAddressByID(second.Id))(t)
	if !live.Isstaticnat || live.Virtualmachineid != vm.Id || live.Vmipaddress != vm.Nic[0].Ipaddress {
		t.Errorf("the address is listed as %+v, want the static NAT of %s", live, vm.Id)
	}
	if got := found(cs.VirtualMachine.GetVirtualMachineByID(vm.Id))(t); got.Publicip != second.Ipaddress {
		t.Errorf("the machine is listed with %q, want %s", got.Publicip, second.Ipaddress)
	}
	third := address(t, cs, net.Id)
	if _, err := cs.NAT.EnableStaticNat(cs.NAT.NewEnableStaticNatParams(third.Id, vm.Id)); err == nil || !strings.Contains(err.Error(), "431") {
		t.Errorf("a second address for the machine gives %v, want error 431", err)
	}

	must(cs.NAT.DisableStaticNat(cs.NAT.NewDisableStaticNatParams(second.Id)))(t)
	for _, a := range []*cloudstack.PublicIpAddress{second, third} {
		must(cs.Address.DisassociateIpAddress(cs.Address.NewDisassociateIpAddressParams(a.Id)))(t)
	}
	left := cs.Address.NewListPublicIpAddressesParams()
	left.SetAssociatednetworkid(net.Id)
	if got := must(cs.Address.ListPublicIpAddresses(left))(t); got.Count != 1 || got.PublicIpAddresses[0].Id != first.Id {
		t.Errorf("left are %d addresses, want the source NAT alone", got.Count)
	}
	must(cs.VirtualMachine.DestroyVirtualMachine(cs.VirtualMachine.NewDestroyVirtualMachineParams(vm.Id)))(t)
	if _, err := cs.Network.DeleteNetwork(cs.Network.NewDeleteNetworkParams(net.Id)); err == nil || !strings.Contains(err.Error(), `"errorcode":530`) {
		t.Errorf("deleting the network of a destroyed machine gives %v, want a job that fails with 530", err)
	}
}

func TestEmptyNetworkIsDeleted(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	_, zone := zones(t, cs)
	net := isolatedNetwork(t, cs, zone, "go-empty")
	if got := found(cs.Network.GetNetworkByID(net.Id))(t); got.Name != "go-empty" || got.Displaytext != "go-empty for cloudstack-go" || got.Cidr == "" {
		t.Errorf("listed as %+v", got)
	}
	if deleted := must(cs.Network.DeleteNetwork(cs.Network.NewDeleteNetworkParams(net.Id)))(t); !deleted.Success {
		t.Errorf("deleting it answered %+v", deleted)
	}
	if _, count, err := cs.Network.GetNetworkByID(net.Id); err == nil || count > 0 {
		t.Errorf("deleted, it is still found %d times", count)
	}
}

func TestNICHasASecondAddress(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	zone, _ := zones(t, cs)
	vm := must(cs.VirtualMachine.DeployVirtualMachine(tiny(t, cs, zone, "go-nic")))(t)
	destroy(t, cs, vm.Id)
	added := must(cs.Nic.AddIpToNic(cs.Nic.NewAddIpToNicParams(vm.Nic[0].Id)))(t)
	nics := must(cs.Nic.ListNics(cs.Nic.NewListNicsParams(vm.Id)))(t)
	if nics.Count != 1 || len(nics.Nics[0].Secondaryip) != 1 || nics.Nics[0].Secondaryip[0].Ipaddress != added.Ipaddress {
		t.Fatalf("added %q, listed as %+v", added.Ipaddress, nics.Nics)
	}
	must(cs.Nic.RemoveIpFromNic(cs.Nic.NewRemoveIpFromNicParams(nics.Nics[0].Secondaryip[0].Id)))(t)
	if left := must(cs.Nic.ListNics(cs.Nic.NewListNicsParams(vm.Id)))(t); len(left.Nics[0].Secondaryip) > 0 {
		t.Errorf("removed, it is still listed: %+v", left.Nics[0].Secondaryip)
	}
}

// isolatedNetwork makes a network of the offering that networks of one's own have.
func isolatedNetwork(t *testing.T, cs *cloudstack.CloudStackClient, zone, name string) *cloudstack.CreateNetworkResponse {
	t.Helper()
	offering := found(cs.NetworkOffering.GetNetworkOfferingByName("DefaultIsolatedNetworkOfferingWithSourceNatService"))(t)
	p := cs.Network.NewCreateNetworkParams(name, offering.Id, zone)
	p.SetDisplaytext(name + " for cloudstack-go")
	return must(cs.Network.CreateNetwork(p))(t)
}

// address takes a public address for a network, as it is listed then.
func address(t *testing.T, cs *cloudstack.CloudStackClient, network string) *cloudstack.PublicIpAddress {
	t.Helper()
	p := cs.Address.NewAssociateIpAddressParams()
	p.SetNetworkid(network)
	taken := must(cs.Address.AssociateIpAddress(p))(t)
	return found(cs.Address.GetPublicIpAddressByID(taken.Id))(t)
}
