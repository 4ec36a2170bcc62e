package spec

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// ruleList decodes the rules of a group or a firewall, written short or long, into
// one [provider.Rule] for each protocol, range of ports and source. Rules that
// mean the same are one.
//
//	tcp/80,443 from 0.0.0.0/0, group:lb
//	{protocol: tcp, ports: [80, 8000-8100], from: [group:lb, {external: default}]}
//	{protocol: icmp, type: 8, code: 0, from: any}
func (d *decoder) ruleList(f provider.Field, n *node) (provider.Value, bool) {
	if n.shape != list {
		d.wrong(n, "", "expected a list of rules, not %s", n)
		return nil, false
	}
	before := len(d.issues)
	rules := []provider.Rule{}
	for _, item := range n.items {
		services, sources := d.rule(f, item)
		if d.rules += len(services) * len(sources); d.rules > maxRules {
			d.wrong(item, "", "the stack has more than %d rules", maxRules)
			break
		}
		for _, rule := range services {
			for _, s := range sources {
				rule.CIDR, rule.Group = s.CIDR, s.Group
				rules = append(rules, rule)
			}
		}
	}
	slices.SortFunc(rules, provider.CompareRule)
	return slices.Compact(rules), len(d.issues) == before
}

// rule decodes one item: what it lets through, and from or to where. Either is
// empty where something is wrong.
func (d *decoder) rule(f provider.Field, n *node) (services, sources []provider.Rule) {
	switch n.shape {
	case scalar:
		return d.shortRule(f, n)
	case mapping:
		return d.longRule(f, n)
	default:
		d.wrong(n, "", "expected a rule, not %s", n)
		return nil, nil
	}
}

// direction is the word before the other end of a rule.
func direction(f provider.Field) (word, other string) {
	if f.Direction == "egress" {
		return "to", "from"
	}
	return "from", "to"
}

func (d *decoder) shortRule(f provider.Field, n *node) (services, sources []provider.Rule) {
	text, ok := d.scalar(n)
	if !ok {
		return nil, nil
	}
	word, other := direction(f)
	words := strings.Fields(text)
	at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, word) || strings.EqualFold(w, other) })
	switch {
	case at <= 0 || at == len(words)-1:
		d.wrong(n, "", "expected a rule such as “tcp/80,443 %s 10.0.0.0/8”, not %s", word, quote(text))
		return nil, nil
	case strings.EqualFold(words[at], other):
		d.wrong(n, "write “"+word+"”", "%s rules have no “%s”", f.Name, other)
		return nil, nil
	}
	protocol, ports, hasPorts := strings.Cut(strings.Join(words[:at], " "), "/")
	services = d.served(n, strings.TrimSpace(protocol), ports, hasPorts)
	if services == nil {
		return nil, nil
	}
	for part := range strings.SplitSeq(strings.Join(words[at+1:], " "), ",") {
		sources = append(sources, d.sources(f, services[0].Protocol, strings.TrimSpace(part), n)...)
	}
	return services, sources
}

func (d *decoder) longRule(f provider.Field, n *node) (services, sources []provider.Rule) {
	word, other := direction(f)
	known := []string{"protocol", "ports", "type", "code", word}
	before := len(d.issues)
	for _, e := range n.entries {
		switch {
		case slices.Contains(known, e.key):
		case e.key == other:
			d.wrongKey(e, "write “"+word+"”", "%s rules have no “%s”", f.Name, other)
		default:
			d.wrongKey(e, d.hintFields(e.key, known), "unknown field %s", quote(e.key))
		}
	}
	services = d.longService(n)
	protocol := ""
	if services != nil {
		protocol = services[0].Protocol
	}
	switch e := n.get(word); {
	case e != nil:
		sources = d.sourceList(f, protocol, e.value)
	case len(d.issues) == before:
		d.wrong(n, "", "the rule does not say %s where", word)
	}
	return services, sources
}

// longService decodes what a long rule lets through.
func (d *decoder) longService(n *node) []provider.Rule {
	e := n.get("protocol")
	if e == nil {
		d.wrong(n, "", "the rule has no protocol")
		return nil
	}
	protocol, ok := d.scalar(e.value)
	if !ok {
		return nil
	}
	name, err := canonicalProtocol(protocol)
	if err != nil {
		d.wrong(e.value, d.didYouMean(protocol, protocolNames()), "%v", err)
		return nil
	}
	if name == "icmp" || name == "icmpv6" {
		return d.icmpService(name, n)
	}
	for _, key := range []string{"type", "code"} {
		if e := n.get(key); e != nil {
			d.wrongKey(e, "", "%s has no %s; only icmp and icmpv6 have", name, e.key)
			return nil
		}
	}
	ports := n.get("ports")
	switch {
	case ports == nil || ports.value.shape == null:
		return d.served(n, name, "", false)
	case ports.value.shape != list:
		return d.portService(name, ports.value)
	}
	var services []provider.Rule
	for _, item := range ports.value.items {
		services = append(services, d.portService(name, item)...)
	}
	if len(ports.value.items) == 0 {
		d.wrong(ports.value, "", "an empty list lets nothing through; without ports, all are")
	}
	return services
}

func (d *decoder) portService(protocol string, n *node) []provider.Rule {
	text, ok := d.scalar(n)
	if !ok {
		return nil
	}
	return d.served(n, protocol, text, true)
}

// icmpService decodes type and code.
func (d *decoder) icmpService(protocol string, n *node) []provider.Rule {
	ports, kind, code := n.get("ports"), n.get("type"), n.get("code")
	switch {
	case ports != nil:
		d.wrongKey(ports, "", "%s has no ports; it has type and code", protocol)
		return nil
	case kind == nil && code == nil:
		return d.served(n, protocol, "", false)
	case kind == nil || code == nil:
		d.wrong(n, "", "type and code go together; without both, every type is let through")
		return nil
	}
	t, ok1 := d.scalar(kind.value)
	c, ok2 := d.scalar(code.value)
	if !ok1 || !ok2 {
		return nil
	}
	return d.served(kind.value, protocol, t+":"+c, true)
}

func (d *decoder) served(n *node, protocol, ports string, hasPorts bool) []provider.Rule {
	services, err := serve(protocol, ports, hasPorts)
	if err != nil {
		hint := ""
		if _, err := canonicalProtocol(protocol); err != nil {
			hint = d.didYouMean(protocol, protocolNames())
		}
		d.wrong(n, hint, "%v", err)
	}
	return services
}

// sourceList decodes the other ends of a long rule.
func (d *decoder) sourceList(f provider.Field, protocol string, n *node) (sources []provider.Rule) {
	switch n.shape {
	case list:
		if len(n.items) == 0 {
			d.wrong(n, "", "an empty list lets nothing through; leave the rule out")
		}
		for _, item := range n.items {
			if item.shape == list {
				d.wrong(item, "", "expected a CIDR, any, or a group, not a list")
				continue
			}
			sources = append(sources, d.sourceList(f, protocol, item)...)
		}
	case mapping:
		if ref, ok := d.groupRef(f, n); ok {
			sources = append(sources, provider.Rule{Group: ref})
		}
	default:
		text, ok := d.scalar(n)
		if !ok {
			return nil
		}
		for part := range strings.SplitSeq(text, ",") {
			sources = append(sources, d.sources(f, protocol, strings.TrimSpace(part), n)...)
		}
	}
	return sources
}

// groupRef decodes {group: name}, {external: name} and {id: uuid}.
func (d *decoder) groupRef(f provider.Field, n *node) (provider.Ref, bool) {
	if f.Kind == "" {
		d.noGroups(f, n)
		return provider.Ref{}, false
	}
	e := n.get("group")
	if e == nil {
		return d.foreign(f.Kind, n)
	}
	for _, other := range n.entries {
		if other != e {
			d.wrongKey(other, "", "beside group stands nothing else")
			return provider.Ref{}, false
		}
	}
	return d.ref(f.Kind, e.value)
}

// noGroups complains of a group among rules that know only addresses.
func (d *decoder) noGroups(f provider.Field, n *node) {
	d.wrong(n, "", "expected a CIDR or any: rules of %s know no groups", f.Name)
}

// sources decodes one other end that is written as a text.
func (d *decoder) sources(f provider.Field, protocol, text string, n *node) []provider.Rule {
	if name, ok := strings.CutPrefix(text, "group:"); ok {
		if f.Kind == "" {
			d.noGroups(f, n)
			return nil
		}
		ref, ok := d.named(f.Kind, strings.TrimSpace(name), n)
		if !ok {
			return nil
		}
		return []provider.Rule{{Group: ref}}
	}
	prefixes, err := prefixes(protocol, text, f.IPv4)
	if err != nil {
		hint := ""
		if d.members[provider.Address{Kind: f.Kind, Name: text}] != nil {
			hint = "for the group write group:" + text
		}
		d.wrong(n, hint, "%v", err)
		return nil
	}
	rules := make([]provider.Rule, len(prefixes))
	for i, p := range prefixes {
		rules[i].CIDR = p
	}
	return rules
}

// cidrs decodes ranges of IPv4 addresses, or any: a list, or texts with commas.
func (d *decoder) cidrs(n *node) (provider.Value, bool) {
	items := n.items
	if n.shape != list {
		items = []*node{n}
	}
	before := len(d.issues)
	ranges := []netip.Prefix{}
	for _, item := range items {
		text, ok := d.scalar(item)
		if !ok {
			continue
		}
		for part := range strings.SplitSeq(text, ",") {
			found, err := prefixes("", strings.TrimSpace(part), true)
			if err != nil {
				d.wrong(item, "", "%v", err)
			}
			ranges = append(ranges, found...)
		}
	}
	slices.SortFunc(ranges, netip.Prefix.Compare)
	return slices.Compact(ranges), len(d.issues) == before
}
