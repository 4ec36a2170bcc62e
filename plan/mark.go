package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Placeholders in the values of a Mark, until the resource's id is known.
const (
	placeID   = "%id%"
	placeSpec = "%spec%"
)

// Resolve returns the mark of the resource with that id: nothing in it is left
// to be filled in.
func (m Mark) Resolve(id string) Mark {
	fill := func(values map[string]string) map[string]string {
		filled := maps.Clone(values)
		for key, value := range filled {
			if strings.HasPrefix(key, provider.TagPrefix) {
				value = strings.ReplaceAll(value, placeID, id)
				filled[key] = strings.ReplaceAll(value, placeSpec, m.Spec.Text(id))
			}
		}
		return filled
	}
	m.ID = id
	m.Want, m.NotesWant = fill(m.Want), fill(m.NotesWant)
	return m
}

// marks finds the bookkeeping that is due.
func (p *planner) marks() []Mark {
	var marks []Mark
	for _, r := range p.rows {
		if r.left {
			continue
		}
		if m, due := p.mark(r); due {
			marks = append(marks, m)
		}
	}
	if !p.selective() {
		marks = append(marks, p.staleNotes()...)
	}
	slices.SortFunc(marks, func(a, b Mark) int { return provider.CompareAddress(a.Address, b.Address) })
	return marks
}

// mark compares what stands about a row, on its resource and on the anchor,
// with what must.
func (p *planner) mark(r *row) (Mark, bool) {
	m := Mark{Address: r.Address, TagType: r.kind.TagType, ID: r.id(), NotesHave: p.openNotes(r)}
	if r.action == Forget {
		m.Have, m.Leaves = ownTags(r.live.Tags), true
		return m, len(m.Have)+len(m.NotesHave) > 0
	}
	if r.want == nil {
		m.Gone = true
		return m, len(m.NotesHave) > 0
	}
	m.Spec = r.spec()
	if r.made() {
		m.ID = ""
	}
	wantTags, wantNotes := p.wantedMarks(r, m.Spec)
	if r.stays() {
		m.Have, m.Want = changedTags(ownTags(r.live.Tags), wantTags)
	} else {
		m.Want = p.withUserTags(r, wantTags)
	}
	owned, known := p.anchor.owns[r.Address]
	key := provider.NoteKey(provider.TagOwn, r.Address)
	switch {
	case known && owned.value == wantNotes[key]:
		delete(wantNotes, key)
	case known:
		m.NotesHave = with(m.NotesHave, key, owned.value)
	}
	if n, noted := p.anchor.owns[r.was]; noted {
		m.NotesHave = with(m.NotesHave, provider.NoteKey(provider.TagOwn, r.was), n.value)
	}
	m.NotesWant = wantNotes
	if len(m.NotesWant) == 0 {
		m.NotesWant = nil
	}
	return m, len(m.Have)+len(m.Want)+len(m.NotesHave)+len(m.NotesWant) > 0
}

// wantedMarks are the tags of trueup that a declared resource must carry, and
// what must stand about it on the anchor.
func (p *planner) wantedMarks(r *row, spec Spec) (tags, notes map[string]string) {
	id, text := placeID, placeSpec
	if !r.made() {
		id = r.live.ID
	}
	if !r.made() || !spec.keyed() {
		text = spec.Text(id)
	}
	protect, _ := r.wanted[settingProtect].(bool)
	tags, notes = map[string]string{}, map[string]string{}
	key := provider.NoteKey(provider.TagOwn, r.Address)
	if r.kind.TagType == "" {
		notes[key] = id + " " + text
		if protect {
			notes[key] += " " + protectedWord
		}
		return nil, notes
	}
	tags[provider.TagStack] = p.stack.Name
	tags[provider.TagSpec] = text
	if r.kind.Nameless || r.stays() && r.live.Name != r.want.LiveName {
		tags[provider.TagAddress] = r.Name
	}
	if protect {
		tags[provider.TagProtect] = "true"
	}
	if r.kind.Lasting && !r.lasts() {
		tags[provider.TagDelete] = "true"
	}
	if r.kind.NoteID {
		notes[key] = id
	}
	return tags, notes
}

// withUserTags adds the tags that the file declares to those of a new resource.
func (p *planner) withUserTags(r *row, tags map[string]string) map[string]string {
	for _, f := range r.kind.Fields {
		declared, _ := r.wanted[f.Name].(map[string]string)
		if f.Tags && len(declared) > 0 {
			tags = maps.Clone(tags)
			maps.Copy(tags, declared)
		}
	}
	return tags
}

// openNotes are the notes about a row that are to be closed: a create or an
// outage that an earlier run did not finish, and ownership of what goes.
func (p *planner) openNotes(r *row) map[string]string {
	var notes map[string]string
	if n, open := p.anchor.begun[r.Address]; open {
		notes = with(notes, provider.NoteKey(provider.TagNote, r.Address), n.value)
	}
	if run, open := p.anchor.outages[r.Address]; open {
		notes = with(notes, provider.NoteKey(provider.TagOutage, r.Address), run)
	}
	if n, known := p.anchor.owns[r.Address]; known && r.want == nil {
		notes = with(notes, provider.NoteKey(provider.TagOwn, r.Address), n.value)
	}
	return notes
}

// staleNotes closes the notes about addresses that are neither declared nor
// live.
func (p *planner) staleNotes() []Mark {
	stale := map[provider.Address]bool{}
	for a := range p.anchor.begun {
		stale[a] = true
	}
	for a := range p.anchor.outages {
		stale[a] = true
	}
	for a := range p.anchor.owns {
		stale[a] = true
	}
	var marks []Mark
	for _, a := range sortedAddresses(stale) {
		if r := p.rowAt[a]; r != nil && (r.want != nil || r.live != nil) {
			continue
		}
		if now := p.was[a]; now != nil && now.was == a {
			continue // with the marks of the new address
		}
		r := &row{Address: a, kind: p.kinds[a.Kind]}
		marks = append(marks, Mark{Address: a, TagType: r.kind.TagType, NotesHave: p.openNotes(r), Gone: true})
	}
	return marks
}

// ownTags are the tags of trueup among those of a resource.
func ownTags(tags map[string]string) map[string]string {
	own := maps.Clone(tags)
	maps.DeleteFunc(own, func(key, _ string) bool { return !strings.HasPrefix(key, provider.TagPrefix) })
	return own
}

// changedTags splits tags into those there are that must go or change, and
// those to create.
func changedTags(have, want map[string]string) (gone, made map[string]string) {
	for key, value := range have {
		if want[key] != value {
			gone = with(gone, key, value)
		}
	}
	for key, value := range want {
		if have[key] != value {
			made = with(made, key, value)
		}
	}
	return gone, made
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}
