package cli

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// makingTakes is how long it takes, in simulated time, to make 200 machines on a
// server with the recorded one's latency and such a knee, and how many calls.
func makingTakes(t *testing.T, knee, parallel int, steady bool) (took time.Duration, calls int) {
	stack := fleet(t, 200, 1)
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, simulator.Config{Host: roomy, Latency: simulator.Latency{Recorded: true, Knee: knee}})
		defer b.close()
		b.steady = steady
		began := time.Now()
		calls = len(b.apply(stack, parallel))
		took = time.Since(began)
	})
	return took, calls
}

// TestTheNumberInFlightFollowsTheServer: both a server that is much smaller than
// the recorded one and one that is much larger are used better than by a number
// that fits the recorded one.
func TestTheNumberInFlightFollowsTheServer(t *testing.T) {
	t.Parallel()
	for _, knee := range []int{4, 64} {
		fixed, _ := makingTakes(t, knee, 16, true)
		found, _ := makingTakes(t, knee, defaultParallel, false)
		if found >= fixed {
			t.Errorf("a knee of %d: %s, and %s with 16 in flight", knee, found, fixed)
		}
	}
}

// TestTableOfNumbersInFlight prints the table of docs/performance.md. It is for
// make bench: it takes minutes.
func TestTableOfNumbersInFlight(t *testing.T) {
	if os.Getenv("TRUEUP_BENCH") == "" {
		t.Skip("TRUEUP_BENCH is not set")
	}
	fixed := []int{2, 4, 8, 16, 32, 64, 128}
	fmt.Printf("| knee |")
	for _, n := range fixed {
		fmt.Printf(" %d in flight |", n)
	}
	fmt.Printf(" adaptive | calls |\n|---|%s---|---|\n", "---|---|---|---|---|---|---|")
	for _, knee := range []int{4, 16, 64} {
		fmt.Printf("| %d |", knee)
		for _, n := range fixed {
			if n > 8*knee { // answers would take longer than a client waits
				fmt.Print(" – |")
				continue
			}
			took, _ := makingTakes(t, knee, n, true)
			fmt.Printf(" %.0f s |", took.Seconds())
		}
		took, calls := makingTakes(t, knee, defaultParallel, false)
		fmt.Printf(" %.0f s | %d |\n", took.Seconds(), calls)
	}
}
