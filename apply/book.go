package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// While steps run, the time between the end of a flush and the next is so many
// times as long as the flush took, and at least flushPause: a slow server has
// better things to do than to keep books.
const (
	flushPause  = 2 * time.Second
	flushShares = 4
)

// book is the queue of tags and notes that are to be written. One flush is
// under way at a time; it takes everything that is due, so that resources with
// equal tags share a call.
type book struct {
	accounts map[provider.Address]*account
	queue    []*entry
	busy     bool
	left     bool      // nothing more is written: the next run does it
	began    time.Time // start of the last flush
	last     time.Time // its end
}

// account is what the books hold open about one resource until its last step
// has ended.
type account struct {
	mark   *plan.Mark // nil where nothing is to be written
	open   int        // steps that have not ended
	undone bool       // a step did not succeed
	made   bool       // created by this run
	note   tag        // of the create
}

// entry is what is due about one resource.
type entry struct {
	address        provider.Address
	tagType, id    string
	remove, create map[string]string // tags on the resource
	note           map[string]string // tags that the anchor is to carry
	guard          tag               // on the anchor while note, or the tag of the address, changes
	forget         map[string]string // tags that leave the anchor once all else is confirmed
	err            error
}

func newBook(p *plan.Plan) *book {
	now := time.Now()
	b := &book{accounts: map[provider.Address]*account{}, began: now, last: now}
	for i := range p.Marks {
		b.account(p.Marks[i].Address).mark = &p.Marks[i]
	}
	for i := range p.Steps {
		b.account(p.Steps[i].Op.Address).open++
	}
	return b
}

func (b *book) account(a provider.Address) *account {
	if b.accounts[a] == nil {
		b.accounts[a] = &account{}
	}
	return b.accounts[a]
}

// clean reports whether nothing is left to be written.
func (b *book) clean() bool { return !b.busy && len(b.queue) == 0 }

// due fires when the queue may be flushed while steps run; nil if it is empty.
func (b *book) due() <-chan time.Time {
	if b.busy || b.left || len(b.queue) == 0 {
		return nil
	}
	return time.After(b.pause() - time.Since(b.last))
}

// pause is the least time after a flush.
func (b *book) pause() time.Duration { return max(flushPause, flushShares*b.last.Sub(b.began)) }

// enter draws from the end of a step what is due in the books.
func (r *run) enter(n *node) {
	if n.phase == NotStarted && n.note != (tag{}) {
		r.forget(n.Op.Address, n.note)
	}
	if n.phase == Waiting {
		r.keep(n)
	}
	a := r.book.account(n.Op.Address)
	r.enterOutage(n, a)
	if n.phase != Done {
		a.undone = true
	} else if n.Creates {
		a.made, a.note = true, n.note
	}
	if a.open--; a.open == 0 {
		r.post(a)
	}
}

// enterOutage closes the note of an outage with the last step that ends it. Where
// that step did not succeed, a note tells the next run that the resource is not
// back.
func (r *run) enterOutage(n *node, a *account) {
	outage := provider.NoteKey(provider.TagOutage, n.Op.Address)
	value, open := r.anchor[outage]
	switch {
	case n != r.graph.starts[n.Op.Address]:
	case n.phase == Done && open:
		r.forget(n.Op.Address, tag{outage, value})
	case n.phase != Done && !open && r.opts.Lease != nil && (a.made || n.phase != NotStarted):
		note := outageNote(n.Op.Address, r.opts.Run)
		r.book.queue = append(r.book.queue, &entry{address: n.Op.Address, note: note.tags()})
	}
}

// forget puts the removal of a note that stands for nothing any more in the
// queue.
func (r *run) forget(a provider.Address, t tag) {
	r.book.queue = append(r.book.queue, &entry{address: a, forget: t.tags()})
}

// keep notes what could not be deleted yet, so that the anchor stays until a
// later run has done it.
func (r *run) keep(n *node) {
	key := provider.NoteKey(provider.TagOwn, n.Op.Address)
	if _, there := r.anchor[key]; there || r.opts.Lease == nil {
		return
	}
	id := cmp.Or(n.Op.ID, r.ids[n.Op.Address])
	r.book.queue = append(r.book.queue, &entry{address: n.Op.Address, note: tag{key, id}.tags()})
}

// post puts what is due about a resource in the queue, its steps having ended.
//
//	all steps done          everything that its mark says
//	made, but not finished  that it is ours, not what was declared: the next
//	                        plan must not take for applied what was not
//	otherwise               nothing: what the last apply wrote still holds
func (r *run) post(a *account) {
	if a.mark == nil || a.undone && (!a.made || a.mark.Gone) {
		return
	}
	id := cmp.Or(r.ids[a.mark.Address], a.mark.ID)
	m := a.mark.Resolve(id)
	e := &entry{address: m.Address, tagType: m.TagType, id: id, note: m.NotesWant, forget: map[string]string{}}
	for key, value := range m.NotesHave {
		if _, changes := m.NotesWant[key]; !changes {
			e.forget[key] = cmp.Or(r.anchor[key], value) // this run may have written it anew
		}
	}
	maps.Copy(e.forget, a.note.tags())
	if m.TagType != "" && !m.Gone {
		e.create = maps.Clone(m.Want)
		if !a.made { // what was made has none of its predecessor's tags
			e.remove = maps.Clone(m.Have)
			if !m.Leaves {
				delete(e.remove, provider.TagStack) // it is never without an owner
			}
		}
	}
	if a.undone {
		if m.TagType == "" {
			return // the open note tells that it is ours
		}
		delete(e.create, provider.TagSpec)
	}
	if r.opts.Lease == nil {
		if len(e.note) > 0 {
			r.unkept(fmt.Errorf("%s: there is no anchor to note on that it is this stack's: apply without --no-lease", m.Address))
		}
		e.note, e.forget = nil, nil
	}
	if a.note == (tag{}) && (r.changes(e.note) || r.opts.Lease != nil && e.remove[provider.TagAddress] != "" && !m.Leaves) {
		e.guard = createNote(e.address, note{r.opts.Run, 0, id})
		e.forget[e.guard.key] = e.guard.value
	}
	r.book.queue = append(r.book.queue, e)
}

// changes reports whether any of the notes is there with another value: while
// it is written anew, only another note can tell whose the resource is.
func (r *run) changes(notes map[string]string) bool {
	for key, value := range notes {
		if have, there := r.anchor[key]; there && have != value {
			return true
		}
	}
	return false
}

// unkept records a failure of the books.
func (r *run) unkept(err error) {
	r.report.Bookkeeping = append(r.report.Bookkeeping, err)
}

// keepBook flushes the queue: at once when nothing else runs, after a pause
// otherwise.
func (r *run) keepBook(ctx context.Context) {
	b := r.book
	if b.busy || b.left || len(b.queue) == 0 || r.working > 0 && time.Since(b.last) < b.pause() {
		return
	}
	f := &flush{
		reader: r.cloud, keeper: patientKeeper{r.cloud, &r.patience, r.opts.Lease.hold},
		stack: r.plan.Stack, lease: r.opts.Lease, known: maps.Clone(r.anchor),
	}
	f.entries = b.queue[:min(len(b.queue), maxTags)]
	b.queue = slices.Clone(b.queue[len(f.entries):])
	b.busy, b.began = true, time.Now()
	r.work(func() func() {
		f.run(ctx)
		return func() { r.flushed(ctx, f) }
	})
}

// flushed takes over what a flush has brought about.
func (r *run) flushed(ctx context.Context, f *flush) {
	r.book.busy, r.book.last = false, time.Now()
	written := 0
	for _, e := range f.entries {
		switch {
		case e.err == nil:
			written++
			maps.Copy(r.anchor, e.note)
			for key := range e.forget {
				delete(r.anchor, key)
			}
		case errors.Is(e.err, ErrLost):
			r.end(e.err)
		case ctx.Err() == nil:
			r.unkept(fmt.Errorf("%s: %w; the next apply writes it", e.address, e.err))
		}
	}
	text := fmt.Sprintf("bookkeeping: %d written", written)
	if unwritten := len(f.entries) - written; unwritten > 0 {
		text += fmt.Sprintf(", %d not", unwritten)
	}
	r.emit(Event{Text: text})
}
