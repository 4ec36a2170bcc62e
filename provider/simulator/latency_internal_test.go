package simulator

import "testing"

// TestThroughputHasItsKnee holds the throughput of jobs by number in flight against the measured one: it grows up to the knee and falls
// beyond, and the knee can be moved.
func TestThroughputHasItsKnee(t *testing.T) {
	perSecond := func(knee, inFlight int) float64 {
		return float64(inFlight) / Latency{Recorded: true, Knee: knee}.jobTime(inFlight, true).Seconds()
	}
	for _, test := range []struct {
		inFlight int
		measured float64
	}{{1, 0.5}, {4, 4.6}, {10, 5}, {16, 5}, {32, 3.8}} {
		if got := perSecond(0, test.inFlight); got < test.measured*0.95 || got > test.measured*1.05 {
			t.Errorf("%d in flight: %.2f a second, measured %.2f", test.inFlight, got, test.measured)
		}
	}
	for knee, around := range map[int][3]int{4: {1, 4, 16}, 16: {4, 16, 64}, 64: {16, 64, 256}} {
		before, at, beyond := perSecond(knee, around[0]), perSecond(knee, around[1]), perSecond(knee, around[2])
		if at < before || at <= beyond {
			t.Errorf("knee %d: %.2f, %.2f and %.2f a second with %v in flight", knee, before, at, beyond, around)
		}
	}
}
