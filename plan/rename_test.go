package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// renamed returns a change of the shop that gives a resource another name, in
// all links to it too. It says what it was only where told to.
func renamed(address, name string, say bool) func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		kind, old, _ := strings.Cut(address, "/")
		fields := all[address]
		delete(all, address)
		all[kind+"/"+name] = fields
		if say {
			fields["was"] = old
		}
		for _, fields := range all {
			for field, value := range fields {
				fields[field] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref {
					if ref.Kind == kind && ref.Name == old {
						ref.Name = name
					}
					return ref
				})
			}
		}
	}
}

// A rename is bookkeeping: no step, whatever the kind, and no trace of it once it
// was applied and the file does not mention it any more.
func TestRename(t *testing.T) {
	for _, address := range []string{"securityGroup/web", "sshKey/ops", "affinityGroup/apart", "network/back", "vm/edge", "elasticIP/front"} {
		t.Run(address, func(t *testing.T) {
			w := applied(shop())
			kind, _, _ := strings.Cut(address, "/")
			p, err := plan.Make(shop(renamed(address, "new", true)), w.kinds, w.snapshot(), defaults)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Steps) > 0 || len(p.Changes) != 1 || p.Changes[0].Action != plan.Rename || p.Changes[0].Address.String() != kind+"/new" {
				t.Errorf("not a rename alone:\n%s", p)
			}
			if got := p.Summary(); got.Rename != 1 {
				t.Errorf("the summary counts %d", got.Rename)
			}
			if err := w.obey(p); err != nil {
				t.Fatal(err)
			}
			for _, say := range []bool{true, false} {
				p, err := plan.Make(shop(renamed(address, "new", say)), w.kinds, w.snapshot(), defaults)
				if err != nil {
					t.Fatal(err)
				}
				if !p.Empty() || len(p.Marks) > 0 {
					t.Errorf("was: %v: something is left to do:\n%s", say, p)
				}
			}
		})
	}
}

// A rename may come with changes, and keeps what was protected protected.
func TestRenameWithChange(t *testing.T) {
	w := applied(shop(with("vm/edge", "protect", true), with("sshKey/ops", "protect", true)))
	stack := shop(renamed("vm/edge", "new", true), with("vm/new", "displayName", "New"))
	p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	if c := p.Changes[0]; c.Action != plan.Update || !strings.Contains(c.Reason, "it was vm/edge") {
		t.Errorf("got %+v", c)
	}
	for _, c := range []struct {
		change func(map[string]provider.Fields)
		want   string
	}{
		{func(all map[string]provider.Fields) {
			renamed("sshKey/ops", "new", true)(all)
			all["sshKey/new"]["publicKey"] = blob("other")
		},
			"sshKey/new: it is protected and would be replaced"},
	} {
		_, err := plan.Make(shop(c.change), w.kinds, w.snapshot(), defaults)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestRenameMistakes(t *testing.T) {
	w := applied(shop())
	for _, c := range []struct {
		name   string
		change []func(map[string]provider.Fields)
		want   string
	}{
		{"of what is declared", []func(map[string]provider.Fields){with("vm/edge", "was", "web-2")}, "vm/edge.was: the file still declares vm/web-2"},
		{"twice", []func(map[string]provider.Fields){with("securityGroup/lb", "was", "old"), with("securityGroup/web", "was", "old")}, "says as well that it was securityGroup/old"},
		{"a name that the cloud still has", []func(map[string]provider.Fields){
			renamed("vm/edge", "new", true), func(all map[string]provider.Fields) {
				delete(all["vm/new"], "was")
				all["vm/edge"] = provider.Fields{"offering": named("Small"), "template": named("CentOS")}
			}}, "vm/new, which was renamed, has the name edge in the cloud"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w
			if c.name == "a name that the cloud still has" {
				w = applied(shop())
				p, err := plan.Make(shop(renamed("vm/edge", "new", true)), w.kinds, w.snapshot(), defaults)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.obey(p); err != nil {
					t.Fatal(err)
				}
			}
			_, err := plan.Make(shop(c.change...), w.kinds, w.snapshot(), defaults)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// What is kept loses trueup's tags and notes and nothing else, once; then nobody
// knows of it, and what links to it goes on.
func TestKeep(t *testing.T) {
	for _, address := range []string{"securityGroup/web", "sshKey/ops", "affinityGroup/apart", "network/back", "vm/edge", "elasticIP/front"} {
		for name, make := range map[string]func(*world) (*plan.Plan, error){
			"make": func(w *world) (*plan.Plan, error) {
				return plan.Make(shop(with(address, "keep", true)), w.kinds, w.snapshot(), defaults)
			},
			"destroy": func(w *world) (*plan.Plan, error) {
				return plan.Destroy(shop(with(address, "keep", true)), w.kinds, w.snapshot(), defaults)
			},
		} {
			if name == "destroy" && address != "elasticIP/front" {
				continue // what others use can't go with them
			}
			t.Run(address+" "+name, func(t *testing.T) {
				w := applied(shop())
				kind, _, _ := strings.Cut(address, "/")
				p, err := make(w)
				if err != nil {
					t.Fatal(err)
				}
				i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Address.String() == address })
				if i < 0 || p.Changes[i].Action != plan.Forget || name == "make" && len(p.Steps)+len(p.Changes) != 1 {
					t.Fatalf("it is not forgotten:\n%s", p)
				}
				id := p.Changes[i].ID
				if name == "destroy" {
					return // its machine goes: see the simulator's tests
				}
				tags := w.lives[id].Fields["tags"]
				if err := w.obey(p); err != nil {
					t.Fatal(err)
				}
				for key := range w.lives[id].Tags {
					if strings.HasPrefix(key, provider.TagPrefix) {
						t.Errorf("the tag %s is left", key)
					}
				}
				if diff := cmp.Diff(tags, w.lives[id].Fields["tags"]); diff != "" {
					t.Errorf("the user's tags (-before +after):\n%s", diff)
				}
				for key := range w.notes {
					if strings.Contains(key, kind+".") && strings.HasSuffix(key, "."+strings.TrimPrefix(address, kind+"/")) {
						t.Errorf("the note %s is left", key)
					}
				}
				again, err := make(w)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.obey(again); err != nil || !again.Empty() {
					t.Errorf("it is not left alone (%v):\n%s", err, again)
				}
				if last, err := make(w); err != nil || len(last.Marks) > 0 {
					t.Errorf("bookkeeping without end (%v):\n%s", err, last)
				}
			})
		}
	}
}

func TestPolicy(t *testing.T) {
	w := applied(shop())
	create := func(all map[string]provider.Fields) { all["sshKey/new"] = provider.Fields{"publicKey": blob("new")} }
	changes := map[string]func(map[string]provider.Fields){
		"creation":    create,
		"change":      with("vm/web-1", "displayName", "New"),
		"replacement": with("sshKey/ops", "publicKey", blob("other")),
		"deletion":    without("vm/web-3"),
		"renaming":    renamed("vm/edge", "new", true),
	}
	allowed := map[string][]string{
		"":            {"creation", "change", "replacement", "deletion", "renaming"},
		"upsert-only": {"creation", "change", "renaming"},
		"create-only": {"creation"},
		"observe":     nil,
	}
	for policy, may := range allowed {
		for what, change := range changes {
			stack := shop(change)
			stack.Policy = policy
			p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
			want := what + " is not allowed: the stack's policy is " + policy
			switch {
			case slices.Contains(may, what) && err != nil:
				t.Errorf("%s: %s is refused: %v", policy, what, err)
			case !slices.Contains(may, what) && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%s: %s: got %v\n%v", policy, what, err, p)
			}
		}
	}
}

// Who only observes leaves no trace, not even in tags.
func TestObserveWritesNothing(t *testing.T) {
	w := applied(shop())
	w.live("vm", "edge").Tags[provider.TagSpec] = "0.old"
	stack := shop()
	stack.Policy = "observe"
	p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
	if err != nil || len(p.Marks) > 0 {
		t.Errorf("got %v\n%s", err, p)
	}
}

// A run killed while it exchanges the tag of an address leaves a note of it.
func TestRenameIsTakenUp(t *testing.T) {
	w := applied(shop(renamed("vm/edge", "middle", false)))
	l := w.live("vm", "middle")
	delete(l.Tags, provider.TagAddress) // and the new one isn't there yet
	w.notes[provider.NoteKey(provider.TagNote, provider.Address{Kind: "vm", Name: "new"})] = "run/0/" + l.ID
	p, err := plan.Make(shop(renamed("vm/edge", "new", true)), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Empty() || len(p.Marks) == 0 {
		t.Errorf("it is more than bookkeeping:\n%s", p)
	}
	converges(t, w, shop(renamed("vm/edge", "new", true)), p)
	if l.Tags[provider.TagAddress] != "new" {
		t.Errorf("its tags are %v", l.Tags)
	}
}

// A count says the name that the count had.
func TestRenameOfACount(t *testing.T) {
	rename := func(was func(i int) string) func(map[string]provider.Fields) {
		return func(all map[string]provider.Fields) {
			for i := 1; i <= 3; i++ {
				renamed(fmt.Sprintf("vm/web-%d", i), fmt.Sprintf("www-%d", i), false)(all)
				all[fmt.Sprintf("vm/www-%d", i)]["was"] = was(i)
			}
		}
	}
	for name, was := range map[string]func(i int) string{
		"the count": func(int) string { return "web" },
		"each":      func(i int) string { return fmt.Sprintf("web-%d", i) },
	} {
		w := applied(shop())
		stack := shop(rename(was))
		for i := range stack.Resources {
			if r := &stack.Resources[i]; strings.HasPrefix(r.Name, "www-") {
				r.Block, r.Templates = "www", map[string]string{"displayName": "Web ${index}"}
				if name == "each" {
					r.Templates["was"] = "web-${index}"
				}
			}
		}
		p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(p.Steps) > 0 || p.Summary().Rename != 3 || len(p.Changes) != 3 {
			t.Errorf("%s: not a rename alone:\n%s", name, p)
		}
	}
}
