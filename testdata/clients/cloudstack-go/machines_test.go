package cloudstackgo

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/cloudstack-go/v2/cloudstack"
)

func TestMachineHasWhatItWasDeployedWith(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	zone, _ := zones(t, cs)
	key := must(cs.SSH.CreateSSHKeyPair(cs.SSH.NewCreateSSHKeyPairParams("go-machine")))(t)
	group := must(cs.SecurityGroup.CreateSecurityGroup(cs.SecurityGroup.NewCreateSecurityGroupParams("go-machine")))(t)
	apart := must(cs.AffinityGroup.CreateAffinityGroup(cs.AffinityGroup.NewCreateAffinityGroupParams("go-machine", "host anti-affinity")))(t)

	p := tiny(t, cs, zone, "go-machine")
	p.SetDisplayname("made by cloudstack-go")
	p.SetKeypair(key.Name)
	p.SetSecuritygroupids([]string{group.Id})
	p.SetAffinitygroupids([]string{apart.Id})
	p.SetUserdata(base64.StdEncoding.EncodeToString([]byte("#cloud-config\n")))
	p.SetDetails(map[string]string{"made.by": "cloudstack-go"})
	deployed := must(cs.VirtualMachine.DeployVirtualMachine(p))(t)
	if deployed.State != "Running" || len(deployed.Nic) != 1 || deployed.Nic[0].Ipaddress == "" || !deployed.Nic[0].Isdefault {
		t.Errorf("deployed as %s with nics %+v, want it Running with one address", deployed.State, deployed.Nic)
	}

	vm := found(cs.VirtualMachine.GetVirtualMachineByName("go-machine"))(t)
	if vm.Id != deployed.Id || vm.Displayname != "made by cloudstack-go" || vm.Keypairs != key.Name || vm.Details["made.by"] != "cloudstack-go" {
		t.Errorf("listed as %s, display name %q, keys %q, details %v", vm.Id, vm.Displayname, vm.Keypairs, vm.Details)
	}
	if len(vm.Securitygroup) != 1 || vm.Securitygroup[0].Name != "go-machine" {
		t.Errorf("its security groups are %+v", vm.Securitygroup)
	}
	if len(vm.Affinitygroup) != 1 || vm.Affinitygroup[0].Name != "go-machine" {
		t.Errorf("its affinity groups are %+v", vm.Affinitygroup)
	}

	change := cs.VirtualMachine.NewUpdateVirtualMachineParams(vm.Id)
	change.SetDisplayname("changed by cloudstack-go")
	must(cs.VirtualMachine.UpdateVirtualMachine(change))(t)
	if changed := found(cs.VirtualMachine.GetVirtualMachineByID(vm.Id))(t); changed.Displayname != "changed by cloudstack-go" {
		t.Errorf("its display name is now %q", changed.Displayname)
	}
	if stopped := must(cs.VirtualMachine.StopVirtualMachine(cs.VirtualMachine.NewStopVirtualMachineParams(vm.Id)))(t); stopped.State != "Stopped" {
		t.Errorf("stopped, it is %s", stopped.State)
	}
	must(cs.VirtualMachine.DestroyVirtualMachine(cs.VirtualMachine.NewDestroyVirtualMachineParams(vm.Id)))(t)
	if _, count, err := cs.VirtualMachine.GetVirtualMachineByID(vm.Id); err == nil || count != 0 {
		t.Errorf("destroyed, it is still found %d times", count)
	}

	// A destroyed machine keeps its groups until it is expunged.
	drop := cs.SecurityGroup.NewDeleteSecurityGroupParams()
	drop.SetId(group.Id)
	if _, err := cs.SecurityGroup.DeleteSecurityGroup(drop); err == nil || !strings.Contains(err.Error(), "536") {
		t.Errorf("deleting the group of a destroyed machine gives %v, want error 536", err)
	}
	must(cs.SSH.DeleteSSHKeyPair(cs.SSH.NewDeleteSSHKeyPairParams(key.Name)))(t)
}

func TestJobIsAskedForByItsID(t *testing.T) {
	t.Parallel()
	cs := cloudstack.NewClient(setting(t, "CLOUDSTACK_ENDPOINT"), setting(t, "CLOUDSTACK_KEY"), setting(t, "CLOUDSTACK_SECRET_KEY"), true)
	zone, _ := zones(t, cs)
	started := must(cs.VirtualMachine.DeployVirtualMachine(tiny(t, cs, zone, "go-job")))(t)
	if started.Id == "" || started.JobID == "" {
		t.Fatalf("the deployment answered machine %q and job %q", started.Id, started.JobID)
	}
	raw := must(cs.GetAsyncJobResult(started.JobID, 60))(t)
	var result struct {
		VirtualMachine cloudstack.VirtualMachine `json:"virtualmachine"`
	}
	if err := json.Unmarshal(raw, &result); err != nil || result.VirtualMachine.Id != started.Id || result.VirtualMachine.State != "Running" {
		t.Errorf("the job made %s in state %q, %v, want %s Running", result.VirtualMachine.Id, result.VirtualMachine.State, err, started.Id)
	}
	destroy(t, connect(t), started.Id)
}

func TestMachinesAreListedPageByPage(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	zone, _ := zones(t, cs)
	group := cs.SecurityGroup.NewCreateSecurityGroupParams("go-pages")
	id := must(cs.SecurityGroup.CreateSecurityGroup(group))(t).Id
	for i := range 3 {
		p := tiny(t, cs, zone, fmt.Sprintf("go-page-%d", i))
		p.SetSecuritygroupids([]string{id})
		p.SetStartvm(false)
		vm := must(cs.VirtualMachine.DeployVirtualMachine(p))(t)
		if vm.State != "Stopped" {
			t.Errorf("deployed without a start, %s is %s", vm.Name, vm.State)
		}
		destroy(t, cs, vm.Id)
	}
	p := cs.VirtualMachine.NewListVirtualMachinesParams()
	p.SetKeyword("go-page-")
	p.SetPagesize(2)
	names := map[string]bool{}
	for page, want := range []int{2, 1, 0} {
		p.SetPage(page + 1)
		got := must(cs.VirtualMachine.ListVirtualMachines(p))(t)
		if len(got.VirtualMachines) != want || got.Count != 3 {
			t.Errorf("page %d has %d machines of %d, want %d of 3", page+1, len(got.VirtualMachines), got.Count, want)
		}
		for _, vm := range got.VirtualMachines {
			names[vm.Name] = true
		}
	}
	if len(names) != 3 {
		t.Errorf("the pages together have %v", names)
	}
}

func TestRefusalsCarryTheirCode(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	zone, _ := zones(t, cs)
	if _, err := cs.VirtualMachine.DeployVirtualMachine(tiny(t, cs, zone, "1 is no host name")); err == nil || !strings.Contains(err.Error(), "431") {
		t.Errorf("a bad name gives %v, want error 431", err)
	}
	p := tiny(t, cs, zone, "go-huge")
	p.SetServiceofferingid(found(cs.ServiceOffering.GetServiceOfferingByName("huge"))(t).Id)
	if _, err := cs.VirtualMachine.DeployVirtualMachine(p); err == nil || !strings.Contains(err.Error(), `"errorcode":533`) {
		t.Errorf("a machine too large for every host gives %v, want a job that fails with 533", err)
	}
	wrong := cloudstack.NewClient(setting(t, "CLOUDSTACK_ENDPOINT"), setting(t, "CLOUDSTACK_KEY"), "not the secret", true)
	if _, err := wrong.Zone.ListZones(wrong.Zone.NewListZonesParams()); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a wrong secret gives %v, want error 401", err)
	}
}
