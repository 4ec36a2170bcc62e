package plan

import "slices"

// Estimate is what a plan takes at least: a guess for people, from the times
// that a small and idle server took (testdata/golden/_latency.json).
type Estimate struct {
	// Calls that change something: steps, tags and notes. Waiting and reading
	// come on top.
	Calls int
	// Milliseconds of the longest chain of steps.
	Milliseconds int
	// Path are the ids of the steps of that chain, in order.
	Path []string
}

const (
	slowMilliseconds = 2200 // a job that a hypervisor works on
	fastMilliseconds = 300
)

// Milliseconds is what the step takes on such a server.
func (s *Step) Milliseconds() int {
	if s.Slow {
		return slowMilliseconds
	}
	return fastMilliseconds
}

// Estimate adds up what the steps take. Pure deletes wait for all others.
func (p *Plan) Estimate() Estimate {
	type end struct {
		at   int // milliseconds
		id   string
		from string // id of the step that it waited for longest
	}
	ends := make(map[string]end, len(p.Steps))
	var first, last end // of what is no pure delete, and of all
	for _, s := range p.Steps {
		this := end{id: s.ID}
		wait := func(other end) {
			if other.at > this.at {
				this.at, this.from = other.at, other.id
			}
		}
		for _, need := range s.Needs {
			wait(ends[need])
		}
		if s.Last {
			wait(first)
		}
		this.at += s.Milliseconds()
		ends[s.ID] = this
		if this.at > last.at {
			last = this
		}
		if this.at > first.at && !s.Last {
			first = this
		}
	}
	e := Estimate{Calls: p.bookkeepingCalls(), Milliseconds: last.at}
	for _, s := range p.Steps {
		if s.Command != "" {
			e.Calls++
		}
	}
	for at := last; at.id != ""; at = ends[at.from] {
		e.Path = append(e.Path, at.id)
	}
	slices.Reverse(e.Path)
	return e
}
