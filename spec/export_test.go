package spec

import "strconv"

// JSONOf is what a JSON Schema sees of the documents of a file: numbers and
// booleans where YAML 1.2 takes a scalar for one, merge keys and aliases
// resolved. Its error is [Issues].
func JSONOf(data []byte) ([]any, error) {
	r := &report{}
	p := &parser{report: r}
	var docs []any
	for _, n := range p.parse(&source{shown: "stack.yaml"}, data) {
		docs = append(docs, n.json())
	}
	return docs, r.err()
}

func (n *node) json() any {
	switch n.shape {
	case null:
		return nil
	case list:
		items := []any{}
		for _, item := range n.items {
			items = append(items, item.json())
		}
		return items
	case mapping:
		entries := map[string]any{}
		for _, e := range n.entries {
			entries[e.key] = e.value.json()
		}
		return entries
	}
	if b, ok := parseBool(n.text); ok && n.typed == "boolean" && !n.quoted {
		return b
	}
	if n.typed == "number" && !n.quoted {
		if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
			return i
		}
		if f, err := strconv.ParseFloat(n.text, 64); err == nil {
			return f
		}
	}
	return n.text
}
