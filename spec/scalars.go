package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
)

func (d *decoder) text(f provider.Field, n *node) (provider.Value, bool) {
	text, ok := d.scalar(n)
	if ok && f.Enum != nil && !slices.Contains(f.Enum, text) {
		d.wrong(n, d.didYouMean(text, f.Enum), "%s is not one of %s", d.show(text), alternatives(f.Enum))
		return nil, false
	}
	return text, ok
}

// plain is the text of a scalar that is to be a number, a boolean or a size:
// quotes would make it a string, unless they are there for a variable. The form
// is that of what is right without quotes.
func (d *decoder) plain(n *node, what string, form *regexp.Regexp) (string, bool) {
	text, ok := d.scalar(n)
	if ok && n.quoted && text == n.text {
		hint := ""
		if form.MatchString(text) {
			hint = "write it without quotes"
		}
		d.wrong(n, hint, "expected %s, not the text %s", what, d.show(text))
		return "", false
	}
	return text, ok
}

var (
	decimal = regexp.MustCompile(`^[-+]?[0-9]+$`)
	truth   = regexp.MustCompile(`(?i)^(true|false)$`)
)

func (d *decoder) integer(f provider.Field, n *node) (provider.Value, bool) {
	text, ok := d.plain(n, "a whole number", decimal)
	if !ok {
		return nil, false
	}
	i, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || !decimal.MatchString(text):
		d.wrong(n, "", "expected a whole number, not %s", d.show(text))
		return nil, false
	case f.Max > 0 && (i < f.Min || i > f.Max):
		d.wrong(n, "", "expected a number from %d to %d, not %d", f.Min, f.Max, i)
		return nil, false
	}
	return i, true
}

// parseBool reads a boolean of YAML 1.2.
func parseBool(text string) (value, ok bool) {
	switch text {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

func (d *decoder) boolean(n *node) (provider.Value, bool) {
	text, ok := d.plain(n, "true or false", truth)
	if !ok {
		return nil, false
	}
	b, ok := parseBool(text)
	if !ok {
		hint := ""
		switch strings.ToLower(text) {
		case "yes", "on", "y":
			hint = "YAML 1.2 writes true"
		case "no", "off", "n":
			hint = "YAML 1.2 writes false"
		}
		d.wrong(n, hint, "expected true or false, not %s", d.show(text))
	}
	return b, ok
}

var (
	size       = regexp.MustCompile(`^([0-9]{1,18}) ?([A-Za-z]*)$`)
	sizeUnits  = map[string]provider.Size{"B": 1, "KiB": provider.GiB >> 20, "MiB": provider.GiB >> 10, "GiB": provider.GiB, "TiB": provider.GiB << 10}
	otherUnits = map[string]string{
		"k": "KiB", "kb": "KiB", "kib": "KiB", "m": "MiB", "mb": "MiB", "mib": "MiB",
		"g": "GiB", "gb": "GiB", "gib": "GiB", "t": "TiB", "tb": "TiB", "tib": "TiB", "": "GiB",
	}
)

func (d *decoder) bytes(n *node) (provider.Value, bool) {
	text, ok := d.scalar(n)
	if !ok {
		return nil, false
	}
	m := size.FindStringSubmatch(text)
	if m == nil {
		d.wrong(n, "", "expected a size such as 20GiB, not %s", d.show(text))
		return nil, false
	}
	number, _ := strconv.ParseInt(m[1], 10, 64)
	unit, ok := sizeUnits[m[2]]
	if !ok {
		hint := "the units are KiB, MiB, GiB and TiB"
		if other, ok := otherUnits[strings.ToLower(m[2])]; ok {
			hint = fmt.Sprintf("write %d%s (1 GiB is 1024³ bytes)", number, other)
		}
		d.wrong(n, hint, "expected a size with a unit such as 20GiB, not %s", d.show(text))
		return nil, false
	}
	bytes := provider.Size(number) * unit
	if number == 0 || bytes/unit != provider.Size(number) || bytes < 0 {
		d.wrong(n, "", "%s is no size that a disk can have", d.show(text))
		return nil, false
	}
	return bytes, true
}

// span decodes a duration such as 5m.
func (d *decoder) span(n *node) (provider.Value, bool) {
	text, ok := d.scalar(n)
	if !ok {
		return nil, false
	}
	span, err := provider.ParseDuration(text)
	if err != nil {
		hint := ""
		if number.MatchString(text) {
			hint = "write " + text + "s for seconds"
		}
		d.wrong(n, hint, "%v", err)
		return nil, false
	}
	return span, true
}

var number = regexp.MustCompile(`^[0-9]{1,9}$`)

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// choice decodes an entry of a catalogue: a name, an id, or {id: …}.
func (d *decoder) choice(f provider.Field, n *node) (provider.Value, bool) {
	if n.shape == mapping {
		id, ok := d.idOnly(n)
		return provider.Named{ID: id}, ok
	}
	text, ok := d.scalar(n)
	switch {
	case !ok:
		return nil, false
	case text == "":
		d.wrong(n, "", "expected a name or an id, not an empty text")
		return nil, false
	case uuid.MatchString(text):
		return provider.Named{ID: strings.ToLower(text)}, true
	}
	return provider.Named{Name: text}, true
}

// idOnly reads {id: …}.
func (d *decoder) idOnly(n *node) (string, bool) {
	ok := true
	for _, e := range n.entries {
		if e.key != "id" {
			ok = false
			d.wrongKey(e, d.hintFields(e.key, []string{"id"}), "unknown field %s", quote(e.key))
		}
	}
	e := n.get("id")
	if e == nil {
		if ok {
			d.wrong(n, "", "expected a name, or {id: …}")
		}
		return "", false
	}
	id, valid := d.id(e.value)
	return id, ok && valid
}

func (d *decoder) id(n *node) (string, bool) {
	text, ok := d.scalar(n)
	if ok && !uuid.MatchString(text) {
		d.wrong(n, "", "%s is no id: the cloud's ids are UUIDs", d.show(text))
		return "", false
	}
	return strings.ToLower(text), ok
}

// texts decodes a map of texts. Numbers and booleans must be quoted, so that
// nobody wonders which of 1, 1.0 and true the cloud was given.
func (d *decoder) texts(n *node) (provider.Value, bool) {
	if n.shape != mapping {
		d.wrong(n, "", "expected a mapping of keys to texts, not %s", n)
		return nil, false
	}
	before := len(d.issues)
	out := map[string]string{}
	for _, e := range n.entries {
		if e.value.shape == null {
			continue
		}
		text, ok := d.scalar(e.value)
		switch {
		case !ok:
		case e.key == "":
			d.wrongKey(e, "", "an empty key")
		case e.value.typed != "" && !e.value.quoted:
			d.wrong(e.value, fmt.Sprintf("write %s", quote(e.value.text)), "expected a text, not a %s", e.value.typed)
		default:
			out[e.key] = text
		}
	}
	return out, len(d.issues) == before
}

// quoteFlat keeps the punctuation of a text apart from that around it.
func quoteFlat(s string) string {
	if strings.ContainsAny(s, ",=\"\n") {
		return strconv.Quote(s)
	}
	return s
}
