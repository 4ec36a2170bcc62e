package cloudstack

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// turn asks and hands the baton on.
func (w *JobWatcher) turn(ctx context.Context) {
	defer func() { <-w.baton }()
	w.ask(ctx)
}

// ask is one turn of the asker: it sleeps until the tick is due and asks. It
// returns early when a job joins meanwhile, which may move the tick forward.
func (w *JobWatcher) ask(ctx context.Context) {
	if !w.sleep(ctx) {
		return
	}
	jobs := w.begin()
	err := w.look(ctx, jobs)
	w.learn(jobs)
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
	interval := w.c.poll.interval(w.tick, len(w.jobs), w.wait)
	wait := min(interval, w.last.Add(interval).Sub(w.c.clock.Now())) // a clock may be set back
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

// learn sets the wait before the next tick by how many jobs this one found ended.
func (w *JobWatcher) learn(jobs []*watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended := 0
	for _, j := range jobs {
		if w.jobs[j.id] != j {
			ended++
		}
	}
	w.wait = w.c.poll.after(w.wait, len(jobs), ended)
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
