package simulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// These tests hold what is known of a real server's jobs, lists, limits and permissions, a fact a test.

func TestTheChosenJobIDAndItsFlaw(t *testing.T) {
	c := user(t, simulator.Config{})
	const id = "0d9a2a9e-6a0f-4a4b-9a0e-2f1f6a3f4b5c"
	if a := c.call("deployVirtualMachine", deployment("name", "a", "customjobid", id)...); a.body["jobid"] != id {
		t.Fatalf("job id: %s", a.text)
	}
	if j := c.job(id); j["jobstatus"] != 1.0 {
		t.Errorf("asked for later: %v", j)
	}
	a := c.call("deployVirtualMachine", deployment("name", "b", "customjobid", id)...)
	if a.status != 530 && a.status != 431 {
		t.Errorf("sent again: %d %s", a.status, a.text)
	}
	if left := c.first("listVirtualMachines", "virtualmachine", "name", "b"); left["state"] != "Stopped" {
		t.Errorf("the refused deploy left %v", left)
	}
	for _, command := range []string{"createAffinityGroup", "createTags"} { // every asynchronous command takes one
		chosen := strings.Replace(id, "0d9a", map[string]string{"createAffinityGroup": "1111", "createTags": "2222"}[command], 1)
		a := c.call(command, "name", "x", "type", "host anti-affinity", "resourcetype", "UserVm", "resourceids", nothing, "tags[0].key", "k",
			"tags[0].value", "v", "customjobid", chosen)
		if a.body["jobid"] != chosen {
			t.Errorf("%s: %s", command, a.text)
		}
	}
}

func TestJobsAreListedOnlyWhilePending(t *testing.T) {
	c := user(t, simulator.Config{})
	a := c.call("deployVirtualMachine", deployment("name", "a")...)
	id := a.body["jobid"].(string)
	if jobs := c.list("listAsyncJobs", "asyncjobs"); len(jobs) != 1 || jobs[0]["jobid"] != id || jobs[0]["jobinstanceid"] != a.body["id"] {
		t.Errorf("pending: %v", jobs)
	}
	other := as(t, c.server, c.server.Other())
	if jobs := other.list("listAsyncJobs", "asyncjobs"); len(jobs) != 0 {
		t.Errorf("another account sees %v", jobs)
	}
	other.refused(531, "is not authorized to see job", "queryAsyncJobResult", "jobid", id)
	if j := c.ok("queryAsyncJobResult", "resourceid", a.body["id"].(string), "resourcetype", "VirtualMachine"); j["jobid"] != id {
		t.Errorf("by resource: %v", j)
	}
	c.job(id)
	if jobs := c.list("listAsyncJobs", "asyncjobs"); len(jobs) != 0 {
		t.Errorf("ended: %v", jobs)
	}
	c.server.Advance(23 * time.Hour)
	if j := c.ok("queryAsyncJobResult", "jobid", id); j["jobstatus"] != 1.0 {
		t.Errorf("a day later: %v", j)
	}
	c.refused(431, "Invalid parameter jobid value="+nothing, "queryAsyncJobResult", "jobid", nothing)
}

func TestListsWithoutPagingStopAt500(t *testing.T) {
	s := start(t, simulator.Config{Size: 620})
	c := as(t, s, s.User())
	body := c.ok("listVirtualMachines", "details", "min")
	if body["count"] != 620.0 || len(body["virtualmachine"].([]any)) != 500 {
		t.Errorf("count %v, %d listed", body["count"], len(body["virtualmachine"].([]any)))
	}
	if all := c.list("listVirtualMachines", "virtualmachine", "details", "min", "pagesize", "-1"); len(all) != 620 {
		t.Errorf("pagesize=-1: %d listed", len(all))
	}
}

func TestKeywordLooksAtDisplayNamesToo(t *testing.T) {
	c := user(t, simulator.Config{})
	deploy(c, "name", "a", "displayname", "Shop Front")
	if got := c.list("listVirtualMachines", "virtualmachine", "keyword", "front"); len(got) != 1 {
		t.Errorf("%d found", len(got))
	}
	if got := c.list("listVirtualMachines", "virtualmachine", "name", "shop front"); len(got) != 0 {
		t.Errorf("name= matches host names only, found %d", len(got))
	}
}

func TestOneAccountDoesNotSeeTheOthers(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	other := as(t, c.server, c.server.Other())
	if got := other.list("listVirtualMachines", "virtualmachine", "id", id); len(got) != 0 {
		t.Errorf("sees %v", got)
	}
	other.refused(531, "Caller does not have permission", "stopVirtualMachine", "id", id)
	other.refused(531, "Caller does not have permission", "listVirtualMachines", "account", "plain", "domainid", "bd393275-e6a1-11f1-9e8c-02fc00000001")
	if got := as(t, c.server, c.server.Admin()).list("listVirtualMachines", "virtualmachine", "listall", "true"); len(got) != 1 {
		t.Errorf("the administrator sees %d", len(got))
	}
}

func TestListApisIsTruthful(t *testing.T) {
	c := user(t, simulator.Config{})
	apis := c.list("listApis", "api")
	byName := map[string]map[string]any{}
	for _, a := range apis {
		byName[a["name"].(string)] = a
	}
	if byName["updateSecurityGroup"] != nil || byName["createSecurityGroup"] == nil {
		t.Error("what an ordinary user may not call is listed, or what one may is not")
	}
	for name, async := range map[string]bool{"deployVirtualMachine": true, "enableStaticNat": false, "createTags": true, "createNetwork": false} {
		if byName[name]["isasync"] != async {
			t.Errorf("%s: isasync %v", name, byName[name]["isasync"])
		}
	}
	for name := range byName { // what is listed is there
		if a := c.call(name); a.status == 432 || a.status == 401 {
			t.Errorf("%s is listed, and calling it answers %d", name, a.status)
		}
	}
	if got := c.list("listApis", "api", "name", "deployVirtualMachine"); len(got) != 1 || len(got[0]["params"].([]any)) < 40 {
		t.Errorf("one by name: %v", got)
	}
}
