package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// identity is what the cloud knows a resource by.
type identity struct{ kind, id string }

// anchor is what the notes of this stack's anchor say.
type anchor struct {
	begun     map[provider.Address]begun // creates that may have begun
	begunWith map[identity]provider.Address
	owns      map[provider.Address]owns // ownership that tags alone don't show
	ownedBy   map[identity]provider.Address
	outages   map[provider.Address]string // stopped by a run that did not start them again
	origin    string
	exists    bool
	prefix    string // of live names when they were made; the stack's where nothing is noted
}

// begun is a note trueup.note.<kind>.<name> = "<run>/<attempt>[/<id>]".
type begun struct{ value, id string }

// owns is a note trueup.own.<kind>.<name> = "<id> <spec>[ protect]".
type owns struct {
	value, id, spec string
	protected       bool
}

// protectedWord ends the own note of a protected resource of a kind that can't
// be tagged.
const protectedWord = "protect"

// others is what the anchors of other stacks claim.
type others struct {
	owned     map[identity]string // to stack
	begunWith map[identity]string
	names     map[string][]claimedName // by kind
}

type claimedName struct{ name, stack string }

// begunNamed returns the stack that has an open note of a create under that
// live name. Other stacks' prefixes are not known: a name that ends like it
// counts.
func (o others) begunNamed(kind, liveName string) (string, bool) {
	for _, c := range o.names[kind] {
		if strings.HasSuffix(strings.ToLower(liveName), strings.ToLower(c.name)) {
			return c.stack, true
		}
	}
	return "", false
}

func (p *planner) readAnchors() {
	p.anchor = anchor{
		begun:     map[provider.Address]begun{},
		begunWith: map[identity]provider.Address{},
		owns:      map[provider.Address]owns{},
		ownedBy:   map[identity]provider.Address{},
		outages:   map[provider.Address]string{},
		prefix:    p.stack.Prefix,
	}
	p.others = others{owned: map[identity]string{}, begunWith: map[identity]string{}, names: map[string][]claimedName{}}
	anchors := slices.SortedFunc(slices.Values(p.snap.Anchors), func(a, b provider.Anchor) int {
		return cmp.Or(cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.ID, b.ID))
	})
	for _, a := range anchors {
		if a.Stack == p.stack.Name {
			p.readOwnAnchor(a)
		} else {
			p.readOtherAnchor(a)
		}
	}
}

func (p *planner) readOwnAnchor(a provider.Anchor) {
	p.anchor.exists = true
	p.anchor.origin = a.Tags[provider.TagOrigin]
	if prefix, known := provider.NotedPrefix(a.Tags); known {
		p.anchor.prefix = prefix
	}
	for _, key := range sortedKeys(a.Tags) {
		value := a.Tags[key]
		if at, ok := p.noted(key, provider.TagNote); ok {
			n := begun{value: value, id: begunID(value)}
			p.anchor.begun[at] = n
			if n.id != "" {
				p.anchor.begunWith[identity{at.Kind, n.id}] = at
			}
		} else if at, ok := p.noted(key, provider.TagOwn); ok {
			n := parseOwns(value)
			p.anchor.owns[at] = n
			p.anchor.ownedBy[identity{at.Kind, n.id}] = at
		} else if at, ok := p.noted(key, provider.TagOutage); ok {
			p.anchor.outages[at] = value
		}
	}
}

func (p *planner) readOtherAnchor(a provider.Anchor) {
	for _, key := range sortedKeys(a.Tags) {
		value := a.Tags[key]
		if at, ok := p.noted(key, provider.TagNote); ok {
			p.others.names[at.Kind] = append(p.others.names[at.Kind], claimedName{at.Name, a.Stack})
			if id := begunID(value); id != "" {
				p.others.begunWith[identity{at.Kind, id}] = a.Stack
			}
		} else if at, ok := p.noted(key, provider.TagOwn); ok {
			p.others.owned[identity{at.Kind, parseOwns(value).id}] = a.Stack
		}
	}
}

// noted reads the address off the key of a note, if the key has that prefix
// and its kind is known.
func (p *planner) noted(key, prefix string) (provider.Address, bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return provider.Address{}, false
	}
	kind, name, ok := strings.Cut(rest, ".")
	return provider.Address{Kind: kind, Name: name}, ok && name != "" && p.kinds[kind] != nil
}

func begunID(value string) string {
	parts := strings.SplitN(value, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}

func parseOwns(value string) owns {
	n := owns{value: value}
	words := strings.Fields(value)
	for i, word := range words {
		switch {
		case i == 0:
			n.id = word
		case word == protectedWord:
			n.protected = true
		default:
			n.spec = word
		}
	}
	return n
}
