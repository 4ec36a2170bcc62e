package spec

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/trueup/trueup/provider"
)

// Schema is the JSON Schema (draft-07, the newest that YAML editors read) of
// one document of a stack, generated from the tables that [Load] decodes by.
// Whatever Load takes, the schema takes. Of what Load refuses it refuses what
// one document alone shows: keys that nobody knows, values of the wrong shape
// or type, words that are not in a list. References, the values of variables
// and a kind's own rules are left to Load, and so is whether a required field
// is there, as it may stand in the defaults of another file. Load doesn't look
// into defaults that no resource takes over; the schema does.
func Schema(kinds provider.Kinds) []byte {
	properties := headerSchemas()
	header := map[string]any{} // its fields stand together, in one document
	for name := range properties {
		header[name] = slices.DeleteFunc([]string{"version", "stack"}, func(other string) bool { return other == name })
	}
	properties["include"] = described(schema{"type": "array", "items": schema{"type": "string", "minLength": 1}},
		"Other files of this stack, relative to this one and inside its git repository.")
	properties["variables"] = variablesSchema()
	defaults := map[string]any{}
	for _, k := range kinds {
		properties[k.Plural] = sectionSchema(kinds, k)
		defaults[k.Name] = described(orNull(object(fieldSchemas(kinds, k.Fields))),
			"What every "+k.Name+" has that does not say otherwise. Maps merge by key, lists replace, null clears.")
	}
	properties["defaults"] = described(object(defaults), "What the resources of a kind have that do not say otherwise.")

	top := object(properties)
	top["$schema"] = "http://json-schema.org/draft-07/schema#"
	top["title"] = "trueup stack"
	top["dependencies"] = header
	top["patternProperties"] = map[string]any{"^x-": schema{"description": "Your own: trueup ignores it. A place for YAML anchors."}}

	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(top); err != nil {
		panic(err) // a schema holds texts, numbers, lists and schemas
	}
	return out.Bytes()
}

// schema is one JSON Schema: its keywords with their values. A keyword applies
// to values of its own type and is silent about others, so that a field may be
// written in several ways without anyOf, whose errors no editor explains well.
type schema map[string]any

// object is a mapping of those keys and no others.
func object(properties map[string]any) schema {
	return schema{"type": "object", "properties": properties, "additionalProperties": false}
}

// described adds what editors show where the pointer rests: Markdown, where they
// know that keyword.
func described(s schema, doc string) schema {
	s["description"], s["markdownDescription"] = doc, doc
	return s
}

// orNull lets a value be written as nothing, which is as if it were not there.
func orNull(s schema) schema {
	switch t := s["type"].(type) {
	case string:
		s["type"] = []string{t, "null"}
	case []string:
		s["type"] = append(slices.Clone(t), "null")
	default:
		s["anyOf"] = append(s["anyOf"].([]schema), schema{"type": "null"})
	}
	return s
}

// sectionSchema is that of all resources of a kind.
func sectionSchema(kinds provider.Kinds, k *provider.Kind) schema {
	fields := fieldSchemas(kinds, k.Fields)
	fields[keyCount] = described(schema{"type": []string{"integer", "string"}, "pattern": hasVariable, "minimum": 0, "maximum": maxResources},
		"How many there are: NAME-1, NAME-2 and so on. Their fields may say `${index}` and `${name}`.")
	fields[keyEach] = described(schema{"type": "array", "items": scalarSchema()},
		"One for each of these values: NAME-VALUE. Their fields may say `${each}`, `${index}` and `${name}`.")
	resource := object(fields)
	resource["dependencies"] = map[string]any{keyCount: schema{"not": schema{"required": []string{keyEach}}}}
	return described(namedSchema(resource), k.Doc)
}

// namedSchema is that of resources by name.
func namedSchema(resource schema) schema {
	return schema{
		"type":                 []string{"object", "null"},
		"propertyNames":        schema{"pattern": goodName, "maxLength": 255},
		"additionalProperties": orNull(resource),
	}
}

// goodName is what [BadName] lets through.
const goodName = `^[^\s/,{}$\x00-\x1f\x7f]([^/,{}$\x00-\x1f\x7f]*[^\s/,{}$\x00-\x1f\x7f])?$`

// headerSchemas are those of the fields that say something about the whole
// stack.
func headerSchemas() map[string]any {
	text := func(doc string) schema { return described(orNull(scalarSchema()), doc) }
	return map[string]any{
		"version": described(wordSchema([]string{"1"}), "The version of the stack file's format: 1."),
		"stack": described(schema{"type": "string", "pattern": stackName.String() + "|" + hasVariable},
			"The stack's name, under which it owns what it makes: 1 to 31 of a–z, 0–9 and -, the first a letter."),
		"zone":    described(fieldSchema(nil, provider.Field{Type: provider.Choice}), "The zone of every resource that does not name its own, by name or id."),
		"project": described(fieldSchema(nil, provider.Field{Type: provider.Choice}), "The project that everything belongs to, by name or id; without it, the account itself."),
		"prefix":  text("Put before every name in the cloud, so that one file makes several environments."),
		"policy": described(orNull(wordSchema(policies)),
			"What an apply may do: everything (`sync`), everything but deleting (`upsert-only`), only create (`create-only`), or nothing (`observe`)."),
		"origin": text("Whose stack this is, in place of the git remote and the path: another origin is refused."),
	}
}

// variablesSchema is that of the stack's variables.
func variablesSchema() schema {
	value := scalarSchema()
	long := map[string]any{
		"default":     described(orNull(value), "The value where nothing else gives one. It may name other variables."),
		"type":        described(orNull(wordSchema(variableTypes)), "What the value must be."),
		"description": described(orNull(scalarSchema()), "What the variable is for."),
		"required":    described(schema{"type": []string{"boolean", "null"}}, "Whether something else must give the value: it has no default."),
	}
	variable := object(long)
	variable["type"] = []string{"string", "number", "boolean", "object", "null"}
	variable["description"] = "A default, or {default, type, description, required}."
	return described(schema{
		"type":                 "object",
		"propertyNames":        schema{"pattern": variableName, "not": schema{"enum": []string{varName, varIndex, varEach}}},
		"additionalProperties": variable,
	}, "Values that `${name}` stands for. `--var` goes before the environment's `"+EnvPrefix+"name`, that before `--var-file`, that before what stands here.")
}

// variableName is what [isName] lets through.
const variableName = `^[A-Za-z_][A-Za-z0-9_]*$`
