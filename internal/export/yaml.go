package export

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider"
)

// value is a field's value as a stack file writes it.
func value(f provider.Field, v provider.Value) *yaml.Node {
	switch v := v.(type) {
	case string:
		return text(v)
	case int64:
		return integer(v)
	case bool:
		return plain(strconv.FormatBool(v))
	case provider.Size:
		return plain(strings.ReplaceAll(v.String(), " ", ""))
	case provider.Duration:
		return plain(v.String())
	case provider.Named:
		if v.Name == "" {
			return flow(entry("id", plain(v.ID)))
		}
		return text(v.Name)
	case provider.Ref:
		return link(v)
	case []provider.Ref:
		var items []*yaml.Node
		for _, ref := range v {
			items = append(items, link(ref))
		}
		return flow(list(items...))
	case []netip.Prefix:
		var items []*yaml.Node
		for _, prefix := range v {
			items = append(items, plain(prefix.String()))
		}
		return flow(list(items...))
	case []provider.Rule:
		if len(v) == 0 {
			return flow(list())
		}
		return list(ruleList(f, v)...)
	case map[string]string:
		return flow(texts(v))
	case provider.Blob:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: string(v.Data)}
	case contentFile:
		return flow(entry("file", text(string(v))))
	case provider.Fields:
		var entries []*yaml.Node
		for _, sub := range f.Fields {
			if v, ok := v[sub.Name]; ok {
				entries = append(entries, entry(sub.Name, value(sub, v)))
			}
		}
		return flow(entries...)
	default:
		panic(fmt.Sprintf("export: %T is no field value", v))
	}
}

// text is a text field's value: a dollar sign is written twice.
func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.ReplaceAll(s, "$", "$$")}
}

// plain is a scalar that is known to need no quotes.
func plain(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func integer(i int64) *yaml.Node { return plain(strconv.FormatInt(i, 10)) }

// texts is a map of texts. What another reader of YAML takes for a number or a
// boolean is quoted as well.
func texts(m map[string]string) *yaml.Node {
	all := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all.Content = append(all.Content, entry(k, text(m[k])).Content...)
	}
	return all
}

func link(r provider.Ref) *yaml.Node {
	switch {
	case r.Name != "":
		return text(r.Name)
	case r.Live != "":
		return flow(entry("external", text(r.Live)))
	default:
		return flow(entry("id", plain(r.ID)))
	}
}

// entry is a mapping with one key, which is written as it is.
func entry(name string, v *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, v}}
}

func list(items ...*yaml.Node) *yaml.Node { return &yaml.Node{Kind: yaml.SequenceNode, Content: items} }

// flow writes a list, or the entries of one mapping, in one line.
func flow(nodes ...*yaml.Node) *yaml.Node {
	if len(nodes) == 1 {
		nodes[0].Style = yaml.FlowStyle
		return nodes[0]
	}
	all := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, n := range nodes {
		all.Content = append(all.Content, n.Content...)
	}
	return all
}

// marshal is a node's text. It fails for no node that this package makes.
func marshal(n *yaml.Node) string {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		panic(fmt.Sprintf("export: %v", err))
	}
	return b.String()
}
