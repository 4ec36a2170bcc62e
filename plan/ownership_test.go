package plan_test

import (
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Each case is a cloud in which something else than tags has a say in whose a
// resource is.
func TestOwnership(t *testing.T) {
	group := func(id, name string, tags map[string]string) provider.Live {
		return provider.Live{Kind: "securityGroup", ID: id, Name: name, Tags: tags, Fields: provider.Fields{}}
	}
	web := resource("securityGroup", "web", provider.Fields{})
	key := resource("sshKey", "ops", provider.Fields{"publicKey": blob("key")})
	machine := resource("vm", "m", provider.Fields{"offering": named("Small")})
	address := resource("elasticIP", "front", provider.Fields{})
	small := provider.Fields{"offering": provider.Named{Name: "Small", ID: "1"}, "power": "running"}
	liveKey := provider.Live{Kind: "sshKey", ID: "k1", Name: "ops", Fields: provider.Fields{"publicKey": blob("key")}}

	cases := map[string]struct {
		stack  []spec.Resource
		lives  []provider.Live
		notes  map[string]string
		others []provider.Anchor
		origin string
		drop   bool // destroy
	}{
		"nobody's group of the same name": {stack: []spec.Resource{web}, lives: []provider.Live{group("1", "Web", nil)}},
		"another stack's group":           {stack: []spec.Resource{web}, lives: []provider.Live{group("1", "web", map[string]string{"trueup.stack": "blog"})}},
		"another stack's key": {stack: []spec.Resource{key}, lives: []provider.Live{liveKey},
			others: []provider.Anchor{{Stack: "blog", ID: "a", Tags: map[string]string{"trueup.own.sshKey.ops": "k1 1"}}}},
		"foreign things of other names are not named": {stack: []spec.Resource{web}, lives: []provider.Live{
			group("1", "other", nil), group("2", "theirs", map[string]string{"trueup.stack": "blog"}), {Kind: "vm", ID: "3", Name: "x", Marker: "s/vm/x"}, liveKey,
		}},
		"group with an open note is taken up": {stack: []spec.Resource{web}, lives: []provider.Live{group("1", "web", nil)},
			notes: map[string]string{"trueup.note.securityGroup.web": "run/1"}},
		"group that two stacks note": {stack: []spec.Resource{web}, lives: []provider.Live{group("1", "web", nil)},
			notes:  map[string]string{"trueup.note.securityGroup.web": "run/1"},
			others: []provider.Anchor{{Stack: "blog", ID: "a", Tags: map[string]string{"trueup.note.securityGroup.web": "run/1"}}}},
		"machine with marker and open note is taken up": {stack: []spec.Resource{machine},
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Marker: "s/vm/m", Fields: small}},
			notes: map[string]string{"trueup.note.vm.m": "run/1"}},
		"marker without open note is nothing": {stack: []spec.Resource{machine},
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Marker: "s/vm/m", Fields: small}}},
		"address with its id in an open note is taken up": {stack: []spec.Resource{address},
			lives: []provider.Live{{Kind: "elasticIP", ID: "1"}, {Kind: "elasticIP", ID: "2"}},
			notes: map[string]string{"trueup.note.elasticIP.front": "run/1/2"}},
		"address with a tag that outlived a release": {stack: []spec.Resource{address},
			lives: []provider.Live{{Kind: "elasticIP", ID: "1", Tags: map[string]string{"trueup.stack": "s", "trueup.address": "front"}}}},
		"address that is tagged and noted": {stack: []spec.Resource{address},
			lives: []provider.Live{{Kind: "elasticIP", ID: "1", Tags: map[string]string{"trueup.stack": "s", "trueup.address": "front", "trueup.spec": "1"}}},
			notes: map[string]string{"trueup.own.elasticIP.front": "1"}},
		"address that lost its tag": {stack: []spec.Resource{address}, lives: []provider.Live{{Kind: "elasticIP", ID: "1"}},
			notes: map[string]string{"trueup.own.elasticIP.front": "1"}},
		"links to what others own": {stack: []spec.Resource{resource("vm", "m", provider.Fields{"securityGroups": []provider.Ref{
			{Kind: "securityGroup", Live: "default"}, {Kind: "securityGroup", ID: "2"}, {Kind: "securityGroup", ID: "3"}}}), web},
			lives: []provider.Live{group("1", "default", nil), group("2", "theirs", map[string]string{"trueup.stack": "blog"}),
				group("3", "web", map[string]string{"trueup.stack": "s", "trueup.spec": "1"}),
				{Kind: "vm", ID: "9", Name: "m", Tags: map[string]string{"trueup.stack": "s"}, Fields: provider.Fields{"securityGroups": []provider.Ref{
					{Kind: "securityGroup", Live: "web"}, {Kind: "securityGroup", ID: "2"}, {Kind: "securityGroup", Live: "default", ID: "1"}}}}}},
		"a name that several have": {stack: []spec.Resource{resource("vm", "m", provider.Fields{"networks": []provider.Ref{{Kind: "network", Live: "lan"}}})},
			lives: []provider.Live{{Kind: "network", ID: "2", Name: "lan"}, {Kind: "network", ID: "1", Name: "lan"}, {Kind: "network", ID: "3", Name: "LAN"}}},
		"what this cloud can't do": {stack: []spec.Resource{machine, resource("vm", "n", provider.Fields{}),
			resource("elasticIP", "front", provider.Fields{"attach": links("vm", "m", "n")})}},
		"key that is noted":              {stack: []spec.Resource{key}, lives: []provider.Live{liveKey}, notes: map[string]string{"trueup.own.sshKey.ops": "k1 1.pk73m6d"}},
		"key that was noted and is gone": {stack: []spec.Resource{key}, notes: map[string]string{"trueup.own.sshKey.ops": "k1 1.pk73m6d"}},
		"key of another id than noted":   {stack: []spec.Resource{key}, lives: []provider.Live{liveKey}, notes: map[string]string{"trueup.own.sshKey.ops": "k0 1.pk73m6d"}},
		"two resources of one address": {stack: []spec.Resource{web}, lives: []provider.Live{
			group("1", "web", map[string]string{"trueup.stack": "s"}), group("2", "old", map[string]string{"trueup.stack": "s", "trueup.address": "web"})}},
		"another live name than the declared": {stack: []spec.Resource{web}, lives: []provider.Live{
			group("2", "old", map[string]string{"trueup.stack": "s", "trueup.address": "web"})}},
		"another repository's stack": {stack: []spec.Resource{web}, notes: map[string]string{"trueup.origin": "theirs"}, origin: "ours"},
		"notes about nothing": {stack: []spec.Resource{web}, notes: map[string]string{
			"trueup.note.vm.old": "run/1", "trueup.outage.vm.older": "run", "trueup.own.sshKey.oldest": "k9 1", "trueup.lease": "run", "trueup.note.x": "1", "trueup.note.balloon.b": "1"}},
		"machine that an earlier run stopped": {stack: []spec.Resource{machine},
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Tags: map[string]string{"trueup.stack": "s"}, Fields: provider.Fields{"offering": provider.Named{Name: "Small", ID: "1"}, "power": "stopped"}}},
			notes: map[string]string{"trueup.outage.vm.m": "run7"}},
		"machine that an earlier run started again": {stack: []spec.Resource{machine},
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Tags: map[string]string{"trueup.stack": "s", "trueup.spec": "1.ofkjrss"}, Fields: small}},
			notes: map[string]string{"trueup.outage.vm.m": "run7"}},
		"deletion that was begun": {stack: []spec.Resource{machine},
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m-gone-abcdef", Gone: true, Tags: map[string]string{"trueup.stack": "s"}, Fields: provider.Fields{"power": "stopped"}}}},
		"destroy of a deletion that was begun": {drop: true,
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m-gone-abcdef", Gone: true, Tags: map[string]string{"trueup.stack": "s"}, Fields: provider.Fields{"power": "stopped"}}}},
		"destroy of a broken machine": {drop: true,
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Broken: "it failed", Tags: map[string]string{"trueup.stack": "s"}, Fields: provider.Fields{"power": "error"}}}},
		"destroy of a protected machine that is not declared": {drop: true,
			lives: []provider.Live{{Kind: "vm", ID: "1", Name: "m", Tags: map[string]string{"trueup.stack": "s", "trueup.protect": "true"}, Fields: small}}},
		"destroy of what others use": {drop: true, lives: []provider.Live{group("1", "web", map[string]string{"trueup.stack": "s"}),
			{Kind: "vm", ID: "9", Name: "theirs", Fields: provider.Fields{"securityGroups": []provider.Ref{{Kind: "securityGroup", ID: "1", Live: "web"}}}}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			snap := &provider.Snapshot{Resources: c.lives, Anchors: c.others}
			if c.notes != nil {
				snap.Anchors = append(snap.Anchors, provider.Anchor{Stack: "s", ID: "anchor", Tags: c.notes})
			}
			opts := plan.Options{MaxDeletes: -1, Origin: c.origin}
			if c.drop {
				golden(t, "ownership/"+name, planned(plan.Destroy(stackOf("s", c.stack...), kinds(), snap, opts)))
				return
			}
			golden(t, "ownership/"+name, planned(plan.Make(stackOf("s", c.stack...), kinds(), snap, opts)))
		})
	}
}

// A prefix is part of live names and never of an address.
func TestPrefix(t *testing.T) {
	stack := stackOf("s", resource("securityGroup", "new", provider.Fields{}), resource("securityGroup", "old", provider.Fields{}))
	stack.Prefix = "stg-"
	for i := range stack.Resources {
		stack.Resources[i].LiveName = "stg-" + stack.Resources[i].Name
	}
	mine := map[string]string{"trueup.stack": "s", "trueup.spec": "1"}
	snap := &provider.Snapshot{Resources: []provider.Live{
		{Kind: "securityGroup", ID: "1", Name: "stg-old", Tags: mine}, {Kind: "securityGroup", ID: "2", Name: "stg-gone", Tags: mine},
		{Kind: "securityGroup", ID: "3", Name: "new"}, {Kind: "securityGroup", ID: "4", Name: "old"},
	}}
	p, err := plan.Make(stack, kinds(), snap, defaults)
	golden(t, "ownership/prefix", planned(p, err)+p.Steps[0].Op.LiveName+"\n")
}
