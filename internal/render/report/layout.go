package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Sizes in the picture, in pixels.
const (
	boxWidth  = 196
	boxHeight = 46
	gapX      = 56 // between columns
	gapY      = 14 // between boxes
	bendSize  = 10 // the height of an edge that passes through a column
	margin    = 8
)

// layout is where the boxes of a picture stand: in columns, each right of all that
// it waits for, with few crossings.
type layout struct {
	width, height int
	x, y          []int    // the upper left corners of the boxes
	edges         []string // paths of SVG, each from a box to one that waits for it
	ends          [][2]int // the two boxes of each edge
	divider       int      // the x left of which nothing is a pure delete; 0 without
}

// slot is a place in a column: of a box, or of an edge that goes on to a later
// column.
type slot struct {
	box    int // -1 for an edge
	before []*slot
	after  []*slot
	column int
	order  float64
	y      int
}

func (s *slot) size() int {
	if s.box < 0 {
		return bendSize
	}
	return boxHeight
}

func (p picture) layout() layout {
	columns, slots, chains := p.columns()
	for sweep := range 8 {
		arrange(columns, sweep%2 == 0)
	}
	l := layout{x: make([]int, len(p.boxes)), y: make([]int, len(p.boxes))}
	for _, column := range columns {
		l.height = max(l.height, heightOf(column))
	}
	l.height += 2 * margin
	for _, column := range columns {
		y := (l.height - heightOf(column)) / 2
		for _, s := range column {
			s.y = y
			y += s.size() + gapY
		}
	}
	left := func(column int) int { return margin + column*(boxWidth+gapX) }
	for i, s := range slots {
		l.x[i], l.y[i] = left(s.column), s.y
	}
	l.width = left(len(columns)-1) + boxWidth + margin
	for _, chain := range chains {
		var path strings.Builder
		from := chain[0]
		fmt.Fprintf(&path, "M%d %d", left(from.column)+boxWidth, from.y+from.size()/2)
		for _, to := range chain[1:] {
			x1, y1 := left(from.column)+boxWidth, from.y+from.size()/2
			x2, y2 := left(to.column), to.y+to.size()/2
			fmt.Fprintf(&path, "C%d %d %d %d %d %d", x1+gapX/2, y1, x2-gapX/2, y2, x2, y2)
			if to.box < 0 {
				fmt.Fprintf(&path, "H%d", x2+boxWidth)
			}
			from = to
		}
		l.edges = append(l.edges, path.String())
		l.ends = append(l.ends, [2]int{chain[0].box, chain[len(chain)-1].box})
	}
	for i, b := range p.boxes {
		if b.last && (l.divider == 0 || l.x[i] < l.divider) {
			l.divider = l.x[i]
		}
	}
	if l.divider <= margin {
		l.divider = 0 // there is nothing but deletes
	}
	return l
}

// columns puts every box behind all that it needs, pure deletes behind all else,
// and an edge's way into the columns that it passes.
func (p picture) columns() (columns [][]*slot, slots []*slot, chains [][]*slot) {
	depth := make([]int, len(p.boxes))
	deepest := -1
	for _, last := range []bool{false, true} {
		first := 0
		if last {
			first = deepest + 1
		}
		for range p.boxes { // boxes are in no order that tells what waits for what
			for i, b := range p.boxes {
				if b.last != last {
					continue
				}
				depth[i] = max(depth[i], first)
				for need := range b.needs {
					depth[i] = max(depth[i], depth[need]+1)
				}
			}
		}
		for i, b := range p.boxes {
			if b.last == last {
				deepest = max(deepest, depth[i])
			}
		}
	}
	columns = make([][]*slot, deepest+1)
	put := func(box, column int) *slot {
		s := &slot{box: box, column: column, order: float64(len(columns[column]))}
		columns[column] = append(columns[column], s)
		return s
	}
	for i := range p.boxes {
		slots = append(slots, put(i, depth[i]))
	}
	for i, b := range p.boxes {
		for _, need := range sortedKeys(b.needs) {
			chain := []*slot{slots[need]}
			for column := depth[need] + 1; column < depth[i]; column++ {
				chain = append(chain, put(-1, column))
			}
			chain = append(chain, slots[i])
			for n := 1; n < len(chain); n++ {
				chain[n].before = append(chain[n].before, chain[n-1])
				chain[n-1].after = append(chain[n-1].after, chain[n])
			}
			chains = append(chains, chain)
		}
	}
	return columns, slots, chains
}

// arrange sorts each column by where the neighbours of its slots stand in the
// column beside it.
func arrange(columns [][]*slot, forward bool) {
	for n := range columns {
		column := columns[n]
		if !forward {
			column = columns[len(columns)-1-n]
		}
		for _, s := range column {
			neighbours := s.before
			if !forward {
				neighbours = s.after
			}
			if len(neighbours) == 0 {
				continue
			}
			sum := 0.0
			for _, other := range neighbours {
				sum += other.order
			}
			s.order = sum / float64(len(neighbours))
		}
		slices.SortStableFunc(column, func(a, b *slot) int { return cmp.Compare(a.order, b.order) })
		for i, s := range column {
			s.order = float64(i)
		}
	}
}

func heightOf(column []*slot) int {
	height := -gapY
	for _, s := range column {
		height += s.size() + gapY
	}
	return height
}
