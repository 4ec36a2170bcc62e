package plan

import (
	"slices"

	"github.com/trueup/trueup/provider"
)

// minus returns the elements of a collection that another one, of the same
// type, does not have: links and rules by their text, rules as often as they
// are more; keys of a map also where their values differ. It is nil where there
// is none.
func minus(a, b provider.Value) provider.Value {
	switch a := a.(type) {
	case []provider.Ref:
		b, _ := b.([]provider.Ref)
		return collection(without(a, b, provider.Ref.String))
	case []provider.Rule:
		b, _ := b.([]provider.Rule)
		return collection(without(a, b, provider.Rule.String))
	case map[string]string:
		b, _ := b.(map[string]string)
		left := map[string]string{}
		for key, value := range a {
			if other, ok := b[key]; !ok || other != value {
				left[key] = value
			}
		}
		if len(left) > 0 {
			return left
		}
	}
	return nil
}

func without[T any](a, b []T, text func(T) string) []T {
	count := map[string]int{}
	for _, item := range b {
		count[text(item)]++
	}
	var left []T
	for _, item := range a {
		if key := text(item); count[key] > 0 {
			count[key]--
		} else {
			left = append(left, item)
		}
	}
	return left
}

// plus returns a with those elements of b that it does not have.
func plus(a, b provider.Value) provider.Value {
	switch more := minus(b, a).(type) {
	case []provider.Ref:
		a, _ := a.([]provider.Ref)
		return append(slices.Clone(a), more...)
	case []provider.Rule:
		a, _ := a.([]provider.Rule)
		both := append(slices.Clone(a), more...)
		slices.SortFunc(both, provider.CompareRule)
		return both
	default:
		if a == nil {
			return b // a single link
		}
		return a
	}
}

// only returns the elements of a collection whose link is one that keep wants.
func only(v provider.Value, keep func(provider.Ref) bool) provider.Value {
	switch v := v.(type) {
	case provider.Ref:
		if keep(v) {
			return v
		}
	case []provider.Ref:
		return collection(filter(v, keep))
	case []provider.Rule:
		return collection(filter(v, func(r provider.Rule) bool { return !r.CIDR.IsValid() && keep(r.Group) }))
	}
	return nil
}

// byService splits sorted rules into those of equal protocol and ports.
func byService(rules []provider.Rule) [][]provider.Rule {
	var parts [][]provider.Rule
	for len(rules) > 0 {
		n := 1
		for n < len(rules) && rules[n].Service() == rules[0].Service() {
			n++
		}
		parts = append(parts, slices.Clone(rules[:n]))
		rules = rules[n:]
	}
	return parts
}

// collide reports whether there can't be a rule for the one and for the other
// protocol and ports at once.
func collide(a, b provider.Rule) bool {
	if a.Protocol != b.Protocol || a.ICMP() {
		return a.Service() == b.Service()
	}
	return a.From <= b.To && b.From <= a.To
}

func filter[T any](items []T, keep func(T) bool) []T {
	var kept []T
	for _, item := range items {
		if keep(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// collection makes an empty slice the absent value.
func collection[T any](items []T) provider.Value {
	if len(items) == 0 {
		return nil
	}
	return items
}

// unique returns rules without repetitions.
func unique(rules []provider.Rule) []provider.Rule {
	sorted := slices.SortedFunc(slices.Values(rules), provider.CompareRule)
	return slices.CompactFunc(sorted, func(a, b provider.Rule) bool { return a.String() == b.String() })
}
