package export

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider"
)

// ruleList writes rules as people do: all sources of one protocol and ports
// together, and then all ports that have the same sources, in the short form
// where that can say it.
//
//	tcp/80,443 from any
//	{protocol: tcp, ports: 22, from: [{external: default}]}
func ruleList(f provider.Field, rules []provider.Rule) []*yaml.Node {
	type line struct {
		protocol string
		ports    []string
		sources  []provider.Rule
		text     string // of the sources
	}
	var lines []*line
	for _, same := range byService(rules) {
		_, ports, _ := strings.Cut(service(same[0]), "/")
		l := &line{protocol: same[0].Protocol, sources: same, text: strings.Join(sources(f, same), ", ")}
		if ports != "" {
			l.ports = []string{ports}
		}
		i := slices.IndexFunc(lines, func(other *line) bool {
			return other.protocol == l.protocol && other.text == l.text && same[0].Ports() && other.ports != nil && l.ports != nil
		})
		if i >= 0 {
			lines[i].ports = append(lines[i].ports, ports)
			continue
		}
		lines = append(lines, l)
	}
	word := "from"
	if f.Direction == "egress" {
		word = "to"
	}
	var nodes []*yaml.Node
	for _, l := range lines {
		if slices.ContainsFunc(l.sources, long) {
			nodes = append(nodes, longRule(word, l.protocol, l.ports, l.sources))
			continue
		}
		head := l.protocol
		if l.ports != nil {
			head += "/" + strings.Join(l.ports, ",")
		}
		nodes = append(nodes, text(head+" "+word+" "+l.text))
	}
	return nodes
}

// byService groups rules by protocol and ports.
func byService(rules []provider.Rule) [][]provider.Rule {
	sorted := slices.SortedFunc(slices.Values(rules), provider.CompareRule)
	var groups [][]provider.Rule
	for _, r := range sorted {
		if n := len(groups); n > 0 && service(groups[n-1][0]) == service(r) {
			groups[n-1] = append(groups[n-1], r)
		} else {
			groups = append(groups, []provider.Rule{r})
		}
	}
	return groups
}

// service is what a rule lets through. Of all ports there is no mention.
func service(r provider.Rule) string {
	if r.Ports() && r.From == 0 && r.To == 65535 {
		return r.Protocol
	}
	return r.Service()
}

// sources are the other ends of rules that let through the same.
func sources(f provider.Field, rules []provider.Rule) []string {
	var texts []string
	for _, r := range rules {
		texts = append(texts, r.Source())
	}
	every := []string{"0.0.0.0/0", "::/0"}
	switch {
	case f.IPv4, rules[0].Protocol == "icmp":
		every = every[:1]
	case rules[0].Protocol == "icmpv6":
		every = every[1:]
	}
	for _, text := range every {
		if !slices.Contains(texts, text) {
			return texts
		}
	}
	rest := slices.DeleteFunc(texts, func(text string) bool { return slices.Contains(every, text) })
	return append([]string{"any"}, rest...)
}

// long reports whether a source can't be written in the short form.
func long(r provider.Rule) bool {
	return !r.CIDR.IsValid() && (r.Group.Name == "" || strings.Join(strings.Fields(r.Group.Name), " ") != r.Group.Name ||
		slices.ContainsFunc(strings.Fields(r.Group.Name), func(word string) bool {
			return strings.EqualFold(word, "from") || strings.EqualFold(word, "to")
		}))
}

func longRule(word, protocol string, ports []string, rules []provider.Rule) *yaml.Node {
	entries := []*yaml.Node{entry("protocol", text(protocol))}
	switch {
	case ports == nil:
	case protocol == "icmp" || protocol == "icmpv6":
		kind, code, _ := strings.Cut(ports[0], ":")
		entries = append(entries, entry("type", plain(kind)), entry("code", plain(code)))
	default:
		var items []*yaml.Node
		for _, p := range ports {
			items = append(items, plain(p))
		}
		if len(items) == 1 {
			entries = append(entries, entry("ports", items[0]))
		} else {
			entries = append(entries, entry("ports", flow(list(items...))))
		}
	}
	var from []*yaml.Node
	for _, r := range rules {
		switch {
		case r.CIDR.IsValid():
			from = append(from, text(r.CIDR.String()))
		case long(r) && r.Group.Name != "":
			from = append(from, flow(entry("group", text(r.Group.Name))))
		case r.Group.Name != "":
			from = append(from, text("group:"+r.Group.Name))
		default:
			from = append(from, link(r.Group))
		}
	}
	return flow(append(entries, entry(word, flow(list(from...))))...)
}
