package egoscale

import (
	"os"
	"testing"
	"time"

	"github.com/exoscale/egoscale"
)

// connect makes a client as egoscale's documentation does.
func connect(t *testing.T) *egoscale.Client {
	t.Helper()
	return egoscale.NewClient(setting(t, "CLOUDSTACK_ENDPOINT"), setting(t, "CLOUDSTACK_KEY"), setting(t, "CLOUDSTACK_SECRET_KEY"))
}

// connectImpatient makes a client that asks for its jobs more often than every other second.
func connectImpatient(t *testing.T) *egoscale.Client {
	t.Helper()
	cs := connect(t)
	cs.RetryStrategy = func(int64) time.Duration { return 5 * time.Millisecond }
	return cs
}

func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set; start `trueup simulator --flavour exoscale` and take it from what that prints", name)
	}
	return value
}

// A place is what a machine is made from: the first zone with security groups, its first template and the smallest offering.
type place struct{ zone, template, offering *egoscale.UUID }

func find(t *testing.T, cs *egoscale.Client) place {
	t.Helper()
	var p place
	for _, x := range list(t, cs, &egoscale.Zone{}) {
		if z := x.(*egoscale.Zone); p.zone == nil && z.SecurityGroupsEnabled != nil && *z.SecurityGroupsEnabled {
			p.zone = z.ID
		}
	}
	for _, x := range list(t, cs, &egoscale.Template{IsFeatured: true, ZoneID: p.zone}) {
		if p.template == nil {
			p.template = x.(*egoscale.Template).ID
		}
	}
	memory := 0
	for _, x := range list(t, cs, &egoscale.ServiceOffering{}) {
		if o := x.(*egoscale.ServiceOffering); !o.IsCustomized && o.HostTags == "" && (memory == 0 || o.Memory < memory) {
			p.offering, memory = o.ID, o.Memory
		}
	}
	if p.zone == nil || p.template == nil || p.offering == nil {
		t.Fatalf("the cloud lacks a zone with security groups (%s), a featured template (%s) or an offering (%s)", p.zone, p.template, p.offering)
	}
	return p
}

func list(t *testing.T, cs *egoscale.Client, like egoscale.Listable) []any {
	t.Helper()
	found, err := cs.List(like)
	if err != nil {
		t.Fatalf("list %T: %v", like, err)
	}
	return found
}

// request performs a command that must succeed and returns its answer.
func request[R any](t *testing.T, cs *egoscale.Client, command egoscale.Command) R {
	t.Helper()
	answer, err := cs.Request(command)
	if err != nil {
		t.Fatalf("%s: %v", cs.APIName(command), err)
	}
	r, ok := answer.(R)
	if !ok {
		t.Fatalf("%s answered %T", cs.APIName(command), answer)
	}
	return r
}

// deploy makes a machine and destroys it when the test is over.
func deploy(t *testing.T, cs *egoscale.Client, req *egoscale.DeployVirtualMachine) *egoscale.VirtualMachine {
	t.Helper()
	vm := request[*egoscale.VirtualMachine](t, cs, req)
	destroyAfter(t, vm)
	return vm
}

func destroyAfter(t *testing.T, vm *egoscale.VirtualMachine) {
	t.Cleanup(func() {
		if err := connectImpatient(t).Delete(vm); err != nil {
			t.Errorf("destroy %s: %v", vm.Name, err)
		}
	})
}

// machine reads a machine by its id.
func machine(t *testing.T, cs *egoscale.Client, id *egoscale.UUID) *egoscale.VirtualMachine {
	t.Helper()
	vm := &egoscale.VirtualMachine{ID: id}
	if err := cs.Get(vm); err != nil {
		t.Fatalf("get machine %s: %v", id, err)
	}
	return vm
}
