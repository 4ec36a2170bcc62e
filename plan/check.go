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
	Step      string // id
	Address   provider.Address
	Field     string
	Catalogue string
	Wanted    provider.Named
	Zone      provider.Named // where it must be available; zero for everywhere
	Pos       spec.Pos
}

// Use is what a step takes from, or gives back to, one of the account's limits.
type Use struct {
	Step    string // id
	Address provider.Address
	Limit   string // CloudStack's resourcetypename
	Delta   int64
	Pos     spec.Pos
}

// Catalogues names the catalogues that Check needs, sorted: none where the
// steps choose nothing.
func (p *Plan) Catalogues() []string {
	names := map[string]bool{}
	for _, c := range p.Choices {
		names[c.Catalogue] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Check tests, before anything is done, whether the cloud offers what the steps
// choose and grants what they take. It returns the plan with all that they choose
// resolved to ids; p itself stays as it is. Its error is [Problems].
func (p *Plan) Check(c *provider.Catalogue) (*Plan, error) {
	var problems Problems
	resolved := map[string]provider.Fields{} // by step
	for _, choice := range p.Choices {
		entry, problem := choose(choice, c.Entries[choice.Catalogue])
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		if resolved[choice.Step] == nil {
			resolved[choice.Step] = provider.Fields{}
		}
		resolved[choice.Step][choice.Field] = entry.Named
	}
	problems = append(problems, p.checkLimits(c.Limits)...)
	if err := problems.err(); err != nil {
		return nil, err
	}
	checked := *p
	checked.Steps = slices.Clone(p.Steps)
	checked.Basis = p.Basis.withOffers(p.Choices, resolved)
	for i := range checked.Steps {
		step := &checked.Steps[i]
		if found := resolved[step.ID]; found != nil {
			step.Op.Fields = maps.Clone(step.Op.Fields)
			maps.Copy(step.Op.Fields, found)
		}
	}
	return &checked, nil
}

// choose finds the one usable entry that a choice means.
func choose(c Choice, entries []provider.Entry) (provider.Entry, *Problem) {
	var here, elsewhere []provider.Entry
	for _, e := range entries {
		switch {
		case !c.Wanted.Is(e.Named):
		case inZone(e, c.Zone):
			here = append(here, e)
		default:
			elsewhere = append(elsewhere, e)
		}
	}
	slices.SortFunc(here, func(a, b provider.Entry) int { return cmp.Compare(a.ID, b.ID) })
	here = slices.CompactFunc(here, func(a, b provider.Entry) bool { return a.ID == b.ID })
	what := words(c.Catalogue)
	mistake := func(text, hint string) *Problem {
		return &Problem{Pos: c.Pos, Address: c.Address, Field: c.Field, Text: text, Hint: hint, Class: Mistake}
	}
	switch {
	case len(here) == 1 && here[0].Unusable != "":
		return here[0], mistake(fmt.Sprintf("%s %s can't be used: %s", what, c.Wanted, here[0].Unusable), "")
	case len(here) == 1:
		return here[0], nil
	case len(here) > 1:
		return provider.Entry{}, mistake(fmt.Sprintf("%d entries are named %s %s: ids %s", len(here), what, c.Wanted, list(here, func(e provider.Entry) string { return e.ID })),
			"say which by its id")
	case len(elsewhere) > 0:
		return provider.Entry{}, mistake(fmt.Sprintf("%s %s is not in zone %s; it is in %s", what, c.Wanted, c.Zone,
			list(elsewhere, func(e provider.Entry) string { return e.Zone.String() })), "")
	}
	var names []string
	for _, e := range entries {
		if inZone(e, c.Zone) && e.Unusable == "" {
			names = append(names, e.Name)
		}
	}
	return provider.Entry{}, mistake(fmt.Sprintf("there is no %s %s", what, quotedName(c.Wanted)), candidates(c.Wanted.String(), names))
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

// checkLimits compares the peak use along the order of the steps with what the
// account may still take.
func (p *Plan) checkLimits(limits []provider.Limit) Problems {
	type peak struct {
		now, most int64
		at        Use
	}
	peaks := map[string]*peak{}
	for _, u := range p.Uses {
		k := peaks[u.Limit]
		if k == nil {
			k = &peak{}
			peaks[u.Limit] = k
		}
		if k.now += u.Delta; k.now > k.most {
			k.most, k.at = k.now, u
		}
	}
	var problems Problems
	for _, l := range limits {
		k := peaks[l.Type]
		if k == nil || l.Max < 0 || k.most <= l.Max-l.Used {
			continue
		}
		problems = append(problems, Problem{
			Pos: k.at.Pos, Address: k.at.Address, Class: Refused,
			Text: fmt.Sprintf("the account's limit %s does not suffice: it is %d, %d are in use, %d are free, and the plan needs %d",
				l.Type, l.Max, l.Used, max(0, l.Max-l.Used), k.most),
			Hint: "declare less, remove what nobody needs, or ask the cloud's administrator for more",
		})
	}
	return problems
}

// choices are the catalogue entries that a step names.
func (p *planner) choices(n *node) []Choice {
	var choices []Choice
	for _, name := range sortedKeys(n.Op.Fields) {
		wanted, ok := n.Op.Fields[name].(provider.Named)
		if !ok {
			continue
		}
		catalogue := fieldZone
		if f, ok := n.row.kind.Field(name); ok {
			catalogue = f.Catalogue
		}
		c := Choice{Step: n.ID, Address: n.row.Address, Field: name, Catalogue: catalogue, Wanted: wanted, Pos: p.place(n.row, name)}
		if n.row.kind.Zoned && catalogue != fieldZone {
			c.Zone = p.zone(n.row)
		}
		choices = append(choices, c)
	}
	return choices
}

// zone is where a row's resource is, or will be.
func (p *planner) zone(r *row) provider.Named {
	if zone, ok := r.wanted[fieldZone].(provider.Named); ok {
		return zone
	}
	if r.stays() && r.live.Zone != (provider.Named{}) {
		return r.live.Zone
	}
	return p.stack.Zone
}

// uses is what a step takes from the account's limits.
func (p *planner) uses(n *node) []Use {
	u := Use{Step: n.ID, Address: n.row.Address, Limit: n.row.kind.Limit, Pos: p.place(n.row, "")}
	switch {
	case u.Limit == "":
		return nil
	case n.Creates:
		u.Delta = 1
	case n == n.row.nodes.gone:
		u.Delta = -1
	default:
		return nil
	}
	return []Use{u}
}
