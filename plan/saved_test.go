package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

var bound = plan.Options{MaxDeletes: -1, Bind: true}

// edited is the applied shop, and what is declared of it now: something of
// every action.
func edited() (*world, *spec.Stack) {
	return applied(shop()), shop(
		with("vm/web-1", "offering", named("Medium")), with("vm/web-1", "userData", blob(secret)),
		with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"}),
		with("securityGroup/web", "ingress", []provider.Rule{cidr("tcp", 443, "0.0.0.0/0")}),
		with("elasticIP/front", "tags", map[string]string{"team": "edge"}),
		without("vm/web-3"), func(all map[string]provider.Fields) { all["sshKey/new"] = provider.Fields{"publicKey": blob("new")} },
	)
}

// stored saves a plan to a file and reads it again.
func stored(t *testing.T, p *plan.Plan) *plan.Saved {
	t.Helper()
	file, err := json.Marshal(&plan.Saved{Path: "shop", Variables: []string{"replicas"}, Options: bound, Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(file), "hunter2") || strings.Contains(string(file), "sum of password") {
		t.Errorf("the file holds a secret:\n%s", file)
	}
	var saved plan.Saved
	if err := json.Unmarshal(file, &saved); err != nil {
		t.Fatal(err)
	}
	return &saved
}

func mustMake(t *testing.T, w *world, stack *spec.Stack) *plan.Plan {
	t.Helper()
	p, err := plan.Make(stack, w.kinds, w.snapshot(), bound)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSavedPlanShowsWhatItShowed(t *testing.T) {
	w, stack := edited()
	p := mustMake(t, w, stack)
	saved := stored(t, p)
	if saved.Path != "shop" || !cmp.Equal(saved.Options, bound) {
		t.Errorf("read %q and %+v", saved.Path, saved.Options)
	}
	hidden := cmp.Transformer("hidden", func(f plan.FieldChange) []string {
		return []string{f.Name, f.Text(f.Old), f.Text(f.New), string(f.Cause)}
	})
	if diff := cmp.Diff(p.Changes, saved.Plan.Changes, hidden); diff != "" {
		t.Errorf("the changes of the file differ (-made +read):\n%s", diff)
	}
	if diff := cmp.Diff(p.Notes, saved.Plan.Notes); diff != "" {
		t.Errorf("the notes of the file differ (-made +read):\n%s", diff)
	}
	made, _ := json.Marshal(p)
	read, _ := json.Marshal(saved.Plan)
	if diff := cmp.Diff(string(made), string(read)); diff != "" {
		t.Errorf("the public form differs (-made +read):\n%s", diff)
	}
}

func TestSavedPlanIsGoodWhileNothingMoves(t *testing.T) {
	w, stack := edited()
	saved := stored(t, mustMake(t, w, stack))
	w.live("vm", "web-2").Tags["somebody"] = "else" // nothing that was compared
	if err := saved.Stale(mustMake(t, w, stack)); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestStaleSavedPlan(t *testing.T) {
	cases := []struct {
		name  string
		cloud func(*world)
		file  func(map[string]provider.Fields)
		want  string
	}{
		{"a compared field in the cloud", func(w *world) { w.live("vm", "web-1").Fields["offering"] = named("Large") }, nil,
			"vm/web-1.offering: the saved plan is stale: the cloud has something else now"},
		{"what is deleted", func(w *world) { w.live("vm", "web-3").Fields["displayName"] = "Precious" }, nil,
			"vm/web-3.displayName: the saved plan is stale: the cloud has something else now"},
		{"another id", func(w *world) {
			l := w.live("vm", "web-3")
			delete(w.lives, l.ID)
			l.ID = "another"
			w.lives[l.ID] = l
		}, nil, "vm/web-3: the saved plan is stale: it lived as"},
		{"drift elsewhere", func(w *world) { w.live("vm", "web-2").Fields["displayName"] = "Mine" }, nil,
			"vm/web-2: the saved plan is stale: it was to be left as it is, and must be changed now"},
		{"done by hand", func(w *world) {
			w.live("securityGroup", "web").Fields["ingress"] = []provider.Rule{cidr("tcp", 443, "0.0.0.0/0")}
		}, nil, "securityGroup/web: the saved plan is stale: it needs no change any more"},
		{"a field of the file", nil, with("vm/web-1", "offering", named("Large")),
			"vm/web-1.offering: the saved plan is stale: the file declares something else now"},
		{"a secret of the file", nil, with("vm/web-1", "userData", blob("password=other")),
			"vm/web-1.userData: the saved plan is stale: the file declares something else now"},
		{"a setting of what is left", nil, with("vm/web-2", "protect", true),
			"the saved plan is stale: the file declares something else now"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, stack := edited()
			saved := stored(t, mustMake(t, w, stack))
			if c.cloud != nil {
				c.cloud(w)
			}
			if c.file != nil {
				all := map[string]provider.Fields{}
				for _, r := range stack.Resources {
					all[r.Address.String()] = r.Fields
				}
				c.file(all)
			}
			err := saved.Stale(mustMake(t, w, stack))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v\nwant %s", err, c.want)
			}
			if !strings.Contains(err.Error(), "variables again that it was made with: replicas") {
				t.Errorf("it does not remind of the variables: %v", err)
			}
		})
	}
}

// What a name of a catalogue means is part of what a plan stands on.
func TestStaleOffers(t *testing.T) {
	w, stack := edited()
	offer := func(id string) *provider.Catalogue {
		c := &provider.Catalogue{Entries: map[string][]provider.Entry{}}
		for _, choice := range mustMake(t, w, stack).Choices {
			entry := provider.Named{Name: choice.Wanted.Name, ID: "id of " + choice.Wanted.Name}
			if entry.Name == "Medium" {
				entry.ID = id
			}
			c.Entries[choice.Catalogue] = append(c.Entries[choice.Catalogue], provider.Entry{Named: entry})
		}
		return c
	}
	checked := func(id string) *plan.Plan {
		p, err := mustMake(t, w, stack).Check(w.kinds, offer(id), plan.ToApply)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	saved := stored(t, checked("one"))
	if err := saved.Stale(checked("one")); err != nil {
		t.Errorf("refused: %v", err)
	}
	err := saved.Stale(checked("two"))
	if want := "vm/web-1.offering: the saved plan is stale: what the cloud offers under that name is another now: id two, and was one"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestReadNoSavedPlan(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                        "no saved plan",
		`{}`:                        "no saved plan",
		`{"version":2}`:             "version 2",
		`{"version":1,"stack":"s"}`: "does not say what it was made from",
		`{"version":1,"saved":{"basis":{},"changes":[{"fields":[{"name":"x","old":{}}]}]}}`: "none of the types",
	} {
		var saved plan.Saved
		if err := json.Unmarshal([]byte(text), &saved); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
