package report

import (
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// nasty is a text that every format has to write with care, and secret one that
// none may write.
const (
	nasty  = "</script>\"'&`|*_@all #1 ```%0A::error::\x1b[31m\u202e"
	secret = "hunter2"
)

var began = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func addr(kind, name string) provider.Address { return provider.Address{Kind: kind, Name: name} }

func at(line, column int) spec.Pos {
	return spec.Pos{File: "stacks/shop/stack.yaml", Line: line, Column: column}
}

func rule80(cidr string) provider.Rule {
	return provider.Rule{Protocol: "tcp", From: 80, To: 80, CIDR: netip.MustParsePrefix(cidr)}
}

// step makes a step of a resource; what follows the operation's name in its id is
// what it is about.
func step(a provider.Address, op, command, doc string, needs ...string) plan.Step {
	name, _, _ := strings.Cut(op, " ")
	return plan.Step{ID: a.String() + " " + op, Command: command, Doc: doc, Needs: needs, Op: provider.Op{Kind: a.Kind, Name: name, Address: a}}
}

// shop is a plan with every action and impact.
func shop() *plan.Plan {
	web, web1, web2, db, edge, old := addr("securityGroup", "web"), addr("vm", "web-1"), addr("vm", "web-2"), addr("vm", "db"), addr("vm", "edge"), addr("vm", "old")
	front, ops := addr("elasticIP", "front"), addr("sshKey", "ops")
	machine := func(a provider.Address) plan.Change {
		return plan.Change{Address: a, Action: plan.Create, Impact: plan.None, Cause: plan.Pending, Reason: "does not exist", Pos: at(20, 3), Fields: []plan.FieldChange{
			{Name: "offering", New: provider.Named{Name: "Medium Instance"}},
			{Name: "displayName", New: "Web " + nasty},
			{Name: "userData", New: provider.Blob{Sum: "9f86d081884c7d65", Data: []byte(secret)}},
			{Name: "ingress", New: []provider.Rule{rule80("0.0.0.0/0"), rule80("::/0")}},
		}}
	}
	destroy := step(old, "destroy", "destroyVirtualMachine", "destroy the machine")
	destroy.Last, destroy.Slow = true, true
	stop, start := step(db, "stop", "stopVirtualMachine", "stop the machine"), step(db, "start", "startVirtualMachine", "start the machine", "vm/db scale")
	stop.Stops, stop.Slow, start.Starts, start.Slow = true, true, true, true
	return &plan.Plan{
		Stack: "shop",
		Changes: []plan.Change{
			{Address: front, ID: "a1", Action: plan.Update, Impact: plan.None, Cause: plan.Pending, Reason: "the file was changed since the last apply", Pos: at(40, 3), Fields: []plan.FieldChange{
				{Name: "attach", Cause: plan.Pending, Old: []provider.Ref{{Kind: "vm", Name: "db"}}, New: []provider.Ref{{Kind: "vm", Name: "web-1"}}},
			}},
			{Address: web, ID: "g1", Action: plan.Update, Impact: plan.None, Cause: plan.Drift, Reason: "the cloud was changed since the last apply", Pos: at(9, 3), Fields: []plan.FieldChange{
				{Name: "ingress", Cause: plan.Drift, Old: []provider.Rule{rule80("192.0.2.0/24")}, New: []provider.Rule{rule80("0.0.0.0/0")}},
			}},
			{Address: ops, ID: "k1", Action: plan.Recreate, Impact: plan.ReplaceAll, Cause: plan.Both, Reason: "publicKey can't be changed", Pos: at(12, 3), Fields: []plan.FieldChange{
				{Name: "publicKey", Old: "ssh-ed25519 AAAA old", New: "ssh-ed25519 AAAA new", Cause: plan.Both},
			}},
			{Address: db, ID: "m1", Action: plan.Update, Impact: plan.Restart, Cause: plan.Unknown, Reason: "offering needs a stop", Pos: at(30, 3), Fields: []plan.FieldChange{
				{Name: "offering", Old: provider.Named{Name: "Small Instance"}, New: provider.Named{Name: "Medium Instance"}, Cause: plan.Unknown},
				{Name: "password", Old: secret, New: secret + "3", Secret: true, Cause: plan.Unknown},
			}},
			{Address: edge, ID: "m2", Action: plan.Reinstall, Impact: plan.ReinstallDisk, Cause: plan.Pending, Reason: "template takes a reinstallation; rootDisk of 20 GiB is lost", Pos: at(34, 3), Fields: []plan.FieldChange{
				{Name: "template", Old: provider.Named{Name: "A"}, New: provider.Named{Name: "B"}, Cause: plan.Pending},
			}},
			{Address: old, ID: "m3", Action: plan.Delete, Impact: plan.DeleteAll, Cause: plan.Pending, Reason: "no longer declared; rootDisk of 20 GiB is lost"},
			machine(web1), machine(web2),
			{Address: addr("vm", "night"), ID: "m4", Action: plan.Update, Impact: plan.Stop, Cause: plan.Pending, Reason: "is to be stopped", Pos: at(32, 3), Fields: []plan.FieldChange{
				{Name: "power", Old: "running", New: "stopped", Cause: plan.Pending},
			}},
		},
		Steps: []plan.Step{
			step(web, "authorizeIngress tcp/80", "authorizeSecurityGroupIngress", "allow incoming traffic"),
			stop,
			step(edge, "reinstall", "restoreVirtualMachine", "reinstall the machine"),
			step(ops, "delete", "deleteSSHKeyPair", "delete the key"),
			step(db, "scale", "scaleVirtualMachine", "change the offering", "vm/db stop"),
			step(ops, "register", "registerSSHKeyPair", "register the key", "sshKey/ops delete"),
			start,
			step(web1, "deploy", "deployVirtualMachine", "deploy the machine", "sshKey/ops register"),
			step(web2, "deploy", "deployVirtualMachine", "deploy the machine", "sshKey/ops register"),
			step(front, "attach web-1", "enableStaticNat", "attach it to", "vm/web-1 deploy"),
			destroy,
		},
		Notes: []plan.Note{
			{Address: web, Text: `description can't be changed: "old" stays`, Pos: at(10, 18)},
			{Text: "securityGroup default of another owner is left alone"},
		},
	}
}

func planned() *Result {
	p := shop()
	var declared []provider.Address
	for _, c := range p.Changes {
		if c.Action != plan.Delete {
			declared = append(declared, c.Address)
		}
	}
	return &Result{
		Command: "plan", Stack: "shop", Path: "stacks/shop", Header: at(2, 8), Declared: append(declared, addr("vm", "quiet")), Plan: p,
		Began: began, Took: 1500 * time.Millisecond,
	}
}

// applied is a run of the plan in which a step fails, another is not begun and a
// job goes on.
func applied() *Result {
	r := planned()
	r.Command, r.Took = "apply", 75*time.Second
	run := &apply.Report{Run: "0198c3f0-0000-7000-8000-000000000000", Took: 72 * time.Second}
	for i := range r.Plan.Steps {
		s := &r.Plan.Steps[i]
		o := apply.Outcome{Step: s, Phase: apply.Done, Took: time.Duration(i+1) * 300 * time.Millisecond}
		switch s.ID {
		case "vm/web-1 deploy":
			o.Phase, o.Err = apply.Failed, errors.New("no host has room "+nasty+" (CloudStack 533)")
		case "elasticIP/front attach web-1":
			o.Phase, o.Cause = apply.NotStarted, "vm/web-1 deploy"
		case "vm/web-2 deploy":
			o.Phase, o.Job = apply.Running, "77aa"
		case "vm/old destroy":
			o.Phase, o.Cause = apply.NotStarted, ""
		}
		run.Outcomes = append(run.Outcomes, o)
		r.Events = append(r.Events, apply.Event{At: began.Add(time.Duration(i) * time.Second), Step: s, Phase: o.Phase, Job: o.Job, Cause: o.Cause, Err: o.Err})
	}
	r.Run = run
	r.Unmet = []plan.Change{r.Plan.Changes[1]}
	return r
}

func drifted() *Result {
	r := planned()
	r.Command = "drift"
	changes := r.Plan.Changes
	changes[1].Last = provider.Event{Type: "SG.AUTH.INGRESS", User: "ops", Time: began}
	missing := plan.Change{Address: addr("vm", "quiet"), Action: plan.Create, Cause: plan.Drift, Reason: "does not exist", Pos: at(50, 3)}
	r.Drift = &Drift{Drifted: []plan.Change{changes[1], changes[3], missing}, Pending: []plan.Change{changes[0], changes[5]}}
	return r
}

func refused() *Result {
	return &Result{Command: "plan", Stack: "shop", Path: "stacks/shop", Header: at(2, 8), Declared: []provider.Address{addr("vm", "db")}, Began: began, Took: time.Second,
		Err: plan.Problems{
			{Pos: at(30, 3), Address: addr("vm", "db"), Text: "is protected and would be deleted", Hint: "lift protect by an apply of its own", Class: plan.Refused},
			{Text: "4 of 5 vm would be deleted", Hint: "--max-deletes 4 allows it", Class: plan.Refused},
		}}
}

func invalid() *Result {
	return &Result{Command: "plan", Path: "stacks/" + nasty, Began: began, Took: time.Second,
		Err: spec.Issues{{Pos: at(4, 9), Path: "vms.web.offerring", Text: "unknown field " + nasty, Hint: "did you mean offering?"}}}
}

// cases are results, as one command has them.
func cases() map[string][]*Result {
	simulated := planned()
	simulated.Simulated = true
	quiet := &Result{Command: "plan", Stack: "shop", Path: ".", Header: at(2, 8), Declared: []provider.Address{addr("vm", "db")}, Plan: &plan.Plan{Stack: "shop"}, Began: began, Took: time.Second}
	unreachable := &Result{Command: "drift", Stack: "lab", Path: "stacks/lab", Header: at(2, 8), Began: began, Took: time.Second, Err: errors.New("read the cloud: listZones:\nno answer")}
	return map[string][]*Result{
		"plan": {simulated}, "apply": {applied()}, "drift": {drifted(), unreachable}, "refused": {refused()}, "invalid": {invalid()}, "quiet": {quiet},
	}
}
