package laws

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/provider"
)

// The zones of the simulated cloud: machines of the one are in security groups,
// of the other in isolated networks.
const (
	grouped  = "sg1"
	isolated = "adv1"
)

// drawer draws stack files by the kinds' tables.
type drawer struct {
	t      *rapid.T
	offers *provider.Catalogue
	zone   string
	// full has every field that goes with the others declared, rather than some.
	full bool

	file *export.File
	now  *export.Block       // that is being drawn
	done map[string][]string // names drawn, by kind
}

// drawFile draws a stack in one zone.
func drawFile(t *rapid.T, offers *provider.Catalogue, zone string, full bool) *export.File {
	d := &drawer{
		t: t, offers: offers, zone: zone, full: full, done: map[string][]string{},
		file: &export.File{Stack: "laws", Zone: provider.Named{Name: zone}, Kinds: kinds},
	}
	for _, k := range linkedFirst() {
		if !d.possible(k) {
			continue
		}
		n := 4
		if !full {
			n = rapid.IntRange(0, 3).Draw(t, "how many "+k.Plural)
		}
		for i := range n {
			d.block(k, fmt.Sprintf("%c%d", k.Name[0], i+1))
		}
	}
	return d.file
}

// linkedFirst are the kinds in an order in which each comes after those that it
// links to.
func linkedFirst() []*provider.Kind {
	var ordered []*provider.Kind
	var visit func(k *provider.Kind)
	visit = func(k *provider.Kind) {
		if slices.Contains(ordered, k) {
			return
		}
		for _, f := range k.Fields {
			if to := kinds.Get(f.Kind); to != nil && to != k && f.Type != provider.Rules && !f.Setting {
				visit(to)
			}
		}
		ordered = append(ordered, k)
	}
	for _, k := range kinds {
		visit(k)
	}
	return ordered
}

// possible reports whether a kind can be had in the zone: networks, and what
// links to them, only where they are isolated; but a machine does without.
func (d *drawer) possible(k *provider.Kind) bool {
	if d.zone == isolated || k.Start != "" {
		return true
	}
	return k.Name != "network" && !slices.ContainsFunc(k.Fields, func(f provider.Field) bool {
		to := kinds.Get(f.Kind)
		return to != nil && to != k && !f.Setting && !d.possible(to)
	})
}

// block draws a resource. Whatever its kind's own rules refuse is left out.
func (d *drawer) block(k *provider.Kind, name string) {
	b := &export.Block{Kind: k, Name: name, Fields: provider.Fields{}}
	d.now = b
	for _, f := range k.Fields {
		if f.Setting || f.Name == "zone" {
			continue
		}
		needed := f.Required || d.zone == isolated && (f.Name == "networks" || f.Name == "network")
		if !needed && !d.full && !rapid.Bool().Draw(d.t, name+" has "+f.Name) {
			continue
		}
		v := d.value(k, f, name)
		switch {
		case v != nil:
			b.Fields[f.Name] = v
		case needed:
			return // nothing to link to
		}
	}
	if k.Check != nil {
		fields := provider.Fields{"zone": d.file.Zone}
		for name, v := range b.Fields {
			fields[name] = v
		}
		for _, e := range k.Check(fields) {
			field, _, _ := strings.Cut(e.Field, ".")
			if f, _ := k.Field(field); f.Required {
				d.t.Fatalf("%s.%s: %s: %s", k.Name, field, provider.Format(b.Fields[field]), e.Text)
			}
			delete(b.Fields, field)
		}
	}
	d.done[k.Name] = append(d.done[k.Name], name)
	d.file.Blocks = append(d.file.Blocks, b)
}

// value draws a value of a field, nil where there is none to be had.
func (d *drawer) value(k *provider.Kind, f provider.Field, of string) provider.Value {
	label := of + "." + f.Name
	if own := values[k.Name+"."+f.Name]; own != nil {
		return own(d, label)
	}
	switch f.Type {
	case provider.Text:
		if f.Enum != nil {
			return rapid.SampledFrom(f.Enum).Draw(d.t, label)
		}
		return rapid.SampledFrom(words).Draw(d.t, label)
	case provider.Integer:
		return rapid.Int64Range(f.Min, max(f.Max, f.Min+1)).Draw(d.t, label)
	case provider.Boolean:
		return rapid.Bool().Draw(d.t, label)
	case provider.Bytes:
		return provider.Size(rapid.Int64Range(20, 60).Draw(d.t, label)) * provider.GiB
	case provider.Span:
		return provider.Duration(rapid.Int64Range(1, 600).Draw(d.t, label)) * provider.Duration(time.Second)
	case provider.Choice:
		return d.entry(f.Catalogue, label)
	case provider.Link:
		if refs := d.links(f, label, 1); len(refs) > 0 {
			return refs[0]
		}
		return nil
	case provider.Links:
		if refs := d.links(f, label, 2); len(refs) > 0 {
			return refs
		}
		return nil
	case provider.Map:
		m := map[string]string{}
		for _, word := range rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, 3, rapid.ID).Draw(d.t, label) {
			m[fmt.Sprintf("k%d", len(m))] = word
		}
		return m
	case provider.Rules:
		return d.rules(f, label)
	case provider.CIDRs:
		var prefixes []netip.Prefix
		for _, text := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"10.0.0.0/8", "192.0.2.0/24", "198.51.100.7/32"}), 1, 2, rapid.ID).Draw(d.t, label) {
			prefixes = append(prefixes, netip.MustParsePrefix(text))
		}
		slices.SortFunc(prefixes, netip.Prefix.Compare)
		return prefixes
	case provider.Object:
		object := provider.Fields{}
		for _, sub := range f.Fields {
			if v := d.value(k, sub, label); v != nil && !sub.Setting {
				object[sub.Name] = v
			}
		}
		return object
	default:
		d.t.Fatalf("%s.%s: nothing draws a value of it: add one to the table of values", k.Name, f.Name)
		return nil
	}
}

// words are texts that YAML, or the interpolation, could take for something else.
var words = []string{
	"plain", "Web 1", "yes", "12", "0x1f", "1e3", "null", "~", "3.5", "a: b", "a #b", "- a", "'", `say "hi"`, "$money", "${V}", "[x]", "{y}", "ünï", "a,b", "true", "*a", "&b", "!c", "%d", "@e", "|", ">",
}

// entry draws a usable entry of a catalogue, of those that have a name of their
// own.
func (d *drawer) entry(catalogue, label string) provider.Value {
	var names []string
	for _, e := range d.offers.Entries[catalogue] {
		if e.Unusable == "" && (e.Zone.Name == "" || e.Zone.Name == d.zone) && !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return provider.Named{Name: rapid.SampledFrom(names).Draw(d.t, label)}
}

func (d *drawer) links(f provider.Field, label string, most int) []provider.Ref {
	names := d.done[f.Kind]
	if len(names) == 0 || f.Name == "securityGroups" && d.zone == isolated {
		return nil
	}
	var refs []provider.Ref
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, min(most, len(names)), rapid.ID).Draw(d.t, label) {
		refs = append(refs, provider.Ref{Kind: f.Kind, Name: name})
	}
	return refs
}

func (d *drawer) rules(f provider.Field, label string) provider.Value {
	if f.Whole {
		return d.wholeRules(f, label)
	}
	groups := append([]string{""}, d.done[f.Kind]...)
	rule := rapid.Custom(func(t *rapid.T) provider.Rule {
		r := provider.Rule{Protocol: rapid.SampledFrom([]string{"tcp", "udp", "icmp", "icmpv6", "gre", "all", "99"}).Draw(t, "protocol")}
		switch {
		case r.Ports():
			r.From = rapid.SampledFrom([]int{0, 22, 80, 8000}).Draw(t, "from")
			r.To = rapid.SampledFrom([]int{8000, 65535}).Draw(t, "to")
			if rapid.Bool().Draw(t, "one port") && r.From > 0 {
				r.To = r.From
			}
		case r.Protocol == "icmp":
			kinds := [][2]int{{-1, -1}, {8, 0}, {0, 0}, {3, 4}}
			k := rapid.SampledFrom(kinds).Draw(t, "type")
			r.From, r.To = k[0], k[1]
		case r.Protocol == "icmpv6":
			r.From, r.To = -1, -1
		}
		if group := rapid.SampledFrom(groups).Draw(t, "group"); group != "" {
			r.Group = provider.Ref{Kind: f.Kind, Name: group}
			return r
		}
		sources := []string{"0.0.0.0/0", "10.0.0.0/8", "192.0.2.7/32"}
		if r.Protocol != "icmp" {
			sources = append(sources, "::/0", "2001:db8::/32")
		}
		r.CIDR = netip.MustParsePrefix(rapid.SampledFrom(sources).Draw(t, "source"))
		return r
	})
	rules := rapid.SliceOfNDistinct(rule, 0, 6, provider.Rule.String).Draw(d.t, label)
	if d.full && len(rules) == 0 {
		rules = append(rules, provider.Rule{Protocol: "tcp", From: 80, To: 80, CIDR: netip.MustParsePrefix("10.0.0.0/8")})
	}
	slices.SortFunc(rules, provider.CompareRule)
	return rules
}

// wholeRules draws rules of which none shares a port with another.
func (d *drawer) wholeRules(f provider.Field, label string) provider.Value {
	services := []provider.Rule{
		{Protocol: "tcp", From: 22, To: 22}, {Protocol: "tcp", From: 80, To: 90}, {Protocol: "udp", From: 53, To: 53},
		{Protocol: "udp", From: 1000, To: 65535}, {Protocol: "icmp", From: -1, To: -1}, {Protocol: "icmp", From: 8, To: 0},
	}
	sources := []string{"0.0.0.0/0", "198.51.100.0/24", "192.0.2.7/32"}
	if !f.IPv4 {
		sources = append(sources, "::/0")
	}
	var rules []provider.Rule
	for _, r := range rapid.SliceOfNDistinct(rapid.SampledFrom(services), 1, 3, provider.Rule.Service).Draw(d.t, label) {
		for _, source := range rapid.SliceOfNDistinct(rapid.SampledFrom(sources), 1, 2, rapid.ID).Draw(d.t, label+" from") {
			r.CIDR = netip.MustParsePrefix(source)
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, provider.CompareRule)
	return rules
}
