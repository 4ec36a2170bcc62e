package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/plan"
)

// runDrift looks at every stack. Of several errors the first one decides the
// exit code, and any error outweighs drift.
func runDrift(ctx context.Context, p *process, o driftOptions) error {
	d := &driftRun{process: p, driftOptions: o, reported: map[*sharedError]bool{}}
	var results []*report.Result
	began := time.Now()
	looks := lookAt(ctx, p, o.stackOptions, o.cloudOptions)
	for _, l := range looks {
		d.fail(d.show(l))
		results = append(results, l.result(began))
	}
	for _, l := range looks {
		for _, owner := range l.abandoned {
			results = append(results, d.showAbandoned(&abandonedError{owner, l.project}, began))
		}
	}
	if ctx.Err() == nil { // what a look that was ended has found is no news
		d.fail(tell(ctx, o.notify, d.news, d.told))
	}
	if d.failed == nil && d.differs {
		d.failed = said(exitDiffers)
	}
	return conclude(p, o.reports, d.failed, results...)
}

// driftRun is one look at several stacks, as far as it is shown.
type driftRun struct {
	*process
	driftOptions
	shown    int
	differs  bool
	failed   error // the first
	reported map[*sharedError]bool
	news     []render.DriftNews
	told     []told // what is to be kept of each stack
}

func (d *driftRun) fail(err error) {
	if d.failed == nil {
		d.failed = err
	}
}

// show writes what a look at one stack has found, or what is new of it.
func (d *driftRun) show(l look) error {
	var drifted, pending []plan.Change
	if l.err == nil {
		drifted, pending = splitDrift(l.made)
		d.differs = d.differs || len(drifted) > 0
	}
	news, err := d.compare(l, drifted)
	switch {
	case l.err != nil && len(d.paths) > 1:
		reportOf(d.process, l.path, l.err, d.reported)
		return said(exitCode(l.err))
	case l.err != nil:
		return l.err
	case !d.reports.text(), err == nil && d.onlyNew && !news.Any():
		return err
	}
	if d.shown++; d.shown > 1 {
		fmt.Fprintln(d.stdout)
	}
	s := screen(d.stdout, d.env)
	_, failed := fmt.Fprint(d.stdout, render.Drift(l.made.Stack, drifted, pending, l.made.Notes, s)+render.FixedText(news, s))
	return errors.Join(err, failed)
}

// showAbandoned tells of a stack of the account that none of those given is.
func (d *driftRun) showAbandoned(err *abandonedError, began time.Time) *report.Result {
	d.differs = true
	if d.reports.text() {
		if d.shown++; d.shown > 1 {
			fmt.Fprintln(d.stdout)
		}
		fmt.Fprintf(d.stdout, "Stack %s: abandoned? %s.\n  To destroy it: %s\n", err.Stack, err.found(), err.destroying())
	}
	r := &report.Result{Command: "drift", Stack: err.Stack, Began: began}
	finish(r, err)
	return r
}

// compare finds what is new in a look, where that matters.
func (d *driftRun) compare(l look, drifted []plan.Change) (render.DriftNews, error) {
	if !d.remembers() {
		return render.DriftNews{}, nil
	}
	before, err := toldOf(l)
	if err != nil {
		return render.DriftNews{}, err
	}
	news, next := before.news(l, drifted)
	d.news, d.told = append(d.news, news), append(d.told, next)
	return news, nil
}

// result is what the reports say of a look.
func (l *look) result(began time.Time) *report.Result {
	r := &report.Result{Command: "drift", Path: l.path, Began: began, Simulated: l.simulated}
	if l.stack != nil {
		l.stack.about(r)
	}
	if l.made != nil {
		drifted, pending := splitDrift(l.made)
		r.Plan, r.Drift = l.made, &report.Drift{Drifted: drifted, Pending: pending}
	}
	finish(r, l.err)
	return r
}

// reportOf says on stderr what went wrong with one stack of several; what went
// wrong with more of them alike is said once.
func reportOf(p *process, path string, err error, reported map[*sharedError]bool) {
	if shared, ok := errors.AsType[*sharedError](err); ok {
		if reported[shared] {
			return
		}
		reported[shared] = true
		path = strings.Join(shared.paths, ", ")
	}
	fmt.Fprintf(p.stderr, "%s:\n", path)
	complain(p, err)
}
