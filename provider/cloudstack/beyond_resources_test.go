package cloudstack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

var beyondResources = []proof{
	{"T19", "ids, ranges, addresses and hardware addresses are types", valueTypes},
	{"T20", "tags are created, deleted and listed", tags},
	{"T21", "affinity groups live, and a machine leaves all of them", affinityGroups},
	{"T22", "key pairs are created and registered, the private key comes once", keyPairs},
	{"T23", "a machine's whole life", machineLife},
	{"T24", "interfaces and their further addresses", interfaces},
	{"T25", "user data is encoded once", userData},
	{"T26", "reverse DNS, where the cloud has it", reverseDNS},
	{"T27", "volumes, snapshots, templates and systems", storage},
	{"T28", "networks and offerings", networks},
	{"T29", "accounts, users, keys, limits, events, hosts, groups of machines, details, jobs", everythingElse},
}

// golden is one recorded exchange by the name of its file.
func golden(t *testing.T, name string) exchange {
	t.Helper()
	for _, x := range goldens(t) {
		if x.source == name+".json" {
			return x
		}
	}
	t.Fatalf("no recorded exchange %s", name)
	return exchange{}
}

// replay answers a command as it was recorded, its job included.
func (f *fake) replay(t *testing.T, names ...string) *fake {
	for _, name := range names {
		x := golden(t, name)
		f.on(x.cmd, func(call) reply { return reply{status: x.status, body: x.body} })
		if x.job != nil {
			id := fmt.Sprint(inside(x.body)["jobid"])
			f.mu.Lock()
			old := f.handlers["queryAsyncJobResult"]
			f.mu.Unlock()
			f.on("queryAsyncJobResult", func(c call) reply {
				if c.params["jobid"] == id {
					return reply{body: x.job}
				}
				return old(c)
			})
		}
	}
	return f
}

func valueTypes(t *testing.T) {
	for id, is := range map[cloudstack.ID]bool{"5361a11b-615c-42bf-9bdb-e2c3790ada14": true, "5361A11B-615C-42BF-9BDB-E2C3790ADA14": true, "": false, "7": false, "5361a11b-615c-42bf-9bdb-e2c3790ada1g": false, "5361a11b0615c-42bf-9bdb-e2c3790ada14": false} {
		if id.IsUUID() != is {
			t.Errorf("IsUUID of %q is %v", id, !is)
		}
	}
	for text, want := range map[string]cloudstack.CIDR{"10.1.2.3/8": "10.0.0.0/8", "10.0.0.0/8": "10.0.0.0/8", "2001:DB8::1/32": "2001:db8::/32", "0.0.0.0/0": "0.0.0.0/0"} {
		got, err := cloudstack.ParseCIDR(text)
		if err != nil || got != want {
			t.Errorf("ParseCIDR(%q) is %q, %v", text, got, err)
		}
		if p, err := cloudstack.CIDR(text).Prefix(); err != nil || p.String() != string(want) {
			t.Errorf("the prefix of %q is %v, %v", text, p, err)
		}
	}
	for _, bad := range []string{"", "10.0.0.1", "10.0.0.0/33", "x/8"} {
		if _, err := cloudstack.ParseCIDR(bad); err == nil {
			t.Errorf("%q passes for a CIDR", bad)
		}
		if _, err := cloudstack.CIDR(bad).Prefix(); err == nil {
			t.Errorf("%q has a prefix", bad)
		}
	}
	if a, err := cloudstack.IP("2001:DB8::1").Addr(); err != nil || a.String() != "2001:db8::1" {
		t.Errorf("%v, %v", a, err)
	}
	if m, err := cloudstack.MAC("1E-01-5E-00-00-11").HardwareAddr(); err != nil || m.String() != "1e:01:5e:00:00:11" {
		t.Errorf("%v, %v", m, err)
	}
	_, e1 := cloudstack.IP("10.0.0").Addr()
	_, e2 := cloudstack.MAC("1e:01").HardwareAddr()
	_, e3 := cloudstack.MAC("1e:01:5e:00:00:11:22:33").HardwareAddr()
	if e1 == nil || e2 == nil || e3 == nil {
		t.Errorf("malformed addresses pass: %v, %v, %v", e1, e2, e3)
	}
	type values struct {
		ID   cloudstack.ID
		CIDR cloudstack.CIDR
		IP   cloudstack.IP
		MAC  cloudstack.MAC
	}
	const text = `{"ID":"7","CIDR":"10.0.0.0/8","IP":"2001:db8::1","MAC":"1e:01:5e:00:00:11"}`
	var back values
	if err := json.Unmarshal([]byte(text), &back); err != nil || back != (values{"7", "10.0.0.0/8", "2001:db8::1", "1e:01:5e:00:00:11"}) {
		t.Errorf("from JSON: %+v, %v", back, err)
	}
	if raw, err := json.Marshal(back); err != nil || string(raw) != text {
		t.Errorf("as JSON: %s, %v", raw, err)
	}
	var nic cloudstack.Nic
	v, err := cloudstack.Parse([]byte(`{"id":12,"ipaddress":"10.0.0.1","macaddress":"1e:01:5e:00:00:11","ip6cidr":"::/0","networkid":"","mtu":"1500"}`))
	if err != nil || cloudstack.Decode(v, &nic) != nil || nic.ID != "12" || nic.IPAddress != "10.0.0.1" || nic.NetworkID != "" || nic.MACAddress != "1e:01:5e:00:00:11" {
		t.Errorf("decoded as %+v, %v", nic, err)
	}
}

func tags(t *testing.T) {
	f := newFake(t).replay(t, "createTags_vm", "deleteTags_vm_keyvalue", "listTags_vm")
	c := f.client()
	create := cloudstack.CreateTags{ResourceType: "UserVm", ResourceIDs: []cloudstack.ID{"a", "b"}, Tags: []cloudstack.Tag{{Key: "env", Value: "prod"}, {Key: "role", Value: "web server/ü+*"}}}
	if err := cloudstack.Exec(t.Context(), c, create); err != nil {
		t.Error(err)
	}
	want := map[string]string{"resourcetype": "UserVm", "resourceids": "a,b", "tags[0].key": "env", "tags[0].value": "prod", "tags[1].key": "role", "tags[1].value": "web server/ü+*"}
	if diff := cmp.Diff(want, callsOf(f, "createTags")[0].params); diff != "" {
		t.Error(diff)
	}
	if err := cloudstack.Exec(t.Context(), c, cloudstack.DeleteTags{ResourceType: "UserVm", ResourceIDs: []cloudstack.ID{"a"}, Tags: []cloudstack.TagMatch{{Key: "env", Value: "prod"}, {Key: "role"}}}); err != nil {
		t.Error(err)
	}
	if p := callsOf(f, "deleteTags")[0].params; p["tags[0].value"] != "prod" || len(p) != 5 {
		t.Errorf("deleteTags sent %v", p)
	}
	for _, none := range [][]cloudstack.TagMatch{nil, {}, {{Value: "v"}}} {
		err := cloudstack.Exec(t.Context(), c, cloudstack.DeleteTags{ResourceType: "UserVm", ResourceIDs: []cloudstack.ID{"a"}, Tags: none})
		if !errors.Is(err, cloudstack.ErrInvalid) || len(callsOf(f, "deleteTags")) != 1 {
			t.Errorf("deleting all tags: %v", err)
		}
	}
	for _, taggable := range []string{"PublicIpAddress", "Network", "Snapshot", "Template", "UserVm", "Volume", "SecurityGroup"} {
		on := cloudstack.CreateTags{ResourceType: taggable, ResourceIDs: []cloudstack.ID{"a"}, Tags: []cloudstack.Tag{{Key: "k", Value: "v"}}}
		off := cloudstack.DeleteTags{ResourceType: taggable, ResourceIDs: []cloudstack.ID{"a"}, Tags: []cloudstack.TagMatch{{Key: "k"}}}
		if err := errors.Join(cloudstack.Exec(t.Context(), c, on), cloudstack.Exec(t.Context(), c, off)); err != nil {
			t.Errorf("%s: %v", taggable, err)
		}
		for _, command := range []string{"createTags", "deleteTags"} {
			sent := callsOf(f, command)
			if got := sent[len(sent)-1].params["resourcetype"]; got != taggable {
				t.Errorf("%s for a %s was sent with %s", command, taggable, got)
			}
		}
	}
	all, err := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListTags{ResourceType: "UserVm"}))
	if err != nil || len(all) == 0 || all[0].Key == "" || all[0].ResourceType != "UserVm" || all[0].ResourceID == "" {
		t.Errorf("%+v, %v", all, err)
	}
	for name, class := range map[string]error{"createTags_vm_duplicate_same_value": cloudstack.ErrExists, "createTags_emptyvalue": cloudstack.ErrInvalid, "deleteTags_vm_wrongvalue": cloudstack.ErrNotFound} {
		x := golden(t, name)
		f := newFake(t).replay(t, name)
		var err error
		if x.cmd == "createTags" {
			err = cloudstack.Exec(t.Context(), f.client(), create)
		} else {
			err = cloudstack.Exec(t.Context(), f.client(), cloudstack.DeleteTags{ResourceType: "UserVm", ResourceIDs: []cloudstack.ID{"a"}, Tags: []cloudstack.TagMatch{{Key: "k"}}})
		}
		if !errors.Is(err, class) || !errors.Is(err, cloudstack.ErrJobFailed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func affinityGroups(t *testing.T) {
	f := newFake(t).replay(t, "createAffinityGroup", "listAffinityGroups", "listAffinityGroupTypes", "updateVMAffinityGroup_empty")
	jobs := f.withJobsBeside()
	f.on("deleteAffinityGroup", func(c call) reply { return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"success": true})}) })
	c := f.client()
	g, e1 := cloudstack.Call(t.Context(), c, cloudstack.CreateAffinityGroup{Name: "ag1", Type: "host anti-affinity"})
	list, e2 := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListAffinityGroups{}))
	types, e3 := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListAffinityGroupTypes{}))
	vm, e4 := cloudstack.Call(t.Context(), c, cloudstack.UpdateVMAffinityGroup{ID: "vm", AffinityGroupIDs: []cloudstack.ID{}})
	e5 := cloudstack.Delete(t.Context(), c, g)
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		t.Fatal(err)
	}
	if g.Name != "ag1" || len(list) == 0 || len(types) < 2 || types[0].Type == "" || vm.ID == "" || len(vm.AffinityGroups) != 0 {
		t.Errorf("%+v, %d listed, types %v, machine %+v", g, len(list), types, vm.AffinityGroups)
	}
	if sent := callsOf(f, "updateVMAffinityGroup")[0].all; !sent.Has("affinitygroupids") || sent.Get("affinitygroupids") != "" {
		t.Error("no empty list is sent to leave all groups")
	}
	if p := callsOf(f, "listAffinityGroupTypes")[0].params; golden(t, "listAffinityGroupTypes").params["page"] == "" && len(p) != 2 {
		t.Errorf("the types were asked for with %v", p)
	}
	_, err := cloudstack.Call(t.Context(), c, cloudstack.UpdateVMAffinityGroup{ID: "vm", AffinityGroupIDs: []cloudstack.ID{"a"}, AffinityGroupNames: []string{"b"}})
	if !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("ids and names: %v", err)
	}
}

// withJobsBeside adds jobs of a test's own to those that are replayed.
func (f *fake) withJobsBeside() *jobs {
	f.mu.Lock()
	replayed := f.handlers["queryAsyncJobResult"]
	f.mu.Unlock()
	j := f.withJobs()
	f.on("queryAsyncJobResult", func(c call) reply {
		if r := j.query(c.params["jobid"]); r.status == 200 {
			return r
		}
		return replayed(c)
	})
	return j
}

func reverseDNS(t *testing.T) {
	f := newFake(t)
	entry := obj{"id": "ip-1", "reversedns": []any{obj{"domainname": "www.example.org.", "ipaddress": "192.0.2.1"}}}
	for _, command := range []string{"queryReverseDnsForPublicIpAddress", "updateReverseDnsForPublicIpAddress"} {
		f.answer(command, obj{"publicipaddress": entry})
	}
	for _, command := range []string{"queryReverseDnsForVirtualMachine", "updateReverseDnsForVirtualMachine"} {
		f.answer(command, obj{"virtualmachine": entry})
	}
	f.answer("deleteReverseDnsFromPublicIpAddress", obj{"success": true})
	f.answer("deleteReverseDnsFromVirtualMachine", obj{"success": true})
	c, ctx := f.client(), t.Context()
	a, e1 := cloudstack.Call(ctx, c, cloudstack.QueryReverseDNSForPublicIPAddress{ID: "ip-1"})
	b, e2 := cloudstack.Call(ctx, c, cloudstack.UpdateReverseDNSForPublicIPAddress{ID: "ip-1", DomainName: "www.example.org."})
	d, e3 := cloudstack.Call(ctx, c, cloudstack.QueryReverseDNSForVirtualMachine{ID: "vm-1"})
	e, e4 := cloudstack.Call(ctx, c, cloudstack.UpdateReverseDNSForVirtualMachine{ID: "vm-1", DomainName: "www.example.org."})
	e5 := cloudstack.Exec(ctx, c, cloudstack.DeleteReverseDNSFromPublicIPAddress{ID: "ip-1"})
	e6 := cloudstack.Exec(ctx, c, cloudstack.DeleteReverseDNSFromVirtualMachine{ID: "vm-1"})
	if err := errors.Join(e1, e2, e3, e4, e5, e6); err != nil {
		t.Fatal(err)
	}
	for i, r := range []cloudstack.ReverseDNS{a, b, d, e} {
		if len(r.ReverseDNS) != 1 || r.ReverseDNS[0].DomainName != "www.example.org." || r.ReverseDNS[0].IPAddress != "192.0.2.1" {
			t.Errorf("answer %d is %+v", i+1, r)
		}
	}
	if recordedCatalog(t).Has("queryReverseDnsForPublicIpAddress") {
		t.Error("Apache's server has reverse DNS")
	}
}

func storage(t *testing.T) {
	f := newFake(t).replay(t, "listVolumes", "listTemplates_executable")
	jobs := f.withJobs()
	f.on("resizeVolume", func(c call) reply {
		return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"volume": obj{"id": "v", "size": 10737418240}})})
	})
	f.on("createSnapshot", func(c call) reply {
		return ok(c.command, obj{"id": "s", "jobid": jobs.add("", 0, 1, obj{"snapshot": obj{"id": "s", "state": "BackedUp"}})})
	})
	f.on("deleteSnapshot", func(c call) reply { return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"success": true})}) })
	f.answer("listOsCategories", obj{"count": 1, "oscategory": []any{obj{"id": "c", "name": "Debian"}}})
	c, ctx := f.client(), t.Context()
	volumes, e1 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListVolumes{}))
	templates, e2 := cloudstack.Collect(cloudstack.List(ctx, c, cloudstack.Template{}))
	grown, e3 := cloudstack.Call(ctx, c, cloudstack.ResizeVolume{ID: "v", Size: cloudstack.Some(10)})
	snapshot, e4 := cloudstack.Call(ctx, c, cloudstack.CreateSnapshot{VolumeID: "v", Tags: []cloudstack.Tag{{Key: "k", Value: "v"}}})
	e5 := cloudstack.Exec(ctx, c, cloudstack.DeleteSnapshot{ID: "s"})
	systems, e6 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListOSCategories{}))
	if err := errors.Join(e1, e2, e3, e4, e5, e6); err != nil {
		t.Fatal(err)
	}
	if len(volumes) == 0 || volumes[0].Size == 0 || volumes[0].Type == "" || len(templates) == 0 || !templates[0].IsReady || grown.Size != 10<<30 || snapshot.State != "BackedUp" || systems[0].Name != "Debian" {
		t.Errorf("%d volumes, %d templates, %+v, %+v, %v", len(volumes), len(templates), grown.Size, snapshot, systems)
	}
	if p := callsOf(f, "listTemplates")[0].params; p["templatefilter"] != "executable" {
		t.Errorf("templates by example were asked for with %v", p)
	}
	if _, err := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListTemplates{})); !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("templates without a filter: %v", err)
	}
}

func networks(t *testing.T) {
	f := newFake(t).replay(t, "listNetworks", "listNetworkOfferings", "listServiceOfferings", "listDiskOfferings", "createNetwork")
	c, ctx := f.client(), t.Context()
	nets, e1 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListNetworks{}))
	offerings, e2 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListNetworkOfferings{}))
	sizes, e3 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListServiceOfferings{}))
	disks, e4 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListDiskOfferings{}))
	made, e5 := cloudstack.Call(ctx, c, cloudstack.CreateNetwork{Name: "n", NetworkOfferingID: "o", ZoneID: "z", StartIP: "10.0.0.10", EndIP: "10.0.0.20", Netmask: "255.255.255.0", Gateway: "10.0.0.1"})
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		t.Fatal(err)
	}
	if len(nets) == 0 || nets[0].ID == "" || len(nets[0].Services) == 0 || len(offerings) == 0 || len(offerings[0].Services) == 0 || len(sizes) == 0 || len(disks) == 0 || made.ID == "" {
		t.Errorf("%d networks, %d offerings, %d sizes, %d disks, %+v", len(nets), len(offerings), len(sizes), len(disks), made.ID)
	}
	want := map[string]string{"name": "n", "networkofferingid": "o", "zoneid": "z", "startip": "10.0.0.10", "endip": "10.0.0.20", "netmask": "255.255.255.0", "gateway": "10.0.0.1"}
	if diff := cmp.Diff(want, callsOf(f, "createNetwork")[0].params); diff != "" {
		t.Error(diff)
	}
	if _, err := cloudstack.Get(ctx, c, cloudstack.Network{Name: string(nets[0].Name[:len(nets[0].Name)-1])}); !errors.Is(err, cloudstack.ErrNotFound) {
		t.Errorf("a part of a name is taken for the name: %v", err)
	}
	if got, err := cloudstack.Get(ctx, c, cloudstack.Network{ID: nets[0].ID, Name: nets[0].Name}); err != nil || got.ID != nets[0].ID {
		t.Errorf("by its name: %v", err)
	}
}

func everythingElse(t *testing.T) {
	f := newFake(t).replay(t, "listAccounts", "listUsers", "listResourceLimits", "getApiLimit", "listEvents", "listEventTypes", "listAsyncJobs_pending", "listCapabilities")
	f.answer("listHosts", obj{"count": 1, "host": []any{obj{"id": "h", "name": "kvm1", "memorytotal": 8589934592}}})
	f.answer("updateHost", obj{"host": obj{"id": "h"}})
	f.answer("listInstanceGroups", obj{"count": 1, "instancegroup": []any{obj{"id": "g", "name": "all"}}})
	f.answer("createInstanceGroup", obj{"instancegroup": obj{"id": "g"}})
	f.answer("deleteInstanceGroup", obj{"success": true})
	f.answer("listResourceDetails", obj{"count": 1, "resourcedetail": []any{obj{"key": "k", "value": "v"}}})
	f.answer("registerUserKeys", obj{"userkeys": obj{"apikey": "k", "secretkey": "s"}})
	f.answer("createUser", obj{"user": obj{"id": "u", "username": "jane"}})
	f.answer("deleteUser", obj{"success": "true"})
	f.answer("enableAccount", obj{"account": obj{"id": "a", "state": "enabled"}})
	f.answer("updateResourceLimit", obj{"resourcelimit": obj{"resourcetype": "0", "max": 20}})
	c, ctx := f.client(), t.Context()
	accounts, e1 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListAccounts{}))
	users, e2 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListUsers{}))
	limits, e3 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListResourceLimits{}))
	calls, e4 := cloudstack.Call(ctx, c, cloudstack.GetAPILimit{})
	events, e5 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListEvents{}))
	types, e6 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListEventTypes{}))
	jobs, e7 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListAsyncJobs{}))
	server, e8 := cloudstack.Call(ctx, c, cloudstack.ListCapabilities{})
	hosts, e9 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListHosts{}))
	_, e10 := cloudstack.Call(ctx, c, cloudstack.UpdateHost{ID: "h", HostTags: []string{"a", "b"}})
	groups, e11 := cloudstack.Collect(cloudstack.List(ctx, c, cloudstack.InstanceGroup{Name: "all"}))
	_, e12 := cloudstack.Call(ctx, c, cloudstack.CreateInstanceGroup{Name: "all"})
	e13 := cloudstack.Exec(ctx, c, cloudstack.DeleteInstanceGroup{ID: "g"})
	details, e14 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListResourceDetails{ResourceType: "UserVm"}))
	keys, e15 := cloudstack.Call(ctx, c, cloudstack.RegisterUserKeys{ID: "u"})
	user, e16 := cloudstack.Call(ctx, c, cloudstack.CreateUser{Account: "a", Email: "e", FirstName: "f", LastName: "l", Username: "jane", Password: "p"})
	e17 := cloudstack.Exec(ctx, c, cloudstack.DeleteUser{ID: "u"})
	account, e18 := cloudstack.Call(ctx, c, cloudstack.EnableAccount{ID: "a"})
	limit, e19 := cloudstack.Call(ctx, c, cloudstack.UpdateResourceLimit{ResourceType: 0, Max: cloudstack.Some(20)})
	if err := errors.Join(e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14, e15, e16, e17, e18, e19); err != nil {
		t.Fatal(err)
	}
	for what, good := range map[string]bool{
		"accounts": len(accounts) == 1 && accounts[0].Name == "plain" && len(accounts[0].Users) > 0,
		"users":    len(users) > 0 && users[0].Username == "plain",
		"limits":   len(limits) > 10 && limits[0].ResourceTypeName != "" && limits[len(limits)-1].Max == -1,
		"calls":    calls.APIAllowed == 6 && calls.APIIssued == 4 && calls.ExpireAfter == 4851,
		"events":   len(events) > 0 && events[0].Type != "" && !events[0].Created.IsZero(),
		"types":    len(types) > 50 && types[0].Name != "",
		"jobs":     len(jobs) > 0 && jobs[0].ID != "" && jobs[0].Status == cloudstack.Pending && !jobs[0].Done(),
		"server":   strings.HasPrefix(server.CloudstackVersion, "4.23") && !server.AllowUserExpungeRecoverVM,
		"hosts":    hosts[0].MemoryTotal == 8<<30 && callsOf(f, "updateHost")[0].params["hosttags"] == "a,b",
		"groups":   len(groups) == 1,
		"details":  reflect.DeepEqual(details[0], cloudstack.ResourceDetail{Key: "k", Value: "v"}),
		"keys":     keys.SecretKey.Reveal() == "s" && keys.APIKey.Reveal() == "k",
		"user":     user.Username == "jane" && account.State == "enabled" && limit.Max == 20,
	} {
		if !good {
			t.Errorf("%s are not as they were answered", what)
		}
	}
}
