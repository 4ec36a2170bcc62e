package plan

import (
	"slices"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Options are what a plan depends on beside stack and cloud.
type Options struct {
	// MaxDeletes is how many of the stack's resources of one kind may be
	// deleted or replaced; below zero the default rule holds: 3, or a fifth of
	// them if that is more.
	MaxDeletes int
	// Origin tells which repository and path the stack comes from, as
	// trueup.origin on its anchor does; "" where that is not known.
	Origin string
	// Adopt takes over what lives under a declared name and has no owner.
	Adopt bool
	// Targets leaves everything out but the addresses that these patterns mean,
	// and what they need; Excludes leaves out what it means, and what needs
	// that. Neither weakens a guard: they count as if nothing were left out.
	Targets, Excludes []string
	// Bind asks for the plan's [Basis] as well, so that it can be stored.
	Bind bool
	// Unready are resources that somebody looked at and found not ready, and
	// why: see [Plan.Probes].
	Unready map[provider.Address]string
	// Compare asks only for what differs. What a plan would refuse to do about
	// a difference is no problem then, and what it would mean for other
	// resources no change; the plan has no steps and no marks.
	Compare bool
}

// Make returns the plan that turns what lives into what the stack declares.
// Its error is [Problems]; the plan is there all the same, for people to see
// what was refused.
func Make(stack *spec.Stack, kinds provider.Kinds, snap *provider.Snapshot, opts Options) (*Plan, error) {
	p := newPlanner(stack, kinds, snap, opts)
	return p.plan()
}

// Destroy returns the plan that removes all that the stack owns, whether it is
// declared or not. Its error, and the plan with it, are as Make's.
func Destroy(stack *spec.Stack, kinds provider.Kinds, snap *provider.Snapshot, opts Options) (*Plan, error) {
	p := newPlanner(stack, kinds, snap, opts)
	p.destroy = true
	return p.plan()
}

// planner holds what is known while one plan is made.
type planner struct {
	stack   *spec.Stack
	kinds   map[string]*provider.Kind
	snap    *provider.Snapshot
	opts    Options
	destroy bool

	anchor   anchor // of this stack
	others   others // what the anchors of other stacks claim
	index    index
	missing  map[identity]*row // declared and not live, the id being a live name
	rows     []*row            // sorted by address
	rowAt    map[provider.Address]*row
	was      map[provider.Address]*row // by the address that the file says it had
	users    map[*row][]use            // of live links, by what they lead to
	nodes    []*node
	ids      map[string]bool
	firstRun map[*row]*node
	probes   []provider.Op
	problems Problems
	notes    []Note
}

// row is all that is known about one address.
//
//	declared | live     | action
//	---------+----------+----------------------------------------
//	yes      | -        | create
//	yes      | equal    | none
//	yes      | differs  | update, reinstall or replace, or refused
//	yes      | else-    | rename: it is owned under the address that it was
//	         | where    |
//	yes      | not ours | refused; adopt, where asked to
//	keep     | owned    | forget
//	keep     | else     | none: it is the stack's no more
//	-        | owned    | delete; forget, where it lasts
//	-        | begun    | delete, from where it stopped
type row struct {
	provider.Address
	kind *provider.Kind
	// declared is what the file says; want is the same, but nil when the
	// stack is destroyed.
	declared, want *spec.Resource
	live           *provider.Live
	// resumed is set where the live resource is ours by an open note only.
	resumed bool
	// kept is set where the file says that the stack manages it no longer.
	kept bool
	// adopted is set where nobody owned the live resource until now.
	adopted bool
	// was is the address under which it is owned, if that is not this one.
	was provider.Address

	wanted, have provider.Fields // normalised; have also for what nobody manages
	stored       stored          // of trueup.spec

	action   Action // "" where nothing changes
	diffs    []diff
	ignored  []diff // that are left
	reasons  []string
	stopped  bool        // an earlier run has stopped it to start it again
	restart  bool        // an outage is needed though no operation asks for it
	relinked []relinking // links to what is replaced

	unready string // why it may run and not be usable
	left    bool   // out of the plan, as nobody asked for it
	nodes   nodes
	rank    int  // in the order of addresses
	rolled  bool // goes down in its turn among the members of its count
}

func newPlanner(stack *spec.Stack, kinds provider.Kinds, snap *provider.Snapshot, opts Options) *planner {
	p := &planner{stack: stack, snap: snap, opts: opts, kinds: map[string]*provider.Kind{}, ids: map[string]bool{}}
	for _, k := range kinds {
		p.kinds[k.Name] = k
	}
	return p
}

func (p *planner) plan() (*Plan, error) {
	p.match()
	p.normalise()
	p.decide()
	if !p.opts.Compare {
		p.relink()
	}
	p.guard()
	for i, r := range p.rows {
		r.rank = i
		p.addSteps(r)
	}
	var steps []*node
	if !p.opts.Compare {
		p.addEdges()
		if p.selective() {
			p.selectRows()
		}
		p.roll()
		steps = p.order()
	}
	plan := p.result(steps)
	return plan, plan.Problems.err()
}

// refuse records a problem with the resource of a row.
func (p *planner) refuse(class Class, r *row, field, text, hint string) {
	p.problems = append(p.problems, Problem{
		Pos: p.place(r, field), Address: r.Address, Field: field, Text: text, Hint: hint, Class: class,
	})
}

// place is where a field of a row is declared, or the resource, or the stack.
func (p *planner) place(r *row, field string) spec.Pos {
	switch {
	case r.declared == nil:
		return p.stack.Header
	case field == "":
		return r.declared.Pos
	default:
		return r.declared.Place(field)
	}
}

// remark records a note on the resource of a row.
func (p *planner) remark(r *row, field, text string) {
	p.notes = append(p.notes, Note{Address: r.Address, Text: text, Pos: p.place(r, field)})
}

// liveName is the name that the row's resource has, or will have.
func (r *row) liveName() string {
	switch {
	case r.live != nil:
		return r.live.Name
	case r.kind.Nameless:
		return ""
	default:
		return r.want.LiveName
	}
}

// id is the live id, "" where nothing lives.
func (r *row) id() string {
	if r.live == nil {
		return ""
	}
	return r.live.ID
}

// stays reports whether the resource lives and goes on living.
func (r *row) stays() bool { return r.live != nil && !r.goes() }

// goes reports whether the live resource will be removed.
func (r *row) goes() bool { return r.action == Delete || r.action == Recreate }

// made reports whether the plan makes the resource.
func (r *row) made() bool { return r.action == Create || r.action == Recreate }

// shrunk reports whether the plan makes its disk smaller.
func (r *row) shrunk() bool {
	return slices.ContainsFunc(r.diffs, func(d diff) bool { return d.shrink })
}

// reinstalled reports whether the plan makes its disk anew.
func (r *row) reinstalled() bool {
	return slices.ContainsFunc(r.diffs, func(d diff) bool { return d.reinstall })
}
