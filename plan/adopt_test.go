package plan_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

var adopting = plan.Options{MaxDeletes: -1, Adopt: true}

// disowned is the applied shop without a tag or note of trueup on anything that
// has a name.
func disowned() *world {
	w := applied(shop())
	for _, l := range w.lives {
		if l.Name == "" {
			continue
		}
		maps.DeleteFunc(l.Tags, func(key, _ string) bool { return strings.HasPrefix(key, provider.TagPrefix) })
		delete(w.notes, provider.NoteKey(provider.TagOwn, provider.Address{Kind: l.Kind, Name: l.Name}))
	}
	return w
}

func TestAdopt(t *testing.T) {
	w := disowned()
	w.live("vm", "web-1").Fields["offering"] = named("Large")
	if _, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults); err == nil || !strings.Contains(err.Error(), "trueup adopt takes it over") {
		t.Fatalf("without being asked: %v", err)
	}
	p, err := plan.Make(shop(), w.kinds, w.snapshot(), adopting)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Changes {
		if c.Action != plan.Adopt || !strings.Contains(c.Reason, "nobody owns it") {
			t.Errorf("%s: %s: %s", c.Address, c.Action, c.Reason)
		}
		// It shows what it is going to change, and what that costs.
		if changes := c.Address.String() == "vm/web-1"; changes != (len(c.Fields) == 1) || changes != (c.Impact == plan.Restart) {
			t.Errorf("%s: impact %s, fields %v", c.Address, c.Impact, c.Fields)
		}
	}
	if n := p.Summary().Adopt; n != len(p.Changes) || n != len(w.lives)-1 {
		t.Errorf("%d of %d are adopted", n, len(w.lives))
	}
	converges(t, w, shop(), p)
}

func TestAdoptTakesNothingFromAnybody(t *testing.T) {
	for _, c := range []struct {
		name  string
		cloud func(*world)
		file  func(map[string]provider.Fields)
		want  string
	}{
		{"another stack's", func(w *world) { w.live("vm", "edge").Tags[provider.TagStack] = "other" }, nil, "belongs to stack other"},
		{"noted by another stack", func(w *world) {
			key := provider.NoteKey(provider.TagOwn, provider.Address{Kind: "sshKey", Name: "ops"})
			w.other = []provider.Anchor{{Stack: "other", ID: "o", Tags: map[string]string{key: w.live("sshKey", "ops").ID + " 1"}}}
		}, nil, "belongs to stack other"},
		{"begun by another stack", func(w *world) {
			w.other = []provider.Anchor{{Stack: "other", ID: "o", Tags: map[string]string{provider.TagNote + "securityGroup.web": "r/1"}}}
		}, nil, "securityGroup named web lives already"},
		{"a machine whose deployment another stack began", func(w *world) {
			w.live("vm", "edge").Marker = "other/vm/edge"
			w.other = []provider.Anchor{{Stack: "other", ID: "o", Tags: map[string]string{provider.TagNote + "vm.edge": "r/1"}}}
		}, nil, "vm named edge lives already"},
		{"two of a name", func(w *world) {
			l := *w.live("vm", "edge")
			l.ID = "another"
			w.add(l)
		}, nil, "2 resources named edge live and nobody owns them"},
		{"what would be lost", nil, func(all map[string]provider.Fields) { all["sshKey/ops"]["publicKey"] = blob("other") },
			"sshKey/ops: it would be adopted and lost at once: publicKey can only be set at creation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := disowned()
			if c.cloud != nil {
				c.cloud(w)
			}
			stack := shop()
			if c.file != nil {
				stack = shop(c.file)
			}
			_, err := plan.Make(stack, w.kinds, w.snapshot(), adopting)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// What has no name of its own to be found by, or another, is adopted by its id:
// its name in the cloud stays.
func TestAdoptByID(t *testing.T) {
	w := disowned()
	for _, l := range w.lives {
		if l.Kind == "elasticIP" {
			maps.DeleteFunc(l.Tags, func(key, _ string) bool { return strings.HasPrefix(key, provider.TagPrefix) })
			l.Label = "192.0.2.1"
		}
	}
	delete(w.notes, provider.NoteKey(provider.TagOwn, provider.Address{Kind: "elasticIP", Name: "front"}))
	w.live("vm", "edge").Name = "other"
	ip := w.live("elasticIP", "").ID
	stack := shop(with("elasticIP/front", "adopt", ip), with("vm/edge", "adopt", w.live("vm", "other").ID))
	if _, err := plan.Make(stack, w.kinds, w.snapshot(), defaults); err == nil || !strings.Contains(err.Error(), "elasticIP 192.0.2.1 lives already") {
		t.Errorf("without being asked: %v", err)
	}
	p, err := plan.Make(stack, w.kinds, w.snapshot(), adopting)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) > 0 || p.Summary().Adopt != len(w.lives) {
		t.Errorf("not adopted as it is:\n%s", p)
	}
	converges(t, w, stack, p)
	if p, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults); err != nil || !p.Empty() {
		t.Errorf("without the lines: %v\n%s", err, p)
	}
	gone := shop(with("elasticIP/front", "adopt", "no such id"))
	delete(w.lives, ip)
	if _, err := plan.Make(gone, w.kinds, w.snapshot(), adopting); err == nil || !strings.Contains(err.Error(), "the cloud has no elasticIP with id no such id") {
		t.Errorf("with an id of nothing: %v", err)
	}
	twice := shop(func(all map[string]provider.Fields) {
		all["securityGroup/new"] = provider.Fields{"adopt": w.live("securityGroup", "web").ID}
	})
	if _, err := plan.Make(twice, w.kinds, w.snapshot(), adopting); err == nil || !strings.Contains(err.Error(), "securityGroup web is securityGroup/web already") {
		t.Errorf("of what the stack has: %v", err)
	}
}
