package plan

import "github.com/trueup/trueup/provider"

// settingMaxUnavailable is how many members of one count may be down at once.
const settingMaxUnavailable = "maxUnavailable"

// block is what one declaration with a count makes.
type block struct{ kind, name string }

// roll makes the members of a count go down one after another: of those that
// run now, at most maxUnavailable may be down at a time, and members that are
// down already count.
//
// With room for k, the members go down in k lanes. Where k or more are down
// already, nobody goes down before all of them are up.
func (p *planner) roll() {
	members := map[block][]*row{}
	size := map[block]int{}
	for _, r := range p.rows {
		if r.want == nil || r.kind.Start == "" {
			continue
		}
		at := block{r.Kind, r.want.Block}
		size[at]++
		if r.nodes.up != nil && !r.left && r.live != nil && r.wantedPower() != powerStopped {
			members[at] = append(members[at], r)
		}
	}
	for at, rows := range members {
		if size[at] > 1 {
			p.rollBlock(rows)
		}
	}
}

func (p *planner) rollBlock(rows []*row) {
	var up []*node // the ends of being down: of what is down already, then of each turn
	var turns []*row
	for _, r := range rows {
		switch {
		case r.runs():
			turns = append(turns, r)
		case r.nodes.heal != nil:
			up = append(up, r.nodes.heal)
			if r.nodes.down != nil {
				turns = append(turns, r)
			}
		default:
			up = append(up, r.nodes.up)
		}
	}
	k, already := maxUnavailable(rows), len(up)
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
}

// waitFor makes all that takes the resource down wait.
func (r *row) waitFor(n *node) {
	r.nodes.down.after(n)
	for _, cut := range r.nodes.cuts {
		cut.after(n)
	}
}

// maxUnavailable is the setting of a count's members, at least 1.
func maxUnavailable(rows []*row) int {
	k := 1
	for _, r := range rows {
		update, _ := r.wanted[settingUpdate].(provider.Fields)
		if n, ok := update[settingMaxUnavailable].(int64); ok {
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
		runs := r.nodes.up
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
