package plan

import (
	"fmt"
	"strconv"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Use is what a step changes about a resource that takes of the account's
// limits: its fields before, nil where it did not exist, and after, nil where it
// does no more. Of catalogues' entries only those that change are in it.
type Use struct {
	Step          string // id
	Address       provider.Address
	Before, After provider.Fields
	Last          bool           // done when everything else is
	Declared      *spec.Resource // nil where it is not
}

// place is where the use, or a field of it, is declared.
func (u Use) place(field string) spec.Pos {
	switch {
	case u.Declared == nil:
		return spec.Pos{}
	case field == "":
		return u.Declared.Pos
	default:
		return u.Declared.Place(field)
	}
}

// uses is what a step takes from the account's limits, or gives back.
func (p *planner) uses(n *node) []Use {
	r := n.row
	u := Use{Step: n.ID, Address: r.Address, Last: n.Last, Declared: r.declared}
	switch {
	case r.kind.Takes == nil && r.kind.Limit == "":
		return nil
	case n.Creates:
		u.After = r.wanted
	case n == r.nodes.gone:
		u.Before = r.have
	case r.action == Update && r.kind.Takes != nil && resizes(n.Op.Fields):
		u.Before, u.After = changing(r.have, n.Op.Fields), changing(r.have, n.Op.Fields)
		for name, value := range n.Op.Fields {
			u.After[name] = value
		}
	default:
		return nil
	}
	return []Use{u}
}

// resizes reports whether an operation sets what may take more or less: a choice
// or a size.
func resizes(set provider.Fields) bool {
	for _, value := range set {
		switch value.(type) {
		case provider.Named, provider.Size:
			return true
		}
	}
	return false
}

// changing are the fields of a resource, of its choices only those that an
// operation sets.
func changing(have, set provider.Fields) provider.Fields {
	fields := provider.Fields{}
	for name, value := range have {
		if _, choice := value.(provider.Named); choice && set[name] == nil {
			continue
		}
		fields[name] = value
	}
	return fields
}

// entries are what the named fields choose from the catalogues, as far as is
// known.
func (k *checker) entries(kind *provider.Kind, fields provider.Fields) map[string]provider.Entry {
	zone, _ := fields[fieldZone].(provider.Named)
	chosen := map[string]provider.Entry{}
	for name, value := range fields {
		wanted, ok := value.(provider.Named)
		if !ok {
			continue
		}
		catalogue := fieldZone
		if f, ok := kind.Field(name); ok {
			catalogue = f.Catalogue
		}
		in := zone
		if catalogue == fieldZone {
			in = provider.Named{}
		}
		if here, _ := entriesOf(wanted, in, k.cloud.Entries[catalogue]); len(here) == 1 {
			chosen[name] = here[0]
		}
	}
	return chosen
}

// chosen asks the kinds what is wrong between what is declared and what it
// chooses.
func (k *checker) chosen() {
	for _, u := range k.plan.Uses {
		kind := k.kinds.Get(u.Address.Kind)
		if u.After == nil || kind.CheckChosen == nil {
			continue
		}
		for _, e := range kind.CheckChosen(u.After, k.entries(kind, u.After)) {
			k.problems = append(k.problems, Problem{Pos: u.place(e.Field), Address: u.Address, Field: e.Field, Text: e.Text, Class: Mistake})
		}
	}
}

// takes is what a resource with these fields takes; nothing where it does not
// exist.
func (k *checker) takes(kind *provider.Kind, fields provider.Fields) map[string]int64 {
	switch {
	case fields == nil:
		return nil
	case kind.Takes == nil:
		return map[string]int64{kind.Limit: 1}
	default:
		return kind.Takes(fields, k.entries(kind, fields))
	}
}

// demand is what a plan takes of one limit at the worst moment.
type demand struct {
	now, peak map[provider.Address]int64 // of each resource
	need      int64                      // the sum of the peaks
	freed     int64                      // given back only when all else is done
	over      Use                        // the first that does not fit
}

// limits compares what the plan takes at the worst moment with what the account
// may still take. A replacement gives back before it takes; other resources
// don't wait for each other, and what is only deleted goes last.
func (k *checker) limits() {
	demands := map[string]*demand{}
	free := map[string]int64{}
	for _, l := range k.cloud.Limits {
		free[l.Type] = l.Max - l.Used
		demands[l.Type] = &demand{now: map[provider.Address]int64{}, peak: map[provider.Address]int64{}}
	}
	for _, u := range k.plan.Uses {
		kind := k.kinds.Get(u.Address.Kind)
		before, after := k.takes(kind, u.Before), k.takes(kind, u.After)
		for limit, d := range demands {
			d.add(u, after[limit]-before[limit], free[limit])
		}
	}
	for _, l := range k.cloud.Limits {
		if d := demands[l.Type]; l.Max >= 0 && d.need > 0 && d.need > free[l.Type] {
			k.problems = append(k.problems, d.problem(l))
		}
	}
}

func (d *demand) add(u Use, delta, free int64) {
	if u.Last {
		d.freed -= min(delta, 0)
		return
	}
	a := u.Address
	d.now[a] += delta
	more := d.now[a] - d.peak[a]
	if more <= 0 {
		return
	}
	d.peak[a] = d.now[a]
	if d.need <= free && d.need+more > free {
		d.over = u
	}
	d.need += more
}

func (d *demand) problem(l provider.Limit) Problem {
	text := func(n int64) string {
		if l.Bytes {
			return provider.Size(n).String()
		}
		return strconv.FormatInt(n, 10)
	}
	hint := "declare less, remove what nobody needs, or ask the cloud's administrator for more"
	if d.need-d.freed <= l.Max-l.Used {
		hint = fmt.Sprintf("the plan gives %s back, but only when all else is done: delete that by an apply of its own first", text(d.freed))
	}
	return Problem{
		Pos: d.over.place(""), Address: d.over.Address, Class: Refused, Hint: hint,
		Text: fmt.Sprintf("the account's limit %s does not suffice: it is %s, %s are in use, %s are free, and the plan needs %s",
			l.Type, text(l.Max), text(l.Used), text(max(0, l.Max-l.Used)), text(d.need)),
	}
}
