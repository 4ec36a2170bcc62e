package cloudstack

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"
)

// JobWatcher waits for all jobs of a client together: a call of listAsyncJobs a
// tick says which are still pending, and each that left that list is asked for
// once, unless a [Settler] has settled it. Few jobs are asked for one by one, as
// are those that the list doesn't show although they run, and all of them where
// the list is not allowed.
//
// It has no goroutine. Of those who wait, one at a time does the asking for all,
// on its own goroutine and with its own context; who leaves hands that on.
type JobWatcher struct {
	c     *Client
	baton chan struct{} // who has put something in may ask; room for one

	mu      sync.Mutex // guards all below: every waiter joins, leaves and collects by itself
	jobs    map[ID]*watched
	joined  int                // jobs that ever joined: the order of those in jobs
	tick    int                // ticks since a job joined
	wait    time.Duration      // before a tick for many jobs
	last    time.Time          // when the last tick began, or the first job joined
	noList  bool               // listAsyncJobs is not allowed
	failing int                // ticks that failed in a row
	wake    context.CancelFunc // ends the asker's sleep; nil while there is none
}

// watched is a job that somebody waits for.
type watched struct {
	id       ID
	order    int
	waiters  []*waiter
	settler  *Settler
	unlisted bool // it is pending and the list doesn't show it
	missed   int  // listings in a row that didn't show it
}

// waiter is one call of Await.
type waiter struct {
	settler  *Settler
	ready    chan struct{} // room for one: there are outcomes
	outcomes []outcome
}

type outcome struct {
	state JobState
	err   error
}

func newJobWatcher(c *Client) *JobWatcher {
	return &JobWatcher{c: c, baton: make(chan struct{}, 1), jobs: map[ID]*watched{}}
}

// Await waits for jobs and yields each once, as it ends: with a state that is
// Done, failed ones included ([JobState.Err]), or with an error when its end
// can't be known: a [WaitError] when ctx ended or the server could not be asked
// any more, an [APIError] of the class ErrNotFound when there is no such job.
// Breaking off the loop leaves the other jobs running.
func (w *JobWatcher) Await(ctx context.Context, ids []ID, opts ...AwaitOption) iter.Seq2[JobState, error] {
	return func(yield func(JobState, error) bool) {
		me := &waiter{ready: make(chan struct{}, 1)}
		for _, set := range opts {
			set(me)
		}
		unique, open := w.join(me, ids)
		defer func() { w.leave(me, open) }()
		for {
			for _, o := range w.collect(me) {
				delete(open, o.state.ID)
				if !yield(o.state, o.err) {
					return
				}
			}
			if len(open) == 0 {
				return
			}
			select {
			case <-ctx.Done():
				for _, id := range unique {
					if open[id] && !yield(JobState{ID: id}, &WaitError{JobID: id, Err: ctx.Err()}) {
						return
					}
				}
				return
			case <-me.ready:
			case w.baton <- struct{}{}:
				w.turn(ctx)
			}
		}
	}
}

// join registers a waiter for jobs and gives their ids without repetition, in
// order and as a set.
func (w *JobWatcher) join(me *waiter, ids []ID) (unique []ID, open map[ID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.jobs) == 0 {
		w.last, w.failing, w.wait = w.c.clock.Now(), 0, w.c.poll.Least
	}
	w.tick = 0
	open = make(map[ID]bool, len(ids))
	for _, id := range ids {
		if open[id] {
			continue
		}
		open[id] = true
		unique = append(unique, id)
		j := w.jobs[id]
		if j == nil {
			w.joined++
			j = &watched{id: id, order: w.joined}
			w.jobs[id] = j
		}
		if j.settler == nil {
			j.settler = me.settler
		}
		j.waiters = append(j.waiters, me)
	}
	if w.wake != nil {
		w.wake()
	}
	return unique, open
}

// leave takes a waiter off the jobs that it still waits for.
func (w *JobWatcher) leave(me *waiter, open map[ID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range open {
		j := w.jobs[id]
		if j == nil {
			continue
		}
		j.waiters = slices.DeleteFunc(j.waiters, func(x *waiter) bool { return x == me })
		if len(j.waiters) == 0 {
			delete(w.jobs, id)
		}
	}
}

// collect takes what has come for a waiter.
func (w *JobWatcher) collect(me *waiter) []outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	got := me.outcomes
	me.outcomes = nil
	return got
}

// deliver gives an outcome to all who wait for the job, which is watched no more.
func (w *JobWatcher) deliver(o outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := w.jobs[o.state.ID]
	if j == nil {
		return
	}
	delete(w.jobs, j.id)
	for _, me := range j.waiters {
		me.outcomes = append(me.outcomes, o)
		select {
		case me.ready <- struct{}{}:
		default:
		}
	}
}
