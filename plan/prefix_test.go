package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// prefixed is the shop with a prefix before its live names.
func prefixed(prefix string) *spec.Stack {
	s := shop()
	s.Prefix = prefix
	for i := range s.Resources {
		s.Resources[i].LiveName = prefix + s.Resources[i].Name
	}
	return s
}

// A prefix that changes is refused by name: it would make everything anew.
func TestChangedPrefixIsRefused(t *testing.T) {
	for _, c := range []struct{ was, is string }{{"dev-", "prod-"}, {"", "dev-"}, {"dev-", ""}} {
		w := applied(prefixed(c.was))
		w.notes[provider.TagNames] = provider.NamesTag(c.was)[provider.TagNames]
		if p, err := plan.Make(prefixed(c.was), w.kinds, w.snapshot(), defaults); err != nil || !p.Empty() {
			t.Fatalf("from %q to the same: %v\n%s", c.was, err, p)
		}
		for _, opts := range []plan.Options{defaults, unlimited, {MaxDeletes: -1, Compare: true}, {MaxDeletes: -1, Adopt: true}} {
			_, err := plan.Make(prefixed(c.is), w.kinds, w.snapshot(), opts)
			var problems plan.Problems
			if !errors.As(err, &problems) || len(problems) != 1 || problems.Class() != plan.Refused ||
				!strings.Contains(problems[0].Text, `prefix: "`+c.was+`"`) || !strings.Contains(problems[0].Hint, `put prefix: "`+c.was+`" back`) {
				t.Errorf("from %q to %q: %v", c.was, c.is, err)
			}
		}
		// What is to go is known by the names that it has.
		p, err := plan.Destroy(prefixed(c.is), w.kinds, w.snapshot(), defaults)
		if err != nil || len(p.Changes) != len(w.lives) {
			t.Errorf("destroy with %q after %q: %v\n%s", c.is, c.was, err, p)
		}
	}
}

// Where nothing is the stack's any more there is a way to forget the old prefix.
func TestPrefixOfAnEmptyStackIsForgotten(t *testing.T) {
	w := newWorld("shop")
	w.notes = map[string]string{provider.TagNames: "=dev-"}
	if _, err := plan.Make(prefixed(""), w.kinds, w.snapshot(), defaults); err == nil || !strings.Contains(err.Error(), "trueup destroy, which has nothing to delete") {
		t.Errorf("got %v", err)
	}
}
