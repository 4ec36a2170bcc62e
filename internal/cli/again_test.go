package cli

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhyCallsAreRepeatedIsSaidOnceUntilTheyComeThrough(t *testing.T) {
	var said []string
	log := slog.New(&tryingAgain{say: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }})
	call := func(status, retry int, reason string) {
		args := []any{"command", "listZones", "status", status, "retry", retry}
		if reason != "" {
			args = append(args, "error", reason)
		}
		log.Debug("cloudstack call", args...)
	}
	call(0, 0, "listZones: refused")  // a call may fail once
	call(431, 0, "listZones: no")     // an answer, and no reason to try again
	call(429, 1, "listZones: slower") // what is waited for then is said
	call(0, 1, "listZones: refused")
	call(0, 2, "listZones: refused")
	call(0, 1, "listZones: from another port: refused")
	call(200, 0, "")
	call(503, 1, "listZones: busy")
	if diff := cmp.Diff([]string{"Trying again: refused", "Trying again: busy"}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}
