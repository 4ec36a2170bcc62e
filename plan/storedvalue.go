package plan

import (
	"encoding/json"
	"errors"
	"net/netip"

	"github.com/trueup/trueup/provider"
)

// storedValue is a field's value in a stored plan: exactly one of them is set.
type storedValue struct {
	Text   *string                `json:"text,omitempty"`
	Number *int64                 `json:"number,omitempty"`
	Flag   *bool                  `json:"flag,omitempty"`
	Bytes  *provider.Size         `json:"bytes,omitempty"`
	Span   *provider.Duration     `json:"span,omitempty"`
	Map    *map[string]string     `json:"map,omitempty"`
	Named  *provider.Named        `json:"named,omitempty"`
	Link   *provider.Ref          `json:"link,omitempty"`
	Links  *[]provider.Ref        `json:"links,omitempty"`
	Rules  *[]provider.Rule       `json:"rules,omitempty"`
	CIDRs  *[]netip.Prefix        `json:"cidrs,omitempty"`
	Sum    *string                `json:"sum,omitempty"`
	Object map[string]storedValue `json:"object,omitzero"`
	Hidden bool                   `json:"hidden,omitempty"` // secret: there is one, and that is all
}

func storeValue(v provider.Value) storedValue {
	switch v := v.(type) {
	case string:
		return storedValue{Text: &v}
	case int64:
		return storedValue{Number: &v}
	case bool:
		return storedValue{Flag: &v}
	case provider.Size:
		return storedValue{Bytes: &v}
	case provider.Duration:
		return storedValue{Span: &v}
	case map[string]string:
		return storedValue{Map: &v}
	case provider.Named:
		return storedValue{Named: &v}
	case provider.Ref:
		return storedValue{Link: &v}
	case []provider.Ref:
		return storedValue{Links: &v}
	case []provider.Rule:
		return storedValue{Rules: &v}
	case []netip.Prefix:
		return storedValue{CIDRs: &v}
	case provider.Blob:
		return storedValue{Sum: &v.Sum}
	case provider.Fields:
		object := map[string]storedValue{}
		for name, value := range v {
			object[name] = storeValue(value)
		}
		return storedValue{Object: object}
	default:
		panic("plan: no field value can be stored of this type: " + provider.Format(v))
	}
}

var errNoValue = errors.New("a value of a field has none of the types that there are")

// value is the stored value. A hidden one is content without a sum.
func (s storedValue) value() (provider.Value, error) {
	switch {
	case s.Text != nil:
		return *s.Text, nil
	case s.Number != nil:
		return *s.Number, nil
	case s.Flag != nil:
		return *s.Flag, nil
	case s.Bytes != nil:
		return *s.Bytes, nil
	case s.Span != nil:
		return *s.Span, nil
	case s.Map != nil:
		return *s.Map, nil
	case s.Named != nil:
		return *s.Named, nil
	case s.Link != nil:
		return *s.Link, nil
	case s.Links != nil:
		return *s.Links, nil
	case s.Rules != nil:
		return *s.Rules, nil
	case s.CIDRs != nil:
		return *s.CIDRs, nil
	case s.Sum != nil:
		return provider.Blob{Sum: *s.Sum}, nil
	case s.Object != nil:
		object := provider.Fields{}
		for name, stored := range s.Object {
			value, err := stored.value()
			if err != nil {
				return nil, err
			}
			object[name] = value
		}
		return object, nil
	case s.Hidden:
		return provider.Blob{}, nil
	default:
		return nil, errNoValue
	}
}

// storedField is a FieldChange in a stored plan. Nothing secret is in it.
type storedField struct {
	Name   string       `json:"name"`
	Old    *storedValue `json:"old,omitempty"`
	New    *storedValue `json:"new,omitempty"`
	Cause  Cause        `json:"cause,omitempty"`
	Secret bool         `json:"secret,omitempty"`
}

// MarshalJSON implements [json.Marshaler] for stored plans.
func (f FieldChange) MarshalJSON() ([]byte, error) {
	store := func(v provider.Value) *storedValue {
		switch {
		case v == nil:
			return nil
		case f.Secret:
			return &storedValue{Hidden: true}
		default:
			stored := storeValue(v)
			return &stored
		}
	}
	return json.Marshal(storedField{f.Name, store(f.Old), store(f.New), f.Cause, f.Secret})
}

// UnmarshalJSON implements [json.Unmarshaler] for stored plans.
func (f *FieldChange) UnmarshalJSON(data []byte) error {
	var stored storedField
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	*f = FieldChange{Name: stored.Name, Cause: stored.Cause, Secret: stored.Secret}
	for _, half := range []struct {
		from *storedValue
		to   *provider.Value
	}{{stored.Old, &f.Old}, {stored.New, &f.New}} {
		if half.from == nil {
			continue
		}
		value, err := half.from.value()
		if err != nil {
			return err
		}
		*half.to = value
	}
	return nil
}
