package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
)

// hasVariable is the pattern of a text whose value only the variables tell.
const hasVariable = `\$\{`

// fieldSchemas are those of some fields, by name. Kinds are what they may nest.
func fieldSchemas(kinds provider.Kinds, fields []provider.Field) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		s := fieldSchema(kinds, f)
		if f.Name == fieldOnChange && f.Type == provider.Map {
			s = onChangeSchema(fields)
		}
		out[f.Name] = described(s, fieldDoc(f))
	}
	return out
}

// fieldDoc is a field's documentation, with what the schema can't demand.
func fieldDoc(f provider.Field) string {
	switch {
	case f.Required && f.Inherit == "" && f.Catalogue != fieldZone:
		return f.Doc + " Required, here or in `defaults`."
	case f.Default != nil && !strings.Contains(f.Doc, "default"):
		return f.Doc + " The default is `" + provider.Format(f.Default) + "`."
	}
	return f.Doc
}

// fieldSchema says how a field may be written, null included.
func fieldSchema(kinds provider.Kinds, f provider.Field) schema {
	switch f.Type {
	case provider.Text:
		if f.Enum != nil {
			return orNull(wordSchema(f.Enum))
		}
		return orNull(scalarSchema())
	case provider.Integer:
		s := schema{"type": []string{"integer", "string", "null"}, "pattern": hasVariable}
		if f.Max > 0 {
			s["minimum"], s["maximum"] = f.Min, f.Max
		}
		return s
	case provider.Boolean:
		return schema{"type": []string{"boolean", "string", "null"}, "pattern": hasVariable}
	case provider.Bytes:
		return schema{"type": []string{"string", "null"}, "pattern": `^0*[1-9][0-9]* ?([KMGT]i)?B$|` + hasVariable}
	case provider.Span:
		return schema{"type": []string{"string", "null"}, "pattern": `^([0-9]+h([0-9]+m)?([0-9]+s)?|[0-9]+m([0-9]+s)?|[0-9]+s)$|` + hasVariable}
	case provider.Choice:
		s := object(map[string]any{"id": idSchema()})
		s["type"] = []string{"string", "number", "boolean", "object", "null"}
		s["minLength"], s["required"] = 1, []string{"id"}
		return s
	case provider.Link:
		return orNull(refSchema())
	case provider.Links:
		s := refSchema()
		s["type"] = append(s["type"].([]string), "array", "null")
		s["items"] = refSchema()
		return s
	case provider.Map:
		return schema{
			"type":                 []string{"object", "null"},
			"propertyNames":        schema{"minLength": 1},
			"additionalProperties": schema{"type": []string{"string", "null"}},
		}
	case provider.Rules:
		return schema{"type": []string{"array", "null"}, "items": ruleSchema(f)}
	case provider.Content:
		return contentSchema(f)
	case provider.CIDRs:
		return schema{"type": []string{"string", "array", "null"}, "items": schema{"type": "string"}}
	case provider.Object:
		return orNull(object(fieldSchemas(kinds, f.Fields)))
	case provider.Nested:
		return nestedSchema(kinds, f)
	default:
		panic("spec: the field " + f.Name + " is of no known type")
	}
}

// nestedSchema is that of resources of another kind by name: without the field
// that links them back.
func nestedSchema(kinds provider.Kinds, f provider.Field) schema {
	fields := slices.DeleteFunc(slices.Clone(kinds.Get(f.Kind).Fields), func(inner provider.Field) bool { return inner.Name == f.Via })
	return namedSchema(object(fieldSchemas(kinds, fields)))
}

// scalarSchema is that of a text. What YAML takes for a number or a boolean is a
// text, too, where one is expected.
func scalarSchema() schema { return schema{"type": []string{"string", "number", "boolean"}} }

// wordSchema is that of one of some words. One that YAML takes for a number or a
// boolean may be written so.
func wordSchema(words []string) schema {
	var enum []any
	for _, word := range words {
		enum = append(enum, word)
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			enum = append(enum, n)
		} else if b, ok := parseBool(word); ok {
			enum = append(enum, b)
		}
	}
	return schema{"anyOf": []schema{{"enum": enum}, {"type": "string", "pattern": hasVariable}}}
}

func idSchema() schema {
	return described(schema{"type": "string", "pattern": uuid.String() + "|" + hasVariable}, "The id in the cloud.")
}

// refSchema is that of one reference.
func refSchema() schema {
	s := object(map[string]any{
		"external": described(schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}, "The name in the cloud of something that the stack does not own."),
		"id":       idSchema(),
	})
	s["type"] = []string{"string", "number", "boolean", "object"}
	s["minProperties"], s["maxProperties"] = 1, 1
	return s
}

// onChangeSchema names the fields that can't be changed in place, or in several
// ways, and what may be said of each.
func onChangeSchema(fields []provider.Field) schema {
	properties := map[string]any{}
	for _, f := range fields {
		modes := f.Modes
		if modes == nil && (f.Change == provider.Refuse || f.Change == provider.GrowOnly) {
			modes = []string{"replace"}
		}
		if modes != nil {
			properties[f.Name] = orNull(wordSchema(modes))
		}
	}
	return orNull(object(properties))
}

// ruleSchema is that of one rule of a security group, short or long.
func ruleSchema(f provider.Field) schema {
	word, _ := direction(f)
	port := described(schema{"type": []string{"string", "integer"}}, "A port such as 80, a range such as 8000-8100, or several: 80,443.")
	ports := described(schema{"type": []string{"string", "integer", "array", "null"}, "items": port, "minItems": 1},
		"Ports of tcp and udp; without them, all.")
	number := func(doc string) schema { return described(schema{"type": []string{"integer", "string"}}, doc) }
	s := object(map[string]any{
		"protocol": described(schema{"type": []string{"string", "integer"}}, "One of "+strings.Join(protocolNames(), ", ")+", or a number up to 255."),
		"ports":    ports,
		"type":     number("The type of icmp and icmpv6; without type and code, every one."),
		"code":     number("The code of icmp and icmpv6."),
		word:       endSchema(f),
	})
	s["type"] = []string{"string", "object"}
	s["pattern"] = `^\s*\S.*\s` + foldedPattern(word) + `\s+\S|` + hasVariable
	s["required"] = []string{"protocol", word}
	example := "tcp/80,443 " + word + " 10.0.0.0/8"
	if f.Kind != "" {
		example += ", group:lb"
	}
	return described(s, "`"+example+"`, or the same as a map of protocol, ports and "+word+".")
}

// foldedPattern matches a word of ASCII letters in whatever case.
func foldedPattern(word string) string {
	var b strings.Builder
	for _, r := range word {
		b.WriteString("[" + strings.ToUpper(string(r)) + string(r) + "]")
	}
	return b.String()
}

// endSchema is that of the other ends of a long rule.
func endSchema(f provider.Field) schema {
	if f.Kind == "" {
		return described(schema{"type": []string{"string", "array"}, "items": schema{"type": "string"}, "minItems": 1}, "CIDRs and `any`.")
	}
	end := func(types ...string) schema {
		group := described(refSchema(), "A group of this stack, or one that it does not own.")
		s := object(map[string]any{
			"group":    group,
			"external": described(schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}, "The name in the cloud of a group that the stack does not own."),
			"id":       idSchema(),
		})
		s["type"] = append([]string{"string", "object"}, types...)
		s["minProperties"], s["maxProperties"] = 1, 1
		return s
	}
	s := end("array")
	s["items"], s["minItems"] = end(), 1
	return described(s, "CIDRs, `any`, and groups: `group:NAME` of this stack, `{external: NAME}` of the cloud.")
}

// contentSchema is that of a content: a text, or where it is found.
func contentSchema(f provider.Field) schema {
	properties := map[string]any{
		"file": described(scalarSchema(), "A file that holds it, relative to this one."),
		"text": described(scalarSchema(), "The content itself."),
		"vars": described(schema{
			"type":                 "object",
			"propertyNames":        schema{"pattern": variableName},
			"additionalProperties": scalarSchema(),
		}, "What `${NAME}` in the content stands for. Nothing else in it is replaced."),
	}
	if f.Modes != nil {
		properties[fieldOnChange] = described(orNull(wordSchema(f.Modes)), "What a difference leads to.")
	}
	s := object(properties)
	s["type"] = []string{"string", "number", "boolean", "object", "null"}
	s["anyOf"] = []schema{{"required": []string{"file"}}, {"required": []string{"text"}}}
	s["dependencies"] = map[string]any{"file": schema{"not": schema{"required": []string{"text"}}}}
	return s
}
