package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/trueup/trueup/provider"
)

// maxAttempts bounds how often a create that got something unusable is tried.
const maxAttempts = 3

// verdict is what became of one attempt at a step.
type verdict struct {
	Outcome       // Phase, Job, ID and Err are set
	password      provider.Password
	again         bool  // another attempt may succeed
	closed        bool  // the note is no longer open
	closing, lost error // failure to close the note; loss of the lease
}

// start sends a step on its way.
func (r *run) start(ctx context.Context, n *node) {
	if n.prepared {
		r.prepared--
	}
	n.phase, n.began = Started, time.Now()
	r.active++
	r.pacing.of(n.Step).active++
	r.emit(Event{Step: n.Step, Phase: Started})
	op, note, limit := r.op(n), n.note, time.Duration(n.Limit)
	submitted := func(job provider.Job) {
		r.answers <- func() {
			n.phase = Submitted
			r.pacing.of(n.Step).answered(n.Command, n.began, time.Now())
			r.emit(Event{Step: n.Step, Phase: Submitted, Job: job.ID})
		}
	}
	r.work(func() func() {
		v := r.perform(ctx, op, note, limit, submitted)
		return func() { r.settle(n, v) }
	})
}

// op completes a step's command with what only the run knows: ids of what it
// has made, the marker and the job's id.
func (r *run) op(n *node) provider.Op {
	op := n.Op
	op.Fields = maps.Clone(op.Fields)
	for name, value := range op.Fields {
		op.Fields[name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref {
			if ref.ID == "" && ref.Name != "" {
				ref.ID = r.ids[ref.Address()]
			}
			return ref
		})
	}
	if n.Creates {
		op.ID = n.chosen
		op.Marker = r.plan.Stack + "/" + op.Address.String()
		op.JobID = JobID(r.opts.Run, op.Address, n.attempt)
		return op
	}
	op.ID = cmp.Or(op.ID, r.ids[op.Address])
	op.JobID = jobID(r.opts.Run, "step", n.ID)
	return op
}

// perform makes one attempt at a step: it sends the command, once but for those
// times that the cloud surely did not take it, and waits for its job. It runs in
// a worker.
func (r *run) perform(ctx context.Context, op provider.Op, note tag, limit time.Duration, submitted func(provider.Job)) verdict {
	var job provider.Job
	taken := false // by the cloud, or it may be
	err := r.patience.send(ctx, r.opts.Lease.hold, func() (err error) {
		job, err = r.cloud.Start(ctx, op)
		taken = !errors.Is(err, provider.ErrThrottled) && !errors.Is(err, provider.ErrUnreachable)
		return err
	})
	lost := err != nil && (errors.Is(err, provider.ErrOutcomeUnknown) || ctx.Err() != nil)
	switch {
	case !taken && (ctx.Err() != nil || !errors.Is(err, provider.ErrThrottled)):
		return unsent(ctx, err)
	case lost:
		job = provider.Job{ID: op.JobID, Resource: op.ID, Op: op}
	case err != nil:
		return r.refused(ctx, op, note, provider.Job{}, err)
	}
	result := provider.Result{}
	if !job.Done {
		submitted(job)
		result, err = r.await(ctx, job, limit, lost)
	}
	v := verdict{
		Outcome:  Outcome{Phase: phaseOf(err), Job: job.ID, ID: cmp.Or(result.ID, job.Resource, op.ID), Err: err},
		password: result.Password,
	}
	if errors.Is(err, provider.ErrTryAnother) {
		return r.refused(ctx, op, note, job, err)
	}
	return v
}

// unsent is the verdict on a step of which nothing was sent.
func unsent(ctx context.Context, err error) verdict {
	switch {
	case errors.Is(err, ErrLost):
		return verdict{Outcome: Outcome{Phase: NotStarted}, lost: err}
	case ctx.Err() != nil:
		return verdict{Outcome: Outcome{Phase: NotStarted}}
	default:
		return verdict{Outcome: Outcome{Phase: Failed, Err: err}}
	}
}

// refused is the verdict on a command that the cloud did not carry out. Where
// that is sure the note is closed before anything else is done: it must not
// stand for what was in the way. Otherwise it stays open, and the next run
// looks for what came of it. So it does where the same create of an earlier run
// may have arrived: what is in the way, or has used up the quota, is ours then.
func (r *run) refused(ctx context.Context, op provider.Op, note tag, job provider.Job, err error) verdict {
	v := verdict{Outcome: Outcome{Phase: phaseOf(err), Job: job.ID, Err: err}}
	if !madeNothing(err) || note != (tag{}) && r.opts.Lease.mayArrive(op.Address) {
		return v
	}
	if note != (tag{}) {
		if err := r.opts.Lease.drop(ctx, note.tags()); err != nil {
			v.closing = fmt.Errorf("%s: close its note on the anchor: %w", note.key, err)
			return v
		}
	}
	v.closed = true
	v.again = errors.Is(err, provider.ErrTryAnother)
	return v
}

// madeNothing reports whether a refusal tells for sure that nothing came of the
// command. An error without a class tells nothing: CloudStack's 530 is what it
// says of a deployment that failed and left a machine behind, and what it calls an
// invalid parameter (431) is mostly found by the command itself, in its midst.
func madeNothing(err error) bool {
	for _, class := range []error{
		provider.ErrNotBegun, provider.ErrExists, provider.ErrTryAnother, provider.ErrQuota, provider.ErrForbidden, provider.ErrCredentials, provider.ErrThrottled,
	} {
		if errors.Is(err, class) {
			return true
		}
	}
	return false
}

// phaseOf is the phase in which a command ends with err.
func phaseOf(err error) Phase {
	var running *provider.StillRunning
	switch {
	case err == nil:
		return Done
	case errors.Is(err, provider.ErrHeld):
		return Waiting
	case errors.As(err, &running):
		return Running
	default:
		return Failed
	}
}

// await waits for a job, for so long at most where that is above 0. Of one that
// was lost sight of, because time ran out or the cloud can't be reached, it
// returns [provider.StillRunning]. The job of a command whose answer was lost is
// asked for by the id that it was given.
func (r *run) await(ctx context.Context, job provider.Job, limit time.Duration, lost bool) (provider.Result, error) {
	began, wait := time.Now(), ctx
	if limit > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	result, err := r.ask(wait, job)
	if lost {
		for _, pause := range lookAgain {
			if !errors.Is(err, provider.ErrNotFound) || !sleep(wait, pause) {
				break
			}
			result, err = r.ask(wait, job)
		}
		if errors.Is(err, provider.ErrNotFound) {
			return result, fmt.Errorf("%w, and the cloud has no job %s", provider.ErrOutcomeUnknown, job.ID)
		}
	}
	var running *provider.StillRunning
	switch {
	case err == nil:
		return result, nil
	case errors.As(err, &running):
		running = &provider.StillRunning{Job: running.Job, Cause: running.Cause}
	case wait.Err() != nil:
		running = &provider.StillRunning{Job: job, Cause: context.Cause(wait)}
	case errors.Is(err, provider.ErrUnreachable), errors.Is(err, provider.ErrThrottled):
		running = &provider.StillRunning{Job: job, Cause: err}
	default:
		return result, err
	}
	running.After = time.Since(began)
	running.State = stateOf(ctx, r.cloud, job)
	return result, running
}

// stateTime bounds how long the cloud is asked where a job hangs.
const stateTime = 15 * time.Second

// stateOf says where a job hangs, "" where the cloud doesn't say or the run is to
// leave at once.
func stateOf(ctx context.Context, cloud provider.Operator, job provider.Job) string {
	ctx, cancel := context.WithTimeout(ctx, stateTime)
	defer cancel()
	state, err := cloud.State(ctx, job)
	if err != nil {
		return ""
	}
	return state
}

// ask waits for a job, however often the cloud refuses to be asked.
func (r *run) ask(ctx context.Context, job provider.Job) (result provider.Result, err error) {
	err = r.patience.ask(ctx, func() error {
		result, err = r.cloud.Wait(ctx, job)
		return err
	})
	return result, err
}

// lookAgain are the pauses after which a job is asked for again that the cloud
// did not know: the command may still have been on its way.
var lookAgain = [...]time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second}

// sleep pauses and reports whether ctx was still good at the end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// settle draws the consequences of one attempt at a step.
func (r *run) settle(n *node, v verdict) {
	r.active--
	r.pacing.of(n.Step).active--
	if v.Phase == Done || v.Phase == Failed {
		r.pacing.of(n.Step).ended(n.Command, n.began, time.Now(), v.Err)
	}
	if v.closing != nil {
		r.unkept(v.closing)
	}
	if v.lost != nil {
		r.end(v.lost)
	}
	if v.closed {
		delete(r.anchor, n.note.key)
		n.note = tag{}
	}
	if v.again && n.Creates && n.attempt < maxAttempts && r.report.Ended == nil {
		r.emit(Event{Step: n.Step, Phase: Submitted, Job: v.Job, Err: v.Err, Text: "another one is tried"})
		n.attempt++
		n.prepared, n.began = false, time.Time{}
		r.graph.giveBack(n)
		return
	}
	if v.Phase == Done {
		r.ids[n.Op.Address] = cmp.Or(v.ID, r.ids[n.Op.Address])
		if v.password != "" && r.opts.Password != nil {
			r.opts.Password(n.Op.Address, v.password)
		}
	}
	r.finish(n, v.Outcome)
}
