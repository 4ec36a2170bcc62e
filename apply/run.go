// Package apply runs a plan: as much at once as its order allows, never a step
// whose need has not succeeded, always to a complete report.
//
// In goes a [plan.Plan], a graph of steps; out come [Event] values while it
// runs and a [Report] at the end, in which every step stands once. The package
// knows no kind of resource by name. One loop owns all state; goroutines of an
// error group make the calls and hand it their answers.
//
// Whoever applies holds the stack's [Lease], and beside the steps keeps the
// books with it: notes of what has begun and tags of what is owned. [Settle]
// waits for what an earlier run left behind.
package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Options of a run.
type Options struct {
	Run      string // id of the run, unique for ever; that of the lease
	Parallel int    // the most steps in flight at a time; 16 where 0
	// Steady keeps as many in flight as Parallel says, however the server fares.
	Steady bool
	// Lease of the stack. Without one nothing can be noted on an anchor.
	Lease *Lease
	// Stop, once closed, ends the run gently: nothing more is started, what
	// runs is waited for, the books are closed. It may be nil.
	Stop <-chan struct{}
	// Password is handed what the cloud generated for a machine, as Observe is
	// handed events. It may be nil.
	Password func(provider.Address, provider.Password)
	// Observe is handed every event, in order, by one goroutine at a time. It
	// may be nil.
	Observe func(Event)
}

// ErrStopped is why a run ended that was asked to stop.
var ErrStopped = errors.New("the run was asked to stop")

// Run applies the plan and returns when every step has ended and the books are
// closed. When ctx is done it leaves at once: jobs go on in the cloud, and
// what is not written in the books is found by the next run.
func Run(ctx context.Context, cloud provider.Cloud, p *plan.Plan, opts Options) *Report {
	r := newRun(cloud, p, opts)
	r.loop(ctx)
	return r.report
}

// run is a run in progress. Only the goroutine of loop touches it; workers
// read cloud, opts and plan, which do not change.
type run struct {
	cloud    provider.Cloud
	plan     *plan.Plan
	opts     Options
	graph    *graph
	pacing   pacing
	book     *book
	patience patience
	ids      map[provider.Address]string // of what lives, and what the run has made
	anchor   map[string]string           // what stands on the anchor, as far as we know
	report   *Report
	began    time.Time
	workers  errgroup.Group
	answers  chan func() // what workers found out, to be run by the loop

	working   int  // workers that have not answered yet
	active    int  // steps in flight
	preparing bool // a batch of creates is being chosen and noted
	prepared  int  // creates that are noted and not started
}

func newRun(cloud provider.Cloud, p *plan.Plan, opts Options) *run {
	opts.Parallel = cmp.Or(opts.Parallel, 16)
	r := &run{
		cloud:   cloud,
		plan:    p,
		opts:    opts,
		graph:   newGraph(p.Steps),
		pacing:  newPacing(opts.Parallel, opts.Steady),
		book:    newBook(p),
		ids:     map[provider.Address]string{},
		anchor:  map[string]string{},
		report:  &Report{Run: opts.Run, Outcomes: make([]Outcome, len(p.Steps))},
		began:   time.Now(),
		answers: make(chan func()),
	}
	r.patience.told = r.throttled
	maps.Copy(r.ids, p.IDs)
	if opts.Lease != nil {
		maps.Copy(r.anchor, opts.Lease.anchor.Tags)
	}
	for _, m := range p.Marks {
		if a := r.book.account(m.Address); a.open == 0 {
			r.post(a)
		}
	}
	return r
}

// loop starts what may start and runs the workers' answers, until nothing is
// left that could answer.
func (r *run) loop(ctx context.Context) {
	stop, left := r.opts.Stop, ctx.Done()
	for {
		r.startSteps(ctx)
		r.keepBook(ctx)
		wakes := r.graph.wakes()
		if r.working == 0 && wakes.IsZero() {
			break
		}
		select {
		case answer := <-r.answers:
			answer()
		case <-stop:
			stop = nil
			r.interrupt(ErrStopped)
		case <-left:
			left, r.book.left = nil, true
			r.interrupt(context.Cause(ctx))
		case <-r.book.due():
		case <-at(wakes):
		}
	}
	_ = r.workers.Wait() // workers answer, they return no errors
	r.report.Took = time.Since(r.began)
}

// at fires at a time; never for the zero time.
func at(t time.Time) <-chan time.Time {
	if t.IsZero() {
		return nil
	}
	return time.After(time.Until(t))
}

// work runs job in a goroutine, and in the loop the answer that it returns.
func (r *run) work(job func() (answer func())) {
	r.working++
	r.workers.Go(func() error {
		answer := job()
		r.answers <- func() {
			r.working--
			answer()
		}
		return nil
	})
}

// startSteps starts every step that may start now. Once the run has ended it
// ends those that have not been begun.
func (r *run) startSteps(ctx context.Context) {
	if r.report.Ended != nil {
		for _, n := range r.graph.unstarted() {
			r.finish(n, Outcome{Phase: NotStarted})
		}
		return
	}
	r.prepareAhead(ctx)
	for r.active < r.opts.Parallel && r.pacing.room() {
		n := r.graph.take(func(n *node) bool { return r.pacing.of(n.Step).room() && (n.prepared || !r.needsPreparing(n)) })
		if n == nil {
			return
		}
		r.start(ctx, n)
	}
}

// interrupt ends the run from outside, unless it is over already.
func (r *run) interrupt(cause error) {
	if r.graph.left == 0 && (!r.book.left || r.book.clean()) {
		return
	}
	r.report.Interrupted = true
	r.end(cause)
}

// end keeps anything more from being started.
func (r *run) end(cause error) {
	if r.report.Ended == nil {
		r.report.Ended = cause
		r.emit(Event{Text: "nothing more is started", Err: cause})
	}
}

// throttled takes note, from a worker, of a refusal for the number of calls.
func (r *run) throttled(sent time.Time, wait time.Duration, first bool) {
	r.answers <- func() {
		r.pacing.throttled(sent, time.Now())
		if first && wait >= Noticeable {
			r.emit(Event{Text: fmt.Sprintf("the cloud refuses more calls for now: waiting %s, then at most %d steps in flight",
				wait.Round(time.Second), min(r.pacing.limit(), r.opts.Parallel))})
		}
	}
}

// Noticeable is how long nothing may happen without a word.
const Noticeable = 2 * time.Second

// finish records the end of a step, and of those that will not be started for
// it. What o leaves out is filled in.
func (r *run) finish(n *node, o Outcome) {
	r.conclude(n, o, r.graph.finish(n, o.Phase))
}

// conclude records the ends of n and of the others that ended with it.
func (r *run) conclude(n *node, o Outcome, all []*node) {
	for _, ended := range all {
		if ended != n {
			o = Outcome{}
		}
		o.Step, o.Phase, o.Cause = ended.Step, ended.phase, ended.cause
		o.ID = cmp.Or(o.ID, ended.Op.ID, r.ids[ended.Op.Address])
		if !ended.began.IsZero() {
			o.Took = time.Since(ended.began)
		}
		if ended.prepared && ended.began.IsZero() {
			r.prepared--
		}
		r.report.Outcomes[ended.index] = o
		r.emit(Event{Step: ended.Step, Phase: o.Phase, Job: o.Job, Cause: o.Cause, Err: o.Err})
		r.enter(ended)
	}
}

func (r *run) emit(e Event) {
	e.At = time.Now()
	if r.opts.Observe != nil {
		r.opts.Observe(e)
	}
}
