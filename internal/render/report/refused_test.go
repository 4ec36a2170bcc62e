package report

import (
	"strings"
	"testing"

	"github.com/trueup/trueup/plan"
)

// A plan that is refused is shown all the same.
func TestARefusedPlanSaysSoAndWhatItWouldDo(t *testing.T) {
	r := refused()
	r.Plan = shop()
	r.Plan.Problems = r.Err.(plan.Problems)
	const want = "Refused: nothing of it may be done, for 2 reasons. 2 to create, 4 to change (1 restart)"
	for _, format := range []Format{HTML, Markdown} {
		if text := write(t, format, []*Result{r}); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", format, want)
		}
	}
}
