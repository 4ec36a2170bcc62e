package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// offered is a catalogue in which everything that the shop needs is there once.
func offered(change ...func(*provider.Catalogue)) *provider.Catalogue {
	sg1, adv1 := provider.Named{Name: "sg1", ID: "z1"}, provider.Named{Name: "adv1", ID: "z2"}
	entry := func(id, name string, zone provider.Named) provider.Entry {
		return provider.Entry{Named: provider.Named{Name: name, ID: id}, Zone: zone}
	}
	everywhere := provider.Named{}
	c := &provider.Catalogue{
		Entries: map[string][]provider.Entry{
			"zone":            {entry("z1", "sg1", everywhere), entry("z2", "adv1", everywhere)},
			"serviceOffering": {entry("o1", "Small", everywhere), entry("o2", "Medium", everywhere), entry("o3", "Smart", everywhere)},
			"template":        {entry("t1", "CentOS", sg1), entry("t1", "CentOS", adv1), entry("t2", "Debian", adv1)},
			"networkOffering": {entry("n1", "Isolated", everywhere)},
		},
		Limits: []provider.Limit{{Type: "user_vm", Max: 20, Used: 4}, {Type: "public_ip", Max: -1, Used: 9}, {Type: "volume", Max: 0}},
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func TestCheck(t *testing.T) {
	cases := map[string]struct {
		applied bool // already, before the file was changed
		file    []func(map[string]provider.Fields)
		cloud   []func(*provider.Catalogue)
		option  plan.Options
	}{
		"all is offered":           {},
		"misspelt offering":        {file: []func(map[string]provider.Fields){with("vm/web-1", "offering", named("smal"))}},
		"unknown id":               {file: []func(map[string]provider.Fields){with("vm/web-1", "offering", provider.Named{ID: "o9"})}},
		"chosen by id":             {file: []func(map[string]provider.Fields){with("vm/web-1", "offering", provider.Named{ID: "o2"})}},
		"template of another zone": {file: []func(map[string]provider.Fields){with("vm/web-1", "template", named("Debian"))}},
		"ambiguous": {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) {
			c.Entries["networkOffering"] = append(c.Entries["networkOffering"], provider.Entry{Named: provider.Named{Name: "Isolated", ID: "n0"}})
		}}},
		"unusable": {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) {
			c.Entries["template"][0].Unusable = "it is not ready"
		}}},
		"nothing offered": {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) { c.Entries["serviceOffering"] = nil }}},
		"too little left": {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) { c.Limits[0].Max = 7 }}},
		"a limit that a deletion frees too late": {
			file:  []func(map[string]provider.Fields){without("vm/web-1"), func(all map[string]provider.Fields) { all["vm/new"] = all["vm/edge"] }},
			cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) { c.Limits[0].Max = 4 }}, applied: true, option: plan.Options{MaxDeletes: 9}},
		"commands that the role lacks": {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) {
			c.Commands = map[string]bool{"deployVirtualMachine": false, "createNetwork": true, "registerSSHKeyPair": false}
		}}},
		"what is not there, of what may not change": {applied: true,
			file: []func(map[string]provider.Fields){with("vm/web-1", "template", named("Centos")), with("vm/web-2", "zone", named("adv2")), with("vm/edge", "template", named("Debian"))}},
		"a link into another zone": {file: []func(map[string]provider.Fields){with("vm/edge", "zone", named("sg1"))}},
		"just enough left":         {cloud: []func(*provider.Catalogue){func(c *provider.Catalogue) { c.Limits[0].Max = 8 }}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld("shop")
			if c.applied {
				w = applied(shop())
			}
			if c.option.MaxDeletes == 0 {
				c.option = defaults
			}
			p, _ := plan.Make(shop(c.file...), w.kinds, w.snapshot(), c.option)
			before := p.String() + choicesOf(p)
			checked, err := p.Check(w.kinds, offered(c.cloud...), plan.ToApply)
			if p.String()+choicesOf(p) != before {
				t.Error("Check changed the plan that it was asked of")
			}
			if err != nil {
				golden(t, "check/"+name, planned(nil, err))
				return
			}
			golden(t, "check/"+name, choicesOf(checked))
		})
	}
}

// choicesOf lists what the steps choose.
func choicesOf(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		for _, name := range sortedKeys(s.Op.Fields) {
			if n, ok := s.Op.Fields[name].(provider.Named); ok {
				fmt.Fprintf(&b, "%s: %s is %q, id %q\n", s.ID, name, n.Name, n.ID)
			}
		}
	}
	return b.String()
}

// Who only looks at a plan may lack the role to apply it.
func TestCheckToShow(t *testing.T) {
	w := newWorld("shop")
	p, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	before := len(p.Notes)
	checked, err := p.Check(w.kinds, offered(func(c *provider.Catalogue) {
		c.Commands = map[string]bool{"deployVirtualMachine": false, "createTags": false}
		c.LimitsUnread = true
	}), plan.ToShow)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range checked.Notes {
		if n.Address == (provider.Address{}) {
			got = append(got, n.Text)
		}
	}
	want := []string{"an apply with these credentials would be refused: the role may not call createTags, deployVirtualMachine",
		"the account's limits were not checked: the role may not read them"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(p.Notes) != before {
		t.Error("Check noted something on the plan that it was asked of")
	}
}

// A replacement gives back what it takes before it takes it, so that it fits
// where nothing is left.
func TestReplacementNeedsNoLimit(t *testing.T) {
	w := applied(shop())
	stack := shop(with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"}))
	p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	full := offered(func(c *provider.Catalogue) { c.Limits[0].Max = c.Limits[0].Used })
	if _, err := p.Check(w.kinds, full, plan.ToApply); err != nil {
		t.Error(err)
	}
}

// Only what the steps choose has to be read.
func TestWanted(t *testing.T) {
	w := newWorld("shop")
	made, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	w = applied(shop())
	nothing, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	scaled, err := plan.Make(shop(with("vm/edge", "offering", named("Medium"))), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	renamed, err := plan.Make(shop(with("vm/web-1", "displayName", "X")), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	catalogues := func(names ...string) provider.Wanted { return provider.Wanted{Catalogues: names} }
	without := func(w provider.Wanted) provider.Wanted { w.Commands = nil; return w }
	all := catalogues("networkOffering", "serviceOffering", "template", "zone")
	all.Limits = true
	got := []provider.Wanted{without(made.Wanted(plan.ToApply)), nothing.Wanted(plan.ToShow), without(scaled.Wanted(plan.ToApply)), renamed.Wanted(plan.ToApply), renamed.Wanted(plan.ToShow)}
	want := []provider.Wanted{all, {}, catalogues("serviceOffering"),
		{Commands: []string{"updateVirtualMachine"}}, {Commands: []string{"createTags", "deleteTags", "updateVirtualMachine"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
