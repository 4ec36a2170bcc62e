package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOnlyYesIsYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"yes\n": true, "y\n": true, " YES \n": true,
		"no\n": false, "\n": false, "": false, "yep\n": false,
	} {
		p := &process{stdin: strings.NewReader(answer), stderr: &bytes.Buffer{}}
		got, err := confirm(t.Context(), p, "Really?")
		if got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", answer, got, err, want)
		}
	}
}

func TestAQuestionEndsWithItsContext(t *testing.T) {
	silent, _ := io.Pipe()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	_, err := confirm(ctx, &process{stdin: silent, stderr: &bytes.Buffer{}}, "Really?")
	if !errors.Is(err, errInterrupted) {
		t.Errorf("the error is %v", err)
	}
}
