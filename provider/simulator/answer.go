package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An object is one structure of an answer. Its fields keep the order in which CloudStack sends them,
// which matters to people who compare answers by eye and to the XML form.
type object []field

type field struct {
	name  string
	value any // string, bool, int, int64, number, object, []object, *items, []string, []any or nil
}

// items are the things of a list, which are made one at a time while the answer is written: a page of machines is large, and what one of
// them needs can be used again for the next. It must be written before anything changes.
type items struct {
	count int
	at    func(i int) object
}

// number is a number as it was written in recorded data.
type number string

// get returns the value of a field and whether the object has it.
func (o object) get(name string) (any, bool) {
	for _, f := range o {
		if f.name == name {
			return f.value, true
		}
	}
	return nil, false
}

// text returns a field as text; it is empty where the object has no such field.
func (o object) text(name string) string {
	switch v, _ := o.get(name); v := v.(type) {
	case string:
		return v
	case number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// add appends a field.
func (o *object) add(name string, value any) { *o = append(*o, field{name, value}) }

// addIf appends a text unless it is empty: CloudStack leaves unset fields out.
func (o *object) addIf(name, value string) {
	if value != "" {
		o.add(name, value)
	}
}

// with returns a copy whose given fields have new values, at their old places where they have one.
func (o object) with(changes ...field) object {
	out := append(object(nil), o...)
	for _, c := range changes {
		i := 0
		for i < len(out) && out[i].name != c.name {
			i++
		}
		if i == len(out) {
			out = append(out, c)
		} else {
			out[i] = c
		}
	}
	return out
}

// without returns a copy that lacks the named fields.
func (o object) without(names ...string) object {
	out := make(object, 0, len(o))
next:
	for _, f := range o {
		for _, n := range names {
			if f.name == n {
				continue next
			}
		}
		out = append(out, f)
	}
	return out
}

// appendJSON appends the JSON form of a value.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendJSONString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case number:
		return append(b, v...)
	case object:
		b = append(b, '{')
		for i, f := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSONString(b, f.name), ':')
			b = appendJSON(b, f.value)
		}
		return append(b, '}')
	case []object:
		return appendJSONList(b, v)
	case *items:
		b = append(b, '[')
		for i := range v.count {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v.at(i))
		}
		return append(b, ']')
	case []string:
		return appendJSONList(b, v)
	case []any:
		return appendJSONList(b, v)
	default:
		panic(fmt.Sprintf("simulator: no JSON form for %T", v))
	}
}

func appendJSONList[T any](b []byte, list []T) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, v)
	}
	return append(b, ']')
}

func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	if plain(s) {
		return append(append(b, s...), '"')
	}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// plain tells whether a text needs no escapes and can be no invalid UTF-8.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendXML appends a field in CloudStack's XML form: lists are repeated elements, empty ones leave no trace.
func appendXML(b []byte, name string, v any) []byte {
	switch v := v.(type) {
	case []object:
		for _, x := range v {
			b = appendXML(b, name, x)
		}
		return b
	case *items:
		for i := range v.count {
			b = appendXML(b, name, v.at(i))
		}
		return b
	case []string:
		for _, x := range v {
			b = appendXML(b, name, x)
		}
		return b
	case []any:
		for _, x := range v {
			b = appendXML(b, name, x)
		}
		return b
	}
	b = append(append(append(b, '<'), name...), '>')
	switch v := v.(type) {
	case nil:
	case object:
		for _, f := range v {
			b = appendXML(b, f.name, f.value)
		}
	case string:
		b = append(b, xmlEscaper.Replace(v)...)
	default:
		b = appendJSON(b, v)
	}
	return append(append(append(b, '<', '/'), name...), '>')
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// parseJSON reads JSON into the values that an object may hold, keeping the order of fields.
func parseJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := parseValue(d)
	if err != nil {
		return nil, fmt.Errorf("read recorded JSON: %w", err)
	}
	return v, nil
}

func parseValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return number(t), nil
	case json.Delim:
		if t == '[' {
			list := []any{}
			for d.More() {
				v, err := parseValue(d)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			_, err := d.Token()
			return list, err
		}
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			o.add(name.(string), v)
		}
		_, err := d.Token()
		return o, err
	default:
		return t, nil
	}
}
