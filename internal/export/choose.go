package export

import (
	"cmp"
	"path"
	"slices"

	"github.com/trueup/trueup/provider"
)

// Selection chooses among what lives: everything that all of its criteria fit.
// Its zero value is everything.
type Selection struct {
	Kinds []string          // by name
	Names []string          // patterns of the names in the cloud, as of [path.Match]
	Tags  map[string]string // that it carries, and their values; "" is any
	Zone  string            // by name or id; what is in no zone fits too
	Stack string            // that owns it
	// Unowned leaves out what any stack owns.
	Unowned bool
}

// choose returns what is to be exported, in the order of the kinds' list and
// then of names.
func (d *draft) choose() []*provider.Live {
	var chosen []*provider.Live
	for i := range d.snap.Resources {
		if l := &d.snap.Resources[i]; d.kinds.Get(l.Kind) != nil && !l.Gone && d.chosen(l) {
			chosen = append(chosen, l)
		}
	}
	slices.SortStableFunc(chosen, func(a, b *provider.Live) int {
		return cmp.Or(
			cmp.Compare(d.rank(a.Kind), d.rank(b.Kind)),
			provider.CompareAddress(provider.Address{Name: a.Name}, provider.Address{Name: b.Name}),
			cmp.Compare(a.Label, b.Label),
		)
	})
	return chosen
}

func (d *draft) rank(kind string) int {
	return slices.IndexFunc(d.kinds, func(k *provider.Kind) bool { return k.Name == kind })
}

func (d *draft) chosen(l *provider.Live) bool {
	s := d.opts.Select
	owner, _ := d.owners.Of(l)
	switch {
	case s.Kinds != nil && !slices.Contains(s.Kinds, l.Kind),
		s.Stack != "" && owner != s.Stack,
		s.Unowned && owner != "",
		s.Zone != "" && l.Zone != (provider.Named{}) && s.Zone != l.Zone.Name && s.Zone != l.Zone.ID:
		return false
	}
	for tag, value := range s.Tags {
		if have, ok := l.Tags[tag]; !ok || value != "" && have != value {
			return false
		}
	}
	return s.Names == nil || slices.ContainsFunc(s.Names, func(pattern string) bool {
		fits, _ := path.Match(pattern, l.Name) // a bad pattern fits nothing
		return fits || l.Label != "" && pattern == l.Label
	})
}
