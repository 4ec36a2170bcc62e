package plan_test

import (
	"testing"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
)

// The tag trueup.spec of every kind fits into the 255 characters that CloudStack
// keeps of a value, however many fields are declared.
func TestSpecFitsInATag(t *testing.T) {
	for _, k := range kind.All() {
		var s plan.Spec
		for _, f := range k.Fields {
			if !f.Setting {
				s = append(s, plan.SpecPart{Code: f.Code})
			}
		}
		if n := len(s.Text("id")); n > 255 {
			t.Errorf("%s: %d characters", k.Name, n)
		}
	}
}

// The tables of the real kinds string together as those of these tests do: a
// stack is made, leaves nothing to do, and is destroyed.
func TestRealKinds(t *testing.T) {
	w := newWorld("shop")
	w.kinds = kind.All()
	p, err := plan.Make(shop(), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	converges(t, w, shop(), p)
	p, err = plan.Destroy(shop(), w.kinds, w.snapshot(), defaults)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.obey(p); err != nil {
		t.Fatal(err)
	}
	if len(w.lives)+len(w.notes) > 0 {
		t.Errorf("left: %v, notes: %v", w.lives, w.notes)
	}
}
