package render

import (
	"cmp"
	"slices"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
)

// Row is a change in words, for reports that lay it out in a form of their own.
// All its texts are free of control characters and of secrets.
type Row struct {
	Change      plan.Change
	Symbol      string // of the action: "+", "~", "±" or "-"
	Verb        string // the action in a word; "drift" or "unmet" where it is none
	Address     string
	Remark      string // what it costs and why it is made; may be empty
	Destructive bool   // something is lost that no later run brings back
	Fields      []Difference
}

// Difference is what differs in one field.
type Difference struct {
	Name  string
	Lines []Line
}

// Line is one line of a difference: an element that a collection gains ("+") or
// loses ("-"), or a value; Next is the value that it becomes, where it changes.
type Line struct{ Sign, Text, Next string }

// Rows puts changes into words, in the order of what they cost: what adds first,
// what is lost last.
func Rows(changes []plan.Change) []Row {
	return rows(changes, remark, "")
}

// DriftRows puts into words what the cloud has otherwise than was applied, and what
// happened to it last: the old values are the cloud's.
func DriftRows(changes []plan.Change) []Row {
	return rows(changes, func(c plan.Change) string { return told(origin(c), "; ", lastEvent(c.Last), "") }, "drift")
}

// UnmetRows puts into words what a cloud accepted and did not do.
func UnmetRows(changes []plan.Change) []Row {
	return rows(changes, func(c plan.Change) string {
		switch c.Action {
		case plan.Create:
			return "is not there"
		case plan.Delete:
			return "is still there"
		default:
			return "is not as wanted"
		}
	}, "unmet")
}

// rows puts changes into words; name stands for their verb where it is not empty.
func rows(changes []plan.Change, words func(plan.Change) string, name string) []Row {
	changes = slices.SortedStableFunc(slices.Values(changes), func(a, b plan.Change) int {
		return cmp.Compare(rank(a), rank(b))
	})
	all := make([]Row, 0, len(changes))
	for _, c := range changes {
		row := Row{
			Change: c, Symbol: symbol(c.Action), Verb: cmp.Or(name, verb(c.Action)), Address: clean(c.Address.String()),
			Remark: words(c), Destructive: destructive(c),
		}
		for _, f := range c.Fields {
			d := Difference{Name: clean(f.Name)}
			for _, l := range lines(c.Action, f) {
				d.Lines = append(d.Lines, Line{signText(l.sign), l.text, l.next})
			}
			row.Fields = append(row.Fields, d)
		}
		all = append(all, row)
	}
	return all
}

func signText(s sign) string {
	if s == plain {
		return ""
	}
	return string(s)
}

// Ended is a step in words that did not succeed.
type Ended struct {
	Outcome apply.Outcome
	Step    string   // whose it is and what it does
	Why     []string // why it did not succeed and what to do about it
}

// EndedRows puts the steps of a run into words that did not succeed, worst first.
func EndedRows(r *apply.Report) []Ended {
	var all []Ended
	for _, phase := range unsuccessful {
		for _, o := range r.Outcomes {
			if o.Phase == phase {
				all = append(all, Ended{Outcome: o, Step: stepText(o.Step), Why: because(o)})
			}
		}
	}
	return all
}

// PlanLine says in a line what a plan does, or that there is nothing to do.
func PlanLine(p *plan.Plan) string {
	if p.Empty() {
		return "No changes. " + nothing(p)
	}
	n := p.Summary()
	text := totals(n)
	if len(p.Steps) > 0 {
		text += " " + estimated(n)
	}
	return text
}

// RunLine says in a line how a run ended.
func RunLine(r *apply.Report) string {
	return verdict(r) + " after " + took(r.Took) + ": " + tally(r.Counts()) + "."
}

// DriftLine says in a line how many resources somebody changed by hand.
func DriftLine(stack string, drifted []plan.Change) string {
	if len(drifted) == 0 {
		return noDrift + " The cloud matches what was last applied of stack " + clean(stack) + "."
	}
	return differ(len(drifted)) + " from what was last applied of stack " + clean(stack) + "."
}

// Clean replaces what is not printable in a text by its Go notation.
func Clean(s string) string { return clean(s) }

// StepText names a step: whose it is and what it does, in words.
func StepText(s *plan.Step) string { return stepText(s) }
