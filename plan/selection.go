package plan

import (
	"fmt"
	"path"
	"slices"

	"github.com/trueup/trueup/provider"
)

// selective reports whether only a part of the plan is wanted.
func (p *planner) selective() bool { return len(p.opts.Targets)+len(p.opts.Excludes) > 0 }

// selectRows leaves out of the plan what is not wanted: with targets all but
// them and what they need, then what is excluded and all that needs it. What a
// guard counts was counted before.
//
// What needs what is told by the edges between the steps, so it comes after
// them; members of a count that take turns don't need each other.
func (p *planner) selectRows() {
	needs := map[*row][]*row{}
	for _, n := range p.nodes {
		for _, need := range n.needs {
			if need.row != n.row {
				needs[n.row] = append(needs[n.row], need.row)
			}
		}
	}
	var left []*row
	if len(p.opts.Targets) > 0 {
		wanted := reach(p.matching("--target", p.opts.Targets), needs)
		for _, r := range p.rows {
			if !wanted[r] {
				left = append(left, r)
			}
		}
	}
	neededBy := map[*row][]*row{}
	for r, others := range needs {
		for _, other := range others {
			neededBy[other] = append(neededBy[other], r)
		}
	}
	for r := range reach(p.matching("--exclude", p.opts.Excludes), neededBy) {
		left = append(left, r)
	}
	p.leaveOut(left)
}

// reach is what there are ways to, the beginnings included.
func reach(from []*row, ways map[*row][]*row) map[*row]bool {
	seen := map[*row]bool{}
	for len(from) > 0 {
		r := from[len(from)-1]
		from = from[:len(from)-1]
		if !seen[r] {
			seen[r] = true
			from = append(from, ways[r]...)
		}
	}
	return seen
}

// Means reports whether a pattern of --target or --exclude means the resource
// with that address, which the file declares under the name block ("" where it
// doesn't): an address, with *, ? and […] as in a shell, or that of a block whose
// members all are meant. Its error is that it is no pattern.
func Means(pattern string, a provider.Address, block string) (bool, error) {
	is, err := path.Match(pattern, a.String())
	return is || block != "" && pattern == a.Kind+"/"+block, err
}

// matching are the rows that any of the patterns means.
func (p *planner) matching(flag string, patterns []string) []*row {
	var found []*row
	for _, pattern := range patterns {
		n := len(found)
		for _, r := range p.rows {
			block := ""
			if r.declared != nil {
				block = r.declared.Block
			}
			is, err := Means(pattern, r.Address, block)
			if err != nil {
				p.problems = append(p.problems, Problem{Pos: p.stack.Header, Text: fmt.Sprintf("%s %s: it is no pattern", flag, pattern)})
				return nil
			}
			if is {
				found = append(found, r)
			}
		}
		if n == len(found) {
			var names []string
			for _, r := range p.rows {
				names = append(names, r.Address.String())
			}
			p.problems = append(p.problems, Problem{Pos: p.stack.Header,
				Text: fmt.Sprintf("%s %s means nothing of this stack", flag, pattern), Hint: candidates(pattern, names)})
		}
	}
	return found
}

// leaveOut forgets the steps of rows, and what was refused about them alone.
func (p *planner) leaveOut(rows []*row) {
	changes := 0
	out := map[provider.Address]bool{}
	for _, r := range rows {
		if r.action != "" && !r.left {
			changes++
		}
		r.left = true
		out[r.Address] = true
	}
	p.nodes = slices.DeleteFunc(p.nodes, func(n *node) bool { return n.row.left })
	p.problems = slices.DeleteFunc(p.problems, func(problem Problem) bool { return problem.Class == Refused && out[problem.Address] })
	p.notes = slices.DeleteFunc(p.notes, func(n Note) bool { return out[n.Address] })
	if changes > 0 {
		p.notes = append(p.notes, Note{Pos: p.stack.Header, Text: changesLeft(changes)})
	}
}

func changesLeft(n int) string {
	if n == 1 {
		return "1 change of the stack is left out (--target, --exclude)"
	}
	return fmt.Sprintf("%d changes of the stack are left out (--target, --exclude)", n)
}
