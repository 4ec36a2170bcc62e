package spec

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// variables are the values that ${…} may name. The order of precedence is
// --var, environment, the last --var-file that names it, the stack file.
type variables struct {
	*report
	opts     Options
	files    map[string]*node // from --var-file
	declared map[string]*variable
	used     map[string]bool
}

// variable is one declared variable.
type variable struct {
	at       *entry
	fallback *node // its default; nil where it has none
	typ      string
	required bool

	state state // of the default
	value string
	err   error
}

type state int

const (
	unresolved state = iota
	resolving
	resolved
)

// EnvPrefix is what the environment variable that sets a stack's variable
// begins with; the variable's name follows.
const EnvPrefix = "TRUEUP_VAR_"

// Variables that only counted resources know.
const (
	varName  = "name"
	varIndex = "index"
	varEach  = "each"
)

func isMemberVariable(name string) bool {
	return name == varName || name == varIndex || name == varEach
}

var variableTypes = []string{"string", "int", "bool"}

// declare adds the variables of one document.
func (v *variables) declare(section *node) {
	if section.shape != mapping {
		v.wrong(section, "", "expected a mapping of names to defaults, not %s", section)
		return
	}
	for _, e := range section.entries {
		switch first := v.declared[e.key]; {
		case !isName(e.key):
			v.wrongKey(e, "", "%s is no name for a variable: letters, digits and _, the first no digit", quote(e.key))
		case isMemberVariable(e.key):
			v.wrongKey(e, "", "%q is what counted resources call their own", e.key)
		case first != nil:
			v.wrongKey(e, "", "the variable %s is declared twice; first at %s", e.key, first.at.pos())
		default:
			v.declared[e.key] = v.declaration(e)
		}
	}
}

func (v *variables) declaration(e *entry) *variable {
	d := &variable{at: e, typ: "string"}
	switch e.value.shape {
	case null:
	case scalar:
		d.fallback = e.value
	case list:
		v.wrong(e.value, "", "a variable is one value, not a list")
	case mapping:
		v.longForm(d, e.value)
	}
	return d
}

// longForm reads {default, type, description, required}.
func (v *variables) longForm(d *variable, n *node) {
	fields := []string{"default", "type", "description", "required"}
	for _, e := range n.entries {
		switch {
		case !slices.Contains(fields, e.key):
			v.wrongKey(e, v.hintFields(e.key, fields), "unknown field %q", e.key)
		case e.value.shape == null:
		case e.value.shape != scalar:
			v.wrong(e.value, "", "expected a single value, not %s", e.value)
		case e.key == "default":
			d.fallback = e.value
		case e.key == "type":
			if d.typ = e.value.text; !slices.Contains(variableTypes, d.typ) {
				v.wrong(e.value, v.didYouMean(d.typ, variableTypes), "%s is no type; expected one of string, int, bool", e.value)
				d.typ = "string"
			}
		case e.key == "required":
			b, ok := parseBool(e.value.text)
			if d.required = b; !ok || e.value.quoted {
				v.wrong(e.value, "", "expected true or false, not %s", e.value)
			}
		}
	}
	if d.required && d.fallback != nil {
		v.wrong(d.fallback, "", "a required variable has no default")
	}
}

// check complains of values that fit no declaration, and of required variables
// without a value.
func (v *variables) check() {
	for _, name := range slices.Sorted(maps.Keys(v.declared)) {
		d := v.declared[name]
		value, set, err := v.get(name)
		switch {
		case err != nil:
			v.wrong(d.fallback, "", "%v", err)
		case !set && d.required:
			v.wrongKey(d.at, fmt.Sprintf("pass --var %s=VALUE or set %s%s", name, EnvPrefix, name), "the variable %s is required and has no value", name)
		case set && !hasType(value, d.typ):
			v.badType(name, d)
		}
	}
}

func (v *variables) badType(name string, d *variable) {
	text := fmt.Sprintf("the variable %s is no %s", name, d.typ)
	switch origin, n := v.source(name); {
	case n != nil:
		v.wrong(n, "", "%s", text)
	default:
		v.add(Issue{Pos: Pos{File: origin}, Text: text, Hint: "it is declared at " + d.at.pos().String()})
	}
}

func hasType(value, typ string) bool {
	switch typ {
	case "int":
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil
	case "bool":
		_, ok := parseBool(value)
		return ok
	default:
		return true
	}
}

// source tells where the value of a variable comes from: a flag or the
// environment, named, or a node.
func (v *variables) source(name string) (string, *node) {
	if _, ok := v.opts.Vars[name]; ok {
		return "--var " + name, nil
	}
	if v.opts.Env != nil {
		if _, ok := v.opts.Env(EnvPrefix + name); ok {
			return EnvPrefix + name, nil
		}
	}
	if n := v.files[name]; n != nil {
		return "", n
	}
	if d := v.declared[name]; d != nil {
		return "", d.fallback
	}
	return "", nil
}

// get is the [lookup] of a stack's own variables.
func (v *variables) get(name string) (string, bool, error) {
	v.used[name] = true
	if isMemberVariable(name) {
		return "", false, fmt.Errorf("${%s} is known only inside a resource with count or each", name)
	}
	if value, ok := v.opts.Vars[name]; ok {
		return value, true, nil
	}
	if v.opts.Env != nil {
		if value, ok := v.opts.Env(EnvPrefix + name); ok {
			return value, true, nil
		}
	}
	if n := v.files[name]; n != nil {
		return n.text, true, nil
	}
	if d := v.declared[name]; d != nil && d.fallback != nil {
		return v.fallback(name, d)
	}
	return "", false, nil
}

// fallback is the default of d, which may name other variables.
func (v *variables) fallback(name string, d *variable) (string, bool, error) {
	switch d.state {
	case resolving:
		return "", false, fmt.Errorf("the variable %s needs itself", name)
	case unresolved:
		d.state = resolving
		d.value, d.err = interpolate(d.fallback.text, v.get)
		d.state = resolved
	}
	return d.value, d.err == nil, d.err
}

// load reads one --var-file: a mapping of names to values.
func (v *variables) load(p *parser, f File) {
	for _, doc := range p.parse(&source{shown: f.Name}, f.Data) {
		if doc.shape != mapping {
			v.wrong(doc, "", "a file of variables is a mapping of names to values, not %s", doc)
		}
		for _, e := range doc.entries {
			if e.value.shape != scalar {
				v.wrong(e.value, "", "a variable is one value, not %s", e.value)
				continue
			}
			v.files[e.key] = e.value
		}
	}
}

// unusedFlags complains of --var flags that nothing asks for.
func (v *variables) unusedFlags() {
	for name := range v.opts.Vars {
		if v.declared[name] == nil && !v.used[name] {
			v.add(Issue{
				Pos:  Pos{File: "--var " + name},
				Text: "the stack has no such variable",
				Hint: v.didYouMean(name, slices.Sorted(maps.Keys(v.declared))),
			})
		}
	}
}

// expand fills variables into the text of n. What is wrong is reported.
func (v *variables) expand(n *node, from lookup) (string, bool) {
	text, err := interpolate(n.text, from)
	if err == nil {
		return text, true
	}
	hint := ""
	if unset := (*unsetError)(nil); errors.As(err, &unset) {
		if d := v.declared[unset.name]; d != nil && d.required {
			return "", false // see check
		}
		hint = v.didYouMean(unset.name, slices.Sorted(maps.Keys(v.declared)))
	}
	v.wrong(n, hint, "%v", err)
	return "", false
}
