package cli

import (
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/provider/simulator"
)

// within fails the test where more calls were made than allowed.
func within(t testing.TB, limit int, made []simulator.Request) {
	t.Helper()
	counts := map[string]int{}
	for _, r := range made {
		counts[r.Command]++
	}
	if len(made) > limit {
		t.Errorf("%d calls, at most %d: %v", len(made), limit, counts)
	}
}

func TestMakingManyMachinesTakesFewCalls(t *testing.T) {
	t.Parallel()
	const machines, groups = 200, 20
	stack := fleet(t, machines, groups)
	for _, c := range []struct {
		name     string
		latency  simulator.Latency
		parallel int
	}{
		{"jobs of 30 ms", simulator.Latency{}, 16},
		{"recorded", simulator.Latency{Recorded: true}, 64},
		{"recorded, with a knee of 64", simulator.Latency{Recorded: true, Knee: 64}, 64},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, simulator.Config{Host: roomy, Latency: c.latency})
				defer b.close()
				within(t, machines*5/2, b.apply(stack, c.parallel))
			})
		})
	}
}

const shopDir = "../../examples/shop"

// polls are the calls that ask for jobs, of which there is one a tick.
func polls(made []simulator.Request) (n int) {
	for _, r := range made {
		if r.Command == "queryAsyncJobResult" || r.Command == "listAsyncJobs" {
			n++
		}
	}
	return n
}

// bookkeepingPolls are those that an apply without steps makes: one for each
// time that tags are written or removed.
func bookkeepingPolls(made []simulator.Request) (n int) {
	for _, r := range made {
		if r.Command == "createTags" || r.Command == "deleteTags" {
			n++
		}
	}
	return n
}

func TestOneChangeTakesFewCalls(t *testing.T) {
	t.Parallel()
	before := mustLoadStack(t, shopDir)
	for _, c := range []struct {
		name, old, new string
		calls          int // but for one a tick while the change itself is under way
	}{
		{"a text", "displayName: Database", "displayName: DB", 21},
		{"a disk", "20GiB", "21GiB", 24},
		{"a rule", "tcp/5432", "tcp/5433", 23},
		{"with a restart", "Medium Instance", "Small Instance", 31},
	} {
		stack := edited(t, shopDir, c.old, c.new)
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, simulator.Config{})
				defer b.close()
				b.apply(before, 16)
				made := b.apply(stack, 16)
				ticks := polls(made) - bookkeepingPolls(made)
				within(t, c.calls+ticks, made)
			})
		})
	}
}
