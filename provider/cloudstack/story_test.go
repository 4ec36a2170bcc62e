package cloudstack_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

// requestTypes are the types of all requests by their command.
func requestTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, r := range cloudstack.AllRequests() {
		types[r.Info().Name] = reflect.TypeOf(r)
	}
	return types
}

// build fills a request of the type from wire parameters, by its fields' tags;
// it fails when a parameter finds no field.
func build(typ reflect.Type, params map[string]string) (cloudstack.Request, error) {
	left := map[string]string{}
	for k, v := range params {
		left[k] = v
	}
	v := reflect.New(typ).Elem()
	if err := fill(v, "", left); err != nil {
		return nil, err
	}
	for k := range left {
		return nil, fmt.Errorf("%s has no field for %s", typ.Name(), k)
	}
	return v.Interface().(cloudstack.Request), nil
}

func fill(v reflect.Value, prefix string, left map[string]string) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("cs"), ",")
		if name == "" {
			if f.Anonymous && f.Type.Kind() == reflect.Struct {
				if err := fill(v.Field(i), prefix, left); err != nil {
					return err
				}
			}
			continue
		}
		if err := fillField(v.Field(i), prefix+name, left); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func fillField(v reflect.Value, name string, left map[string]string) error {
	indexed := func(i int) []string {
		var keys []string
		for k := range left {
			if strings.HasPrefix(k, fmt.Sprintf("%s[%d].", name, i)) {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if v.Kind() == reflect.Map {
		for _, k := range indexed(0) {
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			v.SetMapIndex(reflect.ValueOf(strings.TrimPrefix(k, name+"[0].")), reflect.ValueOf(left[k]))
			delete(left, k)
		}
		return nil
	}
	if v.Kind() == reflect.Slice && slices.Contains([]reflect.Kind{reflect.Struct, reflect.Map}, v.Type().Elem().Kind()) {
		for i := 0; len(indexed(i)) > 0; i++ {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			if err := fill(v.Index(i), fmt.Sprintf("%s[%d].", name, i), left); err != nil {
				return err
			}
		}
		return nil
	}
	text, given := left[name]
	if !given {
		return nil
	}
	delete(left, name)
	return setText(v, text)
}

func setText(v reflect.Value, text string) error {
	if v.Type() == reflect.TypeFor[time.Time]() {
		moment, err := time.Parse("2006-01-02T15:04:05-0700", text)
		v.Set(reflect.ValueOf(moment))
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case reflect.Int:
		n, err := strconv.Atoi(text)
		v.SetInt(int64(n))
		return err
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[cloudstack.UserData]() {
			raw, err := base64.StdEncoding.DecodeString(text)
			v.SetBytes(raw)
			return err
		}
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		for _, part := range strings.Split(text, ",") {
			if text != "" {
				v.Set(reflect.Append(v, reflect.ValueOf(part).Convert(v.Type().Elem())))
			}
		}
	case reflect.Struct: // an Opt
		v.FieldByName("Set").SetBool(true)
		return setText(v.FieldByName("V"), text)
	default:
		return fmt.Errorf("no way to set a %s", v.Type())
	}
	return nil
}

// Every request of the recorded stories, put into the fields of our structs,
// encodes to the parameters that were recorded.
func TestEveryRecordedRequestEncodesAsRecorded(t *testing.T) {
	types := requestTypes()
	all := stories(t)
	if len(all) != 162+115+33 {
		t.Errorf("%d requests in the stories, want 162+115+33", len(all))
	}
	for _, x := range all {
		want := url.Values{"command": {x.cmd}}
		for k, v := range x.params {
			want.Set(k, v)
		}
		typ, typed := types[x.cmd]
		if !typed {
			if x.cmd != "fooBar" { // the server has none of that name
				t.Errorf("%s: no request for %s", x.source, x.cmd)
			}
			continue
		}
		fields, opts := maps.Clone(x.params), []cloudstack.CallOption(nil)
		if id := fields["customjobid"]; id != "" {
			opts = append(opts, cloudstack.CustomJobID(cloudstack.ID(id)))
			delete(fields, "customjobid")
		}
		r, err := build(typ, fields)
		if err != nil {
			t.Errorf("%s: %v", x.source, err)
			continue
		}
		got, err := cloudstack.Encode(r, opts...)
		if err != nil {
			t.Errorf("%s: %v", x.source, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-recorded +encoded):\n%s", x.source, diff)
		}
	}
}

// The command that the server doesn't have goes by Raw, and so can every other.
func TestEveryRecordedRequestGoesByRaw(t *testing.T) {
	f := newFake(t)
	c := f.client()
	for _, x := range stories(t) {
		if x.cmd == "deleteTags" && len(x.params) < 3 {
			continue
		}
		f.on(x.cmd, func(call) reply { return ok(x.cmd, map[string]any{}) })
		values := url.Values{}
		for k, v := range x.params {
			values.Set(k, v)
		}
		if _, err := c.Raw(t.Context(), x.cmd, values); err != nil {
			t.Fatalf("%s: %v", x.source, err)
		}
		calls := f.log()
		if diff := cmp.Diff(x.params, calls[len(calls)-1].params); diff != "" {
			t.Errorf("%s (-recorded +sent):\n%s", x.source, diff)
		}
	}
}
