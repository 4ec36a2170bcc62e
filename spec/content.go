package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// contentKey tells contents apart that need to be read and summed only once,
// however many members of a count have them.
type contentKey struct {
	kind, field string
	path        string // of {file: …}
	at          *node  // of a text in the stack file
}

// contentSum is the sum of a Content whose field names no other: SHA-256, in
// hexadecimal.
func contentSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

var contentFields = []string{"file", "text", "vars", fieldOnChange}

// blob decodes a content: a text, {file: path} or {text: …}, the last two with
// vars that are put into it, and with onChange. Nothing is interpolated in a
// content but its vars, as shell scripts are full of dollar signs; only a text
// that is one ${V} and nothing else is taken for a variable.
func (d *decoder) blob(f provider.Field, n *node) (provider.Value, bool) {
	switch n.shape {
	case scalar:
		return d.sum(f, n, contentKey{at: n}, n.text, n)
	case list:
		d.wrong(n, "", "expected a text, {file: path} or {text: …}, not a list")
		return nil, false
	}
	before := len(d.issues)
	for _, e := range n.entries {
		if !slices.Contains(contentFields, e.key) {
			d.wrongKey(e, d.hintFields(e.key, contentFields), "unknown field %s", quote(e.key))
		}
	}
	d.mode(f, n)
	text, key, at, ok := d.contentText(n)
	if !ok || len(d.issues) > before {
		return nil, false
	}
	return d.sum(f, n, key, text, at)
}

// mode keeps the onChange of a content.
func (d *decoder) mode(f provider.Field, n *node) {
	e := n.get(fieldOnChange)
	switch {
	case e == nil:
		return
	case f.Modes == nil:
		d.wrongKey(e, "", "%s has no onChange of its own", f.Name)
		return
	case e.value.shape == null:
		return
	}
	mode, ok := d.scalar(e.value)
	switch {
	case !ok:
	case !slices.Contains(f.Modes, mode):
		d.wrong(e.value, d.didYouMean(mode, f.Modes), "%s is not one of %s", quote(mode), alternatives(f.Modes))
	case d.onChange != nil:
		d.onChange[f.Name] = mode
	}
}

// addModes moves the modes that stand inside contents to the map onChange.
func (d *decoder) addModes() {
	if len(d.onChange) == 0 {
		return
	}
	r := &d.member.resource
	modes, _ := r.Fields[fieldOnChange].(map[string]string)
	if modes == nil {
		modes = map[string]string{}
		r.Fields[fieldOnChange] = modes
	}
	for name, mode := range d.onChange {
		if other, ok := modes[name]; ok && other != mode {
			d.wrong(d.member.body.get(fieldOnChange).value.get(name).value, "", "%s says onChange: %s itself", name, mode)
		}
		if _, ok := r.Where[fieldOnChange]; !ok {
			r.Where[fieldOnChange] = r.Where[name]
		}
		modes[name] = mode
	}
}

// contentText is the text that the mapping n gives or names, without its vars,
// and the node that gives it.
func (d *decoder) contentText(n *node) (text string, key contentKey, at *node, ok bool) {
	file, inline := n.get("file"), n.get("text")
	switch {
	case (file == nil) == (inline == nil):
		d.wrong(n, "", "expected either file or text")
		return "", key, n, false
	case inline != nil && inline.value.shape != scalar:
		d.wrong(inline.value, "", "expected a text, not %s", inline.value)
		return "", key, n, false
	case inline != nil:
		return inline.value.text, contentKey{at: inline.value}, inline.value, true
	}
	name, ok := d.scalar(file.value)
	if !ok {
		return "", key, n, false
	}
	path, ok := d.resolve(file.value, name)
	if !ok {
		return "", key, n, false
	}
	text, err := d.file(path)
	if err != nil {
		d.wrong(file.value, d.nearby(path), "%s: %v", d.source(path).shown, err)
	}
	return text, contentKey{path: path}, file.value, err == nil
}

// file reads a content, once.
func (l *loader) file(path string) (string, error) {
	if text, ok := l.fileTexts[path]; ok {
		return text, nil
	}
	data, err := l.readAll(path, maxContent)
	if err != nil {
		return "", err
	}
	l.fileTexts[path] = string(data)
	return string(data), nil
}

// sum makes the value of a content from its text and the vars of n.
func (d *decoder) sum(f provider.Field, n *node, key contentKey, text string, at *node) (provider.Value, bool) {
	vars := n.get("vars")
	variable := vars == nil && key.at != nil && isOneVariable(text)
	if vars == nil && !variable {
		key.kind, key.field = d.member.kind.Name, f.Name
		if blob, ok := d.content[key]; ok {
			return blob, true
		}
		blob, ok := d.makeBlob(f, []byte(text), at)
		if ok {
			d.content[key] = blob
		}
		return blob, ok
	}
	ok := true
	if variable {
		text, ok = d.vars.expand(at, d.variable)
	} else {
		text, ok = d.fill(text, vars.value)
	}
	if !ok {
		return nil, false
	}
	return d.makeBlob(f, []byte(text), at)
}

func (d *decoder) makeBlob(f provider.Field, data []byte, at *node) (provider.Blob, bool) {
	sum := contentSum(data)
	if f.Sum != nil {
		var err error
		if sum, err = f.Sum(data); err != nil {
			d.wrong(at, "", "%v", err)
			return provider.Blob{}, false
		}
	}
	return provider.Blob{Sum: sum, Data: data}, true
}

func isOneVariable(text string) bool {
	return strings.HasPrefix(text, "${") && closing(text[1:]) == len(text)-2
}

// fill puts vars into a text: for each key K its value where ${K} stands, and
// nothing else.
func (d *decoder) fill(text string, vars *node) (string, bool) {
	values, ok := d.fillings(vars)
	if !ok {
		return "", false
	}
	var pairs []string
	size := len(text)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		mark := "${" + name + "}"
		uses := strings.Count(text, mark)
		if uses == 0 {
			d.wrongKey(vars.get(name), "", "the content has no %s", mark)
			return "", false
		}
		pairs = append(pairs, mark, values[name])
		size += uses * (len(values[name]) - len(mark))
	}
	switch d.templated += size; {
	case size > maxContent:
		d.wrong(vars, "", "larger than %d MiB with its vars filled in", maxContent>>20)
		return "", false
	case d.templated > maxContents:
		d.wrong(vars, "", "the stack's contents with vars are larger than %d MiB together", maxContents>>20)
		return "", false
	}
	return strings.NewReplacer(pairs...).Replace(text), true
}

// fillings decodes vars.
func (d *decoder) fillings(vars *node) (map[string]string, bool) {
	if vars.shape != mapping {
		d.wrong(vars, "", "expected a mapping of names to texts")
		return nil, false
	}
	before := len(d.issues)
	values := map[string]string{}
	for _, e := range vars.entries {
		text, ok := d.scalar(e.value)
		switch {
		case !isName(e.key):
			d.wrongKey(e, "", "%s is no name for a variable", quote(e.key))
		case ok:
			values[e.key] = text
		}
	}
	return values, len(d.issues) == before
}

// contentTemplate is what stands for a content with the variables of members
// still in it. A file whose very name has them is another in each member, and
// has no template.
func (d *decoder) contentTemplate(n *node) (string, bool) {
	if n.shape == scalar {
		return "sum " + contentSum([]byte(d.flat(n))), true
	}
	if file := n.get("file"); file != nil {
		name, _ := d.scalar(file.value)
		if strings.Contains(name, "${") {
			return "", false
		}
	}
	text, _, _, ok := d.contentText(n)
	if !ok {
		return "", false
	}
	if vars := n.get("vars"); vars != nil {
		text, ok = d.fill(text, vars.value)
	}
	return "sum " + contentSum([]byte(text)), ok
}
