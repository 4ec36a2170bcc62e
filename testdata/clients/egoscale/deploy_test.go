package egoscale

import (
	"testing"

	"github.com/exoscale/egoscale"
)

func TestDeployAnswersTheMachine(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	p := find(t, cs)
	vm := deploy(t, cs, &egoscale.DeployVirtualMachine{
		Name:              "egoscale-waits",
		Size:              10,
		ServiceOfferingID: p.offering,
		TemplateID:        p.template,
		ZoneID:            p.zone,
	})
	if vm.ID == nil || vm.Name != "egoscale-waits" || vm.State != "Running" || vm.IP() == nil {
		t.Errorf("deployed %+v, want a running machine with this name and an address", vm)
	}
	if got := machine(t, cs, vm.ID); got.Name != vm.Name || !got.IP().Equal(*vm.IP()) {
		t.Errorf("listed as %s with %s, deployed as %s with %s", got.Name, got.IP(), vm.Name, vm.IP())
	}
}

func TestAsyncDeployIsWatchedUntilItsJobEnds(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	p := find(t, cs)
	req := &egoscale.DeployVirtualMachine{
		Size:              10,
		ServiceOfferingID: p.offering,
		TemplateID:        p.template,
		ZoneID:            p.zone,
	}
	vm := &egoscale.VirtualMachine{}
	waited := 0
	cs.AsyncRequest(req, func(job *egoscale.AsyncJobResult, err error) bool {
		if err != nil {
			t.Error(err)
			return false
		}
		if job.JobStatus == egoscale.Pending {
			waited++
			return true
		}
		if err := job.Result(vm); err != nil {
			t.Error(err)
		}
		return false
	})
	if vm.ID == nil {
		t.Fatal("the job ended without a machine")
	}
	destroyAfter(t, vm)
	if vm.Name == "" || vm.State != "Running" { // the cloud names what has no name
		t.Errorf("deployed %q in state %s, want a name and Running", vm.Name, vm.State)
	}
	if waited == 0 {
		t.Error("the job was never pending")
	}
}

func TestAsyncDeployThatIsRefusedIsAnError(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	p := find(t, cs)
	req := &egoscale.DeployVirtualMachine{Name: "1 is no host name", ServiceOfferingID: p.offering, TemplateID: p.template, ZoneID: p.zone}
	var refused *egoscale.ErrorResponse
	cs.AsyncRequest(req, func(job *egoscale.AsyncJobResult, err error) bool {
		refused, _ = err.(*egoscale.ErrorResponse)
		return false
	})
	if refused == nil || refused.ErrorCode != egoscale.ParamError {
		t.Errorf("answered %v, want %s", refused, egoscale.ParamError)
	}
}

func TestMachineHasItsKeyGroupsAndTags(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	p := find(t, cs)
	key := request[*egoscale.SSHKeyPair](t, cs, &egoscale.CreateSSHKeyPair{Name: "egoscale-key"})
	if key.PrivateKey == "" || key.Fingerprint == "" {
		t.Error("a created key pair comes without its private key or its fingerprint")
	}
	after(t, cs, key)
	apart := request[*egoscale.AffinityGroup](t, cs, &egoscale.CreateAffinityGroup{Name: "egoscale-apart", Type: "host anti-affinity"})
	group := request[*egoscale.SecurityGroup](t, cs, &egoscale.CreateSecurityGroup{Name: "egoscale-machine"})
	vm := request[*egoscale.VirtualMachine](t, cs, &egoscale.DeployVirtualMachine{
		Name:              "egoscale-has",
		ServiceOfferingID: p.offering,
		TemplateID:        p.template,
		ZoneID:            p.zone,
		KeyPair:           key.Name,
		AffinityGroupIDs:  []egoscale.UUID{*apart.ID},
		SecurityGroupIDs:  []egoscale.UUID{*group.ID},
	})
	err := cs.BooleanRequest(&egoscale.CreateTags{
		ResourceIDs:  []egoscale.UUID{*vm.ID},
		ResourceType: vm.ResourceType(),
		Tags:         []egoscale.ResourceTag{{Key: "role", Value: "web"}},
	})
	if err != nil {
		t.Fatalf("tag the machine: %v", err)
	}
	got := machine(t, cs, vm.ID)
	if got.KeyPair != key.Name {
		t.Errorf("its key is %q, want %q", got.KeyPair, key.Name)
	}
	if len(got.AffinityGroup) != 1 || got.AffinityGroup[0].Name != "egoscale-apart" {
		t.Errorf("its affinity groups are %+v", got.AffinityGroup)
	}
	if len(got.SecurityGroup) != 1 || got.SecurityGroup[0].Name != "egoscale-machine" {
		t.Errorf("its security groups are %+v", got.SecurityGroup)
	}
	if len(got.Tags) != 1 || got.Tags[0].Key != "role" || got.Tags[0].Value != "web" {
		t.Errorf("its tags are %+v", got.Tags)
	}
	if err := cs.Delete(vm); err != nil {
		t.Errorf("destroy the machine: %v", err)
	}
	if err := cs.Get(&egoscale.VirtualMachine{ID: vm.ID}); err == nil {
		t.Error("a destroyed machine is still listed to its owner")
	}
	if err := cs.Delete(apart); err != nil {
		t.Errorf("delete the affinity group: %v", err)
	}
}

// after deletes something when the test is over.
func after(t *testing.T, cs *egoscale.Client, it egoscale.Deletable) {
	t.Cleanup(func() {
		if err := cs.Delete(it); err != nil {
			t.Errorf("delete %T: %v", it, err)
		}
	})
}
