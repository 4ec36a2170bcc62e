package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/plan"
)

// large is a plan with as many changes of each sort.
func large(creates, updates, deletes int) []*Result {
	p := &plan.Plan{Stack: "shop"}
	shop := shop()
	create, update, gone := shop.Changes[6], shop.Changes[3], shop.Changes[5]
	add := func(n int, c plan.Change, name string) {
		for i := range n {
			c.Address = addr("vm", fmt.Sprintf("%s-%d", name, i+1))
			p.Changes = append(p.Changes, c)
		}
	}
	add(updates, update, "changed")
	add(deletes, gone, "gone")
	add(creates, create, "new")
	return []*Result{{Command: "plan", Stack: "shop", Plan: p}}
}

func TestMarkdownFitsIntoACommentAndNamesEveryDeletion(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 40, 300})
		creates, updates, deletes := n.Draw(rt, "creates"), n.Draw(rt, "updates"), rapid.IntRange(0, 900).Draw(rt, "deletes")
		text := write(t, Markdown, large(creates, updates, deletes))
		if len(text) > maxComment {
			rt.Fatalf("%d bytes", len(text))
		}
		if deletes > 0 && !strings.Contains(text, fmt.Sprintf("#### Destructive: %d\n", deletes)) {
			rt.Fatal("the deletions are not counted")
		}
		named := strings.Contains(text, fmt.Sprintf("vm/gone-1 … vm/gone-%d\n", deletes))
		for i := 1; i <= deletes && !named; i++ {
			if !strings.Contains(text, fmt.Sprintf("vm/gone-%d ", i)) && !strings.Contains(text, fmt.Sprintf("vm/gone-%d\n", i)) {
				rt.Fatalf("vm/gone-%d is not named", i)
			}
		}
	})
}

func TestMarkdownDropsDetailInStages(t *testing.T) {
	for _, test := range []struct {
		creates, updates, deletes int
		has, hasNot               string
	}{
		{10, 10, 10, "displayName", "Shortened"},
		{600, 10, 10, "+ create     vm/new-600", "displayName"},
		{600, 300, 10, "! change     vm/changed-300", "displayName"},
		{3000, 3000, 10, "Creations: 3000.", "vm/new-"},
		{3000, 3000, 10, "- delete vm/gone-1 … vm/gone-10", "no longer declared"},
	} {
		text := write(t, Markdown, large(test.creates, test.updates, test.deletes))
		if !strings.Contains(text, test.has) {
			t.Errorf("%+v: it lacks %q:\n%.2000s", test, test.has, text)
		}
		if test.hasNot != "" && strings.Contains(text, test.hasNot) {
			t.Errorf("%+v: it has %q", test, test.hasNot)
		}
	}
}

func TestRanges(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"vm/a", "vm/a"},
		{"vm/a-1 vm/a-2", "vm/a-1 vm/a-2"},
		{"vm/a-1 vm/a-2 vm/a-3 vm/b-1", "vm/a-1…vm/a-3 vm/b-1"},
		{"vm/a-1 vm/a-2 vm/a-4 vm/a-5 vm/a-6", "vm/a-1 vm/a-2 vm/a-4…vm/a-6"},
		{"vm/a-01 vm/a-02 vm/a-03", "vm/a-01 vm/a-02 vm/a-03"},
		{"vm/a-8 vm/a-9 vm/a-10", "vm/a-8…vm/a-10"},
		{"vm/a net/a-1 net/a-2 net/a-3", "vm/a net/a-1…net/a-3"},
	} {
		got := ranges(strings.Fields(test.in))
		for i, r := range got {
			got[i] = strings.ReplaceAll(r, " … ", "…")
		}
		if diff := cmp.Diff(strings.Fields(test.want), got); diff != "" && test.in != "" {
			t.Errorf("%s (-want +got):\n%s", test.in, diff)
		}
	}
}

func TestGitHubSaysHowManyAnnotationsItLeavesOut(t *testing.T) {
	text := write(t, GitHub, large(25, 3, 12))
	if n := strings.Count(text, "::notice "); n != annotationsPerLevel {
		t.Errorf("%d notices", n)
	}
	for _, want := range []string{"::warning title=trueup::6 more like these: see the report\n", "::notice title=trueup::16 more like these: see the report\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}
