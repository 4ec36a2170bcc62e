package plan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// secret is a user data that must not show anywhere.
const secret = "password=hunter2"

func TestJSON(t *testing.T) {
	w := applied(shop())
	stack := shop(
		with("vm/web-1", "offering", named("Medium")), with("vm/web-1", "userData", blob(secret)),
		with("vm/edge", "template", named("Debian")), with("vm/edge", "onChange", map[string]string{"template": "replace"}),
		without("vm/web-3"), func(all map[string]provider.Fields) { all["sshKey/new"] = provider.Fields{"publicKey": blob("new")} },
	)
	p, err := plan.Make(stack, w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "json/plan", indented.String()+"\n")
}

func TestEmptyPlanJSONHasEmptyLists(t *testing.T) {
	p, err := plan.Make(stackOf("s"), kinds(), &provider.Snapshot{}, defaults)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"version":1`, `"stack":"s"`, `"changes":[]`, `"steps":[]`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
}

// Neither the content of a secret field nor its sum is in any text of a plan,
// of a first one or of a change.
func TestSecretsDoNotShow(t *testing.T) {
	first := shop(with("vm/web-1", "userData", blob(secret)))
	w := newWorld("shop")
	made, err := plan.Make(first, w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	w = applied(first)
	changed, err := plan.Make(shop(with("vm/web-1", "userData", blob("other"+secret))), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	_, refused := plan.Make(shop(with("vm/web-1", "userData", blob("other"+secret)),
		with("vm/web-1", "onChange", map[string]string{"userData": "replace"}), with("vm/web-1", "protect", true)), w.kinds, w.snapshot(), defaults)
	for _, p := range []*plan.Plan{made, changed} {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := json.Marshal(p.Steps)
		if err != nil {
			t.Fatal(err)
		}
		for _, shown := range []string{p.String(), string(text), string(steps), refused.Error()} {
			if strings.Contains(shown, "hunter2") {
				t.Errorf("the secret is in %s", shown)
			}
		}
	}
}

// What two machines share shows in their tags, but not that they share a secret.
func TestSecretHashesDependOnTheResource(t *testing.T) {
	w := applied(shop())
	one, two := specTag(w, "web-1"), specTag(w, "web-2")
	differ := 0
	for code, hash := range one {
		if two[code] != hash {
			differ++
			if code != "ud" {
				t.Errorf("hash of %s differs between members of a count", code)
			}
		}
	}
	if differ != 1 {
		t.Errorf("%d hashes differ: %v and %v", differ, one, two)
	}
}

func specTag(w *world, name string) map[string]string {
	hashes := map[string]string{}
	for i, part := range strings.Split(w.live("vm", name).Tags[provider.TagSpec], ".") {
		if i > 0 {
			hashes[part[:2]] = part[2:]
		}
	}
	return hashes
}

// A mark holds all that its tags are made of before the resource has an id.
func TestMarkResolve(t *testing.T) {
	m := plan.Mark{
		Want:      map[string]string{"trueup.spec": "%spec%", "note": "%id% %spec%"},
		NotesWant: map[string]string{"trueup.own.vm.m": "%id% %spec% protect"},
		Spec:      plan.Spec{{Code: "aa"}, {Code: "bb", Keyed: true}},
	}
	one, two := m.Resolve("1"), m.Resolve("2")
	if m.Want["trueup.spec"] != "%spec%" {
		t.Error("Resolve changed the mark itself")
	}
	if one.Want["note"] != "%id% %spec%" {
		t.Error("Resolve changed a tag of the user's")
	}
	if one.Want["trueup.spec"] == two.Want["trueup.spec"] {
		t.Error("a keyed hash does not depend on the id")
	}
	want := map[string]string{"trueup.own.vm.m": "1 " + one.Want["trueup.spec"] + " protect"}
	if diff := cmp.Diff(want, one.NotesWant); diff != "" {
		t.Error(diff)
	}
}
