package cloudstack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// resourceCase is the contract of List and Get for one resource.
type resourceCase interface {
	check(t *testing.T)
}

// byExample proves it for a resource: the command, its answer's key, and an
// example with what the server must be asked for.
type byExample[T cloudstack.Filterer[T]] struct {
	command, key string
	like         T
	asked        string // the parameter that narrows the list, as name=value
	item         obj    // what the server lists that fits
	other        obj    // what it lists beside that, although it doesn't fit
}

func (b byExample[T]) check(t *testing.T) {
	t.Run(b.command, func(t *testing.T) {
		served := func(items ...any) (*fake, *cloudstack.Client) {
			f := newFake(t)
			f.on(b.command, func(c call) reply { return paged(c.command, b.key, items, c) })
			return f, f.client()
		}
		f, c := served(b.item, b.other)
		if _, err := cloudstack.Get(t.Context(), c, b.like); err != nil {
			t.Errorf("one that fits: %v", err)
		}
		name, value, _ := strings.Cut(b.asked, "=")
		if got := f.log()[0].params[name]; got != value {
			t.Errorf("the server was asked for %s=%q, want %q", name, got, value)
		}
		list, err := cloudstack.Collect(cloudstack.List(t.Context(), c, b.like))
		if err != nil || len(list) != 1 {
			t.Errorf("%d fit (%v), want 1", len(list), err)
		}
		_, c = served(b.other)
		if _, err := cloudstack.Get(t.Context(), c, b.like); !errors.Is(err, cloudstack.ErrNotFound) {
			t.Errorf("none that fits: %v", err)
		}
		_, c = served(b.item, b.item)
		if _, err := cloudstack.Get(t.Context(), c, b.like); !errors.Is(err, cloudstack.ErrAmbiguous) {
			t.Errorf("two that fit: %v", err)
		}
		unknown := newFake(t)
		unknown.on(b.command, func(c call) reply {
			return fail(c.command, 431, 9999, "Invalid parameter id value=x due to incorrect long value format, or entity does not exist")
		})
		if _, err := cloudstack.Get(t.Context(), unknown.client(), b.like); !errors.Is(err, cloudstack.ErrNotFound) {
			t.Errorf("an unknown id: %v", err)
		}
	})
}

func everyResourceByExample(t *testing.T) {
	named := func(key string) (item, other obj) { return obj{"id": "1", key: "x"}, obj{"id": "2", key: "xy"} }
	n, m := named("name")
	for _, c := range []resourceCase{
		byExample[cloudstack.Account]{"listAccounts", "account", cloudstack.Account{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.AffinityGroup]{"listAffinityGroups", "affinitygroup", cloudstack.AffinityGroup{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.DiskOffering]{"listDiskOfferings", "diskoffering", cloudstack.DiskOffering{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.InstanceGroup]{"listInstanceGroups", "instancegroup", cloudstack.InstanceGroup{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.Network]{"listNetworks", "network", cloudstack.Network{Name: "x"}, "keyword=x", n, m},
		byExample[cloudstack.NetworkOffering]{"listNetworkOfferings", "networkoffering", cloudstack.NetworkOffering{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.Nic]{"listNics", "nic", cloudstack.Nic{VirtualMachineID: "vm", ID: "1"}, "virtualmachineid=vm", n, m},
		byExample[cloudstack.Project]{"listProjects", "project", cloudstack.Project{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.PublicIPAddress]{"listPublicIpAddresses", "publicipaddress", cloudstack.PublicIPAddress{IPAddress: "192.0.2.1", IsElastic: true}, "iselastic=true",
			obj{"id": "1", "ipaddress": "192.0.2.1", "iselastic": true}, obj{"id": "2", "ipaddress": "192.0.2.1"}},
		byExample[cloudstack.SecurityGroup]{"listSecurityGroups", "securitygroup", cloudstack.SecurityGroup{Name: "x"}, "securitygroupname=x", n, obj{"id": "2", "name": "X"}},
		byExample[cloudstack.ServiceOffering]{"listServiceOfferings", "serviceoffering", cloudstack.ServiceOffering{Name: "x"}, "name=x", n, m},
		byExample[cloudstack.Snapshot]{"listSnapshots", "snapshot", cloudstack.Snapshot{VolumeID: "v"}, "volumeid=v", obj{"volumeid": "v"}, obj{"volumeid": "w"}},
		byExample[cloudstack.SSHKeyPair]{"listSSHKeyPairs", "sshkeypair", cloudstack.SSHKeyPair{Fingerprint: "aa:bb"}, "fingerprint=aa:bb", obj{"fingerprint": "aa:bb"}, obj{"fingerprint": "cc"}},
		byExample[cloudstack.Template]{"listTemplates", "template", cloudstack.Template{Name: "x"}, "templatefilter=executable", n, m},
		byExample[cloudstack.Template]{"listTemplates", "template", cloudstack.Template{IsFeatured: true}, "templatefilter=featured", obj{"isfeatured": true}, obj{"isfeatured": false}},
		byExample[cloudstack.User]{"listUsers", "user", cloudstack.User{Username: "x"}, "username=x", obj{"username": "x"}, obj{"username": "y"}},
		byExample[cloudstack.VirtualMachine]{"listVirtualMachines", "virtualmachine", cloudstack.VirtualMachine{Name: "x", ZoneID: "z"}, "zoneid=z", obj{"name": "x", "zoneid": "z"}, obj{"name": "X", "zoneid": "z"}},
		byExample[cloudstack.Volume]{"listVolumes", "volume", cloudstack.Volume{ID: "1"}, "id=1", n, m},
		byExample[cloudstack.Zone]{"listZones", "zone", cloudstack.Zone{Name: "x"}, "name=x", n, m},
	} {
		c.check(t)
	}
}

func listsOfAnyLength(t *testing.T) {
	const size = 50
	for n, calls := range map[int]int{0: 1, 1: 1, size - 1: 1, size: 2, size + 1: 2, 2 * size: 2, 120: 3} {
		f := newFake(t)
		var all []any
		for i := range n {
			all = append(all, obj{"id": fmt.Sprint(i), "name": fmt.Sprint("sg-", i)})
		}
		f.on("listSecurityGroups", func(c call) reply { return paged(c.command, "securitygroup", all, c) })
		got, err := cloudstack.Collect(cloudstack.All(t.Context(), f.client(cloudstack.WithPageSize(size)), cloudstack.ListSecurityGroups{}))
		if err != nil || len(got) != n {
			t.Errorf("%d groups: %d, %v", n, len(got), err)
		}
		for i, g := range got {
			if g.ID != cloudstack.ID(fmt.Sprint(i)) {
				t.Errorf("%d groups: number %d is %s", n, i, g.ID)
				break
			}
		}
		if len(f.log()) != calls {
			t.Errorf("%d groups: %d calls, want %d", n, len(f.log()), calls)
		}
		for i, c := range f.log() {
			if c.params["page"] != fmt.Sprint(i+1) || c.params["pagesize"] != "50" {
				t.Errorf("%d groups: call %d has %v", n, i+1, c.params)
			}
		}
	}
}

func gotByName(t *testing.T) {
	cloud := newCloud(t)
	c := cloud.client()
	newGroup(t, c, "lb")
	g, err := cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{Name: "lb"})
	if err != nil || g.ID == "" || g.Description != "about lb" || g.Account != "plain" {
		t.Errorf("%+v, %v", g, err)
	}
	for _, name := range []string{"LB", "l", "lb2"} {
		if _, err := cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{Name: name}); !errors.Is(err, cloudstack.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{ID: "sg-none"}); !errors.Is(err, cloudstack.ErrNotFound) {
		t.Errorf("an id that is none: %v", err)
	}
	newGroup(t, c, "db")
	_, err = cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{Account: "plain"})
	if a, ok := errors.AsType[*cloudstack.AmbiguousError](err); !ok || a.Matches != 2 || !errors.Is(err, cloudstack.ErrAmbiguous) {
		t.Errorf("two that match: %v", err)
	}
}

func gotIsDeleted(t *testing.T) {
	cloud := newCloud(t)
	c := cloud.client()
	newGroup(t, c, "lb")
	g, err := cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{Name: "lb"})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloudstack.Delete(t.Context(), c, g); err != nil {
		t.Fatal(err)
	}
	if p := callsOf(cloud.fake, "deleteSecurityGroup")[0].params; p["id"] != string(g.ID) || p["name"] != "" {
		t.Errorf("deleted by %v, want by id alone", p)
	}
	newGroup(t, c, "used")
	if err := cloudstack.Delete(t.Context(), c, cloudstack.SecurityGroup{Name: "used"}); !errors.Is(err, cloudstack.ErrInUse) {
		t.Errorf("one in use: %v", err)
	}
	before := len(cloud.log())
	for _, nameless := range []cloudstack.Deleter{cloudstack.SecurityGroup{}, cloudstack.AffinityGroup{}, cloudstack.SSHKeyPair{}, cloudstack.VirtualMachine{}, cloudstack.PublicIPAddress{}} {
		if err := cloudstack.Delete(t.Context(), c, nameless); !errors.Is(err, cloudstack.ErrInvalid) {
			t.Errorf("%T without id and name: %v", nameless, err)
		}
	}
	if len(cloud.log()) != before {
		t.Error("a deletion of nothing was sent")
	}
	deletesEach(t)
}

// deletesEach proves how each resource is deleted.
func deletesEach(t *testing.T) {
	for _, c := range []struct {
		r       cloudstack.Deleter
		command string
		param   string
		async   bool
	}{
		{cloudstack.SecurityGroup{Name: "x"}, "deleteSecurityGroup", "name", false},
		{cloudstack.AffinityGroup{ID: "x"}, "deleteAffinityGroup", "id", true},
		{cloudstack.AffinityGroup{Name: "x"}, "deleteAffinityGroup", "name", true},
		{cloudstack.SSHKeyPair{Name: "x"}, "deleteSSHKeyPair", "name", false},
		{cloudstack.VirtualMachine{ID: "x"}, "destroyVirtualMachine", "id", true},
		{cloudstack.PublicIPAddress{ID: "x"}, "disassociateIpAddress", "id", true},
	} {
		f := newFake(t)
		jobs := f.withJobs()
		f.on(c.command, func(call call) reply {
			if c.async {
				return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"success": true})})
			}
			return ok(c.command, obj{"success": true})
		})
		if err := cloudstack.Delete(context.Background(), f.client(), c.r); err != nil {
			t.Errorf("%T: %v", c.r, err)
		}
		if got := f.log()[0]; got.command != c.command || got.params[c.param] != "x" || len(got.params) != 1 {
			t.Errorf("%T: sent %s %v", c.r, got.command, got.params)
		}
	}
}
