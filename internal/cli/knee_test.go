package cli

import (
	"cmp"
	"fmt"
	"os"
	"slices"
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

// makingTakesAsARule is the median of three: which of several that wait is served
// first is chance, and may cost a tick at the end.
func makingTakesAsARule(t *testing.T, knee, parallel int, steady bool) (took time.Duration, calls int) {
	type outcome struct {
		took  time.Duration
		calls int
	}
	var all []outcome
	for range 3 {
		took, calls := makingTakes(t, knee, parallel, steady)
		all = append(all, outcome{took, calls})
	}
	slices.SortFunc(all, func(a, b outcome) int { return cmp.Compare(a.took, b.took) })
	return all[1].took, all[1].calls
}

// TestTheNumberInFlightFollowsTheServer: on servers a quarter of the recorded
// one, as large, and four times as large, the number that is found costs little
// beside the one that fits the knee. What it costs beside the best of all is for
// make bench to say.
func TestTheNumberInFlightFollowsTheServer(t *testing.T) {
	t.Parallel()
	for _, knee := range []int{4, 16, 64} {
		fixed, _ := makingTakesAsARule(t, knee, knee, true)
		found, _ := makingTakesAsARule(t, knee, defaultParallel, false)
		if found > fixed*6/5 {
			t.Errorf("a knee of %d: %s, and %s with as many in flight", knee, found, fixed)
		}
	}
}

// TestTableOfNumbersInFlight prints the table of docs/performance.md, and fails
// where the number that is found costs a tenth more than the best. It is for make
// bench: it takes a minute.
func TestTableOfNumbersInFlight(t *testing.T) {
	if os.Getenv("TRUEUP_BENCH") == "" {
		t.Skip("TRUEUP_BENCH is not set")
	}
	fixed := []int{2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96}
	fmt.Print("| knee |")
	for _, n := range fixed {
		fmt.Printf(" %d |", n)
	}
	fmt.Print(" found | beside the best | calls |\n|---|")
	for range fixed {
		fmt.Print("---|")
	}
	fmt.Print("---|---|---|\n")
	for _, knee := range []int{4, 8, 16, 32, 64} {
		best := time.Duration(1<<63 - 1)
		fmt.Printf("| %d |", knee)
		for _, n := range fixed {
			if n > 4*knee || 4*n < knee { // nobody would, and the smallest take longest
				fmt.Print(" – |")
				continue
			}
			took, _ := makingTakesAsARule(t, knee, n, true)
			best = min(best, took)
			fmt.Printf(" %.0f s |", took.Seconds())
		}
		found, calls := makingTakesAsARule(t, knee, defaultParallel, false)
		more := 100 * (found.Seconds()/best.Seconds() - 1)
		fmt.Printf(" %.0f s | %+.0f %% | %d |\n", found.Seconds(), more, calls)
		if more > 10 {
			t.Errorf("a knee of %d: %s, and %s with the best fixed number", knee, found, best)
		}
	}
}
