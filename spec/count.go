package spec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/trueup/trueup/provider"
)

// block is one key under a kind: a resource, or the several of a count.
type block struct {
	kind    *provider.Kind
	name    string
	at      *entry
	body    *node // with the defaults of the kind
	counted bool
	members []*member
	invalid bool     // something is wrong with its fields, and has been reported
	within  *nesting // nil for one that stands by itself
}

// member is one resource of a block.
type member struct {
	*block
	name  string
	index int     // from 1; 0 outside a count
	each  string  // its value of each, if the block has one
	owner *member // the one that it is nested in, or nil

	resource Resource
}

const (
	keyCount = "count"
	keyEach  = "each"
)

// declare names every resource of a section, so that references can be
// resolved in whatever order they stand.
func (l *loader) declare(s section) {
	switch s.node.shape {
	case null:
		return
	case scalar, list:
		l.wrong(s.node, "", "expected a mapping of names to fields, not %s", s.node)
		return
	}
	for _, e := range s.node.entries {
		l.declareBlock(&block{kind: s.kind, name: e.key, at: e, body: e.value})
	}
}

// declareBlock names the resources of a block, and of those nested in it.
func (l *loader) declareBlock(b *block) {
	kind := b.kind.Name
	if l.blocks[kind] == nil {
		l.blocks[kind] = map[string]*block{}
	}
	if first := l.blocks[kind][b.name]; first != nil {
		l.wrongKey(b.at, "first at "+first.at.pos().String(), "%s/%s is declared twice", kind, b.name)
		return
	}
	l.blocks[kind][b.name] = b
	if text := BadName(b.at.key); text != "" {
		l.wrongKey(b.at, "", "%s", text)
		return
	}
	if b.body.shape == scalar || b.body.shape == list {
		l.wrong(b.body, "", "expected a mapping of fields, not %s", b.body)
		return
	}
	b.body = l.withDefaults(b.kind, b.body)
	if b.within != nil {
		l.addMembers(b, b.at, b.nestedMembers())
	} else {
		l.expandBlock(b)
	}
	l.order = append(l.order, b)
	l.declareNested(b)
}

func (l *loader) withDefaults(kind *provider.Kind, body *node) *node {
	n := *body
	n.shape = mapping // an empty body is written as nothing, too
	if e := l.defaults[kind.Name]; e != nil {
		return merged(&n, e.value, kind.Fields)
	}
	return &n
}

// BadName says what is wrong with a name in a stack file, whatever its kind.
func BadName(name string) string {
	switch {
	case name == "" || len(name) > 255:
		return "a name has 1 to 255 characters"
	case strings.ContainsAny(name, "/,{}$") || strings.TrimSpace(name) != name || strings.IndexFunc(name, unicode.IsControl) >= 0:
		return fmt.Sprintf("the name %s has characters that no name may have: / , { } $, control characters, spaces around it", quote(name))
	}
	return ""
}

// expandBlock makes the members of a block.
func (l *loader) expandBlock(b *block) {
	count, each := b.body.get(keyCount), b.body.get(keyEach)
	if count == nil && each == nil {
		l.addMembers(b, b.at, []*member{{block: b, name: b.name}})
		return
	}
	b.counted = true
	before := len(l.issues)
	switch {
	case each == nil:
		l.addMembers(b, count, l.countMembers(b, count.value))
	case count == nil:
		l.addMembers(b, each, l.eachMembers(b, each.value))
	default:
		l.wrongKey(each, "", "a resource has either count or each")
	}
	if len(l.issues) > before {
		l.uncounted = append(l.uncounted, b)
	}
}

// countMembers reads how many of a resource there are.
func (l *loader) countMembers(b *block, n *node) []*member {
	d := &decoder{loader: l, variable: l.vars.get}
	v, ok := d.value(provider.Field{Type: provider.Integer}, n)
	if !ok {
		return nil
	}
	count := v.(int64)
	if count < 0 || count > maxResources {
		l.wrong(n, "", "a count is 0 to %d, not %d", maxResources, count)
		return nil
	}
	members := make([]*member, count)
	for i := range members {
		members[i] = &member{block: b, name: b.name + "-" + strconv.Itoa(i+1), index: i + 1}
	}
	return members
}

// eachMembers reads the values that tell the members of a block apart.
func (l *loader) eachMembers(b *block, n *node) []*member {
	if n.shape != list {
		l.wrong(n, "", "expected a list of values, not %s", n)
		return nil
	}
	d := &decoder{loader: l, variable: l.vars.get}
	var members []*member
	seen := map[string]bool{}
	for _, item := range n.items {
		value, ok := d.scalar(item)
		switch {
		case !ok:
		case BadName(value) != "":
			l.wrong(item, "", "%s", BadName(value))
		case seen[value]:
			l.wrong(item, "", "%s is listed twice", quote(value))
		default:
			seen[value] = true
			members = append(members, &member{block: b, name: b.name + "-" + value, index: len(members) + 1, each: value})
		}
	}
	return members
}

// addMembers gives a block its members, unless they are too many. What says
// how many there are stands at the entry.
func (l *loader) addMembers(b *block, at *entry, members []*member) {
	switch l.decoded += len(members) * b.body.size(); {
	case len(l.members)+len(members) > maxResources:
		l.wrongKey(at, "", "the stack has more than %d resources", maxResources)
		return
	case l.decoded > maxDecoded:
		l.wrongKey(at, "", "the stack has more than %d values, those of counts included", maxDecoded)
		return
	}
	for _, m := range members {
		a := provider.Address{Kind: b.kind.Name, Name: m.name}
		if first := l.members[a]; first != nil {
			l.wrongKey(b.at, "also at "+first.at.pos().String(), "%s is declared twice", a)
			continue
		}
		l.members[a] = m
		b.members = append(b.members, m)
	}
}

// variable is the [lookup] of a member: its own variables, then the stack's.
func (m *member) variable(stack lookup) lookup {
	return func(name string) (string, bool, error) {
		switch {
		case !m.counted:
		case name == varName:
			return m.name, true, nil
		case name == varIndex:
			return strconv.Itoa(m.index), true, nil
		case name == varEach && m.each != "":
			return m.each, true, nil
		case name == varEach:
			return "", false, fmt.Errorf("${each} is known only inside a resource with each; here is a count, which has ${index}")
		}
		return stack(name)
	}
}

// checkNames looks at the names of all resources: names that differ only in
// case would be one name to CloudStack.
func (l *loader) checkNames(prefix string) {
	for _, kind := range l.kinds {
		byFold := map[string]*member{}
		for _, b := range l.order {
			if b.kind != kind {
				continue
			}
			for _, m := range b.members {
				folded := strings.ToLower(m.name)
				if first := byFold[folded]; first != nil {
					l.wrongKey(b.at, "the other is at "+first.at.pos().String(), "the names %s and %s differ only in case", quote(first.name), quote(m.name))
					break
				}
				byFold[folded] = m
				if kind.CheckName == nil {
					continue
				}
				if text := kind.CheckName(prefix + m.name); text != "" {
					l.wrongKey(b.at, "", "the name %s: %s", quote(prefix+m.name), text)
					break
				}
			}
		}
	}
}
