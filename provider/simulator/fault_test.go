package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/trueup/trueup/provider/simulator"
)

// withFaults starts a simulator with faults and returns it with a client over HTTP.
func withFaults(t *testing.T, faults ...simulator.Fault) (caller, *simulator.Service) {
	t.Helper()
	s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: faults}})
	v, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeService(t, v) })
	return as(t, s, s.User()), v
}

// over sends a call through a service.
func (c caller) over(v *simulator.Service, command string, pairs ...string) (answer, error) {
	params := map[string]string{"command": command}
	for i := 0; i < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	r, err := v.Client().Get(v.URL + "?" + c.query(params))
	if err != nil {
		return answer{}, err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{status: r.StatusCode}, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(text)))
	return read(r), nil
}

func TestEveryFaultDoesWhatItSays(t *testing.T) {
	groups := func(c caller) int {
		return len(c.list("listSecurityGroups", "securitygroup", "securitygroupname", "g"))
	}
	for _, test := range []struct {
		fault  simulator.Fault
		status int    // of the answer; 0 where none comes
		text   string // in the answer
		made   bool   // the group was made all the same
	}{
		{simulator.Fault{Do: simulator.RefuseBefore, Code: 431, Text: "no way"}, 431, "no way", false},
		{simulator.Fault{Do: simulator.RefuseAfter}, 530, "Internal error", true},
		{simulator.Fault{Do: simulator.LoseAnswer}, 0, "", true},
		{simulator.Fault{Do: simulator.Reset}, 0, "", false},
		{simulator.Fault{Do: simulator.Hang, For: time.Millisecond}, 0, "", false},
		{simulator.Fault{Do: simulator.Delay, For: time.Millisecond}, 200, `"g"`, true},
		{simulator.Fault{Do: simulator.Unauthorised}, 401, "unable to verify", false},
		{simulator.Fault{Do: simulator.Throttle, For: 3 * time.Second}, 429, "please retry after [3000] ms", false},
		{simulator.Fault{Do: simulator.ThrottleHTTP, For: 2 * time.Second}, 429, "<html>", false},
		{simulator.Fault{Do: simulator.Unavailable}, 503, "<html>", false},
		{simulator.Fault{Do: simulator.Page}, 200, "<html>", false},
		{simulator.Fault{Do: simulator.Truncate}, 200, "createsecuritygroup", true},
		{simulator.Fault{Do: simulator.NoQuota}, 535, "Maximum amount", false},
		{simulator.Fault{Do: simulator.Ignore}, 200, `"g"`, false},
	} {
		t.Run(string(test.fault.Do), func(t *testing.T) {
			test.fault.Command = "createSecurityGroup"
			c, v := withFaults(t, test.fault)
			a, err := c.over(v, "createSecurityGroup", "name", "g")
			if (err != nil) != (test.status == 0) || a.status != test.status || !strings.Contains(a.text, test.text) {
				t.Errorf("got %d %q, %v; want %d with %q", a.status, a.text, err, test.status, test.text)
			}
			if made := groups(c) == 1; made != test.made {
				t.Errorf("made: %v, want %v", made, test.made)
			}
			switch test.fault.Do {
			case simulator.ThrottleHTTP:
				if a.header.Get("Retry-After") != "2" {
					t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
				}
			case simulator.Throttle:
				if a.header.Get("Retry-After") != "" {
					t.Error("CloudStack sends no Retry-After")
				}
			case simulator.Truncate:
				if a.key != "" {
					t.Error("the answer is whole")
				}
			case simulator.Reset:
				var op *net.OpError
				if !errors.As(err, &op) || !errors.Is(err, syscall.ECONNRESET) {
					t.Logf("a reset shows as %v", err) // how it shows depends on the system
				}
			}
			var logged simulator.Request
			for _, q := range c.server.Requests() {
				if q.Command == "createSecurityGroup" {
					logged = q
				}
			}
			if logged.Status != test.status {
				t.Errorf("logged status %d, want %d", logged.Status, test.status)
			}
		})
	}
}

func TestJobFaults(t *testing.T) {
	create := []string{"createAffinityGroup", "name", "a", "type", "host anti-affinity"}
	submit := func(c caller) string {
		c.t.Helper()
		a := c.call(create[0], create[1:]...)
		if a.status != 200 {
			c.t.Fatal(a.text)
		}
		return a.body["jobid"].(string)
	}
	fault := func(t *testing.T, f simulator.Fault) caller {
		f.Command = create[0]
		s := start(t, simulator.Config{Now: clock(), Faults: &simulator.Faults{Faults: []simulator.Fault{f}}})
		return as(t, s, s.User())
	}
	t.Run("slow", func(t *testing.T) {
		c := fault(t, simulator.Fault{Do: simulator.SlowJob, For: time.Minute})
		id := submit(c)
		c.server.Advance(59 * time.Second)
		if j := c.ok("queryAsyncJobResult", "jobid", id); j["jobstatus"] != 0.0 {
			t.Errorf("ended before its time: %v", j)
		}
		c.server.Advance(2 * time.Second)
		if j := c.ok("queryAsyncJobResult", "jobid", id); j["jobstatus"] != 1.0 {
			t.Errorf("not ended in its time: %v", j)
		}
	})
	t.Run("failed", func(t *testing.T) {
		c := fault(t, simulator.Fault{Do: simulator.FailJob, Code: 534, Text: "gone"})
		if j := c.job(submit(c)); j["jobstatus"] != 2.0 || j["jobresult"].(map[string]any)["errortext"] != "gone" || j["jobresultcode"] != 534.0 {
			t.Errorf("got %v", j)
		}
	})
	t.Run("failed, and what was made goes", func(t *testing.T) {
		s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.FailJob, Command: "associateIpAddress"}, {Do: simulator.FailJob, Command: "deployVirtualMachine"}}}})
		c := as(t, s, s.User())
		net := lan(c, "lan")
		c.fails("associateIpAddress", "networkid", net)
		if got := c.list("listPublicIpAddresses", "publicipaddress"); len(got) != 0 {
			t.Errorf("addresses left: %v", got)
		}
		c.fails("deployVirtualMachine", deployment("name", "a")...)
		if m := c.first("listVirtualMachines", "virtualmachine", "name", "a"); m["state"] != "Error" {
			t.Errorf("the machine is %v", m["state"])
		}
	})
	t.Run("failed after", func(t *testing.T) {
		s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.FailJobAfter, Command: "createTags"}}}})
		c := as(t, s, s.User())
		id := c.ok("createSecurityGroup", "name", "g")["securitygroup"].(map[string]any)["id"].(string)
		c.fails("createTags", "resourcetype", "SecurityGroup", "resourceids", id, "tags[0].key", "k", "tags[0].value", "v")
		if tags := c.list("listTags", "tag"); len(tags) != 1 {
			t.Errorf("%d tags, want the one that was made", len(tags))
		}
	})
	t.Run("endless", func(t *testing.T) {
		c := fault(t, simulator.Fault{Do: simulator.EndlessJob})
		id := submit(c)
		c.server.Advance(1000 * time.Hour)
		if j := c.ok("queryAsyncJobResult", "jobid", id); j["jobstatus"] != 0.0 {
			t.Errorf("it ended: %v", j)
		}
	})
	t.Run("hidden", func(t *testing.T) {
		c := fault(t, simulator.Fault{Do: simulator.HideJob})
		id := submit(c)
		if jobs := c.list("listAsyncJobs", "asyncjobs"); len(jobs) != 0 {
			t.Errorf("listed: %v", jobs)
		}
		if j := c.ok("queryAsyncJobResult", "jobid", id); j["jobstatus"] != 0.0 {
			t.Errorf("got %v", j)
		}
	})
	t.Run("no capacity", func(t *testing.T) {
		s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.NoCapacity, Command: "deployVirtualMachine"}}}})
		c := as(t, s, s.User())
		if code, text := c.fails("deployVirtualMachine", deployment("name", "a")...); code != 533 || !strings.Contains(text, "No destination found") {
			t.Errorf("%d %s", code, text)
		}
		m := c.first("listVirtualMachines", "virtualmachine", "name", "a")
		if m["state"] != "Error" {
			t.Errorf("state %v", m["state"])
		}
		if m := c.ok("startVirtualMachine", "id", m["id"].(string))["virtualmachine"].(map[string]any); m["state"] != "Running" {
			t.Errorf("started again, it is %v", m["state"])
		}
	})
}

func TestConditionsOfFaults(t *testing.T) {
	run := func(f simulator.Fault, calls int, step time.Duration) (hit []int) {
		f.Do = simulator.RefuseBefore
		s := start(t, simulator.Config{Now: clock(), Seed: 3, Faults: &simulator.Faults{Faults: []simulator.Fault{f}}})
		for i := 1; i <= calls; i++ {
			if a := as(t, s, s.User()).call("listZones"); a.status != 200 {
				hit = append(hit, i)
			}
			as(t, s, s.Other()).call("listTags")
			s.Advance(step)
		}
		return hit
	}
	for name, test := range map[string]struct {
		fault simulator.Fault
		want  []int
	}{
		"always":          {simulator.Fault{}, []int{1, 2, 3, 4, 5, 6}},
		"another command": {simulator.Fault{Command: "listTags"}, nil},
		"a pattern":       {simulator.Fault{Command: "listZ*", Times: 2}, []int{1, 2}},
		"calls":           {simulator.Fault{Command: "listZones", Call: []int{2, 5}}, []int{2, 5}},
		"every":           {simulator.Fault{Command: "listZones", Every: 3}, []int{3, 6}},
		"account":         {simulator.Fault{Account: "plain2"}, nil},
		"from":            {simulator.Fault{From: 3 * time.Second}, []int{4, 5, 6}},
		"until":           {simulator.Fault{Until: 2 * time.Second}, []int{1, 2}},
	} {
		if diff := cmp.Diff(test.want, run(test.fault, 6, time.Second)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	first := run(simulator.Fault{Chance: 0.3}, 100, 0)
	if len(first) < 15 || len(first) > 50 {
		t.Errorf("a chance of 0.3 hit %d of 100", len(first))
	}
	if diff := cmp.Diff(first, run(simulator.Fault{Chance: 0.3}, 100, 0)); diff != "" {
		t.Errorf("one seed, two runs:\n%s", diff)
	}
}

func TestWhatIsIgnoredSucceedsAndChangesNothing(t *testing.T) {
	s := start(t, simulator.Config{Now: clock()})
	c := as(t, s, s.User())
	group := c.ok("createSecurityGroup", "name", "g")["securitygroup"].(map[string]any)["id"].(string)
	rule := []string{"securitygroupid", group, "protocol", "tcp", "startport", "80", "endport", "80", "cidrlist"}
	s.Misbehave(&simulator.Faults{Faults: []simulator.Fault{
		{Do: simulator.Ignore, Command: "createAffinityGroup"},
		{Do: simulator.Ignore, With: map[string]string{"protocol": "tcp", "CIDRlist": "192.*"}},
		{Do: simulator.Ignore, With: map[string]string{"resourceids": group}},
	}})
	c.ok("createAffinityGroup", "name", "a", "type", "host anti-affinity")
	c.ok("authorizeSecurityGroupIngress", append(rule, "10.0.0.0/8")...)
	c.ok("authorizeSecurityGroupIngress", append(rule, "192.0.2.0/24")...)
	c.ok("createTags", "resourcetype", "SecurityGroup", "resourceids", group, "tags[0].key", "k", "tags[0].value", "v")
	if got := c.list("listAffinityGroups", "affinitygroup"); len(got) != 0 {
		t.Errorf("affinity groups %v, want none", got)
	}
	if got := c.list("listTags", "tag"); len(got) != 0 {
		t.Errorf("tags %v, want none", got)
	}
	s.Misbehave(nil)
	c.ok("authorizeSecurityGroupIngress", append(rule, "192.0.2.128/25")...)
	rules := c.list("listSecurityGroups", "securitygroup", "id", group)[0]["ingressrule"].([]any)
	if len(rules) != 2 || rules[0].(map[string]any)["cidr"] != "10.0.0.0/8" {
		t.Errorf("rules %v", rules)
	}
}

func TestAStaleListLagsBehind(t *testing.T) {
	s := start(t, simulator.Config{Now: clock(), Faults: &simulator.Faults{Faults: []simulator.Fault{
		{Do: simulator.StaleRead, Command: "listSecurityGroups", For: 5 * time.Second},
	}}})
	c := as(t, s, s.User())
	c.ok("createSecurityGroup", "name", "young")
	if got := len(c.list("listSecurityGroups", "securitygroup")); got != 1 {
		t.Errorf("%d groups at once, want the old one", got)
	}
	s.Advance(6 * time.Second)
	if got := len(c.list("listSecurityGroups", "securitygroup")); got != 2 {
		t.Errorf("%d groups later, want both", got)
	}
}

func TestAShiftedPageMissesAnItem(t *testing.T) {
	s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.ShiftPage, Command: "listSecurityGroups"}}}})
	c := as(t, s, s.User())
	for i := range 4 {
		c.ok("createSecurityGroup", "name", fmt.Sprint("g", i))
	}
	var names []string
	for page := range 3 {
		for _, g := range c.list("listSecurityGroups", "securitygroup", "page", fmt.Sprint(page+1), "pagesize", "2") {
			names = append(names, g["name"].(string))
		}
	}
	if diff := cmp.Diff([]string{"default", "g0", "g2", "g3"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAForeignChangeHappensBeforeTheCall(t *testing.T) {
	s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{
		Do: simulator.Foreign, Command: "listSecurityGroups", Call: []int{2},
		Changes: []simulator.Change{{As: "plain", Command: "deleteSecurityGroup", Params: map[string]string{"id": "name:g"}}},
	}}}})
	c := as(t, s, s.User())
	c.ok("createSecurityGroup", "name", "g")
	for call, want := range []int{2, 1} {
		if got := len(c.list("listSecurityGroups", "securitygroup")); got != want {
			t.Errorf("call %d: %d groups, want %d", call+1, got, want)
		}
	}
}

func TestAHangingAnswerEndsWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.Hang}}}})
		v := s.ListenInMemory()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := as(t, s, s.User())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL+"?"+c.query(map[string]string{"command": "listZones"}), nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := v.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("waited %v", waited)
		}
		closeService(t, v)
	})
}

func TestFaultFile(t *testing.T) {
	data, err := os.ReadFile("testdata/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := simulator.ReadFaults("faults.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	want := &simulator.Faults{Seed: 7, Faults: []simulator.Fault{
		{Do: simulator.LoseAnswer, Command: "deployVirtualMachine", Call: []int{1, 3}},
		{Do: simulator.RefuseBefore, Command: "create*", Chance: 0.05, Code: 530, Text: "Internal error"},
		{Do: simulator.SlowJob, Command: "*VirtualMachine", Every: 10, For: 30 * time.Second},
		{Do: simulator.Ignore, Command: "authorize*", With: map[string]string{"protocol": "tcp", "cidrlist": "10.*"}},
		{Do: simulator.Unavailable, From: 10 * time.Second, Until: 12 * time.Second, Times: 5, Account: "plain"},
		{Do: simulator.Foreign, Command: "listVirtualMachines", Call: []int{2}, Changes: []simulator.Change{
			{Command: "stopVirtualMachine", As: "admin", Params: map[string]string{"id": "name:web-1"}},
		}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorsOfFaultFilesHaveTheirPlace(t *testing.T) {
	const file = `seed: x
faults:
  - do: explode
    chance: 2
  - command: "["
    call: [0]
    for: soon
  - do: error
    wait: 3
  - do: foreign-change
    with: web-1
    changes:
      - as: nobody
`
	_, err := simulator.ReadFaults("f.yaml", []byte(file))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"f.yaml:1:7: want a number", "f.yaml:3:9: unknown action", "f.yaml:4:13: want a probability", "f.yaml:5:14: bad pattern", "f.yaml:6:12: want a number above 0",
		"f.yaml:7:10: want a duration", "f.yaml:5:5: a fault needs do", "f.yaml:9:5: unknown field", "f.yaml:11:11: want a mapping of parameters",
		"f.yaml:13:13: no account", "f.yaml:13:9: a change needs a command",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func FuzzFaultFile(f *testing.F) {
	f.Add([]byte("seed: 1\nfaults: [{do: error}]"))
	f.Add([]byte("faults: &a [*a]"))
	f.Add([]byte("- \t"))
	f.Fuzz(func(t *testing.T, data []byte) {
		simulator.ReadFaults("fuzz.yaml", data) // must not panic
	})
}
