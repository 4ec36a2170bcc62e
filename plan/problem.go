package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Class says what kind of answer a problem is.
type Class int

const (
	// Mistake is something that the stack file or the flags must put right
	// (exit code 64).
	Mistake Class = iota
	// Refused is something that a guard, a protection or the state of the
	// cloud forbids (exit code 3).
	Refused
)

// Problem is one reason why there is no plan.
type Problem struct {
	Pos     spec.Pos
	Address provider.Address // zero where it is about the whole stack
	Field   string           // "" where it is about the whole resource
	Text    string
	Hint    string // what to do about it; may be empty
	Class   Class
}

func (p Problem) String() string {
	text := ""
	if place := p.Pos.String(); place != "" {
		text = place + ": "
	}
	if p.Address != (provider.Address{}) {
		text += p.Address.String()
		if p.Field != "" {
			text += "." + p.Field
		}
		text += ": "
	}
	text += p.Text
	if p.Hint != "" {
		text += "; " + p.Hint
	}
	return text
}

// Problems is the error of a plan that can't be: everything that is wrong, at
// once, sorted by place and address.
type Problems []Problem

func (ps Problems) Error() string {
	text := ""
	for i, p := range ps {
		if i > 0 {
			text += "\n"
		}
		text += p.String()
	}
	return text
}

// Class is Mistake if any of the problems is one: what is wrong in the file
// comes before what is refused.
func (ps Problems) Class() Class {
	for _, p := range ps {
		if p.Class == Mistake {
			return Mistake
		}
	}
	return Refused
}

// sorted returns the problems, sorted and each once: a mistake that several
// resources have from the same place, such as their defaults, is one.
func (ps Problems) sorted() Problems {
	sorted := slices.SortedFunc(slices.Values(ps), func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			provider.CompareAddress(a.Address, b.Address),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Text, b.Text),
			cmp.Compare(a.Hint, b.Hint),
			cmp.Compare(a.Class, b.Class),
		)
	})
	return Problems(slices.Compact(sorted)).inherited()
}

// inherited joins the mistakes that are alike but for the resource.
func (ps Problems) inherited() Problems {
	var first Problems
	more := map[Problem]int{}
	of := func(p Problem) Problem {
		if p.Class == Mistake && p.Pos != (spec.Pos{}) {
			p.Address = provider.Address{Kind: p.Address.Kind}
		}
		return p
	}
	for _, p := range ps {
		if n, there := more[of(p)]; there {
			more[of(p)] = n + 1
			continue
		}
		more[of(p)] = 0
		first = append(first, p)
	}
	for i, p := range first {
		switch n := more[of(p)]; n {
		case 0:
		case 1:
			first[i].Text += "; 1 more has it from here"
		default:
			first[i].Text += fmt.Sprintf("; %d more have it from here", n)
		}
	}
	return first
}

// err returns the problems as an error, or nil.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
