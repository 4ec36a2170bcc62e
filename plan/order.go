package plan

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
)

// order sorts the steps so that needs come first, pure deletes last, and ties
// by address and id. A ring is a problem that spells it.
func (p *planner) order() []*node {
	slices.SortFunc(p.nodes, func(a, b *node) int {
		return cmp.Or(cmp.Compare(a.row.rank, b.row.rank), cmp.Compare(a.ID, b.ID))
	})
	for i, n := range p.nodes {
		n.rank = i
	}
	for _, n := range p.nodes {
		slices.SortFunc(n.needs, func(a, b *node) int { return cmp.Compare(a.rank, b.rank) })
		n.needs = slices.Compact(n.needs)
	}
	unlast(p.nodes)

	blocked := make([]int, len(p.nodes))
	unblocks := make([][]*node, len(p.nodes))
	var ready queue
	for _, n := range p.nodes {
		for _, need := range n.needs {
			unblocks[need.rank] = append(unblocks[need.rank], n)
		}
		if blocked[n.rank] = len(n.needs); blocked[n.rank] == 0 {
			ready = append(ready, n)
		}
	}
	heap.Init(&ready)
	ordered := make([]*node, 0, len(p.nodes))
	for len(ready) > 0 {
		n := heap.Pop(&ready).(*node)
		ordered = append(ordered, n)
		for _, next := range unblocks[n.rank] {
			if blocked[next.rank]--; blocked[next.rank] == 0 {
				heap.Push(&ready, next)
			}
		}
	}
	if len(ordered) < len(p.nodes) {
		p.refuseRing(ring(p.nodes, blocked))
		return nil
	}
	return ordered
}

// unlast takes the mark of a pure delete off the steps that others need which
// are none: they can't come last.
func unlast(nodes []*node) {
	var work []*node
	for _, n := range nodes {
		if !n.Last {
			work = append(work, n)
		}
	}
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		for _, need := range n.needs {
			if need.Last {
				need.Last = false
				work = append(work, need)
			}
		}
	}
}

// ring returns steps of which each waits for the next, and the last for the
// first, among those that are blocked for good.
func ring(nodes []*node, blocked []int) []*node {
	var path []*node
	at := map[*node]int{}
	next := nodes[slices.IndexFunc(blocked, func(n int) bool { return n > 0 })]
	for {
		if start, seen := at[next]; seen {
			return path[start:]
		}
		at[next] = len(path)
		path = append(path, next)
		next = next.needs[slices.IndexFunc(next.needs, func(n *node) bool { return blocked[n.rank] > 0 })]
	}
}

func (p *planner) refuseRing(ring []*node) {
	var text strings.Builder
	text.WriteString(ring[0].ID)
	hint := "make the change in two applies"
	for i := range ring {
		text.WriteString(", which waits for ")
		text.WriteString(ring[(i+1)%len(ring)].ID)
		if ring[i].row.rolled {
			hint = "the members can't let go of what is replaced one at a time: declare it anew under another name, to which they move in turns, " +
				"and drop the old one; or let all be down at once with a larger update.maxUnavailable"
		}
	}
	p.refuse(Refused, ring[0].row, "", "the steps wait for each other in a ring: "+text.String(), hint)
}

// queue is a heap of steps that nothing blocks.
type queue []*node

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].Last != q[j].Last {
		return q[j].Last
	}
	return q[i].rank < q[j].rank
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(n any)   { *q = append(*q, n.(*node)) }
func (q *queue) Pop() any {
	old := *q
	n := old[len(old)-1]
	*q = old[:len(old)-1]
	return n
}
