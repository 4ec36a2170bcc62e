package cloudstack

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// PollPolicy says how jobs are asked about.
type PollPolicy struct {
	Backoff   Backoff       // the wait before tick n, counted from 0 since the last job was added
	Busy      int           // with more jobs than this …
	BusyTick  time.Duration // … the wait is this
	ListAbove int           // up to this many jobs are asked for one by one; more by listAsyncJobs
	Parallel  int           // how many jobs are asked for at once
	MaxErrors int           // after this many failed ticks in a row the waiters are told
}

// DefaultPoll asks after 0.2 s, 0.4, 0.8, 1.6, then every two seconds; beyond ten
// jobs every two seconds at once; beyond two jobs by the list.
func DefaultPoll() PollPolicy {
	return PollPolicy{
		Backoff: Exponential(200*time.Millisecond, 2*time.Second), Busy: 10, BusyTick: 2 * time.Second,
		ListAbove: 2, Parallel: 4, MaxErrors: 5,
	}
}

// interval is the wait before the next tick.
func (p PollPolicy) interval(tick, jobs int) time.Duration {
	if jobs > p.Busy && p.BusyTick > 0 {
		return p.BusyTick
	}
	return p.Backoff(tick)
}

// settleAbove is how many jobs that left the list together are worth a listing
// of their resources; up to this many are asked for one by one.
const settleAbove = 2

// Settler tells of jobs that have left the server's list of pending jobs, by a
// listing of the caller's own, which of them have done their work: a machine
// that runs, a tag that is there. So a few calls settle many jobs. The jobs of
// all waiters that share a Settler are settled together.
type Settler struct {
	// Settle is given the jobs that left, in the order in which they were waited
	// for first, and returns those that it has seen succeed. The others, and all
	// when it returns none, are asked for one by one. It is called by one waiter
	// at a time, on its goroutine and with its context.
	Settle func(ctx context.Context, left []ID) (succeeded []ID)
}

// AwaitOption changes one wait.
type AwaitOption func(*waiter)

// SettledBy lets s settle the jobs where three or more left the list together.
func SettledBy(s *Settler) AwaitOption { return func(w *waiter) { w.settler = s } }

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
				w.ask(ctx)
				<-w.baton
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
		w.last, w.failing = w.c.clock.Now(), 0
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

// ask is one turn of the asker: it sleeps until the tick is due and asks. It
// returns early when a job joins meanwhile, which may move the tick forward.
func (w *JobWatcher) ask(ctx context.Context) {
	if !w.sleep(ctx) {
		return
	}
	jobs := w.begin()
	err := w.look(ctx, jobs)
	if ctx.Err() != nil || !w.exhausted(err) {
		return
	}
	for _, j := range jobs {
		w.deliver(outcome{JobState{ID: j.id}, &WaitError{JobID: j.id, Err: err}})
	}
}

// sleep waits for the next tick and tells whether it is due.
func (w *JobWatcher) sleep(ctx context.Context) (due bool) {
	ctx, wake := context.WithCancel(ctx)
	defer wake()
	w.mu.Lock()
	wait := w.last.Add(w.c.poll.interval(w.tick, len(w.jobs))).Sub(w.c.clock.Now())
	w.wake = wake
	w.mu.Unlock()
	err := w.c.clock.Sleep(ctx, wait)
	w.mu.Lock()
	w.wake = nil
	w.mu.Unlock()
	return err == nil
}

// begin counts a tick and gives the jobs to ask about, first come first.
func (w *JobWatcher) begin() []*watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = w.c.clock.Now()
	w.tick++
	return slices.SortedFunc(maps.Values(w.jobs), func(a, b *watched) int { return a.order - b.order })
}

// exhausted counts ticks that failed in a row and tells when they are too many.
func (w *JobWatcher) exhausted(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.failing = 0
		return false
	}
	w.failing++
	if w.failing < w.c.poll.MaxErrors {
		return false
	}
	w.failing = 0
	return true
}

// look finds out which of the jobs have ended, and delivers those. Only the
// asker calls it, so that noList and a job's unlisted and missed are its own.
func (w *JobWatcher) look(ctx context.Context, jobs []*watched) error {
	left := jobs
	if len(jobs) > w.c.poll.ListAbove && !w.noList {
		var err error
		if left, err = w.leftTheList(ctx, jobs); err != nil {
			return err
		}
		left = w.settle(ctx, left)
	}
	return w.query(ctx, left)
}

// leftTheList lists the pending jobs and gives those of ours that it doesn't
// show. With more than one page a job may slip from one to the other between
// two calls: then it has left when two listings in a row don't show it.
func (w *JobWatcher) leftTheList(ctx context.Context, jobs []*watched) ([]*watched, error) {
	shown := make(map[ID]JobState, len(jobs))
	pages := 0
	for page, err := range Pages(ctx, w.c, ListAsyncJobs{}) {
		if notForUs(err) {
			w.noList = true
			return jobs, nil
		}
		if err != nil {
			return nil, err
		}
		pages++
		for _, s := range page.Items {
			shown[s.ID] = s
		}
	}
	var left []*watched
	for _, j := range jobs {
		s, listed := shown[j.id]
		switch {
		case listed && s.Done() && s.Result != nil: // older servers list ended jobs, too
			w.deliver(outcome{s, nil})
		case listed && s.Done():
			left = append(left, j)
		case listed:
			j.unlisted, j.missed = false, 0
		default:
			j.missed++
			if j.unlisted || pages == 1 || j.missed > 1 {
				left = append(left, j)
			}
		}
	}
	return left, nil
}

// notForUs tells of an error of listAsyncJobs that asking again won't mend.
func notForUs(err error) bool {
	for _, class := range []error{ErrForbidden, ErrUnsupported, ErrInvalid, ErrAuth} {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}

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

// query asks for each of the jobs, a few at a time, and delivers those that have
// ended. The error is the first that says nothing about the job itself.
func (w *JobWatcher) query(ctx context.Context, jobs []*watched) error {
	var (
		mu    sync.Mutex // guards next and first, which the workers share
		next  int
		first error
		wg    sync.WaitGroup
	)
	take := func() *watched {
		mu.Lock()
		defer mu.Unlock()
		if next == len(jobs) || first != nil || ctx.Err() != nil {
			return nil
		}
		next++
		return jobs[next-1]
	}
	for range min(w.c.poll.Parallel, len(jobs)) {
		wg.Go(func() {
			for j := take(); j != nil; j = take() {
				if err := w.queryOne(ctx, j); err != nil {
					mu.Lock()
					first = errors.Join(first, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if first == nil {
		return ctx.Err()
	}
	return first
}

func (w *JobWatcher) queryOne(ctx context.Context, j *watched) error {
	state, err := w.c.job(ctx, j.id)
	state.ID = j.id
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrForbidden), errors.Is(err, ErrInvalid):
		w.deliver(outcome{state, err})
	case err != nil:
		return err
	case state.Done():
		w.deliver(outcome{state, nil})
	default:
		j.unlisted = j.missed > 0
	}
	return nil
}
