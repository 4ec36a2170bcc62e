package cloudstack

import (
	"context"
	"slices"
)

// Settler tells of jobs that have left the server's list of pending jobs, by a
// listing of the caller's own, which of them have done their work: a machine
// that runs, a tag that is there. So a few calls settle many jobs. The jobs of
// all waiters that share a Settler are settled together.
type Settler struct {
	// Settle is given the jobs that left, in the order in which they were waited
	// for first, and returns those that it has seen succeed. The others, and all
	// when it returns none, are asked for one by one. It is called by one waiter
	// at a time, on its goroutine and with its context, and must not wait for jobs
	// itself.
	Settle func(ctx context.Context, left []ID) (succeeded []ID)
}

// AwaitOption changes one wait.
type AwaitOption func(*waiter)

// SettledBy lets s settle the jobs where three or more left the list together.
func SettledBy(s *Settler) AwaitOption { return func(w *waiter) { w.settler = s } }

// settleAbove is how many jobs that left the list together are worth a listing
// of their resources; up to this many are asked for one by one.
const settleAbove = 2

// settle lets settlers look for the jobs that left, those of one settler
// together, and gives the jobs that are still open.
func (w *JobWatcher) settle(ctx context.Context, left []*watched) []*watched {
	var settlers []*Settler
	groups := map[*Settler][]ID{}
	asked := map[ID]*Settler{}
	for _, j := range left {
		if j.settler == nil || j.unlisted {
			continue
		}
		if groups[j.settler] == nil {
			settlers = append(settlers, j.settler)
		}
		groups[j.settler] = append(groups[j.settler], j.id)
		asked[j.id] = j.settler
	}
	settled := map[ID]bool{}
	for _, s := range settlers {
		if len(groups[s]) <= settleAbove || ctx.Err() != nil {
			continue
		}
		for _, id := range s.Settle(ctx, slices.Clone(groups[s])) {
			if asked[id] == s && !settled[id] {
				settled[id] = true
				w.deliver(outcome{JobState{ID: id, Status: Succeeded, Settled: true}, nil})
			}
		}
	}
	return slices.DeleteFunc(left, func(j *watched) bool { return settled[j.id] })
}
