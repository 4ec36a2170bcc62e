package apply

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
)

func TestReportNamesWhatToDo(t *testing.T) {
	s := step("vm/web-1 create")
	for err, want := range map[error]string{
		provider.ErrQuota:                "ask for a higher limit",
		provider.ErrExists:               "another name",
		provider.ErrOutcomeUnknown:       "the next apply will look",
		errors.New("something happened"): "mend the cause",
	} {
		text := (&StepError{Step: &s, Phase: Failed, Err: fmt.Errorf("the cloud's words: %w", err)}).Error()
		if !strings.HasPrefix(text, "vm/web-1: createVM: the cloud's words: ") || !strings.Contains(text, want) {
			t.Errorf("%v: %s", err, text)
		}
	}
}

// advised is an error that says itself what to do.
type advised struct{ error }

func (advised) Advice() string { return "plug it in" }

func TestErrorsThatKnowWhatToDoAreHeard(t *testing.T) {
	s := step("vm/web-1 create")
	text := (&StepError{Step: &s, Phase: Failed, Err: fmt.Errorf("wrapped: %w", advised{provider.ErrQuota})}).Error()
	if want := "vm/web-1: createVM: wrapped: a limit is reached; plug it in"; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
