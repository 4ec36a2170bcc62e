package export

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Settings and values that every engine knows by name.
const (
	settingAdopt     = "adopt"
	settingExclusive = "exclusive"
	settingProtect   = "protect"
	settingOnDelete  = "onDelete"
	onDeleteDelete   = "delete"
	fieldZone        = "zone"
	fieldPower       = "power"
	powerAny         = "any"
)

// fill declares a live resource's fields in its block. It returns why the
// resource can't be declared, "" where it can.
func (d *draft) fill(b *Block, l *provider.Live) string {
	adopt, adopts := b.Fields[settingAdopt]
	b.Fields, b.Comments = provider.Fields{}, map[string]string{}
	if adopts {
		b.Fields[settingAdopt] = adopt
	}
	if l.Tags[provider.TagProtect] == "true" {
		b.Fields[settingProtect] = true
	}
	if b.Kind.Lasting && l.Tags[provider.TagDelete] == "true" {
		b.Fields[settingOnDelete] = onDeleteDelete
	}
	for _, f := range b.Kind.Fields {
		if f.Setting {
			continue
		}
		if why := d.field(b, l, f); why != "" && f.Required {
			return why
		} else if why != "" {
			b.Comments[f.Name] = why
		}
	}
	return d.check(b, l)
}

// check takes out of a block what the kind's own rules refuse.
func (d *draft) check(b *Block, l *provider.Live) string {
	if b.Kind.Check == nil {
		return ""
	}
	fields := provider.Fields{fieldZone: l.Zone}
	for name, value := range b.Fields {
		fields[name] = value
	}
	for _, e := range b.Kind.Check(fields) {
		name, _, _ := strings.Cut(e.Field, ".")
		text := fmt.Sprintf("is %s in the cloud: %s", clip(provider.Format(b.Fields[name])), e.Text)
		if f, _ := b.Kind.Field(name); f.Required {
			return name + " " + text
		}
		delete(b.Fields, name)
		b.Comments[name] = text
	}
	return ""
}

// field declares one field as it lives, unless reading the file makes it so
// anyway. It returns why it can't be declared.
func (d *draft) field(b *Block, l *provider.Live, f provider.Field) string {
	value, known := l.Fields[f.Name]
	if !known && f.Name == fieldZone {
		value, known = l.Zone, l.Zone != (provider.Named{})
	}
	if f.Name == fieldPower && l.Broken != "" {
		b.Fields[f.Name] = powerAny
		b.Head = append(slices.DeleteFunc(b.Head, func(s string) bool { return s == l.Broken }), l.Broken)
		return ""
	}
	switch {
	case !known && f.Required:
		return "the cloud doesn't tell its " + f.Name
	case !known,
		f.Name == fieldZone && value == provider.Value(d.file.Zone),
		f.ShowsName && value == provider.Value(l.Name),
		f.Default != nil && provider.Format(value) == provider.Format(f.Default),
		f.Type != provider.Rules && provider.Empty(value):
		return ""
	}
	declared, why := d.value(b, f, value)
	if why == "" {
		b.Fields[f.Name] = declared
	}
	return why
}

// value is a live value as a file declares it.
func (d *draft) value(b *Block, f provider.Field, value provider.Value) (declared provider.Value, why string) {
	switch value := value.(type) {
	case string:
		if f.Enum != nil && !slices.Contains(f.Enum, value) {
			return nil, "is " + value + " in the cloud, which a file can't ask for"
		}
		return value, ""
	case provider.Named:
		return d.entry(f, value), ""
	case provider.Ref:
		ref, ok := d.link(f, value)
		if !ok {
			return nil, fmt.Sprintf("is %s in the cloud, which is nowhere to be found", value)
		}
		return ref, ""
	case []provider.Ref:
		refs := make([]provider.Ref, len(value))
		for i, ref := range value {
			var ok bool
			if refs[i], ok = d.link(f, ref); !ok {
				return nil, fmt.Sprintf("is %s in the cloud, of which %s is nowhere to be found", provider.Format(value), ref)
			}
		}
		return refs, ""
	case []provider.Rule:
		return d.rules(b, f, value), ""
	case provider.Blob:
		return d.content(f, value)
	case provider.Fields:
		object := provider.Fields{}
		for _, sub := range f.Fields {
			if v := value[sub.Name]; !sub.Setting && !provider.Empty(v) {
				declared, why := d.value(b, sub, v)
				if why != "" {
					return nil, sub.Name + " " + why
				}
				object[sub.Name] = declared
			}
		}
		return object, ""
	default:
		return value, ""
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// entry names an entry of a catalogue, by its id where the name means another or
// none.
func (d *draft) entry(f provider.Field, n provider.Named) provider.Named {
	if n.Name == "" || uuid.MatchString(n.Name) || d.entries[f.Catalogue+"/"+n.Name] > 1 {
		return provider.Named{ID: n.ID}
	}
	return provider.Named{Name: n.Name}
}

// link is a link to a resource of this file, or to one outside; ok is false
// where it isn't clear what lives that it leads to.
func (d *draft) link(f provider.Field, ref provider.Ref) (declared provider.Ref, ok bool) {
	kind := cmp.Or(ref.Kind, f.Kind)
	l := d.byID[key{kind, ref.ID}]
	same := slices.DeleteFunc(slices.Clone(d.byName[key{kind, strings.ToLower(ref.Live)}]), func(l *provider.Live) bool { return l.Name != ref.Live })
	if ref.ID == "" && ref.Live != "" && len(same) == 1 {
		l = same[0]
	}
	switch {
	case l == nil:
		return ref, false
	case d.block[keyOf(l)] != nil:
		return provider.Ref{Kind: kind, Name: d.block[keyOf(l)].Name}, true
	case ref.Live != "" && len(same) == 1 && same[0] == l:
		return provider.Ref{Kind: kind, Live: l.Name}, true
	default:
		return provider.Ref{Kind: kind, ID: l.ID}, true
	}
}

// rules are the rules that a file can declare. Where there are others, the block
// says that they are to be left.
func (d *draft) rules(b *Block, f provider.Field, live []provider.Rule) []provider.Rule {
	declared := []provider.Rule{}
	var foreign []string
	for _, r := range live {
		r.ID = ""
		if r.Only != "" {
			foreign = append(foreign, r.String())
			continue
		}
		if !r.CIDR.IsValid() {
			group, ok := d.link(f, r.Group)
			if !ok {
				foreign = append(foreign, r.String())
				continue
			}
			r.Group = group
		}
		declared = append(declared, r)
	}
	if foreign != nil {
		b.Fields[settingExclusive] = false
		b.Comments[f.Name] = "left as they are, since a file can't say them: " + strings.Join(foreign, "; ")
	}
	slices.SortFunc(declared, provider.CompareRule)
	return declared
}

// content declares the file that has the sum which the cloud shows.
func (d *draft) content(f provider.Field, live provider.Blob) (declared provider.Value, why string) {
	if f.Sum != nil {
		for _, c := range d.opts.Contents {
			if sum, err := f.Sum(c.Data); err == nil && sum == live.Sum {
				return contentFile(c.Path), ""
			}
		}
	}
	if f.Secret {
		return nil, "is there in the cloud, and may be secret: give the file that has it with --contents, or it is left alone"
	}
	return nil, fmt.Sprintf("the cloud shows only the sum of its %s, %s: give the file that has it with --contents", f.Name, live.Sum)
}

// clip keeps a value that is shown in a comment short.
func clip(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
