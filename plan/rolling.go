package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
)

// What the setting update of a count's members says.
const (
	settingMaxUnavailable = "maxUnavailable" // int64: how many may be down at once
	settingOrder          = "order"          // []Ref: who goes down first
	settingPause          = "pause"          // Duration between one that is back and the next
)

// block is what one declaration with a count makes.
type block struct{ kind, name string }

func (b block) String() string { return b.kind + "/" + b.name }

// roll makes the members of every count go down one after another.
func (p *planner) roll() {
	members := map[block][]*row{}
	var blocks []block
	for _, r := range p.rows {
		if r.want == nil || r.kind.Start == "" {
			continue
		}
		at := block{r.Kind, r.want.Block}
		if members[at] == nil {
			blocks = append(blocks, at)
		}
		members[at] = append(members[at], r)
	}
	for _, at := range blocks {
		if len(members[at]) > 1 {
			p.rollBlock(at, members[at])
		}
	}
}

// rollBlock makes the members of one count go down in turns: of those that run
// now, at most maxUnavailable may be down at a time, and members that are down
// already count.
//
//	member                           | its part
//	---------------------------------+------------------------------------------
//	down, or not ready; repaired     | counts until it is up
//	down, or not ready; left out     | counts for good
//	not there yet                    | counts until it is made, unless that needs
//	                                 | a turn of another
//	not ready, and to go down        | counts, and its turn is one of the first
//	runs, and to go down             | takes its turn
//	anything else                    | none
//
// With room for k, the members go down in k lanes. Where k or more are down
// already, nobody goes down before all of them are up.
func (p *planner) rollBlock(at block, rows []*row) {
	var up []*node // the ends of being down: of what is down already, then of each turn
	var first, turns []*row
	stuck := 0
	for _, r := range rows {
		down := r.nodes.down != nil && r.live != nil && r.wantedPower() != powerStopped
		switch {
		case r.left && p.isDown(r):
			stuck++
		case r.left:
		case r.live == nil && r.action == Create:
			up = append(up, cmp.Or(r.nodes.up, r.nodes.made))
		case r.runs() && down && r.unready == "":
			turns = append(turns, r)
		case r.runs() && down:
			first = append(first, r)
		case r.nodes.heal != nil && down:
			up = append(up, r.nodes.heal)
			turns = append(turns, r)
		case r.nodes.up != nil && r.wantedPower() != powerStopped:
			up = append(up, r.nodes.up)
		}
	}
	if len(first)+len(turns) == 0 {
		return
	}
	turns = append(p.inOrder(at, rows, first), p.inOrder(at, rows, turns)...)
	up, late := splitUps(up, turns)
	k, already := maxUnavailable(rows)-stuck-late, len(up)
	if k <= 0 {
		p.refuseTurns(at, rows, turns)
		return
	}
	for i, r := range turns {
		r.rolled = true
		switch {
		case already >= k && i < k:
			for _, n := range up[:already] {
				r.waitFor(n)
			}
		case already >= k:
			r.waitFor(turns[i-k].nodes.up)
		case already+i >= k:
			r.waitFor(up[already+i-k])
		}
		up = append(up, r.nodes.up)
	}
	for _, r := range rows {
		r.takeTurn(at)
	}
	p.probe(rows)
}

// splitUps takes out of the ends of being down those that can't be waited for before
// the turns, because they need one of them: they link to what a turn must let go
// of first. Late is how many of them live: they count until the end. What is not
// there yet doesn't then.
func splitUps(up []*node, turns []*row) (possible []*node, late int) {
	for _, n := range up {
		switch {
		case !needsAny(n, turns):
			possible = append(possible, n)
		case n.row.live != nil:
			late++
		}
	}
	return possible, late
}

// isDown reports whether the live resource is to run, and doesn't or is not ready.
func (p *planner) isDown(r *row) bool {
	_, outage := p.anchor.outages[r.Address]
	return r.live != nil && !r.runs() && (outage || r.wantedPower() == powerRunning) || r.unready != ""
}

// needsAny reports whether a step comes, however far, after one of the turns: it
// can't be waited for before them.
func needsAny(n *node, turns []*row) bool {
	seen := map[*node]bool{}
	for queue := []*node{n}; len(queue) > 0; {
		n, queue = queue[0], queue[1:]
		for _, need := range n.needs {
			if slices.ContainsFunc(turns, func(r *row) bool { return need.row == r }) {
				return true
			}
			if !seen[need] {
				seen[need] = true
				queue = append(queue, need)
			}
		}
	}
	return false
}

// inOrder sorts some of the members of a count as update.order says, the others
// after them.
func (p *planner) inOrder(at block, members, some []*row) []*row {
	i := slices.IndexFunc(members, func(r *row) bool { return r.updates()[settingOrder] != nil })
	if i < 0 {
		return some
	}
	order, _ := members[i].updates()[settingOrder].([]provider.Ref)
	place := map[string]int{}
	for n, ref := range order {
		if !slices.ContainsFunc(members, func(r *row) bool { return r.Name == ref.Name }) {
			p.refuse(Mistake, members[i], settingUpdate, fmt.Sprintf("order names %s, which is no member of %s", ref, at), "")
		}
		place[ref.Name] = n + 1
	}
	sorted := slices.Clone(some)
	slices.SortStableFunc(sorted, func(a, b *row) int {
		x, y := place[a.Name], place[b.Name]
		switch {
		case x == y:
			return 0
		case y == 0 || x > 0 && x < y:
			return -1
		default:
			return 1
		}
	})
	return sorted
}

// refuseTurns says which members keep the others from going down: those that the
// plan leaves out, and those that wait for the others.
func (p *planner) refuseTurns(at block, rows, turns []*row) {
	text, hint := fmt.Sprintf("no member of %s may go down: as many as may be are down already", at), "raise update.maxUnavailable, or make the change in two applies"
	for _, r := range rows {
		switch {
		case r.left && p.isDown(r):
			text += fmt.Sprintf("; %s is, and the selection leaves it out", r.Address)
			hint = fmt.Sprintf("take %s in, or raise update.maxUnavailable", r.Address)
		case !r.left && r.live != nil && r.nodes.up != nil && needsAny(r.nodes.up, turns):
			text += fmt.Sprintf("; %s is, and comes back only when others have gone down", r.Address)
		}
	}
	p.refuse(Refused, turns[0], "", text, hint)
}

// waitFor makes all that takes the resource down wait, and then pause.
func (r *row) waitFor(n *node) {
	pause, _ := r.updates()[settingPause].(provider.Duration)
	r.nodes.down.after(n)
	for _, cut := range r.nodes.cuts {
		cut.after(n)
		cut.Pause = pause
	}
	if len(r.nodes.cuts) == 0 {
		r.nodes.down.Pause = pause
	}
}

// takeTurn marks the steps that decide whether a member comes back.
func (r *row) takeTurn(at block) {
	if r.left {
		return
	}
	for _, n := range r.nodes.cuts {
		n.Turn = at.String()
	}
	for _, n := range r.nodes.all {
		op, _ := r.kind.Operation(n.Op.Name)
		switch {
		case r.made(), op.Stopped, n == r.nodes.down, n == r.nodes.up, n == r.nodes.heal, op.Name == r.kind.Start, op.Name == r.kind.Stop:
			n.Turn = at.String()
		}
	}
}

// updates is the setting update.
func (r *row) updates() provider.Fields {
	update, _ := r.wanted[settingUpdate].(provider.Fields)
	return update
}

// maxUnavailable is the setting of a count's members, at least 1.
func maxUnavailable(rows []*row) int {
	k := 1
	for _, r := range rows {
		if n, ok := r.updates()[settingMaxUnavailable].(int64); ok {
			k = max(k, int(n))
		}
	}
	return k
}

// firstRunning is the step after which the first resource runs that links to
// the target; nil where one runs already, or none will.
func (p *planner) firstRunning(to *row) *node {
	if p.firstRun == nil {
		p.findFirstRuns()
	}
	return p.firstRun[to]
}

// findFirstRuns finds, for all targets of links, the step after which the first
// of their users runs.
func (p *planner) findFirstRuns() {
	p.firstRun = map[*row]*node{}
	for _, r := range p.rows {
		if r.kind.Start == "" || r.want == nil || r.wantedPower() == powerStopped {
			continue
		}
		running := r.stays() && r.runs()
		runs := r.nodes.started
		switch {
		case running:
			runs = nil
		case r.made():
			runs = r.nodes.made
		case runs == nil:
			continue
		}
		for _, f := range r.kind.Fields {
			for _, ref := range provider.Refs(r.wanted[f.Name]) {
				to := p.target(ref)
				if to == nil {
					continue
				}
				if _, found := p.firstRun[to]; !found || running {
					p.firstRun[to] = runs
				}
			}
		}
	}
}
