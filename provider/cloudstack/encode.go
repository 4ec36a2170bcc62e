package cloudstack

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// wireTime is how CloudStack writes and reads moments.
const wireTime = "2006-01-02T15:04:05-0700"

// Encode gives the parameters that a call would send, command included, the
// client's own (response, apikey, signature, …) not: a preview. It fails only on
// what has no form on the wire, such as a comma in an element of a list;
// [Validate] tells what the server would refuse.
//
// The rules, by the type of a field:
//
//	string, ID, CIDR, IP, MAC, Secret   as they are; empty is not sent
//	bool, int                           always sent: they are required
//	Opt                                 sent when set, whatever its value
//	time.Time                           2006-01-02T15:04:05-0700; zero is not sent
//	UserData                            base64; nil is not sent
//	[]string and the like               joined with commas; nil is not sent, empty sends "name="
//	map[string]string                   name[0].KEY=VALUE for every key
//	[]struct, []map[string]string       name[i].field=value, i from 0
func Encode(r Request, opts ...CallOption) (url.Values, error) {
	p, err := encode(r)
	if err != nil {
		return nil, err
	}
	collectOptions(opts).apply(p)
	values := url.Values{}
	for k, v := range p {
		values.Set(k, v)
	}
	return values, nil
}

// params are the parameters of a call, by wire name.
type params map[string]string

// sortedNames are the names in the order that signatures want: by bytes.
func (p params) sortedNames() []string { return slices.Sorted(maps.Keys(p)) }

func encode(r Request) (params, error) {
	info, err := describe(r)
	if err != nil {
		return nil, err
	}
	p := params{"command": info.Name}
	e := encoder{command: info.Name, params: p}
	v := reflect.ValueOf(r)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil, &ValidationError{Command: info.Name, Reason: fmt.Sprintf("a request is a struct, not a %s", v.Type())}
	}
	if err := e.fields("", v); err != nil {
		return nil, err
	}
	return p, nil
}

type encoder struct {
	command string
	params  params
}

// fields encodes every field of a struct under the prefix.
func (e encoder) fields(prefix string, v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("cs"), ",")
		switch {
		case name != "":
			if err := e.value(prefix+name, v.Field(i), option == "always"); err != nil {
				return err
			}
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			if err := e.fields(prefix, v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// value encodes one field. An empty text is sent only when always says so.
func (e encoder) value(name string, v reflect.Value, always bool) error {
	switch x := v.Interface().(type) {
	case optional:
		if !x.isSet() {
			return nil
		}
		return e.value(name, reflect.ValueOf(x.value()), true)
	case time.Time:
		if !x.IsZero() {
			e.params[name] = x.Format(wireTime)
		}
		return nil
	case UserData:
		if x != nil {
			e.params[name] = x.base64()
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		if v.Len() > 0 || always {
			e.params[name] = v.String()
		}
	case reflect.Bool:
		e.params[name] = strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.params[name] = strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		e.params[name] = strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		e.params[name] = strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.Map:
		return e.details(name+"[0].", v)
	case reflect.Slice:
		return e.list(name, v)
	case reflect.Struct:
		return e.fields(name+".", v)
	default:
		return e.invalid(name, fmt.Sprintf("a %s has no form on the wire", v.Type()))
	}
	return nil
}

// details encodes a map: every key under the same index, because several
// commands read only the first.
func (e encoder) details(prefix string, v reflect.Value) error {
	if v.Type().Key().Kind() != reflect.String || v.Type().Elem().Kind() != reflect.String {
		return e.invalid(prefix, fmt.Sprintf("a %s has no form on the wire", v.Type()))
	}
	for _, k := range v.MapKeys() {
		if k.Len() == 0 || !utf8.ValidString(k.String()) {
			return e.invalid(prefix, fmt.Sprintf("the key %q is empty or no text", k.String()))
		}
		e.params[prefix+k.String()] = v.MapIndex(k).String()
	}
	return nil
}

// list encodes texts and numbers joined with commas, and structs and maps by index.
func (e encoder) list(name string, v reflect.Value) error {
	if v.IsNil() {
		return nil
	}
	switch v.Type().Elem().Kind() {
	case reflect.Struct:
		for i := range v.Len() {
			if err := e.fields(fmt.Sprintf("%s[%d].", name, i), v.Index(i)); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		for i := range v.Len() {
			if err := e.details(fmt.Sprintf("%s[%d].", name, i), v.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	elements := make([]string, v.Len())
	for i := range elements {
		one := encoder{command: e.command, params: params{}}
		if err := one.value(name, v.Index(i), true); err != nil {
			return err
		}
		elements[i] = one.params[name]
		if strings.Contains(elements[i], ",") {
			return e.invalid(name, fmt.Sprintf("the element %q has a comma, which separates elements on the wire", elements[i]))
		}
	}
	e.params[name] = strings.Join(elements, ",")
	return nil
}

func (e encoder) invalid(name, reason string) error {
	return &ValidationError{Command: e.command, Field: strings.TrimSuffix(name, "[0]."), Reason: reason}
}
