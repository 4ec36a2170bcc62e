package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// header is what one document of a stack says about the whole.
type header struct {
	doc    *node
	fields map[string]*entry
}

// section is one document's resources of one kind.
type section struct {
	kind *provider.Kind
	node *node
}

var headerFields = []string{"version", "stack", "zone", "prefix", "policy", "origin", "project"}

// document sorts the top-level keys of one document.
func (l *loader) document(doc *node) {
	if doc.shape != mapping {
		l.wrong(doc, "", "a stack file is a mapping of keys such as stack and zone, not %s", doc)
		return
	}
	if l.anotherStack(doc) {
		return
	}
	for _, e := range doc.entries {
		switch kind := l.kinds.ByPlural(e.key); {
		case kind != nil:
			l.sections = append(l.sections, section{kind, e.value})
		case slices.Contains(headerFields, e.key):
			l.headerField(doc, e)
		case e.key == "variables":
			l.vars.declare(e.value)
		case e.key == "defaults":
			l.declareDefaults(e.value)
		case e.key == "include", isExtension(e.key): // see readFile
		default:
			l.unknownKey(e)
		}
	}
}

// anotherStack complains of a document that is a whole stack where there is one
// already, mostly a copy beside the original. No more is said of it.
func (l *loader) anotherStack(doc *node) bool {
	version, stack := doc.get("version"), doc.get("stack")
	if l.header.doc == nil || version == nil || stack == nil {
		return false
	}
	l.wrongKey(stack, "give it a directory of its own, or name the file that is meant", "a second stack: a directory is one, and its header begins at %s", l.headerPos())
	return true
}

// unknownKey reports a top-level key. Where it was meant for a kind, nothing is
// said of references to that kind: they would be found were it not misspelt.
func (l *loader) unknownKey(e *entry) {
	known := l.topLevel()
	l.wrongKey(e, l.hintFields(e.key, known), "unknown field %s", quote(e.key))
	meant, _ := Closest(e.key, known)
	if kind := l.kinds.ByPlural(meant); kind != nil {
		l.misspelt[kind.Name] = true
	}
}

// isExtension reports whether a top-level key is the user's own.
func isExtension(key string) bool { return strings.HasPrefix(key, "x-") }

// topLevel lists the keys that a document may have.
func (l *loader) topLevel() []string {
	keys := append(slices.Clone(headerFields), "variables", "defaults", "include")
	for _, k := range l.kinds {
		keys = append(keys, k.Plural)
	}
	return keys
}

func (l *loader) headerField(doc *node, e *entry) {
	h := &l.header
	if h.doc == nil {
		h.doc, h.fields = doc, map[string]*entry{}
	}
	if h.doc != doc {
		l.wrongKey(e, "the header begins at "+l.headerPos().String(),
			"%s belongs into the stack's header, which is another document", e.key)
		return
	}
	h.fields[e.key] = e
}

// headerPos is where the header begins.
func (l *loader) headerPos() Pos {
	first := slices.IndexFunc(l.header.doc.entries, func(e *entry) bool { return slices.Contains(headerFields, e.key) })
	return l.header.doc.entries[first].pos()
}

var stackName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// IsStackName reports whether a stack can have that name.
func IsStackName(name string) bool { return stackName.MatchString(name) }

var policies = []string{"sync", "upsert-only", "create-only", "observe"}

// headerExample has the fields that a header must have.
var headerExample = map[string]string{"version": "version: 1", "stack": "stack: NAME"}

// stack makes the stack, still without resources, from the header.
func (l *loader) stack(path string) *Stack {
	s := &Stack{Path: path, Header: Pos{File: l.source(path).shown}}
	h := l.header
	if h.doc == nil {
		l.add(Issue{Pos: s.Header, Text: "no header", Hint: "begin with “version: 1” and “stack: NAME”"})
		return s
	}
	s.Header = Pos{h.doc.src.shown, h.doc.line, h.doc.column}
	for _, name := range []string{"version", "stack"} {
		switch e := h.fields[name]; {
		case e == nil:
			l.add(Issue{Pos: s.Header, Path: name, Text: "the header must have this field", Hint: "write " + headerExample[name]})
		case e.value.shape == null:
			l.wrongKey(e, "write "+headerExample[name], "the header must have this field, with a value")
		}
	}
	if n, text, ok := l.headerText("version"); ok && text != "1" {
		l.wrong(n, "", "version %s is not one that this trueup reads; it reads version 1", quote(text))
	}
	if n, text, ok := l.headerText("stack"); ok {
		s.Name, s.Header = text, h.fields["stack"].pos()
		if !IsStackName(text) {
			l.wrong(n, "", "%s is no name for a stack: 1 to 31 of a–z, 0–9 and -, the first a letter", quote(text))
		}
	}
	if e := h.fields["zone"]; e != nil {
		d := l.headerDecoder()
		if v, ok := d.value(provider.Field{Name: "zone", Type: provider.Choice}, e.value); ok {
			s.Zone = v.(provider.Named)
		}
	}
	_, s.Prefix, _ = l.headerText("prefix")
	_, s.Origin, _ = l.headerText("origin")
	if n, text, ok := l.headerText("policy"); ok {
		switch {
		case !slices.Contains(policies, text):
			l.wrong(n, l.didYouMean(text, policies), "%s is no policy; expected %s", quote(text), alternatives(policies))
		case text != policies[0]:
			s.Policy = text
		}
	}
	if e := h.fields["project"]; e != nil {
		d := l.headerDecoder()
		if v, ok := d.value(provider.Field{Name: "project", Type: provider.Choice}, e.value); ok {
			s.Project = v.(provider.Named)
		}
	}
	return s
}

// headerText is a text of the header; ok is false where there is none.
func (l *loader) headerText(name string) (n *node, text string, ok bool) {
	e := l.header.fields[name]
	if e == nil || e.value.shape == null {
		return nil, "", false
	}
	text, ok = l.headerDecoder().scalar(e.value)
	return e.value, text, ok
}

func (l *loader) headerDecoder() *decoder { return &decoder{loader: l, variable: l.vars.get} }

// alternatives lists what was expected: "a, b or c".
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return fmt.Sprintf("%s or %s", strings.Join(words[:last], ", "), words[last])
}
