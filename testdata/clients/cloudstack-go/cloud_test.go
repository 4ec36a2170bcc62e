package cloudstackgo

import (
	"os"
	"testing"

	"github.com/apache/cloudstack-go/v2/cloudstack"
)

// connect makes a client that waits for jobs.
func connect(t *testing.T) *cloudstack.CloudStackClient {
	t.Helper()
	return cloudstack.NewAsyncClient(setting(t, "CLOUDSTACK_ENDPOINT"), setting(t, "CLOUDSTACK_KEY"), setting(t, "CLOUDSTACK_SECRET_KEY"), true)
}

func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set; start `trueup simulator` and take it from what that prints", name)
	}
	return value
}

// must returns the answer of a call that has to succeed.
func must[T any](answer T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// found returns what one of the client's helpers finds by name or id; their second result is a count.
func found[T any](answer T, count int, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil || count != 1 {
			t.Fatalf("found %d, %v, want one", count, err)
		}
		return answer
	}
}

// zones returns the zone with security groups and the one with isolated networks.
func zones(t *testing.T, cs *cloudstack.CloudStackClient) (grouped, isolated string) {
	t.Helper()
	for _, z := range must(cs.Zone.ListZones(cs.Zone.NewListZonesParams()))(t).Zones {
		if z.Securitygroupsenabled {
			grouped = z.Id
		} else {
			isolated = z.Id
		}
	}
	if grouped == "" || isolated == "" {
		t.Fatalf("the cloud lacks a zone with security groups (%q) or one without (%q)", grouped, isolated)
	}
	return grouped, isolated
}

// tiny prepares the deployment of a small machine.
func tiny(t *testing.T, cs *cloudstack.CloudStackClient, zone, name string) *cloudstack.DeployVirtualMachineParams {
	t.Helper()
	offering := found(cs.ServiceOffering.GetServiceOfferingByName("tiny"))(t)
	templates := must(cs.Template.ListTemplates(cs.Template.NewListTemplatesParams("executable")))(t)
	for _, tpl := range templates.Templates {
		if tpl.Zoneid == zone || tpl.CrossZones {
			p := cs.VirtualMachine.NewDeployVirtualMachineParams(offering.Id, tpl.Id, zone)
			p.SetName(name)
			return p
		}
	}
	t.Fatalf("none of %d templates is in zone %s", templates.Count, zone)
	return nil
}

// destroy destroys a machine when the test is over.
func destroy(t *testing.T, cs *cloudstack.CloudStackClient, id string) {
	t.Cleanup(func() {
		if _, err := cs.VirtualMachine.DestroyVirtualMachine(cs.VirtualMachine.NewDestroyVirtualMachineParams(id)); err != nil {
			t.Errorf("destroy %s: %v", id, err)
		}
	})
}
