package report

import (
	"errors"
	"strings"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// complaint is one reason why there is no plan, or one thing that went wrong
// beside the steps of a run.
type complaint struct {
	rule    string // ruleInvalid, ruleRefused or ruleError
	pos     spec.Pos
	subject string // "vm/web.offering"; "" where it is about the whole stack
	text    string // may have several lines
	hint    string // what to do about it; may be empty
}

// complaints takes the result's error apart.
func (r *Result) complaints() []complaint {
	var issues spec.Issues
	var problems plan.Problems
	var all []complaint
	switch {
	case r.Err == nil:
	case errors.As(r.Err, &issues):
		for _, i := range issues {
			all = append(all, complaint{ruleInvalid, i.Pos, render.Clean(i.Path), render.Clean(i.Text), render.Clean(i.Hint)})
		}
	case errors.As(r.Err, &problems):
		for _, p := range problems {
			rule := ruleInvalid
			if p.Class == plan.Refused {
				rule = ruleRefused
			}
			all = append(all, complaint{rule, p.Pos, subject(p.Address, p.Field), render.Clean(p.Text), render.Clean(p.Hint)})
		}
	default:
		var lines []string
		for line := range strings.Lines(r.Err.Error()) {
			lines = append(lines, render.Clean(strings.TrimSpace(line)))
		}
		all = append(all, complaint{rule: ruleError, text: strings.Join(lines, "\n")})
	}
	return all
}

func subject(a provider.Address, field string) string {
	switch {
	case a == provider.Address{}:
		return ""
	case field == "":
		return render.Clean(a.String())
	default:
		return render.Clean(a.String() + "." + field)
	}
}

// sentence is the complaint without its place.
func (c complaint) sentence() string {
	text := c.text
	if c.subject != "" {
		text = c.subject + ": " + text
	}
	if c.hint != "" {
		text += "; " + c.hint
	}
	return text
}
