package cloudstack_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

var seedDiscovery = []proof{
	{"S21", "all commands of the server are listed, with name and description", catalogLists},
	{"S21b", "the catalogue is that of this server, and may be missing", catalogIsTheServers},
}

var seedGroups = []proof{
	{"S22", "a rule opens a port and its revocation closes it", ruleOpensAndCloses},
	{"S23", "ingress and egress are two commands", twoDirections},
	{"S24", "a group is created with name and description, once", groupIsCreated},
	{"S25", "a rule is authorised with description, group, ranges, protocol and ports, zeros included", ruleIsAuthorised},
	{"S26", "the changed group comes back whole", groupComesBackWhole},
	{"S27", "a group is deleted by a command that only works or doesn't", booleanCommand},
	{"S28", "groups are listed, found and deleted like all resources", everyResourceByExample},
	{"S29", "all groups are listed, whatever their number", listsOfAnyLength},
	{"S30", "a group is got by its name", gotByName},
	{"S31", "the group that was got is deleted", gotIsDeleted},
	{"S32", "the documentation links to CloudStack's on security groups", docLinks("security-groups")},
}

var seedLists = []proof{
	{"S33", "zones are listed", zonesAreListed},
	{"S34", "the two ways of listing give the same", twoWaysOfListing},
}

func catalogLists(t *testing.T) {
	c := recordedCatalog(t)
	var first, n = "", 0
	for api := range c.All() {
		if first >= api.Name {
			t.Fatalf("%s after %s", api.Name, first)
		}
		first = api.Name
		n++
	}
	if n != 358 {
		t.Errorf("%d commands, the recorded server lists 358", n)
	}
	api, ok := c.API("deployvirtualmachine")
	if !ok || !api.Async || !strings.HasPrefix(api.Description, "Creates and automatically starts") {
		t.Errorf("%+v", api)
	}
	var zone cloudstack.APIParam
	for _, p := range api.Params {
		if p.Name == "zoneid" {
			zone = p
		}
	}
	if zone.Type != "uuid" || !zone.Required || zone.Length != 255 || zone.Description == "" {
		t.Errorf("zoneid is %+v", zone)
	}
	since := 0
	for a := range c.All() {
		for _, p := range a.Params {
			if p.Since != "" {
				since++
			}
		}
	}
	if since < 100 {
		t.Errorf("%d parameters say since when they are, the recorded server tells it of hundreds", since)
	}
	nested := false
	for _, f := range api.Response {
		nested = nested || f.Name == "nic" && len(f.Response) > 5
	}
	if !nested {
		t.Error("the fields of an answer's fields are lost")
	}
}

func catalogIsTheServers(t *testing.T) {
	served := newCloud(t)
	c, err := served.client().APIs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !c.Has("listNetworks") || !c.Has("LISTNETWORKS") || c.Has("listVolumes") || !c.Supports("listNetworks", "zoneid") || c.Supports("listNetworks", "vpcid") || c.Supports("listVolumes", "id") {
		t.Error("the catalogue is not the served one")
	}
	served.answer("listApis", obj{"api": []any{obj{"name": "listVolumes"}}})
	if c, err = served.client().APIs(t.Context()); err != nil || c.Has("listNetworks") || !c.Has("listVolumes") {
		t.Errorf("another server's: %v", err)
	}
	without := newFake(t)
	c, err = without.client().APIs(t.Context())
	if !errors.Is(err, cloudstack.ErrAuth) {
		t.Errorf("a server without the plugin: %v", err)
	}
	if !c.Has("anything") || !c.Supports("anything", "x") {
		t.Error("a missing catalogue speaks against a command")
	}
	for range c.All() {
		t.Error("a missing catalogue has a command")
	}
}

func newGroup(t *testing.T, c *cloudstack.Client, name string) cloudstack.SecurityGroup {
	t.Helper()
	g, err := cloudstack.Call(t.Context(), c, cloudstack.CreateSecurityGroup{Name: name, Description: "about " + name})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func ssh(g cloudstack.SecurityGroup, cidrs ...cloudstack.CIDR) cloudstack.AuthorizeSecurityGroupIngress {
	return cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: g.ID, Protocol: "tcp", StartPort: cloudstack.Some(22), EndPort: cloudstack.Some(22), CIDRs: cidrs}
}

func ruleOpensAndCloses(t *testing.T) {
	c := newCloud(t).client()
	g := newGroup(t, c, "lb")
	g, err := cloudstack.Authorize(t.Context(), c, ssh(g, "10.0.0.0/8"))
	if err != nil || len(g.IngressRules) != 1 {
		t.Fatalf("%+v, %v", g, err)
	}
	if r, egress, ok := g.Rule(g.IngressRules[0].RuleID); !ok || egress || r.StartPort != 22 || r.CIDR != "10.0.0.0/8" {
		t.Errorf("the rule is %+v", r)
	}
	if err := cloudstack.Exec(t.Context(), c, cloudstack.RevokeSecurityGroupIngress{ID: g.IngressRules[0].RuleID}); err != nil {
		t.Fatal(err)
	}
	if g, err = cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{ID: g.ID}); err != nil || len(g.IngressRules) != 0 {
		t.Errorf("after the revocation: %+v, %v", g, err)
	}
	err = cloudstack.Exec(t.Context(), c, cloudstack.RevokeSecurityGroupIngress{ID: "rule-gone"})
	if !errors.Is(err, cloudstack.ErrNotFound) {
		t.Errorf("revoking a rule that is gone: %v", err)
	}
}

func twoDirections(t *testing.T) {
	cloud := newCloud(t)
	c := cloud.client()
	g := newGroup(t, c, "lb")
	in, out := ssh(g, "10.0.0.0/8"), cloudstack.AuthorizeSecurityGroupEgress{SecurityGroupID: g.ID, Protocol: "udp", StartPort: cloudstack.Some(53), EndPort: cloudstack.Some(53), CIDRs: []cloudstack.CIDR{"0.0.0.0/0"}}
	_, e1 := cloudstack.Call(t.Context(), c, in)
	_, e2 := cloudstack.Call(t.Context(), c, out) // by value: once this lost its name
	_, e3 := cloudstack.Authorize(t.Context(), c, &out)
	if err := errors.Join(e1, e2, e3); err != nil {
		t.Fatal(err)
	}
	if cloud.count("authorizeSecurityGroupIngress") != 1 || cloud.count("authorizeSecurityGroupEgress") != 2 {
		t.Error("the directions are mixed up")
	}
	g, err := cloudstack.Get(t.Context(), c, cloudstack.SecurityGroup{ID: g.ID})
	if err != nil || len(g.IngressRules) != 1 || len(g.EgressRules) != 1 {
		t.Fatalf("%+v, %v", g, err)
	}
	if _, egress, ok := g.Rule(g.EgressRules[0].RuleID); !ok || !egress {
		t.Error("the egress rule is not found by its id")
	}
	if _, _, ok := g.Rule("rule-none"); ok {
		t.Error("a rule of another id is found")
	}
}

func groupIsCreated(t *testing.T) {
	c := newCloud(t).client()
	g := newGroup(t, c, "lb")
	if g.ID == "" || g.Name != "lb" || g.Description != "about lb" || g.Ref() != (cloudstack.GroupRef{Account: "plain", Group: "lb"}) {
		t.Errorf("%+v", g)
	}
	_, err := cloudstack.Call(t.Context(), c, cloudstack.CreateSecurityGroup{Name: "lb"})
	if !errors.Is(err, cloudstack.ErrExists) {
		t.Errorf("a second of the name: %v", err)
	}
}

func ruleIsAuthorised(t *testing.T) {
	for _, c := range []struct {
		r    cloudstack.AuthorizeSecurityGroupIngress
		want map[string]string
	}{
		{cloudstack.AuthorizeSecurityGroupIngress{Description: "SSH traffic", SecurityGroupID: "g", CIDRs: []cloudstack.CIDR{"0.0.0.0/0", "::/0"}, Protocol: "tcp", StartPort: cloudstack.Some(22), EndPort: cloudstack.Some(22)},
			map[string]string{"description": "SSH traffic", "securitygroupid": "g", "cidrlist": "0.0.0.0/0,::/0", "protocol": "tcp", "startport": "22", "endport": "22"}},
		{cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: "g", Protocol: "tcp", StartPort: cloudstack.Some(0), EndPort: cloudstack.Some(1)},
			map[string]string{"securitygroupid": "g", "protocol": "tcp", "startport": "0", "endport": "1"}},
		{cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: "g", Protocol: "icmp", ICMPType: cloudstack.Some(0), ICMPCode: cloudstack.Some(0)},
			map[string]string{"securitygroupid": "g", "protocol": "icmp", "icmptype": "0", "icmpcode": "0"}},
		{cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: "g", Protocol: "icmp", ICMPType: cloudstack.Some(-1), ICMPCode: cloudstack.Some(-1)},
			map[string]string{"securitygroupid": "g", "protocol": "icmp", "icmptype": "-1", "icmpcode": "-1"}},
		{cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: "g", Protocol: "all", Groups: []cloudstack.GroupRef{{Account: "a", Group: "x"}, {Account: "a", Group: "y"}}},
			map[string]string{"securitygroupid": "g", "protocol": "all", "usersecuritygrouplist[0].account": "a", "usersecuritygrouplist[0].group": "x", "usersecuritygrouplist[1].account": "a", "usersecuritygrouplist[1].group": "y"}},
	} {
		f := newFake(t)
		f.answer("authorizeSecurityGroupIngress", obj{"jobid": "j"})
		if _, err := cloudstack.Start(t.Context(), f.client(), c.r); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, f.log()[0].params); diff != "" {
			t.Errorf("(-want +sent):\n%s", diff)
		}
	}
}

func groupComesBackWhole(t *testing.T) {
	c := newCloud(t).client()
	g := newGroup(t, c, "lb")
	for i, cidrs := range [][]cloudstack.CIDR{{"10.0.0.0/8"}, {"10.0.0.0/8", "192.168.0.0/16"}, {"10.0.0.0/8"}} {
		var err error
		if g, err = cloudstack.Authorize(t.Context(), c, ssh(g, cidrs...)); err != nil {
			t.Fatalf("authorisation %d: %v", i+1, err)
		}
	}
	if len(g.IngressRules) != 2 || g.Name != "lb" {
		t.Errorf("%+v, want the old and the new rule", g)
	}
}

func booleanCommand(t *testing.T) {
	for _, c := range []struct {
		inside any
		class  error // nil: it works
	}{
		{obj{"success": true}, nil}, {obj{"success": "true"}, nil}, {obj{"success": true, "displaytext": "x"}, nil},
		{obj{"success": false, "displaytext": "no way"}, cloudstack.ErrInternal}, {obj{"success": "false"}, cloudstack.ErrInternal},
		{obj{}, cloudstack.ErrOutcomeUnknown}, {obj{"success": "perhaps"}, cloudstack.ErrOutcomeUnknown},
	} {
		f := newFake(t)
		f.answer("deleteSecurityGroup", c.inside)
		err := cloudstack.Exec(t.Context(), f.client(), cloudstack.DeleteSecurityGroup{ID: "x"})
		if c.class == nil && err != nil || c.class != nil && !errors.Is(err, c.class) {
			t.Errorf("%v: %v, want %v", c.inside, err, c.class)
		}
		if s := c.inside.(obj)["displaytext"]; err != nil && s != nil && !strings.Contains(err.Error(), s.(string)) {
			t.Errorf("%v: the server's words are lost in %v", c.inside, err)
		}
	}
	// A command with a result is no Command[Success]: it doesn't compile in Exec.
	if reflect.TypeFor[cloudstack.DeployVirtualMachine]().Implements(reflect.TypeFor[cloudstack.Command[cloudstack.Success]]()) {
		t.Error("a deploy passes for a boolean command")
	}
}

func zonesAreListed(t *testing.T) {
	f := newFake(t)
	f.answer("listZones", obj{"count": 3, "zone": []any{
		obj{"id": "1", "name": "basic", "networktype": "Basic", "securitygroupsenabled": true},
		obj{"id": "2", "name": "advanced", "networktype": "Advanced", "securitygroupsenabled": false},
		obj{"id": "3", "name": "old", "networktype": "Advanced"},
	}})
	zones, err := cloudstack.Collect(cloudstack.All(t.Context(), f.client(), cloudstack.ListZones{}))
	if err != nil || len(zones) != 3 {
		t.Fatal(zones, err)
	}
	if zones[0].NetworkType != "Basic" || zones[0].SecurityGroupsEnabled != cloudstack.Some(true) || zones[1].SecurityGroupsEnabled != cloudstack.Some(false) || zones[2].SecurityGroupsEnabled.Set {
		t.Errorf("%+v", zones)
	}
	if got := fmt.Sprint(zones[1].SecurityGroupsEnabled, zones[2].SecurityGroupsEnabled); got != "false absent" {
		t.Errorf("printed as %q", got)
	}
}

func twoWaysOfListing(t *testing.T) {
	c := newCloud(t).client()
	one, e1 := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListZones{}))
	two, e2 := cloudstack.Collect(cloudstack.List(t.Context(), c, cloudstack.Zone{}))
	if err := errors.Join(e1, e2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, two); diff != "" || len(one) != 2 {
		t.Errorf("(-by command +by example):\n%s", diff)
	}
}

// docLinks proves that the package's documentation links to CloudStack's own
// chapter, on the server of CloudStack's documentation.
func docLinks(anchor string) func(*testing.T) {
	return func(t *testing.T) {
		raw, err := os.ReadFile("doc.go")
		if err != nil {
			t.Fatal(err)
		}
		links := regexp.MustCompile(`// \[[^\]]+\]: (https://docs\.cloudstack\.apache\.org/\S+)`).FindAllStringSubmatch(string(raw), -1)
		for _, l := range links {
			if strings.HasSuffix(l[1], "#"+anchor) {
				return
			}
		}
		t.Errorf("no link to #%s in %v", anchor, links)
	}
}
