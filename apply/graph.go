package apply

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// graph is the order of a plan: which steps may start, and what the end of one
// means for the others. It does nothing itself.
type graph struct {
	nodes  []*node // in the plan's order
	byID   map[string]*node
	stops  map[provider.Address]*node // the steps that begin an outage
	starts map[provider.Address]*node // the last of those that end it
	ready  []*node                    // nothing in the order keeps them, in the plan's order
	serial map[string]bool
	left   int // steps that have not ended
	// halted holds, of the declarations whose members take turns, the step for
	// which no other turn is begun.
	halted map[string]string
	// open counts those of them that are before the barrier: not Last.
	open int
	// bar is the first step of the plan whose end keeps pure deletes from
	// being started.
	bar *node
}

// node is a step and where it stands.
type node struct {
	*plan.Step
	index   int
	needs   int     // how many of Needs are not done yet
	unlocks []*node // steps that need this one
	phase   Phase   // "" until it is started
	cause   string  // of NotStarted
	despite string  // the failed step despite which it is started

	attempt int // from 1
	// preparing is set while its resource is being chosen and noted, prepared
	// once that is done.
	preparing, prepared bool
	chosen              string // id that Prepare chose
	note                tag    // open on the anchor; zero where there is none
	began               time.Time
	due                 time.Time // not to be started before
}

// newGraph panics if the plan is not in topological order: that is a mistake
// of the planner's, not of a user.
func newGraph(steps []plan.Step) *graph {
	g := &graph{
		byID: map[string]*node{}, stops: map[provider.Address]*node{}, starts: map[provider.Address]*node{},
		serial: map[string]bool{}, halted: map[string]string{}, left: len(steps),
	}
	for i := range steps {
		n := &node{Step: &steps[i], index: i, needs: len(steps[i].Needs), attempt: 1}
		for _, id := range n.Needs {
			need := g.byID[id]
			if need == nil || need.Last && !n.Last {
				panic(fmt.Sprintf("apply: step %q needs %q, which does not come before it", n.ID, id))
			}
			need.unlocks = append(need.unlocks, n)
		}
		g.byID[n.ID] = n
		if n.Stops {
			g.stops[n.Op.Address] = n
		}
		if n.Starts {
			g.starts[n.Op.Address] = n
		}
		g.nodes = append(g.nodes, n)
		if !n.Last {
			g.open++
		}
	}
	for _, n := range g.nodes {
		g.offer(n)
	}
	return g
}

// offer makes n ready if nothing keeps it.
func (g *graph) offer(n *node) {
	if n.phase != "" || n.needs > 0 || n.Last && g.open > 0 {
		return
	}
	if n.Pause > 0 && n.due.IsZero() && len(n.Needs) > 0 {
		n.due = time.Now().Add(time.Duration(n.Pause))
	}
	i, there := slices.BinarySearchFunc(g.ready, n, func(a, b *node) int { return cmp.Compare(a.index, b.index) })
	if !there {
		g.ready = slices.Insert(g.ready, i, n)
	}
}

// take removes the first ready step that ok accepts, that is due and that no
// other step of the same Serial keeps. It returns nil if there is none.
func (g *graph) take(ok func(*node) bool) *node {
	for i, n := range g.ready {
		if g.serial[n.Serial] || n.paused() || !ok(n) {
			continue
		}
		g.ready = slices.Delete(g.ready, i, i+1)
		if n.Serial != "" {
			g.serial[n.Serial] = true
		}
		return n
	}
	return nil
}

// giveBack makes a step that was taken ready again.
func (g *graph) giveBack(n *node) {
	delete(g.serial, n.Serial)
	n.phase = ""
	g.offer(n)
}

// paused reports whether the step is not due yet.
func (n *node) paused() bool { return time.Now().Before(n.due) }

// wakes is when the first of the ready steps that pause is due; the zero time
// where none does.
func (g *graph) wakes() time.Time {
	var first time.Time
	for _, n := range g.ready {
		if n.paused() && (first.IsZero() || n.due.Before(first)) {
			first = n.due
		}
	}
	return first
}

// finish ends n in a final phase and returns it and the steps that will not be
// started for that, each with its phase and cause set.
//
// A step whose need did not end Done is not started, unless it ends an outage
// that the run has begun. That holds for a need that is Waiting too: what
// depends on it belongs to a later run as well, and is no more a failure than
// its cause.
func (g *graph) finish(n *node, phase Phase) []*node {
	delete(g.serial, n.Serial)
	return g.end(n, phase, "", nil)
}

func (g *graph) end(n *node, phase Phase, cause string, ended []*node) []*node {
	if n.phase.Final() {
		return ended
	}
	n.phase, n.cause = phase, cause
	g.left--
	g.ready = slices.DeleteFunc(g.ready, func(r *node) bool { return r == n })
	ended = append(ended, n)
	switch phase {
	case Done:
		cause = n.despite
	case NotStarted: // for the cause given
	default:
		cause = n.ID
	}
	for _, next := range n.unlocks {
		switch {
		case cause == "" && phase == Done:
			next.needs--
			g.offer(next)
		case g.endsOutage(next, cause):
			next.needs--
			next.despite = cmp.Or(next.despite, cause)
			g.offer(next)
		default:
			ended = g.end(next, NotStarted, cause, ended)
		}
	}
	if (phase == Failed || phase == Running) && n.Turn != "" && g.halted[n.Turn] == "" {
		ended = g.halt(n, ended)
	}
	if n.Last {
		return ended
	}
	if (phase == Failed || phase == Running) && (g.bar == nil || n.index < g.bar.index) {
		g.bar = n
	}
	if g.open--; g.open == 0 {
		ended = g.raise(ended)
	}
	return ended
}

// endsOutage reports whether a step is to be started although something that the
// outage was for failed: a machine that the run stops is not left so. What needs
// it is not started all the same.
func (g *graph) endsOutage(n *node, cause string) bool {
	failed, stop := g.byID[cause], g.stops[n.Op.Address]
	if !n.Starts || failed == nil || failed.phase != Failed || stop == nil {
		return false
	}
	begun := stop.phase == Started || stop.phase == Submitted || stop.phase == Done
	return begun && (failed.Op.Address != n.Op.Address || !failed.Starts)
}

// halt ends the turns of n's declaration that have not been begun: a member did
// not come back, and no other is to be risked. What is being prepared is ended
// once that is done.
func (g *graph) halt(n *node, ended []*node) []*node {
	g.halted[n.Turn] = n.ID
	for _, other := range g.nodes {
		if g.barred(other) && !other.preparing {
			ended = g.end(other, NotStarted, n.ID, ended)
		}
	}
	return ended
}

// barred reports whether a step belongs to a turn that is not to be begun any
// more.
func (g *graph) barred(n *node) bool {
	if n.Turn == "" || n.phase != "" || g.halted[n.Turn] == "" {
		return false
	}
	return !slices.ContainsFunc(g.nodes, func(o *node) bool {
		return o.Turn == n.Turn && o.Op.Address == n.Op.Address && o.phase != "" && o.phase != NotStarted
	})
}

// raise lets pure deletes start once everything else has ended, or ends them
// where something failed. A failure among the deletes themselves stops only
// what depends on it.
func (g *graph) raise(ended []*node) []*node {
	for _, n := range g.nodes {
		switch {
		case !n.Last:
		case g.bar != nil:
			ended = g.end(n, NotStarted, g.bar.ID, ended)
		default:
			g.offer(n)
		}
	}
	return ended
}

// unstarted returns the steps of which nothing has been begun.
func (g *graph) unstarted() []*node {
	var nodes []*node
	for _, n := range g.nodes {
		if n.phase == "" && !n.preparing {
			nodes = append(nodes, n)
		}
	}
	return nodes
}
