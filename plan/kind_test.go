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
