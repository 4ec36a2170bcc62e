package spec

import (
	"cmp"
	"fmt"
	"slices"
)

// report collects user mistakes. One mistake that is met several times, as in
// each member of a count, is kept once.
type report struct {
	issues Issues
	seen   map[mistake]bool
}

type mistake struct {
	pos  Pos
	text string
}

func (r *report) add(i Issue) {
	if r.seen == nil {
		r.seen = map[mistake]bool{}
	}
	if m := (mistake{i.Pos, i.Text}); !r.seen[m] {
		r.seen[m] = true
		r.issues = append(r.issues, i)
	}
}

// wrong complains of a value.
func (r *report) wrong(n *node, hint, format string, args ...any) {
	r.add(Issue{n.pos(), n.path(), fmt.Sprintf(format, args...), hint})
}

// wrongKey complains of a key.
func (r *report) wrongKey(e *entry, hint, format string, args ...any) {
	r.add(Issue{e.pos(), e.value.path(), fmt.Sprintf(format, args...), hint})
}

// err is everything reported, sorted by place, or nil.
func (r *report) err() error {
	if len(r.issues) == 0 {
		return nil
	}
	slices.SortStableFunc(r.issues, func(a, b Issue) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Text, b.Text),
		)
	})
	return r.issues
}
