package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// picture is a plan's graph of steps, small enough to be looked at: steps of
// resources that are made alike share a box, and so do the steps that follow each
// other on the same resources.
type picture struct {
	boxes  []box
	coarse bool // boxes stand for more than what is alike
}

// box is what is done to some resources.
type box struct {
	addresses []provider.Address // sorted
	steps     []*plan.Step
	needs     map[int]bool // other boxes, by index
	last      bool         // of pure deletes
	critical  bool         // on the chain that takes longest
}

const (
	// mostBoxes is how many boxes of what is exactly alike are drawn. Beyond, a
	// box is what is done to all members of a count.
	mostBoxes = 60
	// mostCoarse is how many of those are drawn; beyond, nothing is.
	mostCoarse = 150
	// mostClasses is how many classes of steps may be left to put together: a box
	// seldom holds more than a few.
	mostClasses = 10 * mostBoxes
)

// draw makes the picture of a plan's steps, or returns false where there would be
// too much in it, or nothing.
func draw(p *plan.Plan) (picture, bool) {
	if len(p.Steps) == 0 {
		return picture{}, false
	}
	boxes := quotient(p, alikeSteps(p))
	if len(boxes) <= mostClasses {
		boxes = contract(boxes)
	}
	coarse := len(boxes) > mostBoxes
	if coarse {
		boxes = quotient(p, membersOf(p))
	}
	if len(boxes) > mostCoarse {
		return picture{}, false
	}
	drawn := picture{reduced(acyclic(boxes)), coarse}
	for _, id := range p.Estimate().Path {
		for i := range drawn.boxes {
			if slices.ContainsFunc(drawn.boxes[i].steps, func(s *plan.Step) bool { return s.ID == id }) {
				drawn.boxes[i].critical = true
			}
		}
	}
	return drawn, true
}

// stem is a name without the number of a count's member.
func stem(name string) string { return strings.TrimRight(strings.TrimRight(name, "0123456789"), "-") }

// alikeSteps sorts the steps into classes: those of a class do the same to
// resources of one block, and wait for, and are waited for by, the same classes.
// No class waits for itself, however indirectly: what waits stands deeper in the
// graph than what it waits for, in every class alike. Of more than mostClasses it
// makes no more.
func alikeSteps(p *plan.Plan) []string {
	index := map[string]int{}
	classes := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		index[s.ID] = i
		a := s.Op.Address
		classes[i] = fmt.Sprint(a.Kind, "/", stem(a.Name), " ", s.Op.Name, " ", s.Last)
	}
	for distinct := 0; ; {
		around := make([][]string, len(p.Steps))
		for i, s := range p.Steps {
			for _, need := range s.Needs {
				j := index[need]
				around[i] = append(around[i], "<"+classes[j])
				around[j] = append(around[j], ">"+classes[i])
			}
		}
		names, next := map[string]string{}, make([]string, len(p.Steps))
		for i := range p.Steps {
			slices.Sort(around[i])
			key := classes[i] + "\n" + strings.Join(slices.Compact(around[i]), "\n")
			if names[key] == "" {
				names[key] = fmt.Sprint("class ", len(names)+1)
			}
			next[i] = names[key]
		}
		if len(names) == distinct || len(names) > mostClasses {
			return next
		}
		distinct, classes = len(names), next
	}
}

// membersOf sorts the steps by the block of their resource and by whether they are
// pure deletes.
func membersOf(p *plan.Plan) []string {
	classes := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		classes[i] = fmt.Sprint(s.Op.Address.Kind, "/", stem(s.Op.Address.Name), " ", s.Last)
	}
	return classes
}

// quotient makes a box of every class of steps.
func quotient(p *plan.Plan, classes []string) []box {
	var boxes []box
	at, of := map[string]int{}, map[string]int{} // boxes by class, and by step
	for i := range p.Steps {
		s := &p.Steps[i]
		n, ok := at[classes[i]]
		if !ok {
			n = len(boxes)
			at[classes[i]] = n
			boxes = append(boxes, box{needs: map[int]bool{}, last: s.Last})
		}
		of[s.ID] = n
		boxes[n].steps = append(boxes[n].steps, s)
		if !slices.Contains(boxes[n].addresses, s.Op.Address) {
			boxes[n].addresses = append(boxes[n].addresses, s.Op.Address)
		}
	}
	for i := range boxes {
		slices.SortFunc(boxes[i].addresses, provider.CompareAddress)
		for _, s := range boxes[i].steps {
			for _, need := range s.Needs {
				if of[need] != i {
					boxes[i].needs[of[need]] = true
				}
			}
		}
	}
	return boxes
}

// contract puts into one box what is done to the same resources, where nothing else
// must happen in between.
func contract(boxes []box) []box {
	var short []box
	at := make([]int, len(boxes)) // where a box has gone
	latest := map[string]int{}    // the last box of some resources
	for i, b := range boxes {
		key := fmt.Sprint(b.addresses, b.last)
		needs := map[int]bool{}
		for need := range b.needs {
			needs[at[need]] = true
		}
		own, ok := latest[key]
		if ok && !slices.ContainsFunc(sortedKeys(needs), func(n int) bool { return n != own && reaches(short, n, own) }) {
			at[i] = own
			delete(needs, own)
			short[own].steps = append(short[own].steps, b.steps...)
			for need := range needs {
				short[own].needs[need] = true
			}
			continue
		}
		at[i] = len(short)
		latest[key] = len(short)
		b.needs = needs
		short = append(short, b)
	}
	return short
}

// acyclic leaves out what makes boxes wait for each other in a circle.
func acyclic(boxes []box) []box {
	for i := range boxes {
		wanted := sortedKeys(boxes[i].needs)
		boxes[i].needs = map[int]bool{}
		for _, need := range wanted {
			if !reaches(boxes, need, i) {
				boxes[i].needs[need] = true
			}
		}
	}
	return boxes
}

// reduced leaves out what follows from the rest: a box that needs another by way of a
// third needs no line to it.
func reduced(boxes []box) []box {
	for i := range boxes {
		for _, need := range sortedKeys(boxes[i].needs) {
			for other := range boxes[i].needs {
				if other != need && reaches(boxes, other, need) {
					delete(boxes[i].needs, need)
					break
				}
			}
		}
	}
	return boxes
}

// reaches reports whether a box needs another, however indirectly.
func reaches(boxes []box, from, to int) bool {
	seen := map[int]bool{}
	var visit func(n int) bool
	visit = func(n int) bool {
		if n == to {
			return true
		}
		if seen[n] {
			return false
		}
		seen[n] = true
		for need := range boxes[n].needs {
			if visit(need) {
				return true
			}
		}
		return false
	}
	return visit(from)
}

func sortedKeys(set map[int]bool) []int {
	var keys []int
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// title names the box's resources.
func (b *box) title() string {
	var names []string
	for _, a := range b.addresses {
		names = append(names, render.Clean(a.String()))
	}
	short := ranges(names)
	if len(short) == 1 {
		return short[0]
	}
	return fmt.Sprintf("%s and %d more", short[0], len(names)-1)
}

// doing says what the box's steps do, each kind of step once.
func (b *box) doing() string {
	var texts []string
	for _, s := range b.steps {
		text := render.Clean(s.Doc)
		if text == "" {
			text = render.Clean(s.Command)
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ", ")
}

// phase is how the box's steps ended at worst.
func (b *box) phase(phases map[string]apply.Phase) apply.Phase {
	for _, worst := range []apply.Phase{apply.Failed, apply.Running, apply.NotStarted, apply.Waiting, apply.Done} {
		for _, s := range b.steps {
			if phases[s.ID] == worst {
				return worst
			}
		}
	}
	return ""
}
