package cloudstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Every answer is an object with one key, the envelope, usually
// "<command in lower case>response". What is inside: the fields of an error, a
// job's id, a list under one key beside "count", one object under one key, or
// that object's own fields.

// object is the inside of an envelope.
type object map[string]any

// openEnvelope finds the object inside an answer, whatever the envelope's key;
// unexpected tells that the key was not the usual one.
func openEnvelope(command string, body []byte) (inside object, unexpected string, err error) {
	doc, err := parse(body)
	if err != nil {
		return nil, "", err
	}
	outer, ok := doc.(map[string]any)
	if !ok {
		return nil, "", errors.New("the answer is not a JSON object")
	}
	usual := strings.ToLower(command) + "response"
	for _, key := range envelopeKeys(outer, usual) {
		switch x := outer[key].(type) {
		case map[string]any:
			if key != usual {
				unexpected = key
			}
			return x, unexpected, nil
		case nil:
			return object{}, "", nil
		}
	}
	if _, bare := outer["errorcode"]; bare {
		return outer, "", nil
	}
	return nil, "", fmt.Errorf("no envelope %s: %s", usual, excerpt(text(doc), 80))
}

// envelopeKeys are the keys to try: the usual one, the one of errors, or the
// only one.
func envelopeKeys(outer map[string]any, usual string) []string {
	var keys []string
	for k := range outer {
		if low := strings.ToLower(k); low == usual || low == "errorresponse" || len(outer) == 1 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { // the usual one first
		if (strings.ToLower(a) == usual) != (strings.ToLower(b) == usual) {
			if strings.ToLower(a) == usual {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return keys
}

// failure is the error that an object describes, nil when it describes none.
func (o object) failure() *APIError {
	if _, ok := o["errorcode"]; !ok {
		return nil
	}
	var e struct {
		Code   int        `cs:"errorcode"`
		CSCode int        `cs:"cserrorcode"`
		Text   string     `cs:"errortext"`
		UUIDs  []UUIDItem `cs:"uuidlist"`
	}
	list := o["uuidList"]
	o = object{"errorcode": o["errorcode"], "cserrorcode": o["cserrorcode"], "errortext": o["errortext"]}
	if err := decode(map[string]any(o), &e); err != nil {
		return &APIError{Text: text(map[string]any(o))}
	}
	return &APIError{Code: ErrorCode(e.Code), CSCode: CSErrorCode(e.CSCode), Text: e.Text, UUIDs: uuidItems(list)}
}

// uuidItems reads the resources that an error is about: objects, or plain
// texts from old servers.
func uuidItems(v any) []UUIDItem {
	list, _ := v.([]any)
	var items []UUIDItem
	for _, x := range list {
		if s, ok := x.(string); ok {
			items = append(items, UUIDItem{UUID: ID(s)})
			continue
		}
		var item UUIDItem
		if decode(x, &item) == nil {
			items = append(items, item)
		}
	}
	return items
}

// list are the items of a list and the total that the server counts; an empty
// one comes as {} or with nothing but the count.
func (o object) list() (items []any, total int, err error) {
	var values []any
	for k, v := range o {
		switch x := v.(type) {
		case []any:
			values = append(values, v)
		case map[string]any:
			if len(x) > 0 {
				values = append(values, []any{x})
			}
		default:
			if n, ok := integer(v); ok && strings.EqualFold(k, "count") {
				total = int(n)
			}
		}
	}
	switch len(values) {
	case 0:
		return nil, total, nil
	case 1:
		return values[0].([]any), total, nil
	}
	return nil, 0, fmt.Errorf("%d lists where one belongs", len(values))
}

// resource is the value that a result consists of: what its only key holds, or
// the object itself.
func (o object) resource() any {
	var only any
	n := 0
	for k, v := range o {
		if strings.EqualFold(k, "count") {
			continue
		}
		only = v
		n++
	}
	if n != 1 {
		return map[string]any(o)
	}
	switch x := only.(type) {
	case map[string]any:
		return x
	case []any:
		if len(x) == 1 {
			return x[0]
		}
		return x
	}
	return map[string]any(o)
}

// result decodes the object into an R. For [Success] it must say success.
func result[R any](o object) (R, error) {
	var r R
	if s, ok := any(&r).(*Success); ok {
		return r, o.success(s)
	}
	if len(o) == 0 {
		return r, nil
	}
	return r, decode(o.resource(), &r)
}

// success reads a result that only says yes or no. A no is an [APIError]
// without a code.
func (o object) success(s *Success) error {
	v, ok := o["success"]
	if !ok {
		if inner, is := o.resource().(map[string]any); is && len(o) == 1 {
			if v, ok = inner["success"]; ok {
				o = inner
			}
		}
	}
	if !ok {
		return errors.New("neither success nor an error in it")
	}
	yes, understood := boolean(v)
	s.DisplayText = text(o["displaytext"])
	switch {
	case !understood:
		return fmt.Errorf("success is %s", excerpt(text(v), 40))
	case !yes:
		return &APIError{Text: strings.TrimSuffix("the server answers success=false: "+s.DisplayText, ": ")}
	}
	return nil
}

// raw is the object as JSON.
func (o object) raw() (json.RawMessage, error) { return json.Marshal(map[string]any(o)) }
