package cloudstack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// The decoder is liberal, because servers of different ages write one field in
// different ways: numbers as text and text as numbers, booleans as text, {} for
// an empty list, an empty string for no id, keys in odd case. It ignores
// unknown fields, and fails, with the place, only on a value that has no
// meaning in its field: a list where an object belongs, "many" where a number
// belongs.

// parse reads a JSON document, numbers kept as they are written.
func parse(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errCutOff
		}
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON document")
	}
	return v, nil
}

var errCutOff = errors.New("the answer is empty or cut off")

// decode puts a parsed JSON value into what dst points to.
func decode(v any, dst any) error { return newDecoder().into(v, dst) }

// decoder knows the fields of the structs that it has met: one for all items of
// a list is quicker than one for each.
type decoder struct {
	fields map[reflect.Type]map[string]int
}

func newDecoder() decoder { return decoder{map[reflect.Type]map[string]int{}} }

func (d decoder) into(v any, dst any) error { return d.value(v, reflect.ValueOf(dst).Elem()) }

// misplaced is a value that has no meaning in its field.
type misplaced struct {
	path string // from the outermost object, such as ".nic[0].deviceid"
	text string
}

func (e *misplaced) Error() string { return strings.TrimPrefix(e.path, ".") + ": " + e.text }

// unfit says that v is not what belongs there; at adds the place, from
// within outwards.
func unfit(v any, want string) error {
	return &misplaced{text: fmt.Sprintf("%s where %s belongs", excerpt(text(v), 40), want)}
}

func at(place string, err error) error {
	if m, ok := err.(*misplaced); ok {
		m.path = place + m.path
	}
	return err
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	userDataType = reflect.TypeFor[UserData]()
	optType      = reflect.TypeFor[optional]()
)

func (d decoder) value(v any, dst reflect.Value) error {
	if v == nil {
		return nil
	}
	switch t := dst.Type(); {
	case t == rawType:
		raw, err := json.Marshal(v)
		dst.SetBytes(raw)
		return err
	case t == timeType:
		dst.Set(reflect.ValueOf(parseTime(v)))
		return nil
	case t == userDataType:
		dst.SetBytes(parseUserData(text(v)))
		return nil
	case t.Implements(optType):
		if v == "" {
			return nil
		}
		dst.FieldByName("Set").SetBool(true)
		return d.value(v, dst.FieldByName("V"))
	}
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(text(v))
	case reflect.Bool:
		b, ok := boolean(v)
		if !ok {
			return unfit(v, "true or false")
		}
		dst.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, ok := integer(v)
		if !ok {
			return unfit(v, "a whole number")
		}
		dst.SetInt(n)
	case reflect.Float64:
		f, ok := fraction(v)
		if !ok {
			return unfit(v, "a number")
		}
		dst.SetFloat(f)
	case reflect.Slice:
		return d.list(v, dst)
	case reflect.Map:
		return d.details(v, dst)
	case reflect.Struct:
		return d.object(v, dst)
	default:
		return &misplaced{text: fmt.Sprintf("a %s can't be decoded", dst.Type())}
	}
	return nil
}

// object fills a struct. An empty text or list stands for an empty object.
func (d decoder) object(v any, dst reflect.Value) error {
	m, ok := v.(map[string]any)
	if !ok {
		if v == "" {
			return nil
		}
		return unfit(v, "an object")
	}
	fields := d.fieldsOf(dst.Type())
	for k, x := range m {
		i, ok := fields[strings.ToLower(k)]
		if !ok {
			continue
		}
		if err := d.value(x, dst.Field(i)); err != nil {
			return at("."+k, err)
		}
	}
	return nil
}

func (d decoder) fieldsOf(t reflect.Type) map[string]int {
	if known := d.fields[t]; known != nil {
		return known
	}
	fields := map[string]int{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("cs"), ","); name != "" {
			fields[strings.ToLower(name)] = i
		}
	}
	d.fields[t] = fields
	return fields
}

// list fills a slice. An object that is not empty is a list of one, a text is a
// list of what commas separate, where the elements are texts.
func (d decoder) list(v any, dst reflect.Value) error {
	var items []any
	switch x := v.(type) {
	case []any:
		items = x
	case map[string]any:
		if len(x) > 0 {
			items = []any{x}
		}
	case string:
		if dst.Type().Elem().Kind() != reflect.String {
			if x != "" {
				return unfit(v, "a list")
			}
			break
		}
		for _, part := range strings.Split(x, ",") {
			if part = strings.TrimSpace(part); part != "" {
				items = append(items, part)
			}
		}
	default:
		return unfit(v, "a list")
	}
	if len(items) == 0 {
		return nil
	}
	all := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, x := range items {
		if err := d.value(x, all.Index(i)); err != nil {
			return at(fmt.Sprintf("[%d]", i), err)
		}
	}
	dst.Set(all)
	return nil
}

// details fills a map of texts.
func (d decoder) details(v any, dst reflect.Value) error {
	if list, ok := v.([]any); ok && len(list) == 0 || v == "" {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return unfit(v, "an object")
	}
	if len(m) == 0 {
		return nil
	}
	all := reflect.MakeMapWithSize(dst.Type(), len(m))
	for k, x := range m {
		all.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(text(x)))
	}
	dst.Set(all)
	return nil
}

// text is a value as text; objects and lists are their own JSON.
func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

func boolean(v any) (value, ok bool) {
	switch strings.ToLower(text(v)) {
	case "true", "1", "yes":
		return true, true
	case "false", "0", "no", "":
		return false, true
	}
	return false, false
}

// integer reads 5, "5", 5.0, "5.0", "" and "Unlimited", which is -1.
func integer(v any) (int64, bool) {
	s := strings.TrimSpace(text(v))
	switch {
	case s == "":
		return 0, true
	case strings.EqualFold(s, "unlimited"):
		return -1, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// fraction reads 1.5, "1.5", "1.5%" and "".
func fraction(v any) (float64, bool) {
	s := strings.TrimSuffix(strings.TrimSpace(text(v)), "%")
	if s == "" {
		return 0, true
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// parseTime reads CloudStack's moments and RFC 3339; anything else is the zero
// time, since nothing is decided by a date.
func parseTime(v any) time.Time {
	s := text(v)
	for _, layout := range []string{wireTime, time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// excerpt is the beginning of a text, at most n bytes of it, on one line.
func excerpt(s string, n int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
