package plan

import (
	"fmt"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Settings and fields that planning knows by name.
const (
	fieldZone  = "zone"
	fieldPower = "power"

	settingProtect   = "protect"   // bool
	settingKeep      = "keep"      // bool
	settingWas       = "was"       // string
	settingOnDelete  = "onDelete"  // string: keep or delete
	settingAdopt     = "adopt"     // string: an id
	settingExclusive = "exclusive" // bool, true where absent
	settingOnChange  = "onChange"  // map[string]string, by field
	settingUpdate    = "update"    // Fields

	powerRunning = "running"
	powerStopped = "stopped"
	powerAny     = "any"   // wanted only: not managed
	powerError   = "error" // live only: broken

	onDeleteDelete = "delete"
)

// normalise brings links on both sides to one form: {Kind, Name} with what the
// cloud knows of it for a resource of this stack, {Kind, ID, Live} for anything
// else. Then two values are equal where their texts are.
func (p *planner) normalise() {
	for _, r := range p.rows {
		r.have = p.normalLive(r)
		r.stored = p.storedSpec(r)
		if r.want != nil {
			r.wanted = p.normalWanted(r)
			p.checkCloud(r)
		}
	}
}

func (p *planner) normalLive(r *row) provider.Fields {
	have := provider.Fields{}
	if r.live == nil {
		return have
	}
	for _, f := range r.kind.Fields {
		value, ok := r.live.Fields[f.Name]
		if !ok && f.Name == fieldZone && r.live.Zone != (provider.Named{}) {
			value, ok = r.live.Zone, true
		}
		if ref, isRef := value.(provider.Ref); isRef && ref.ID == "" && ref.Live == "" && ref.Name == "" {
			ok = false
		}
		if ok {
			have[f.Name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref { return p.seen(ofKind(f, ref)) })
		}
	}
	return have
}

func (p *planner) normalWanted(r *row) provider.Fields {
	wanted := make(provider.Fields, len(r.want.Fields))
	for name, value := range r.want.Fields {
		f, ok := r.kind.Field(name)
		if !ok {
			continue
		}
		wanted[name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref { return p.meant(r, f, ofKind(f, ref)) })
	}
	if _, ok := wanted[fieldZone]; !ok && r.kind.Zoned {
		if _, has := r.kind.Field(fieldZone); !has {
			wanted[fieldZone] = p.stack.Zone
		}
	}
	return wanted
}

func ofKind(f provider.Field, ref provider.Ref) provider.Ref {
	if ref.Kind == "" {
		ref.Kind = f.Kind
	}
	return ref
}

// seen is the normal form of a link read from the cloud. A name that nothing
// lives under any more means the resource that is declared under it: the link
// stands again as soon as that is made.
func (p *planner) seen(ref provider.Ref) provider.Ref {
	found := p.index.find(ref)
	if r := p.missing[identity{ref.Kind, ref.Live}]; len(found) == 0 && r != nil && (ref.ID == "" || r.declares(ref.ID)) {
		return provider.Ref{Kind: ref.Kind, Name: r.Name, Live: ref.Live}
	}
	if len(found) != 1 {
		return ref
	}
	l := found[0]
	normal := provider.Ref{Kind: ref.Kind, Live: l.Name, ID: l.ID}
	if r := p.index.rowOf[l]; r != nil {
		normal.Name = r.Name
	}
	return normal
}

// declares reports whether a content of the resource has that sum. A link to what
// is not there may tell what it led to by it.
func (r *row) declares(sum string) bool {
	for _, f := range r.kind.Fields {
		if blob, ok := r.declared.Fields[f.Name].(provider.Blob); ok && blob.Sum == sum {
			return true
		}
	}
	return false
}

// meant is the normal form of a link that a file declares.
func (p *planner) meant(r *row, f provider.Field, ref provider.Ref) provider.Ref {
	if ref.Name != "" {
		to := p.rowAt[ref.Address()]
		if to == nil || !to.kept {
			if to != nil {
				ref.Live = to.liveName()
			}
			return ref
		}
		ref = provider.Ref{Kind: ref.Kind, Live: to.declared.LiveName} // it is somebody else's, or soon
	}
	found := p.index.find(ref)
	switch {
	case len(found) == 1:
		return p.seen(ref)
	case len(found) > 1:
		var ids []string
		for _, l := range found {
			ids = append(ids, l.ID)
		}
		p.refuse(Mistake, r, f.Name, fmt.Sprintf("%d resources of kind %s are named %s: ids %s", len(found), ref.Kind, ref.Live, strings.Join(ids, ", ")),
			"say which with {id: …}")
	case ref.ID != "":
		p.refuse(Mistake, r, f.Name, fmt.Sprintf("the cloud has no %s with id %s", ref.Kind, ref.ID), "")
	default:
		var names []string
		for _, l := range p.index.lives {
			if l.Kind == ref.Kind && l.Name != "" && !l.Gone {
				names = append(names, l.Name)
			}
		}
		p.refuse(Mistake, r, f.Name, fmt.Sprintf("the cloud has no %s named %s", ref.Kind, ref.Live), candidates(ref.Live, names))
	}
	return ref
}

// checkCloud asks the kind what this cloud can't do.
func (p *planner) checkCloud(r *row) {
	if r.kind.CheckCloud == nil {
		return
	}
	for _, e := range r.kind.CheckCloud(r.want.Fields, p.snap.Capabilities) {
		p.refuse(Mistake, r, e.Field, e.Text, "")
	}
}

// target is the row that a link in normal form leads to, nil where that is
// nothing of this stack.
func (p *planner) target(ref provider.Ref) *row {
	if ref.Name == "" {
		return nil
	}
	return p.rowAt[ref.Address()]
}

// power is the live state of a resource that can run, "" for others.
func (r *row) power() string {
	if r.live == nil || r.kind.Start == "" {
		return ""
	}
	if r.live.Broken != "" {
		return powerError
	}
	text, _ := r.have[fieldPower].(string)
	return text
}

// runs reports whether the live resource runs, or is on its way to.
func (r *row) runs() bool {
	now := r.power()
	return r.live != nil && r.kind.Start != "" && now != powerStopped && now != powerError
}

// wantedPower is the declared state, "" where nobody manages it.
func (r *row) wantedPower() string {
	text, _ := r.wanted[fieldPower].(string)
	if text == powerAny {
		return ""
	}
	return text
}

// protected reports whether the file or the live resource forbids to lose it.
func (p *planner) protected(r *row) bool {
	declared := false
	if r.declared != nil {
		declared, _ = r.declared.Fields[settingProtect].(bool)
	}
	return declared || r.live != nil && (r.live.Tags[provider.TagProtect] == "true" || p.ownNote(r).protected)
}

// lasts reports whether a resource that is no longer declared stays all the
// same. What is declared, where the stack is destroyed, says so now; anything
// else said so when it was last applied.
func (r *row) lasts() bool {
	if !r.kind.Lasting {
		return false
	}
	if r.declared != nil {
		return r.declared.Fields[settingOnDelete] != onDeleteDelete
	}
	return r.live.Tags[provider.TagDelete] == ""
}

// onChange is what the file allows where a field can't be changed otherwise,
// and for content, what a change of it is to lead to.
func (r *row) onChange(field string) string {
	rules, _ := r.wanted[settingOnChange].(map[string]string)
	return rules[field]
}

// exclusive reports whether rules that nobody declared are removed.
func (r *row) exclusive() bool {
	exclusive, ok := r.wanted[settingExclusive].(bool)
	return exclusive || !ok
}
