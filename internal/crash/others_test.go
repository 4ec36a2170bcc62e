package crash

import (
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

// settle puts things of other people into the cloud, with names, tags and
// markers like ours: nothing of it may ever change.
func (p *playground) settle() {
	p.Helper()
	other := p.client(p.sim.Other(), p.service.Client().Transport)
	zone := p.find(p.user, "listZones", nil, "sg1")
	machine := url.Values{
		"zoneid":            {zone},
		"serviceofferingid": {p.find(p.user, "listServiceOfferings", nil, "Small Instance")},
		"templateid":        {p.find(p.user, "listTemplates", url.Values{"templatefilter": {"executable"}}, "CentOS 5.6 (64-bit) no GUI (Simulator)")},
	}
	deploy := func(client *cloudstack.Client, name string, more url.Values) string {
		params := url.Values{"name": {name}}
		for _, from := range []url.Values{machine, more} {
			for key, value := range from {
				params[key] = value
			}
		}
		return p.call(client, "deployVirtualMachine", params)
	}
	group := func(client *cloudstack.Client, name string) string {
		return p.call(client, "createSecurityGroup", url.Values{"name": {name}, "description": {"web"}})
	}
	tag := func(client *cloudstack.Client, sort, id, key, value string) {
		p.call(client, "createTags", url.Values{"resourcetype": {sort}, "resourceids": {id}, "tags[0].key": {key}, "tags[0].value": {value}})
	}
	// The same account: no owner, another stack's, a marker without a note.
	own := group(p.user, "web-old")
	p.call(p.user, "authorizeSecurityGroupIngress", url.Values{"securitygroupid": {own}, "protocol": {"tcp"}, "startport": {"22"}, "endport": {"22"}, "cidrlist": {"0.0.0.0/0"}})
	tag(p.user, "SecurityGroup", group(p.user, "web2"), "trueup.stack", "elsewhere")
	tag(p.user, "UserVm", deploy(p.user, "web-0", url.Values{"securitygroupids": {own}}), "trueup.stack", "elsewhere")
	deploy(p.user, "web-x", url.Values{"details[0].trueup": {"shop/vm/web-x"}, "startvm": {"false"}})
	p.call(p.user, "createAffinityGroup", url.Values{"name": {"apart-2"}, "type": {"host anti-affinity"}})
	// Another account: the very names.
	tag(other, "SecurityGroup", group(other, "web"), "trueup.stack", "shop")
	group(other, "trueup.shop")
	deploy(other, "theirs", url.Values{"details[0].trueup": {"shop/vm/web-1"}})
	p.call(other, "createAffinityGroup", url.Values{"name": {"apart"}, "type": {"host anti-affinity"}})
	var err error
	if p.foreign, err = things(p.Context(), p.admin); err != nil {
		p.Fatal(err)
	}
}

// touched tells what has become of other people's things.
func (p *playground) touched(now []thing) string {
	after := map[string]thing{}
	for _, t := range now {
		after[t.list+identityOf(t)] = t
	}
	for _, t := range p.foreign {
		same, there := after[t.list+identityOf(t)]
		if !there {
			return fmt.Sprintf("%s: %v is gone", t.list, t.fields["name"])
		}
		if diff := cmp.Diff(t.fields, same.fields); diff != "" {
			return fmt.Sprintf("%s: %v (-before +after):\n%s", t.list, t.fields["name"], diff)
		}
	}
	return ""
}

// identityOf tells the things of one list apart.
func identityOf(t thing) string {
	if id, ok := t.fields["id"].(string); ok {
		return id
	}
	return fmt.Sprint(t.fields["resourceid"], t.fields["key"])
}

// call makes a call by hand, waits for its job and returns the id of what it
// made.
func (p *playground) call(client *cloudstack.Client, command string, params url.Values) string {
	p.Helper()
	raw, err := client.Raw(p.Context(), command, params)
	if err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	var answer struct {
		JobID, ID                    cloudstack.ID
		SecurityGroup, AffinityGroup struct{ ID cloudstack.ID }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		p.Fatalf("%s: %v in %s", command, err, raw)
	}
	if answer.JobID != "" {
		if _, err := cloudstack.ResumeRaw(client, answer.JobID).Wait(p.Context()); err != nil {
			p.Fatalf("%s: %v", command, err)
		}
	}
	if answer.SecurityGroup.ID != "" {
		return string(answer.SecurityGroup.ID)
	}
	return string(answer.ID)
}

// find is the id of the one thing that a command lists by that name.
func (p *playground) find(client *cloudstack.Client, command string, params url.Values, name string) string {
	p.Helper()
	raw, err := client.Raw(p.Context(), command, params)
	if err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(raw, &lists); err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	for _, list := range lists {
		var items []struct{ ID, Name string }
		if json.Unmarshal(list, &items) != nil {
			continue
		}
		for _, item := range items {
			if item.Name == name {
				return item.ID
			}
		}
	}
	p.Fatalf("%s lists no %s", command, name)
	return ""
}
