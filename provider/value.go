package provider

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Address names a resource inside a stack, before and after it has an id:
// "vm/web-2".
type Address struct{ Kind, Name string }

func (a Address) String() string { return a.Kind + "/" + a.Name }

// MarshalText makes an address a JSON string and map key.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (a *Address) UnmarshalText(text []byte) error {
	kind, name, ok := strings.Cut(string(text), "/")
	if !ok || kind == "" || name == "" {
		return fmt.Errorf("address %q is not of the form kind/name", text)
	}
	a.Kind, a.Name = kind, name
	return nil
}

// CompareAddress orders addresses by kind, then by name, with the numbers at
// the end of names in the order of numbers: web-2 before web-10.
func CompareAddress(a, b Address) int {
	if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	as, an := splitNumber(a.Name)
	bs, bn := splitNumber(b.Name)
	return cmp.Or(cmp.Compare(as, bs), cmp.Compare(an, bn), cmp.Compare(a.Name, b.Name))
}

func splitNumber(s string) (string, int) {
	stem := strings.TrimRight(s, "0123456789")
	n, err := strconv.Atoi(s[len(stem):])
	if err != nil {
		return s, 0
	}
	return stem, n
}

// Value is what a field holds, in canonical form. It is one of
//
//	string, int64, bool
//	Size                in bytes
//	Duration            in whole seconds
//	map[string]string
//	Named               an entry of one of the cloud's catalogues
//	Ref, []Ref          links, in declared order; compared as a set
//	[]Rule              sorted
//	[]netip.Prefix      sorted
//	Blob                content that is compared by its sum and never shown
//	Fields              an object
//
// Each [Type] fixes which. [Format] is its only text form.
type Value any

// Fields holds the fields of one resource by name. An absent key is a field
// that is not managed (wanted) or not known (live).
type Fields map[string]Value

// Size is a number of bytes.
type Size int64

// GiB is the unit in which CloudStack takes disk sizes.
const GiB Size = 1 << 30

func (s Size) String() string {
	units := []struct {
		name string
		of   Size
	}{{"TiB", GiB << 10}, {"GiB", GiB}, {"MiB", GiB >> 10}, {"KiB", GiB >> 20}}
	for _, u := range units {
		if s >= u.of && s%u.of == 0 {
			return fmt.Sprintf("%d %s", s/u.of, u.name)
		}
	}
	return fmt.Sprintf("%d B", int64(s))
}

// Named is an entry of a catalogue: an offering, a template, a zone. Wanted,
// it has the name or the id that the file gives; live, it has both.
type Named struct{ Name, ID string }

func (n Named) String() string { return cmp.Or(n.Name, n.ID) }

// Is reports whether n, as a file wrote it, means the live entry.
func (n Named) Is(live Named) bool {
	if n.ID != "" {
		return n.ID == live.ID
	}
	return n.Name == live.Name
}

// Ref is a link to another resource. One of three is set when it comes from a
// file: Name, a resource of the same stack; Live, the name of something that
// the stack does not own; ID, its id. A link read from the cloud has ID, Live
// or both. Before an operation is started, ID and Live are both filled in.
type Ref struct {
	Kind string
	Name string
	Live string
	ID   string
}

// Address is the address of a link to a resource of the same stack.
func (r Ref) Address() Address { return Address{r.Kind, r.Name} }

func (r Ref) String() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Live != "":
		return "external " + r.Live
	default:
		return "id " + r.ID
	}
}

// Blob is content of which only a sum is compared, shown and hashed.
type Blob struct {
	Sum  string
	Data []byte `json:"-"`
}

func (b Blob) String() string { return "sum " + b.Sum }

// GoString keeps the content out of %#v.
func (b Blob) GoString() string { return "provider.Blob{" + b.Sum + "}" }

// Rule is one permission of a security group or a firewall: one protocol, one
// range of ports, one source (or, for egress, one destination).
type Rule struct {
	// Protocol is a lower-case name where there is one ("tcp", "udp", "icmp",
	// "icmpv6", "gre", "esp", "ah", "ipip", "all"), else the number.
	Protocol string
	// From and To are ports; for ICMP the type and code, -1 for any. Both are
	// 0 for protocols that have neither.
	From, To int
	CIDR     netip.Prefix // masked; invalid where Group is the source
	Group    Ref          // zero where CIDR is the source
	Only     string       // live: a restriction that no file can declare, in words
	ID       string       // live: the handle to revoke it by
}

// Ports reports whether the protocol has ports.
func (r Rule) Ports() bool { return r.Protocol == "tcp" || r.Protocol == "udp" }

// ICMP reports whether From and To are an ICMP type and code.
func (r Rule) ICMP() bool { return r.Protocol == "icmp" || r.Protocol == "icmpv6" }

// Service is the rule without its source: "tcp/80-443", "icmp/8:0", "all".
func (r Rule) Service() string {
	switch {
	case r.Ports() && r.From == r.To:
		return fmt.Sprintf("%s/%d", r.Protocol, r.From)
	case r.Ports():
		return fmt.Sprintf("%s/%d-%d", r.Protocol, r.From, r.To)
	case r.ICMP() && (r.From != -1 || r.To != -1):
		return fmt.Sprintf("%s/%d:%d", r.Protocol, r.From, r.To)
	default:
		return r.Protocol
	}
}

// Source is the rule's other end: a CIDR or "group:NAME".
func (r Rule) Source() string {
	if r.CIDR.IsValid() {
		return r.CIDR.String()
	}
	return "group:" + r.Group.String()
}

func (r Rule) String() string {
	if r.Only != "" {
		return r.Service() + " " + r.Source() + " " + r.Only
	}
	return r.Service() + " " + r.Source()
}

// CompareRule orders rules by protocol, ports and source.
func CompareRule(a, b Rule) int {
	return cmp.Or(
		cmp.Compare(a.Protocol, b.Protocol),
		cmp.Compare(a.From, b.From),
		cmp.Compare(a.To, b.To),
		cmp.Compare(a.Source(), b.Source()),
		cmp.Compare(a.Only, b.Only),
		cmp.Compare(a.ID, b.ID),
	)
}

// Format is the canonical text of a value, the one that people see and hashes
// are made of: values that mean the same have the same text, whatever the order
// they came in. The content of a [Blob] and the id of a [Rule] are not in it.
func Format(v Value) string {
	switch v := v.(type) {
	case nil:
		return "(not set)"
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case map[string]string:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+"="+quoted(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []Ref:
		return list(v, Ref.String)
	case []Rule:
		return list(v, Rule.String)
	case []netip.Prefix:
		return list(v, netip.Prefix.String)
	case Fields:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, key+"="+Format(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case fmt.Stringer: // Size, Named, Ref, Blob
		return v.String()
	default:
		panic(fmt.Sprintf("provider: %T is no field value", v))
	}
}

func quoted(s string) string {
	if strings.ContainsAny(s, ",={}\"\n") {
		return strconv.Quote(s)
	}
	return s
}

func list[T any](items []T, text func(T) string) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = text(item)
	}
	slices.Sort(texts)
	return "[" + strings.Join(texts, ", ") + "]"
}

// Empty reports whether a value says nothing: absent, or without elements.
func Empty(v Value) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]string:
		return len(v) == 0
	case []Ref:
		return len(v) == 0
	case []Rule:
		return len(v) == 0
	case []netip.Prefix:
		return len(v) == 0
	case Fields:
		return len(v) == 0
	default:
		return false
	}
}

// Refs returns the links that a value holds, those of rules included.
func Refs(v Value) []Ref {
	switch v := v.(type) {
	case Ref:
		return []Ref{v}
	case []Ref:
		return v
	case []Rule:
		var refs []Ref
		for _, r := range v {
			if !r.CIDR.IsValid() {
				refs = append(refs, r.Group)
			}
		}
		return refs
	default:
		return nil
	}
}

// MapRefs returns the value with every link replaced by what f makes of it.
// The value itself is left alone.
func MapRefs(v Value, f func(Ref) Ref) Value {
	switch v := v.(type) {
	case Ref:
		return f(v)
	case []Ref:
		mapped := make([]Ref, len(v))
		for i, r := range v {
			mapped[i] = f(r)
		}
		return mapped
	case []Rule:
		mapped := slices.Clone(v)
		for i := range mapped {
			if !mapped[i].CIDR.IsValid() {
				mapped[i].Group = f(mapped[i].Group)
			}
		}
		slices.SortFunc(mapped, CompareRule)
		return mapped
	default:
		return v
	}
}
