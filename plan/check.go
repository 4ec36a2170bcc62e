package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Choice is an entry of a catalogue that a step names.
type Choice struct {
	Step      string // id; "" of a change that is refused
	Address   provider.Address
	Field     string
	Catalogue string
	Wanted    provider.Named
	Zone      provider.Named // where it must be available; zero for everywhere
	Pos       spec.Pos
}

// Wanted is what Check needs to know of the cloud: nothing where the plan does
// nothing.
func (p *Plan) Wanted(use Purpose) provider.Wanted {
	var wanted provider.Wanted
	catalogues := map[string]bool{}
	for _, c := range p.Choices {
		catalogues[c.Catalogue] = true
	}
	for _, u := range p.Uses {
		wanted.Limits = wanted.Limits || u.After != nil
	}
	wanted.Catalogues = slices.Sorted(maps.Keys(catalogues))
	commands := map[string]bool{}
	for name, n := range p.commands(use) {
		commands[name] = true
		if n.instead != "" {
			commands[n.instead] = true
		}
	}
	wanted.Commands = slices.Sorted(maps.Keys(commands))
	return wanted
}

// Check tests, before anything is done, whether the cloud offers what the steps
// choose, grants what they take and allows what they call. It returns the plan
// with all that they choose resolved to ids; p itself stays as it is. The plan
// that it returns is never nil; its error is [Problems]: those of p and its own.
//
// A role that may only list is no problem of a plan that is shown and not
// applied: what it may not call is noted there.
func (p *Plan) Check(kinds provider.Kinds, c *provider.Catalogue, use Purpose) (*Plan, error) {
	k := &checker{plan: p, use: use, kinds: kinds, cloud: c, resolved: map[string]provider.Fields{}}
	k.choices()
	k.chosen()
	k.limits()
	checked := *p
	checked.Notes = append(slices.Clone(p.Notes), k.unread()...)
	if use == ToApply {
		k.problems = append(k.problems, k.forbidden()...)
	} else {
		checked.Notes = append(checked.Notes, k.forbiddenNotes()...)
	}
	checked.Notes = sortNotes(checked.Notes)
	checked.Problems = k.withPlans().sorted()
	checked.Steps = slices.Clone(p.Steps)
	checked.Basis = p.Basis.withOffers(p.Choices, k.resolved)
	for i := range checked.Steps {
		step := &checked.Steps[i]
		if found := k.resolved[step.ID]; found != nil {
			step.Op.Fields = maps.Clone(step.Op.Fields)
			maps.Copy(step.Op.Fields, found)
		}
	}
	return &checked, checked.Problems.err()
}

// Purpose is what a plan is made for.
type Purpose int

const (
	ToShow Purpose = iota
	ToApply
)

// checker compares a plan with what the cloud offers, grants and allows.
type checker struct {
	plan     *Plan
	use      Purpose
	kinds    provider.Kinds
	cloud    *provider.Catalogue
	resolved map[string]provider.Fields // by step
	problems Problems
}

// choices finds the entries that the steps choose.
func (k *checker) choices() {
	for _, c := range k.plan.Choices {
		if c.Catalogue != fieldZone && !k.offersZone(c.Zone) {
			c.Zone = provider.Named{} // which is a problem of its own
		}
		entry, problem := choose(c, k.cloud.Entries[c.Catalogue])
		switch {
		case problem != nil:
			k.problems = append(k.problems, *problem)
		case c.Step != "":
			if k.resolved[c.Step] == nil {
				k.resolved[c.Step] = provider.Fields{}
			}
			k.resolved[c.Step][c.Field] = entry.Named
		}
	}
}

// offersZone reports whether there is the zone, as far as is known.
func (k *checker) offersZone(zone provider.Named) bool {
	zones, known := k.cloud.Entries[fieldZone]
	return !known || slices.ContainsFunc(zones, func(e provider.Entry) bool { return zone.Is(e.Named) })
}

// withPlans are all problems. What the plan refused about a field whose choice
// there isn't at all is left out: no remedy for the one helps with the other.
func (k *checker) withPlans() Problems {
	all := slices.Concat(k.problems, k.plan.astray)
	for _, p := range k.plan.Problems {
		moot := slices.ContainsFunc(k.problems, func(found Problem) bool {
			return p.Class == Refused && p.Field != "" && found.Class == Mistake && found.Address == p.Address && found.Field == p.Field
		})
		if !moot {
			all = append(all, p)
		}
	}
	return all
}

// unread notes what could not be checked.
func (k *checker) unread() []Note {
	if !k.cloud.LimitsUnread {
		return nil
	}
	return []Note{{Text: "the account's limits were not checked: the role may not read them"}}
}

// choose finds the one usable entry that a choice means.
func choose(c Choice, entries []provider.Entry) (provider.Entry, *Problem) {
	here, elsewhere := entriesOf(c.Wanted, c.Zone, entries)
	what := words(c.Catalogue)
	mistake := func(text, hint string) *Problem {
		return &Problem{Pos: c.Pos, Address: c.Address, Field: c.Field, Text: text, Hint: hint, Class: Mistake}
	}
	var usable []string
	for _, e := range entries {
		if inZone(e, c.Zone) && e.Unusable == "" {
			usable = append(usable, e.Name)
		}
	}
	others := ""
	if len(usable) > 0 {
		others = candidates(c.Wanted.String(), usable)
	}
	switch {
	case len(here) == 1 && here[0].Unusable != "":
		return here[0], mistake(fmt.Sprintf("%s %s can't be used: %s", what, c.Wanted, here[0].Unusable), others)
	case len(here) == 1:
		return here[0], nil
	case len(here) > 1:
		return provider.Entry{}, mistake(fmt.Sprintf("%d entries are named %s %s: ids %s", len(here), what, c.Wanted, list(here, func(e provider.Entry) string { return e.ID })),
			"say which by its id")
	case len(elsewhere) > 0:
		return provider.Entry{}, mistake(fmt.Sprintf("%s %s is not in zone %s; it is in %s", what, c.Wanted, c.Zone,
			list(elsewhere, func(e provider.Entry) string { return e.Zone.String() })), others)
	}
	return provider.Entry{}, mistake(fmt.Sprintf("there is no %s %s", what, quotedName(c.Wanted)), candidates(c.Wanted.String(), usable))
}

// entriesOf are the entries of that name or id in the zone, and those in others.
func entriesOf(wanted, zone provider.Named, entries []provider.Entry) (here, elsewhere []provider.Entry) {
	for _, e := range entries {
		switch {
		case !wanted.Is(e.Named):
		case inZone(e, zone):
			here = append(here, e)
		default:
			elsewhere = append(elsewhere, e)
		}
	}
	slices.SortFunc(here, func(a, b provider.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(here, func(a, b provider.Entry) bool { return a.ID == b.ID }), elsewhere
}

func inZone(e provider.Entry, zone provider.Named) bool {
	return e.Zone == provider.Named{} || zone == provider.Named{} || zone.Is(e.Zone)
}

func quotedName(n provider.Named) string {
	if n.ID != "" {
		return "with id " + n.ID
	}
	return fmt.Sprintf("named %q", n.Name)
}

// words makes "service offering" of "serviceOffering".
func words(catalogue string) string {
	var b strings.Builder
	for _, r := range catalogue {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func list(entries []provider.Entry, text func(provider.Entry) string) string {
	var texts []string
	for _, e := range entries {
		texts = append(texts, text(e))
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ", ")
}

// choices are the catalogue entries that a step names.
func (p *planner) choices(n *node) []Choice {
	var choices []Choice
	for _, name := range sortedKeys(n.Op.Fields) {
		if wanted, ok := n.Op.Fields[name].(provider.Named); ok {
			c := p.choice(n.row, name, wanted)
			c.Step = n.ID
			choices = append(choices, c)
		}
	}
	return choices
}

// refusedChoices are those of changes that are refused: what is wanted may not
// even be there.
func (p *planner) refusedChoices(r *row) []Choice {
	var choices []Choice
	for _, d := range r.diffs {
		if wanted, ok := d.new.(provider.Named); ok && d.forbidden && !r.left {
			choices = append(choices, p.choice(r, d.field.Name, wanted))
		}
	}
	return choices
}

func (p *planner) choice(r *row, field string, wanted provider.Named) Choice {
	c := Choice{Address: r.Address, Field: field, Catalogue: fieldZone, Wanted: wanted, Pos: p.place(r, field)}
	if f, ok := r.kind.Field(field); ok {
		c.Catalogue = f.Catalogue
	}
	if r.kind.Zoned && c.Catalogue != fieldZone {
		c.Zone = p.zone(r)
	}
	return c
}
