package export

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// name gives each of the resources a block with the name that it is declared by:
// its address, where the stack that owns it is exported, else its name in the
// cloud. Where that can't be had, another is made up, and the block says which
// resource is meant.
func (d *draft) name(chosen []*provider.Live) {
	taken := map[key]bool{}
	for _, l := range chosen {
		kind := d.kinds.Get(l.Kind)
		if why := refused(kind, l.Name); why != "" {
			d.file.leaveOut(l, why)
			continue
		}
		b := &Block{Kind: kind, Fields: provider.Fields{}, Comments: map[string]string{}}
		d.block[keyOf(l)] = b
		owner, at := d.owners.Of(l)
		mine := owner != "" && owner == d.opts.Select.Stack
		wanted := l.Name
		switch {
		case mine || kind.Nameless && owner != "":
			wanted = at.Name
		case kind.Nameless:
			wanted = d.nameless(kind, l)
		}
		b.Name = d.free(taken, kind, wanted)
		taken[key{l.Kind, strings.ToLower(b.Name)}] = true
		if mine {
			continue
		}
		if kind.Nameless {
			b.Head = append(b.Head, cmp.Or(l.Label, l.ID))
		} else if b.Name != l.Name {
			b.Head = append(b.Head, "its name in the cloud is "+strconv.Quote(l.Name))
		}
		if kind.Nameless || b.Name != l.Name || len(d.named(kind, l.Name)) > 1 {
			if _, can := kind.Field(settingAdopt); can {
				b.Fields[settingAdopt] = l.ID
			}
		}
		if owner != "" {
			b.Head = append(b.Head, "belongs to stack "+owner)
		}
	}
}

// refused says why no stack can have something under its name in the cloud.
func refused(kind *provider.Kind, name string) string {
	if kind.Nameless || kind.CheckName == nil {
		return ""
	}
	return kind.CheckName(name)
}

// named are the live resources that a stack would find by the name.
func (d *draft) named(kind *provider.Kind, name string) []*provider.Live {
	var found []*provider.Live
	for _, l := range d.byName[key{kind.Name, strings.ToLower(name)}] {
		if kind.UniqueName || l.Name == name {
			found = append(found, l)
		}
	}
	return found
}

// nameless makes up a name for what the cloud has none for: that of the first
// thing that it links to by a field of its own, rather than an inherited one.
func (d *draft) nameless(kind *provider.Kind, l *provider.Live) string {
	inherited := ""
	for _, f := range kind.Fields {
		for _, ref := range provider.Refs(l.Fields[f.Name]) {
			if _, lives := d.link(f, ref); !lives {
				continue // it is destroyed, and not expunged yet
			}
			if f.Inherit == "" && ref.Live != "" {
				return ref.Live
			}
			inherited = cmp.Or(inherited, ref.Live)
		}
	}
	return cmp.Or(inherited, strings.ToLower(kind.Name))
}

// free returns the name, or one like it that a stack can declare and no other
// resource of the kind has.
func (d *draft) free(taken map[key]bool, kind *provider.Kind, name string) string {
	good := func(name string) bool {
		return spec.BadName(name) == "" && !taken[key{kind.Name, strings.ToLower(name)}] &&
			refused(kind, d.file.Prefix+name) == ""
	}
	if good(name) {
		return name
	}
	stem := plainName(name)
	if stem == "" || !good(stem+"-2") {
		stem = strings.ToLower(kind.Name)
	}
	if good(stem) {
		return stem
	}
	for n := 2; ; n++ {
		if name := fmt.Sprintf("%s-%d", stem, n); good(name) || n > len(d.snap.Resources)+2 {
			return name
		}
	}
}

// plainName leaves letters, digits and hyphens of a name, beginning with a letter.
func plainName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
	plain = strings.TrimLeft(plain, "-0123456789")
	return strings.TrimRight(plain[:min(len(plain), 50)], "-")
}
