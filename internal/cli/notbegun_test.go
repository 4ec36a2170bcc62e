package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// TestAfterARefusalTheNextRunWaitsOnlyWhereItMust: what the server refused while it
// read the parameters is over, and nobody waits for it. Of any other refusal of
// something that could be made twice the next run looks what came of it.
func TestAfterARefusalTheNextRunWaitsOnlyWhereItMust(t *testing.T) {
	const unread = "Unable to execute API command createvolume due to invalid value. Invalid parameter zoneid value=x due to incorrect long value format, " +
		"or entity does not exist or due to incorrect parameter annotation for the field in api cmd class."
	for name, c := range map[string]struct {
		code  int
		text  string
		waits bool
	}{
		"of a parameter":     {431, unread, false},
		"by the command":     {431, "Volume size is out of range", true},
		"without a reason":   {530, "Internal error", true},
		"in the same words":  {530, unread, true},
		"of a limit":         {535, "Maximum amount of resources of Type = 'volume'", false},
		"in words within it": {431, "It failed: " + unread, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stack := stackOf(t, "version: 1\nstack: shop\nzone: sg1\nvolumes:\n  data: {offering: Small}\n")
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, simulator.Config{Faults: &simulator.Faults{Faults: []simulator.Fault{
					{Command: "createVolume", Do: simulator.RefuseBefore, Code: c.code, Text: c.text, Times: 1},
				}}})
				defer b.close()
				change, out := b.change(stack, 16)
				if err := change.leased(t.Context()); err == nil {
					t.Fatalf("it was not refused:\n%s", out)
				}
				began := time.Now()
				change, out = b.change(stack, 16)
				if err := change.leased(t.Context()); err != nil {
					t.Fatalf("again: %v\n%s", err, out)
				}
				waited := time.Since(began) >= time.Minute
				if told := strings.Contains(out.String(), "an earlier run may have sent what makes volume/data"); waited != c.waits || told != c.waits {
					t.Errorf("the next run waited: %v, and says so: %v, want %v:\n%s", waited, told, c.waits, out)
				}
				if n := b.sent("createVolume"); n != 2 {
					t.Errorf("it was sent %d times, want 2", n)
				}
			})
		})
	}
}
