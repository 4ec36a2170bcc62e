package apply

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/trueup/trueup/provider"
)

// maxNotes is how many notes go into one call.
const maxNotes = 100

// needsPreparing reports whether something must be chosen or noted before the
// step is started.
func (r *run) needsPreparing(n *node) bool {
	return n.Creates || n.Stops && r.opts.Lease != nil
}

// prepareAhead chooses for the creates that are ready what they will use, and
// notes them, many in one call. One batch is prepared at a time, and none
// while enough are prepared: an interrupted run should leave few notes.
func (r *run) prepareAhead(ctx context.Context) {
	if r.preparing || r.prepared >= r.pacing.limit() {
		return
	}
	var batch []*preparation
	for _, n := range r.graph.ready {
		if r.needsPreparing(n) && !n.prepared && !n.paused() && len(batch) < maxNotes {
			n.preparing = true
			batch = append(batch, &preparation{node: n, op: r.op(n), creates: n.Creates, attempt: n.attempt})
		}
	}
	if len(batch) == 0 {
		return
	}
	r.preparing = true
	known := maps.Clone(r.anchor)
	r.work(func() func() {
		r.prepare(ctx, batch, known)
		return func() { r.enlist(ctx, batch) }
	})
}

// preparation is what a worker makes ready for one step.
type preparation struct {
	node    *node // for the loop, when the worker is done
	op      provider.Op
	creates bool
	attempt int
	chosen  string // id of what the create will use, "" where there is no choice
	note    tag
	err     error
}

// prepare chooses and notes. It runs in a worker. Choices are made one at a
// time, so that two creates do not end up with the same thing.
func (r *run) prepare(ctx context.Context, batch []*preparation, known map[string]string) {
	lease, notes := r.opts.Lease, map[string]string{}
	for _, p := range batch {
		if p.creates {
			p.err = r.patience.ask(ctx, func() (err error) {
				p.chosen, err = r.cloud.Prepare(ctx, p.op)
				return err
			})
		}
		if p.err != nil || lease == nil {
			continue
		}
		p.note = outageNote(p.op.Address, r.opts.Run)
		if p.creates {
			p.note = createNote(p.op.Address, note{r.opts.Run, p.attempt, p.chosen})
		}
		notes[p.note.key] = p.note.value
	}
	if len(notes) == 0 {
		return
	}
	err := lease.hold(ctx)
	if err == nil {
		if err = lease.put(ctx, notes, known); err != nil {
			err = fmt.Errorf("note on the anchor that it begins: %w", err)
		}
	}
	for _, p := range batch {
		p.err = cmp.Or(p.err, err)
	}
}

// enlist lets the steps of a batch start, and ends those that could not be
// prepared: of them nothing was sent.
func (r *run) enlist(ctx context.Context, batch []*preparation) {
	r.preparing = false
	for _, p := range batch {
		n := p.node
		n.preparing = false
		if p.err != nil {
			v := unsent(ctx, p.err)
			if v.lost != nil {
				r.end(v.lost)
			}
			n.began = time.Now()
			r.finish(n, v.Outcome)
			continue
		}
		n.prepared, n.chosen, n.note = true, p.chosen, p.note
		r.prepared++
		if n.note != (tag{}) {
			r.anchor[n.note.key] = n.note.value
		}
		if r.graph.barred(n) {
			r.conclude(n, Outcome{}, r.graph.end(n, NotStarted, r.graph.halted[n.Turn], nil))
		}
	}
}
