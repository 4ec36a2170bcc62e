package plan_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// golden compares a text with testdata/<name>.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.NewReplacer(" ", "-", "'", "", ",", "").Replace(name)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// planned is the text of a plan, or of its problems.
func planned(p *plan.Plan, err error) string {
	var problems plan.Problems
	switch {
	case errors.As(err, &problems):
		return map[plan.Class]string{plan.Mistake: "mistake", plan.Refused: "refused"}[problems.Class()] + "\n" + problems.Error() + "\n"
	case err != nil:
		return "error: " + err.Error() + "\n"
	}
	return p.String()
}

// Each case starts from the shop as it was applied, lets something happen to
// the file or to the cloud, and plans.
func TestMake(t *testing.T) {
	cases := map[string]struct {
		first  []func(map[string]provider.Fields) // before it was applied
		file   []func(map[string]provider.Fields) // what the file says now
		cloud  func(*world)                       // what somebody did by hand
		blank  bool                               // nothing was applied yet
		option plan.Options
	}{
		"create everything": {blank: true},
		"nothing":           {},
		"rule added by hand": {cloud: func(w *world) {
			l := w.live("securityGroup", "web")
			l.Fields["ingress"] = append(slices.Clone(l.Fields["ingress"].([]provider.Rule)), provider.Rule{Protocol: "tcp", From: 22, To: 22, CIDR: cidr("tcp", 22, "0.0.0.0/0").CIDR, ID: "rule 22"})
		}},
		"offering of a count": {file: []func(map[string]provider.Fields){
			with("vm/web-1", "offering", named("Medium")), with("vm/web-2", "offering", named("Medium")), with("vm/web-3", "offering", named("Medium")),
		}},
		"one machine less":  {file: []func(map[string]provider.Fields){without("vm/web-3")}},
		"machine destroyed": {cloud: func(w *world) { delete(w.lives, w.live("vm", "web-2").ID) }},
		"machine stopped":   {cloud: func(w *world) { w.live("vm", "web-2").Fields["power"] = "stopped" }},
		"machine broken": {cloud: func(w *world) {
			l := w.live("vm", "web-2")
			l.Broken, l.Fields["power"] = "its deployment failed", "error"
		}},
		"machine broken that is to be stopped and changed": {file: []func(map[string]provider.Fields){with("vm/web-2", "power", "stopped"), with("vm/web-2", "offering", named("Medium"))},
			cloud: func(w *world) {
				l := w.live("vm", "web-2")
				l.Broken, l.Fields["power"] = "its deployment failed", "error"
			}},
		"key replaced": {file: []func(map[string]provider.Fields){with("sshKey/ops", "publicKey", blob("other"))}},
		"affinity group replaced": {file: []func(map[string]provider.Fields){
			with("affinityGroup/apart", "type", "host affinity"), with("vm/web-1", "update", provider.Fields{"maxUnavailable": int64(3)}),
		}},
		"affinity group replaced with one down at a time": {file: []func(map[string]provider.Fields){with("affinityGroup/apart", "type", "host affinity")}},
		"template refused":   {file: []func(map[string]provider.Fields){with("vm/web-1", "template", named("Debian"))}},
		"template replaced":  {file: []func(map[string]provider.Fields){with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"})}},
		"template reinstall": {file: []func(map[string]provider.Fields){with("vm/web-1", "template", named("Debian")), with("vm/web-1", "onChange", map[string]string{"template": "reinstall"})}},
		"network replaced": {file: []func(map[string]provider.Fields){
			with("network/back", "offering", named("Other")), with("network/back", "onChange", map[string]string{"offering": "replace"}),
			with("vm/edge", "onChange", map[string]string{"networks": "replace"}), with("elasticIP/front", "onChange", map[string]string{"network": "replace"}),
		}},
		"network replaced but its users may not": {file: []func(map[string]provider.Fields){
			with("network/back", "offering", named("Other")), with("network/back", "onChange", map[string]string{"offering": "replace"}),
		}},
		"description differs": {file: []func(map[string]provider.Fields){with("securityGroup/web", "description", "Other")}},
		"group gone":          {file: []func(map[string]provider.Fields){without("securityGroup/lb"), with("securityGroup/web", "ingress", []provider.Rule{})}},
		"empty stack":         {file: []func(map[string]provider.Fields){func(all map[string]provider.Fields) { clear(all) }}},
		"too many deletes":    {file: []func(map[string]provider.Fields){without("vm/web-1", "vm/web-2", "vm/web-3", "vm/edge", "elasticIP/front")}},
		"user data restart": {file: []func(map[string]provider.Fields){
			with("vm/web-1", "userData", blob("new")), with("vm/web-1", "onChange", map[string]string{"userData": "restart"}),
		}},
		"disk grown by hand": {cloud: func(w *world) { w.live("vm", "web-1").Fields["rootDisk"] = 30 * provider.GiB }},
		"disk grown by hand, compared": {option: plan.Options{Compare: true},
			cloud: func(w *world) { w.live("vm", "web-1").Fields["rootDisk"] = 30 * provider.GiB }},
		"everything changed by hand, compared": {option: plan.Options{Compare: true}, cloud: func(w *world) {
			delete(w.lives, w.live("vm", "web-2").ID)
			w.live("vm", "web-1").Fields["offering"] = provider.Named{Name: "Large", ID: "id of Large"}
			w.live("vm", "edge").Fields["template"] = provider.Named{Name: "Debian", ID: "id of Debian"}
			w.live("sshKey", "ops").Fields["publicKey"] = blob("theirs")
		}},
		"protected by the file": {file: []func(map[string]provider.Fields){
			with("vm/edge", "protect", true), with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"})}},
		"protected by its tag": {first: []func(map[string]provider.Fields){with("vm/edge", "protect", true), with("sshKey/ops", "protect", true)},
			file: []func(map[string]provider.Fields){without("vm/edge", "sshKey/ops"), with("elasticIP/front", "attach", links("vm")), keyless}},
		"protection lifted": {first: []func(map[string]provider.Fields){with("vm/edge", "protect", true), with("sshKey/ops", "protect", true)},
			file: []func(map[string]provider.Fields){with("vm/edge", "protect", false)}},
		"protection asked for": {file: []func(map[string]provider.Fields){with("vm/edge", "protect", true), with("sshKey/ops", "protect", true)}},
		"ports opened to the world": {file: []func(map[string]provider.Fields){with("securityGroup/lb", "ingress", []provider.Rule{
			cidr("tcp", 22, "0.0.0.0/0"), {Protocol: "tcp", From: 3000, To: 3400, CIDR: cidr("tcp", 1, "::/0").CIDR}, {Protocol: "all", CIDR: cidr("tcp", 1, "::/0").CIDR}, cidr("udp", 22, "::/0"), cidr("tcp", 22, "10.0.0.0/8"),
		})}},
		"rules that are left": {first: []func(map[string]provider.Fields){with("securityGroup/lb", "exclusive", false)},
			file: []func(map[string]provider.Fields){with("securityGroup/lb", "exclusive", false), with("securityGroup/lb", "ingress", []provider.Rule{cidr("tcp", 80, "10.0.0.0/8")})}},
		"machine renamed": {file: []func(map[string]provider.Fields){func(all map[string]provider.Fields) {
			all["vm/gate"] = all["vm/edge"]
			delete(all, "vm/edge")
			all["elasticIP/front"]["attach"] = links("vm", "gate")
		}}},
		"address handed over": {
			first: []func(map[string]provider.Fields){spare},
			file:  []func(map[string]provider.Fields){spare, without("elasticIP/front"), with("elasticIP/spare", "attach", links("vm", "edge"))},
		},
		"addresses exchanged": {
			first: []func(map[string]provider.Fields){spare, with("elasticIP/spare", "attach", links("vm", "web-1"))},
			file:  []func(map[string]provider.Fields){spare, with("elasticIP/front", "attach", links("vm", "web-1")), with("elasticIP/spare", "attach", links("vm", "edge"))},
		},
		"two rolling at once with one down": {
			cloud: func(w *world) { w.live("vm", "web-3").Fields["power"] = "stopped" },
			file: []func(map[string]provider.Fields){
				with("vm/web-1", "offering", named("Medium")), with("vm/web-2", "offering", named("Medium")), with("vm/web-3", "offering", named("Medium")),
				with("vm/web-1", "update", provider.Fields{"maxUnavailable": int64(2)}),
			},
		},
		"rolling in order and with pauses": {file: []func(map[string]provider.Fields){medium("web-1", "web-2", "web-3"), with("vm/web-1", "update", provider.Fields{
			"maxUnavailable": int64(1), "order": links("vm", "web-3", "web-1"), "pause": provider.Duration(30 * time.Second),
		}), ready}},
		"rolling with one that is not ready": {
			first:  []func(map[string]provider.Fields){ready},
			file:   []func(map[string]provider.Fields){ready, medium("web-1", "web-2")},
			option: plan.Options{MaxDeletes: -1, Unready: map[provider.Address]string{{Kind: "vm", Name: "web-2"}: "tcp/22 is refused"}},
		},
		"rolling with one that an earlier run did not see ready": {
			first: []func(map[string]provider.Fields){ready},
			file:  []func(map[string]provider.Fields){ready, medium("web-1", "web-2")},
			cloud: func(w *world) { w.notes["trueup.outage.vm.web-3"] = "run" },
		},
		"rolling with a member that is to be made": {
			first: []func(map[string]provider.Fields){without("vm/web-3")},
			file:  []func(map[string]provider.Fields){medium("web-1", "web-2")},
		},
		"rolling while a member that is down is left out": {
			cloud:  func(w *world) { w.live("vm", "web-3").Fields["power"] = "stopped" },
			file:   []func(map[string]provider.Fields){medium("web-1", "web-2")},
			option: plan.Options{MaxDeletes: -1, Targets: []string{"vm/web-1"}},
		},
		"rolling in an order of others": {file: []func(map[string]provider.Fields){medium("web-1", "web-2"),
			with("vm/web-1", "update", provider.Fields{"order": links("vm", "edge")})}},
		"affinity group exchanged for another one": {file: []func(map[string]provider.Fields){without("affinityGroup/apart"), func(all map[string]provider.Fields) {
			all["affinityGroup/beside"] = provider.Fields{"type": "host affinity"}
			for _, name := range []string{"web-1", "web-2", "web-3"} {
				all["vm/"+name]["affinityGroups"] = links("affinityGroup", "beside")
			}
		}}},
		"group used but not declared to be": {
			file: []func(map[string]provider.Fields){without("securityGroup/web"), with("securityGroup/lb", "ingress", nil),
				with("vm/web-1", "securityGroups", nil), with("vm/web-2", "securityGroups", nil), with("vm/web-3", "securityGroups", links("securityGroup"))},
		},
		"rules of unmanaged ingress that name what goes": {file: []func(map[string]provider.Fields){without("securityGroup/lb"), with("securityGroup/web", "ingress", nil)}},
		"key deleted by hand": {cloud: func(w *world) {
			delete(w.lives, w.live("sshKey", "ops").ID)
			for _, l := range w.lives {
				if _, ok := l.Fields["sshKeys"]; ok {
					l.Fields["sshKeys"] = []provider.Ref{{Kind: "sshKey", Live: "ops"}}
				}
			}
		}},
		"links to what is not there": {file: []func(map[string]provider.Fields){with("vm/web-1", "securityGroups", []provider.Ref{
			{Kind: "securityGroup", Name: "web"}, {Kind: "securityGroup", Live: "wep"}, {Kind: "securityGroup", ID: "nowhere"},
		})}},
		"link to what is deleted": {file: []func(map[string]provider.Fields){without("securityGroup/lb"), with("securityGroup/web", "ingress", nil),
			with("vm/web-1", "securityGroups", []provider.Ref{{Kind: "securityGroup", Live: "lb"}})}},
		"firewall's sources and ports changed": {first: []func(map[string]provider.Fields){firewall(cidr("tcp", 22, "10.0.0.0/8"), cidr("tcp", 80, "0.0.0.0/0"), cidr("udp", 53, "10.0.0.0/8"))},
			file: []func(map[string]provider.Fields){firewall(cidr("tcp", 22, "10.0.0.0/8"), cidr("tcp", 22, "192.0.2.0/24"), ports("tcp", 80, 90, "0.0.0.0/0"))}},
		"firewall opened by hand and left": {first: []func(map[string]provider.Fields){firewall(cidr("tcp", 22, "10.0.0.0/8")), with("elasticIP/front", "exclusive", false)},
			cloud: func(w *world) {
				l := w.byAddress(provider.Address{Kind: "elasticIP", Name: "front"})
				l.Fields["firewall"] = append(slices.Clone(l.Fields["firewall"].([]provider.Rule)), provider.Rule{
					Protocol: "tcp", From: 22, To: 22, CIDR: cidr("tcp", 22, "172.16.0.0/12").CIDR, ID: "rule tcp/22 172.16.0.0/12",
				})
			},
			file: []func(map[string]provider.Fields){firewall(cidr("tcp", 22, "10.0.0.0/8"), cidr("tcp", 22, "192.0.2.0/24")), with("elasticIP/front", "exclusive", false)}},
		"address goes from a machine to a load balancer":                      {file: []func(map[string]provider.Fields){balancer("web-1", "web-2"), with("elasticIP/front", "attach", links("vm"))}},
		"address goes from a load balancer to a machine":                      {first: []func(map[string]provider.Fields){balancer("web-1", "web-2"), with("elasticIP/front", "attach", links("vm"))}},
		"address of a machine and a load balancer":                            {file: []func(map[string]provider.Fields){balancer("web-1")}},
		"address of a load balancer and, as nobody says otherwise, a machine": {file: []func(map[string]provider.Fields){balancer("web-1"), silent}},
		"address of a load balancer whose machine goes":                       {file: []func(map[string]provider.Fields){balancer("web-1"), silent, without("vm/edge")}},
		"member of a load balancer dropped": {first: []func(map[string]provider.Fields){balancer("web-1", "web-3"), with("elasticIP/front", "attach", links("vm"))},
			file: []func(map[string]provider.Fields){balancer("web-1", "web-2"), with("elasticIP/front", "attach", links("vm")), without("vm/web-3")}},
		"disk dropped":                     {first: []func(map[string]provider.Fields){disk()}},
		"disk dropped that may be deleted": {first: []func(map[string]provider.Fields){disk(), with("volume/data", "onDelete", "delete")}},
		"disk shrunk without leave":        {first: []func(map[string]provider.Fields){disk()}, file: []func(map[string]provider.Fields){disk(), with("volume/data", "size", 5*provider.GiB)}},
		"disk shrunk": {first: []func(map[string]provider.Fields){disk()}, file: []func(map[string]provider.Fields){
			disk(), with("volume/data", "size", 5*provider.GiB), with("volume/data", "onChange", map[string]string{"size": "shrink"})}},
		"disk grown by the file and moved while machines are changed": {first: []func(map[string]provider.Fields){disk()}, file: []func(map[string]provider.Fields){
			disk(), with("volume/data", "size", 20*provider.GiB), with("volume/data", "attach", links("vm", "web-2")),
			with("vm/web-1", "offering", named("Medium")), with("vm/web-2", "offering", named("Medium")), with("vm/web-3", "offering", named("Medium")),
		}},
		"disk moved to a machine that is stopped": {first: []func(map[string]provider.Fields){disk()}, file: []func(map[string]provider.Fields){
			disk(), with("volume/data", "attach", links("vm", "web-2")), with("vm/web-2", "power", "stopped")}},
		"machine with a disk replaced": {first: []func(map[string]provider.Fields){disk(), with("volume/data", "attach", links("vm", "edge"))}, file: []func(map[string]provider.Fields){
			disk(), with("volume/data", "attach", links("vm", "edge")), with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"})}},
		"machine dropped with its disk and somebody's": {first: []func(map[string]provider.Fields){disk()}, file: []func(map[string]provider.Fields){without("vm/web-1")},
			cloud: func(w *world) {
				vm := w.live("vm", "web-1")
				theirs := w.add(provider.Live{Kind: "volume", ID: "theirs", Name: "backup", Fields: provider.Fields{"attach": []provider.Ref{{Kind: "vm", ID: vm.ID, Live: "web-1"}}}})
				vm.Fields["disks"] = []provider.Ref{{Kind: "volume", ID: theirs.ID, Live: "backup"}, {Kind: "volume", ID: w.live("volume", "data").ID, Live: "data"}}
			}},
		"locked out": {first: []func(map[string]provider.Fields){with("securityGroup/web", "ingress", []provider.Rule{cidr("tcp", 80, "0.0.0.0/0"), cidr("tcp", 22, "10.0.0.0/8")})}},
		"locked out by another list of groups": {
			first: []func(map[string]provider.Fields){with("securityGroup/lb", "ingress", []provider.Rule{cidr("tcp", 3389, "10.0.0.0/8")}), with("vm/web-1", "securityGroups", links("securityGroup", "web", "lb"))},
			file:  []func(map[string]provider.Fields){with("securityGroup/lb", "ingress", []provider.Rule{cidr("tcp", 3389, "10.0.0.0/8")})}},
		"power to be left and to be stopped": {file: []func(map[string]provider.Fields){
			with("vm/web-1", "power", "any"), with("vm/web-1", "offering", named("Medium")), with("vm/web-2", "power", "stopped"), with("vm/web-2", "offering", named("Medium")),
		}, cloud: func(w *world) { w.live("vm", "web-1").Fields["power"] = "stopped" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld("shop")
			if !c.blank {
				w = applied(shop(c.first...))
			}
			if c.cloud != nil {
				c.cloud(w)
			}
			opts := c.option
			if cmp.Equal(opts, plan.Options{}) {
				opts = defaults
			}
			stack, snap := shop(c.file...), w.snapshot()
			before := fmt.Sprintf("%+v %+v", stack, snap)
			p, err := plan.Make(stack, w.kinds, snap, opts)
			if fmt.Sprintf("%+v %+v", stack, snap) != before {
				t.Error("Make changed what it was given")
			}
			golden(t, "make/"+name, planned(p, err))
			if err == nil && !opts.Compare {
				converges(t, w, stack, p)
			}
		})
	}
}

// medium gives machines another offering.
func medium(names ...string) func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		for _, name := range names {
			all["vm/"+name]["offering"] = named("Medium")
		}
	}
}

// ready asks of the members of web that they answer.
func ready(all map[string]provider.Fields) {
	for _, name := range []string{"web-1", "web-2", "web-3"} {
		all["vm/"+name]["ready"] = provider.Fields{"tcp": int64(22)}
	}
}

// keyless takes the keys off all machines.
func keyless(all map[string]provider.Fields) {
	for _, fields := range all {
		delete(fields, "sshKeys")
	}
}

// silent says no longer what the address is attached to.
func silent(all map[string]provider.Fields) { delete(all["elasticIP/front"], "attach") }

// spare declares another address.
func spare(all map[string]provider.Fields) {
	all["elasticIP/spare"] = provider.Fields{"zone": named("adv1"), "network": provider.Ref{Kind: "network", Name: "back"}, "attach": links("vm")}
}

// converges obeys a plan and expects that nothing is left to do.
func converges(t *testing.T, w *world, stack *spec.Stack, p *plan.Plan) {
	t.Helper()
	if err := w.obey(p); err != nil {
		t.Fatalf("obeying the plan: %v\n%s", err, p)
	}
	again, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatalf("planning again: %v", err)
	}
	if !again.Empty() || len(again.Steps)+len(again.Marks) > 0 {
		t.Fatalf("the plan:\n%s\nleaves:\n%s", p, again)
	}
}

func TestDestroy(t *testing.T) {
	w := applied(shop())
	p, err := plan.Destroy(shop(), w.kinds, w.snapshot(), defaults)
	golden(t, "destroy/shop", planned(p, err))
	if err := w.obey(p); err != nil {
		t.Fatal(err)
	}
	if len(w.lives) > 0 || len(w.notes) > 0 {
		t.Errorf("left: %v, notes: %v", w.lives, w.notes)
	}
}
