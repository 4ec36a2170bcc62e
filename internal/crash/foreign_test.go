package crash

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// deed is what somebody does by hand in the cloud while a run is under way. It
// does nothing where it can't be done then.
type deed struct {
	name string
	do   func(*playground) (done bool)
	// clean takes back what no run of the stack may touch; nil where the next run
	// puts all right.
	clean func(*playground)
}

var deeds = []deed{
	{name: "a machine is deleted", do: func(p *playground) bool {
		id := p.idOf("listVirtualMachines", "idle")
		return id != "" && p.try(p.admin, "destroyVirtualMachine", url.Values{"id": {id}, "expunge": {"true"}}) == nil
	}},
	{name: "a machine is stopped", do: func(p *playground) bool {
		id := p.idOf("listVirtualMachines", "web-2")
		return id != "" && p.try(p.user, "stopVirtualMachine", url.Values{"id": {id}}) == nil
	}},
	{name: "a rule is added", do: func(p *playground) bool {
		id := p.idOf("listSecurityGroups", "web")
		return id != "" && p.try(p.user, "authorizeSecurityGroupIngress", url.Values{
			"securitygroupid": {id}, "protocol": {"tcp"}, "startport": {"3389"}, "endport": {"3389"}, "cidrlist": {"0.0.0.0/0"}}) == nil
	}},
	{name: "a group's name is taken", do: func(p *playground) bool {
		return p.try(p.user, "createSecurityGroup", url.Values{"name": {"lb"}, "description": {"mine"}}) == nil
	}, clean: func(p *playground) {
		p.call(p.user, "deleteSecurityGroup", url.Values{"id": {p.find(p.user, "listSecurityGroups", nil, "lb")}})
	}},
	{name: "a machine's name is taken", do: func(p *playground) bool {
		return p.try(p.user, "deployVirtualMachine", url.Values{"name": {"new"},
			"zoneid":            {p.find(p.user, "listZones", nil, "sg1")},
			"serviceofferingid": {p.find(p.user, "listServiceOfferings", nil, "Small Instance")},
			"templateid":        {p.find(p.user, "listTemplates", url.Values{"templatefilter": {"executable"}}, "CentOS 5.6 (64-bit) no GUI (Simulator)")},
		}) == nil
	}, clean: func(p *playground) {
		p.call(p.admin, "destroyVirtualMachine", url.Values{"id": {p.find(p.user, "listVirtualMachines", nil, "new")}, "expunge": {"true"}})
	}},
}

// TestWhatSomebodyElseDoesMeanwhile: at any call of an update somebody changes
// what it works on. Nothing of theirs is deleted; the next run converges, or
// says what is in the way, and does when that is gone.
func TestWhatSomebodyElseDoesMeanwhile(t *testing.T) {
	s := story{before: written(t, beforeUpdate), stack: written(t, afterUpdate), command: "apply"}
	want := s.unbroken(t)
	for turn, d := range deeds {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			each(turn, len(deeds), want.calls, 12, func(at int) {
				t.Run(fmt.Sprint(at), func(t *testing.T) { s.disturbed(t, at, d, want) })
			})
		})
	}
}

// disturbed runs the story with a deed at one call.
func (s story) disturbed(t *testing.T, at int, d deed, want ending) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlayground(t, s.config())
		s.prepare(p)
		done := false
		first := p.start(2, s.stack, s.command, &wire{at: at, fate: somebodyElse, hand: func() { done = d.do(p) }}, false)
		<-first.done
		theirs := done && d.clean != nil
		if first.code != 0 && !explained(first.out.String()) {
			t.Errorf("exit code %d without an explanation", first.code)
		}
		again := p.start(3, s.stack, s.command, &wire{}, false)
		<-again.done
		if theirs {
			if again.code == 0 || !explained(again.out.String()) {
				t.Errorf("something of others is in the way: exit code %d", again.code)
			}
			d.clean(p) // it fails the test if it isn't there any more
			again = p.start(4, s.stack, s.command, &wire{}, false)
			<-again.done
		}
		if again.code != 0 {
			t.Errorf("the command afterwards: exit code %d", again.code)
		}
		s.same(t, p, want)
		if t.Failed() {
			t.Logf("at call %d, %s: %s (done: %v)\nthe disturbed run: exit code %d\n%s\nthe run afterwards:\n%s", at, first.wire.struck(), d.name, done, first.code, first.out.String(), again.out.String())
		}
	})
}

// explained reports whether a run said what went wrong.
func explained(said string) bool {
	for _, word := range []string{"failed", "refused", "error:", "a second reading shows otherwise"} {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}

// TestAJobThatFailsIsDoneByTheNextRun lets the job of any call fail.
func TestAJobThatFailsIsDoneByTheNextRun(t *testing.T) {
	s := story{before: written(t, beforeUpdate), stack: written(t, afterUpdate), command: "apply"}
	want := s.unbroken(t)
	for turn, what := range []simulator.Action{simulator.FailJob, simulator.FailJobAfter} {
		t.Run(string(what), func(t *testing.T) {
			t.Parallel()
			each(turn, 2, want.calls, 14, func(at int) {
				t.Run(fmt.Sprint(at), func(t *testing.T) { s.failed(t, want.before+at, what, want) })
			})
		})
	}
}

// failed runs the story with the job of one of the user's calls failing. The
// number of calls differs a little from run to run, so that the call may be the
// last one before the story's run, or the first one after it.
func (s story) failed(t *testing.T, call int, what simulator.Action, want ending) {
	synctest.Test(t, func(t *testing.T) {
		config := s.config()
		config.Faults = &simulator.Faults{Faults: []simulator.Fault{{Account: "plain", Call: []int{call}, Do: what}}}
		p := newPlayground(t, config)
		before := p.start(1, s.before, "apply", &wire{}, false)
		<-before.done
		if before.code != 0 && p.calls() >= call {
			p.must(4, s.before, "apply")
		}
		first := p.start(2, s.stack, s.command, &wire{}, false)
		<-first.done
		if p.calls() < call {
			first = p.start(5, s.stack, s.command, &wire{}, false)
			<-first.done
		}
		again := p.start(3, s.stack, s.command, &wire{}, false)
		<-again.done
		if again.code != 0 {
			t.Errorf("the command afterwards: exit code %d", again.code)
		}
		s.same(t, p, want)
		if t.Failed() {
			t.Logf("%s at call %d: exit code %d\n%s\nthe run afterwards:\n%s", what, call, first.code, first.out.String(), again.out.String())
		}
	})
}

// try makes a call by hand and waits for its job.
func (p *playground) try(client *cloudstack.Client, command string, params url.Values) error {
	raw, err := client.Raw(p.Context(), command, params)
	if err != nil {
		return err
	}
	var answer struct{ JobID cloudstack.ID }
	if err := json.Unmarshal(raw, &answer); err != nil || answer.JobID == "" {
		return err
	}
	_, err = cloudstack.ResumeRaw(client, answer.JobID).Wait(p.Context())
	return err
}

// idOf is the id of the user's thing of that name, "" where there is none.
func (p *playground) idOf(command, name string) string {
	for _, t := range p.listed(p.user, command) {
		if t["name"] == name {
			id, _ := t["id"].(string)
			return id
		}
	}
	return ""
}

// listed are the things that a command lists.
func (p *playground) listed(client *cloudstack.Client, command string) []map[string]any {
	raw, err := client.Raw(p.Context(), command, nil)
	if err != nil {
		return nil
	}
	var lists map[string]json.RawMessage
	if json.Unmarshal(raw, &lists) != nil {
		return nil
	}
	for _, list := range lists {
		var items []map[string]any
		if json.Unmarshal(list, &items) == nil {
			return items
		}
	}
	return nil
}
