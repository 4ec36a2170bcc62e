//go:build unix

package plan_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// BenchmarkMake plans farms of a thousand, ten thousand and a hundred thousand
// machines: all of them new, none of them changed, and all of them stopped and
// started for another offering.
func BenchmarkMake(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			unchanged := farm(n, "Small")
			live := standing(b, unchanged)
			for _, c := range []struct {
				name  string
				stack *spec.Stack
				snap  *provider.Snapshot
			}{
				{"create", unchanged, &provider.Snapshot{}},
				{"unchanged", unchanged, live},
				{"restart", farm(n, "Medium"), live},
			} {
				b.Run(c.name, func(b *testing.B) { benchmarkMake(b, c.stack, c.snap) })
			}
		})
	}
}

func benchmarkMake(b *testing.B, stack *spec.Stack, snap *provider.Snapshot) {
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		if _, err := plan.Make(stack, kinds(), snap, plan.Options{MaxDeletes: len(stack.Resources)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// processorTime is what this process has had of the processors: unlike the clock
// on the wall it doesn't measure the neighbours.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
