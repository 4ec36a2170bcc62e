package plan

import (
	"strings"

	"github.com/trueup/trueup/provider"
)

// Owners tells whose the resources of a snapshot are, whatever the stack.
type Owners struct {
	kinds map[string]*provider.Kind
	noted map[identity]ownership // by the anchors
	// prefixes are those that stacks put before live names.
	prefixes map[string]string
}

type ownership struct {
	stack string
	at    provider.Address
}

// OwnersOf reads tags and notes of a snapshot.
func OwnersOf(kinds provider.Kinds, snap *provider.Snapshot) *Owners {
	o := &Owners{kinds: map[string]*provider.Kind{}, noted: map[identity]ownership{}, prefixes: map[string]string{}}
	for _, k := range kinds {
		o.kinds[k.Name] = k
	}
	for _, a := range snap.Anchors {
		o.prefixes[a.Stack], _ = provider.NotedPrefix(a.Tags)
		for key, value := range a.Tags {
			rest, isNote := strings.CutPrefix(key, provider.TagOwn)
			kind, name, ok := strings.Cut(rest, ".")
			if isNote && ok && name != "" {
				o.noted[identity{kind, parseOwns(value).id}] = ownership{a.Stack, provider.Address{Kind: kind, Name: name}}
			}
		}
	}
	return o
}

// Of returns the stack that owns a live resource, and under which address; ""
// where none does. What a run has begun and not finished is nobody's here.
func (o *Owners) Of(l *provider.Live) (stack string, at provider.Address) {
	kind, tagged := o.kinds[l.Kind], l.Tags[provider.TagStack]
	noted, isNoted := o.noted[identity{l.Kind, l.ID}]
	switch {
	case isNoted && (tagged == noted.stack || tagged == "" && !kind.NoteID):
		return noted.stack, noted.at
	case tagged == "" || kind.NoteID:
		return "", provider.Address{}
	case l.Tags[provider.TagAddress] != "":
		return tagged, provider.Address{Kind: l.Kind, Name: l.Tags[provider.TagAddress]}
	}
	return tagged, provider.Address{Kind: l.Kind, Name: strings.TrimPrefix(l.Name, o.prefixes[tagged])}
}

// Prefix is what the stack puts before its live names.
func (o *Owners) Prefix(stack string) string { return o.prefixes[stack] }
