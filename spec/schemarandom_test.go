package spec_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// fixed is a mapping whose keys mean something; in an ordinary map they are the
// user's names. Both are written as objects of JSON, which YAML can read.
type fixed map[string]any

// Load and the schema take every stack that is drawn from the tables of the
// kinds, and neither takes it with one key misspelt or one value of a type that
// nothing has. What kinds check beyond their tables is left out.
func TestSchemaEqualsDecoder(t *testing.T) {
	kinds := tablesOnly(kind.All())
	s := compiled(t, kinds)
	rapid.Check(t, func(t *rapid.T) {
		stack := drawStack(t, kinds)
		if err := loadJSON(stack, kinds); err != nil {
			t.Fatalf("Load: %v of\n%s", err, text(stack))
		}
		if err := validate(s, stack); err != nil {
			t.Fatalf("schema: %v of\n%s", err, text(stack))
		}
		places := placesIn(stack, false)
		at := rapid.SampledFrom(places).Draw(t, "place")
		value := at.in[at.key]
		if _, ok := at.in[at.key]; at.misspell && ok {
			delete(at.in, at.key)
			at.in[at.key+"Q"] = value
		} else {
			at.in[at.key] = rapid.SampledFrom([]any{[][]int{{1}}, map[string]any{"zzz": map[string]any{"zzz": []int{1}}}}).Draw(t, "junk")
		}
		if err := validate(s, stack); err == nil {
			t.Fatalf("the schema takes %q wrong in\n%s", at.key, text(stack))
		}
		// Load doesn't look into defaults that no resource takes over.
		if err := loadJSON(stack, kinds); err == nil && !at.defaults {
			t.Fatalf("Load takes %q wrong in\n%s", at.key, text(stack))
		}
	})
}

// tablesOnly is the kinds without what is code in their tables.
func tablesOnly(kinds provider.Kinds) provider.Kinds {
	var out provider.Kinds
	for _, k := range kinds {
		c := *k
		c.Check, c.CheckName, c.CheckCloud = nil, nil, nil
		c.Fields = slices.Clone(k.Fields)
		for i := range c.Fields {
			c.Fields[i].Sum, c.Fields[i].Within = nil, ""
		}
		out = append(out, &c)
	}
	return out
}

func loadJSON(stack fixed, kinds provider.Kinds) error {
	_, err := spec.Load(fstest.MapFS{"s.yaml": {Data: []byte(text(stack))}, "content": {Data: []byte("${A}")}}, "s.yaml", kinds, spec.Options{})
	return err
}

func validate(s *jsonschema.Schema, stack fixed) error {
	var doc any
	if err := json.Unmarshal([]byte(text(stack)), &doc); err != nil {
		return err
	}
	return s.Validate(doc)
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// spot is one entry of a mapping in a stack.
type spot struct {
	in       map[string]any
	key      string
	misspell bool // rather than give it a wrong value
	defaults bool // below defaults
}

// placesIn lists, in order, what can be made wrong below a mapping.
func placesIn(v any, defaults bool) []spot {
	var out []spot
	below := func(m map[string]any, named bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			inner := defaults || named && key == "defaults"
			out = append(out, spot{m, key, false, defaults})
			if named {
				out = append(out, spot{m, key, true, defaults})
			}
			out = append(out, placesIn(m[key], inner)...)
		}
	}
	switch v := v.(type) {
	case fixed:
		below(v, true)
	case map[string]any:
		below(v, false)
	case []any:
		for _, item := range v {
			out = append(out, placesIn(item, defaults)...)
		}
	}
	return out
}

// names of resources; every kind has some of them.
var drawnNames = []string{"a", "b b", "c-1"}

func drawStack(t *rapid.T, kinds provider.Kinds) fixed {
	stack := fixed{"version": rapid.SampledFrom([]any{1, "1"}).Draw(t, "version"), "stack": "s", "zone": "z"}
	sometimes := func(name string, v any) {
		if rapid.Bool().Draw(t, name) {
			stack[name] = v
		}
	}
	sometimes("policy", "observe")
	sometimes("prefix", drawScalar(t))
	sometimes("origin", nil)
	sometimes("include", []any{})
	sometimes("variables", map[string]any{"v": drawScalar(t), "w": fixed{"default": "x", "type": "string", "description": nil}, "u": nil})
	defaults := fixed{}
	for _, k := range kinds {
		section := map[string]any{}
		for _, name := range drawnNames {
			section[name] = drawResource(t, kinds, k, true)
		}
		if rapid.Bool().Draw(t, "counted") {
			counted := drawResource(t, kinds, k, true)
			counted["count"] = rapid.SampledFrom([]any{0, 2, "${n:-3}"}).Draw(t, "count")
			section["counted"] = counted
			each := drawResource(t, kinds, k, true)
			each["each"] = []any{"x", 5}
			section["each"] = each
		}
		stack[k.Plural] = section
		if rapid.Bool().Draw(t, "defaults") {
			defaults[k.Name] = drawResource(t, kinds, k, false)
		}
	}
	sometimes("defaults", defaults)
	return stack
}

func drawResource(t *rapid.T, kinds provider.Kinds, k *provider.Kind, whole bool) fixed {
	r := fixed{}
	for _, f := range k.Fields {
		switch {
		case whole && f.Required && f.Catalogue != "zone":
			r[f.Name] = drawField(t, kinds, f)
		case f.Name == "onChange":
			r[f.Name] = drawOnChange(t, k)
		case rapid.IntRange(0, 3).Draw(t, f.Name) == 0:
			r[f.Name] = nil
		case rapid.Bool().Draw(t, f.Name):
			r[f.Name] = drawField(t, kinds, f)
		}
	}
	return r
}

// drawOnChange draws remedies for the fields that need one. It says nothing of
// contents, which may say it themselves.
func drawOnChange(t *rapid.T, k *provider.Kind) any {
	out := map[string]any{} // its keys are checked by code
	for _, f := range k.Fields {
		modes := f.Modes
		if modes == nil && (f.Change == provider.Refuse || f.Change == provider.GrowOnly) {
			modes = []string{"replace"}
		}
		if modes != nil && f.Type != provider.Content && rapid.Bool().Draw(t, f.Name) {
			out[f.Name] = rapid.SampledFrom(modes).Draw(t, "mode")
		}
	}
	return out
}

func drawScalar(t *rapid.T) any {
	return rapid.SampledFrom([]any{"text", 5, true, "${none:-x}", "a, b: c"}).Draw(t, "scalar")
}

// drawField draws what a file may say of a field.
func drawField(t *rapid.T, kinds provider.Kinds, f provider.Field) any {
	pick := func(values ...any) any { return rapid.SampledFrom(values).Draw(t, f.Name) }
	const id = "0f5a2b3c-0000-4000-8000-000000000001"
	ref := func() any {
		return pick("a", "b b", "c-1", fixed{"external": drawScalar(t)}, fixed{"id": id})
	}
	switch f.Type {
	case provider.Text:
		if f.Enum != nil {
			return rapid.SampledFrom(f.Enum).Draw(t, f.Name)
		}
		return drawScalar(t)
	case provider.Integer:
		return pick(max(f.Min, 1), fmt.Sprintf("${none:-%d}", max(f.Min, 1)))
	case provider.Boolean:
		return pick(true, false, "${none:-true}")
	case provider.Bytes:
		return pick("20GiB", "1 TiB", "${none:-20GiB}")
	case provider.Choice:
		if f.Catalogue == "zone" { // what is linked lies in one zone
			return "z"
		}
		return pick("name", 5, id, fixed{"id": id})
	case provider.Link:
		return ref()
	case provider.Links:
		return pick(ref(), []any{}, []any{ref(), ref()})
	case provider.Map:
		return map[string]any{"a key": "text", "5": "", "null": nil}
	case provider.Rules:
		return drawRules(t, f)
	case provider.Content:
		long := fixed{"text": "${A}", "vars": map[string]any{"A": drawScalar(t)}}
		if f.Modes != nil {
			long["onChange"] = rapid.SampledFrom(f.Modes).Draw(t, "mode")
		}
		return pick("text", 5, long, fixed{"file": "content"})
	case provider.Span:
		return pick("30s", "5m", "1h30m", "${none:-2h1s}")
	case provider.Object:
		out := fixed{}
		for _, sub := range f.Fields {
			if sub.Required || rapid.Bool().Draw(t, sub.Name) {
				out[sub.Name] = drawField(t, kinds, sub)
			}
		}
		return out
	case provider.CIDRs:
		return pick("any", []any{}, []any{"10.0.0.0/8", "192.0.2.0/24, any"})
	case provider.Nested:
		inner := drawResource(t, kinds, kinds.Get(f.Kind), true)
		delete(inner, f.Via)
		return map[string]any{"inner": inner, "none": nil}
	default:
		t.Fatalf("the field %s is of no type that this test knows", f.Name)
		return nil
	}
}

func drawRules(t *rapid.T, f provider.Field) any {
	word := "from"
	if f.Direction == "egress" {
		word = "to"
	}
	if f.Kind == "" {
		rules := []any{"tcp/80,443 " + word + " 10.0.0.0/8, any", "ALL " + word + " any", fixed{"protocol": "icmp", word: []any{"10.0.0.0/8", "any"}}}
		return rapid.SliceOfN(rapid.SampledFrom(rules), 0, 3).Draw(t, f.Name)
	}
	rules := []any{
		"tcp/80,443 " + word + " 10.0.0.0/8, group:a", "ALL  " + word + " any", "${none:-udp/53 " + word + " any}",
		fixed{"protocol": "tcp", "ports": []any{80, "90-91"}, word: "any"},
		fixed{"protocol": 17, "ports": 53, word: []any{"10.0.0.0/8", "group:a"}},
		fixed{"protocol": "icmp", "type": 8, "code": 0, word: []any{fixed{"group": "a"}, fixed{"external": "b"}}},
	}
	return rapid.SliceOfN(rapid.SampledFrom(rules), 0, 3).Draw(t, f.Name)
}
