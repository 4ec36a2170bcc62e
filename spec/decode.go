package spec

import (
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// decoder turns nodes into the values of fields. It serves one resource, or
// the header.
type decoder struct {
	*loader
	variable lookup
	secret   bool // of the field being decoded: its text is not to be shown

	// Of a resource of a count:
	member   *member
	usedOwn  bool              // the field names ${name}, ${index} or ${each}
	onChange map[string]string // modes that stand inside contents, by field
}

// decodeBlock decodes the members of a block, up to the first that something
// is wrong with: the others would only repeat it.
func (l *loader) decodeBlock(b *block) {
	before := len(l.issues)
	if b.within != nil {
		l.checkNested(b)
	} else {
		l.checkFields(b.body, b.kind.Fields, keyCount, keyEach)
	}
	if len(b.members) == 0 { // its fields are to be right all the same
		l.decodeMember(&member{block: b, name: b.name + "-1", index: 1, each: "1"})
	}
	for _, m := range b.members {
		if l.decodeMember(m); len(l.issues) > before {
			b.invalid = true
			return
		}
	}
}

func (l *loader) decodeMember(m *member) {
	r := &m.resource
	*r = Resource{
		Address: provider.Address{Kind: m.kind.Name, Name: m.name},
		Block:   m.block.name,
		Pos:     m.at.pos(),
		Fields:  provider.Fields{},
		Where:   map[string]Pos{},
	}
	d := &decoder{loader: l, member: m, onChange: map[string]string{}}
	own := m.variable(l.vars.get)
	d.variable = func(name string) (string, bool, error) {
		d.usedOwn = d.usedOwn || isMemberVariable(name)
		return own(name)
	}
	for _, f := range m.kind.Fields {
		e := m.body.get(f.Name)
		if e == nil || e.value.shape == null || f.Type == provider.Nested || m.owner != nil && f.Name == m.within.field.Via {
			continue
		}
		d.usedOwn = false
		v, ok := d.value(f, e.value)
		if !ok {
			continue
		}
		r.Fields[f.Name], r.Where[f.Name] = v, e.value.pos()
		if d.usedOwn && m.counted {
			d.keepTemplate(f, e.value)
		}
	}
	d.addModes()
	m.linkBack()
}

// checkFields complains of keys of a mapping that are none of the fields.
func (l *loader) checkFields(n *node, fields []provider.Field, also ...string) {
	known := slices.Clone(also)
	for _, f := range fields {
		known = append(known, f.Name)
	}
	for _, e := range n.entries {
		switch {
		case slices.Contains(known, e.key):
		default:
			l.wrongKey(e, l.hintFields(e.key, known), "unknown field %s", quote(e.key))
		}
	}
}

// value decodes n as the field's type. What is wrong is reported.
func (d *decoder) value(f provider.Field, n *node) (provider.Value, bool) {
	defer func(outer bool) { d.secret = outer }(d.secret)
	d.secret = d.secret || f.Secret
	switch f.Type {
	case provider.Text:
		return d.text(f, n)
	case provider.Integer:
		return d.integer(f, n)
	case provider.Boolean:
		return d.boolean(n)
	case provider.Bytes:
		return d.bytes(n)
	case provider.Choice:
		return d.choice(f, n)
	case provider.Link:
		return d.link(f, n)
	case provider.Links:
		return d.links(f, n)
	case provider.Map:
		return d.texts(n)
	case provider.Rules:
		return d.ruleList(f, n)
	case provider.Content:
		return d.blob(f, n)
	case provider.CIDRs:
		return d.cidrs(n)
	case provider.Object:
		return d.object(f, n)
	case provider.Span:
		return d.span(n)
	default:
		panic("spec: the field " + f.Name + " is of no known type")
	}
}

// scalar is the text of n with variables filled in.
func (d *decoder) scalar(n *node) (string, bool) {
	if n.shape != scalar {
		d.wrong(n, "", "expected a single value, not %s", n)
		return "", false
	}
	return d.vars.expand(n, d.variable)
}

// show is a value for an error, unless it is secret.
func (d *decoder) show(text string) string {
	if d.secret {
		return "the value"
	}
	return quote(text)
}

// object decodes the sub-fields of an object.
func (d *decoder) object(f provider.Field, n *node) (provider.Value, bool) {
	if n.shape != mapping {
		d.wrong(n, "", "expected a mapping of fields, not %s", n)
		return nil, false
	}
	before := len(d.issues)
	d.checkFields(n, f.Fields)
	out := provider.Fields{}
	for _, sub := range f.Fields {
		e := n.get(sub.Name)
		switch {
		case e != nil && e.value.shape != null:
			if v, ok := d.value(sub, e.value); ok {
				out[sub.Name] = v
			}
		case sub.Default != nil:
			out[sub.Name] = sub.Default
		case sub.Required:
			d.wrong(n, "", "the field %s is required here", sub.Name)
		}
	}
	return out, len(d.issues) == before
}

// keepTemplate notes the field's text with the variables of members still in
// it, so that all members of a count have one.
func (d *decoder) keepTemplate(f provider.Field, n *node) {
	r := &d.member.resource
	if r.Templates == nil {
		r.Templates = map[string]string{}
	}
	render := &decoder{loader: d.loader, variable: func(name string) (string, bool, error) {
		if isMemberVariable(name) {
			return "${" + name + "}", true, nil
		}
		return d.vars.get(name)
	}}
	if f.Type != provider.Content {
		r.Templates[f.Name] = render.flat(n)
	} else if text, ok := render.contentTemplate(n); ok {
		r.Templates[f.Name] = text
	}
}

// flat is n in one line, its keys sorted.
func (d *decoder) flat(n *node) string {
	switch n.shape {
	case scalar:
		text, _ := d.scalar(n)
		return text
	case list:
		var parts []string
		for _, item := range n.items {
			parts = append(parts, quoteFlat(d.flat(item)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapping:
		var parts []string
		for _, e := range n.entries {
			parts = append(parts, quoteFlat(e.key)+"="+quoteFlat(d.flat(e.value)))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	default:
		return ""
	}
}
