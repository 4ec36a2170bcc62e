package plan_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// world is a cloud in memory that knows of kinds what their tables say, and
// refuses what a real one would: links to nothing, deleting what is in use,
// changing a running machine.
type world struct {
	kinds provider.Kinds
	stack string
	lives map[string]*provider.Live // by id
	notes map[string]string         // on the stack's anchor
	other []provider.Anchor
	next  int
}

func newWorld(stack string) *world {
	return &world{kinds: kinds(), stack: stack, lives: map[string]*provider.Live{}, notes: nil}
}

func (w *world) snapshot() *provider.Snapshot {
	snap := &provider.Snapshot{Anchors: slices.Clone(w.other), Capabilities: provider.Capabilities{SharedAddress: true}}
	if w.notes != nil {
		snap.Anchors = append(snap.Anchors, provider.Anchor{Stack: w.stack, ID: "anchor", Tags: maps.Clone(w.notes)})
	}
	for _, l := range w.lives {
		c := *l
		c.Fields, c.Tags = maps.Clone(l.Fields), maps.Clone(l.Tags)
		snap.Resources = append(snap.Resources, c)
	}
	slices.SortFunc(snap.Resources, func(a, b provider.Live) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return snap
}

// live finds a resource by its kind and name.
func (w *world) live(kind, name string) *provider.Live {
	for _, l := range w.lives {
		if l.Kind == kind && l.Name == name {
			return l
		}
	}
	panic("no " + kind + " named " + name)
}

// add puts something into the cloud that nobody planned.
func (w *world) add(l provider.Live) *provider.Live {
	if l.Fields == nil {
		l.Fields = provider.Fields{}
	}
	w.lives[l.ID] = &l
	return &l
}

// obey does what a plan says, step by step, then its bookkeeping.
func (w *world) obey(p *plan.Plan) error {
	return w.obeyInOrder(p, p.Steps, func(plan.Step) error { return nil })
}

// obeyInOrder is as obey, with the steps in another order than the plan's own
// and a look at the world after each of them.
func (w *world) obeyInOrder(p *plan.Plan, steps []plan.Step, look func(plan.Step) error) error {
	made, err := w.obeySteps(p, steps, look)
	if err != nil {
		return err
	}
	for _, m := range p.Marks {
		if err := w.mark(m, made); err != nil {
			return fmt.Errorf("mark %s: %w", m.Address, err)
		}
	}
	for a := range made {
		delete(w.notes, provider.NoteKey(provider.TagNote, a))
	}
	return nil
}

// obeySteps obeys no more than steps, and notes on the anchor what it begins,
// as if the run were killed after the last of them. It returns what was made.
func (w *world) obeySteps(p *plan.Plan, steps []plan.Step, look func(plan.Step) error) (map[provider.Address]string, error) {
	if w.notes == nil {
		w.notes = map[string]string{}
	}
	made := map[provider.Address]string{}
	done := map[string]bool{}
	for _, s := range steps {
		for _, need := range s.Needs {
			if !done[need] {
				return made, fmt.Errorf("%s before %s", s.ID, need)
			}
		}
		if err := w.step(p, s, made); err != nil {
			return made, fmt.Errorf("%s: %w", s.ID, err)
		}
		w.note(p, s, made)
		if err := look(s); err != nil {
			return made, fmt.Errorf("after %s: %w", s.ID, err)
		}
		done[s.ID] = true
	}
	return made, nil
}

// note keeps what a run notes about a step that was begun.
func (w *world) note(p *plan.Plan, s plan.Step, made map[provider.Address]string) {
	a, kind := s.Op.Address, w.kinds.Get(s.Op.Kind)
	if id := made[a]; s.Creates {
		value := "run/1"
		switch {
		case kind.NoteID:
			value += "/" + id
		case !kind.UniqueName:
			w.lives[id].Marker = s.Op.Marker
		}
		w.notes[provider.NoteKey(provider.TagNote, a)] = value
	}
	if s.Stops {
		w.notes[provider.NoteKey(provider.TagOutage, a)] = "run"
	}
	if s.Starts && !slices.ContainsFunc(p.Steps, func(o plan.Step) bool { return o.Starts && slices.Contains(o.Needs, s.ID) && o.Op.Address == a }) {
		delete(w.notes, provider.NoteKey(provider.TagOutage, a))
	}
}

func (w *world) step(p *plan.Plan, s plan.Step, made map[provider.Address]string) error {
	kind, op := w.kinds.Get(s.Op.Kind), s.Op
	id := cmp.Or(op.ID, made[op.Address])
	fields := provider.Fields{}
	for name, value := range op.Fields {
		f, ok := kind.Field(name)
		if f.Type == provider.Nested {
			for _, ref := range provider.Refs(value) {
				w.lives[ref.ID].Fields[f.Via] = []provider.Ref{}
			}
		}
		if !ok || f.Setting {
			continue
		}
		var dangling error
		fields[name] = provider.MapRefs(value, func(ref provider.Ref) provider.Ref {
			ref.ID = cmp.Or(ref.ID, made[ref.Address()], p.IDs[ref.Address()])
			l := w.lives[ref.ID]
			if l == nil || l.Gone {
				dangling = fmt.Errorf("%s links to %s, which is not there", name, ref)
				return ref
			}
			return provider.Ref{Kind: ref.Kind, ID: ref.ID, Live: l.Name}
		})
		if named, ok := value.(provider.Named); ok {
			fields[name] = provider.Named{Name: named.Name, ID: "id of " + named.Name}
		}
		if dangling != nil {
			return dangling
		}
	}
	if s.Creates {
		for _, l := range w.lives {
			if l.Kind == op.Kind && l.Name == op.LiveName && op.LiveName != "" && !l.Gone {
				return fmt.Errorf("name %s is taken", op.LiveName)
			}
		}
		w.next++
		id = fmt.Sprintf("%s-%d", strings.ToLower(op.Kind), w.next)
		made[op.Address] = id
		for _, f := range kind.Fields {
			if f.Set == "" && f.Add != "" {
				delete(fields, f.Name)
			}
		}
		w.lives[id] = &provider.Live{Kind: op.Kind, ID: id, Name: op.LiveName, Fields: fields, Tags: map[string]string{}}
		if kind.Start != "" && fields["power"] == nil || fields["power"] == "any" {
			fields["power"] = "running"
		}
		return nil
	}
	l := w.lives[id]
	if l == nil {
		return fmt.Errorf("there is no resource with id %q", id)
	}
	if o, _ := kind.Operation(op.Name); o.Stopped && l.Fields["power"] != "stopped" {
		return fmt.Errorf("it is %v", l.Fields["power"])
	}
	return w.change(kind, l, op, fields, s.Ends)
}

func (w *world) change(kind *provider.Kind, l *provider.Live, op provider.Op, fields provider.Fields, ends bool) error {
	deletes := slices.Contains(kind.Deletion, op.Name) || slices.Contains(kind.BrokenDeletion, op.Name)
	switch {
	case deletes && ends:
		for _, o := range w.lives {
			for _, f := range w.kinds.Get(o.Kind).Fields {
				for _, ref := range provider.Refs(o.Fields[f.Name]) {
					if ref.ID == l.ID && !f.Loose {
						return fmt.Errorf("%s links to it", cmp.Or(o.Name, o.ID))
					}
				}
			}
		}
		delete(w.lives, l.ID)
	case op.Name == kind.Start || op.Name == kind.Stop:
		want := map[string]string{kind.Start: "running", kind.Stop: "stopped"}[op.Name]
		if l.Fields["power"] == want {
			return fmt.Errorf("it is %s already", want)
		}
		l.Fields["power"], l.Broken = want, ""
	case op.Name == kind.Commit:
		l.Name, l.Gone = op.LiveName, true
	case deletes && len(fields) == 0:
		o, _ := kind.Operation(op.Name)
		for _, f := range o.Frees {
			delete(l.Fields, f)
		}
	case slices.Contains(kind.Creation, op.Name): // the rest of a creation sets nothing here
	default:
		return w.setFields(kind, l, op, fields)
	}
	return nil
}

func (w *world) setFields(kind *provider.Kind, l *provider.Live, op provider.Op, fields provider.Fields) error {
	for name, value := range fields {
		f, _ := kind.Field(name)
		switch op.Name {
		case f.Set, "reinstall", "shrink":
			l.Fields[name] = value
		case f.Add:
			if err := addTo(l.Fields, name, value); err != nil {
				return err
			}
		case f.Remove:
			if err := removeFrom(l.Fields, name, value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("it does not set %s", name)
		}
	}
	return nil
}

func addTo(fields provider.Fields, name string, value provider.Value) error {
	switch value := value.(type) {
	case []provider.Rule:
		have, _ := fields[name].([]provider.Rule)
		for _, r := range value {
			if containsText(have, r) {
				return fmt.Errorf("rule %s is there already", r)
			}
			r.ID = "rule " + r.String()
			have = append(slices.Clone(have), r)
		}
		fields[name] = have
	case []provider.Ref:
		have, _ := fields[name].([]provider.Ref)
		for _, r := range value {
			if containsText(have, r) {
				return fmt.Errorf("link %s is there already", r)
			}
			have = append(slices.Clone(have), r)
		}
		fields[name] = have
	case map[string]string:
		have, _ := fields[name].(map[string]string)
		have = maps.Clone(have)
		if have == nil {
			have = map[string]string{}
		}
		for key, v := range value {
			if _, ok := have[key]; ok {
				return fmt.Errorf("key %s is there already", key)
			}
			have[key] = v
		}
		fields[name] = have
	}
	return nil
}

func removeFrom(fields provider.Fields, name string, value provider.Value) error {
	switch value := value.(type) {
	case []provider.Rule:
		have, _ := fields[name].([]provider.Rule)
		for _, r := range value {
			i := slices.IndexFunc(have, func(h provider.Rule) bool { return h.ID == r.ID && r.ID != "" })
			if i < 0 {
				return fmt.Errorf("rule %s is not there", r)
			}
			have = slices.Delete(slices.Clone(have), i, i+1)
		}
		fields[name] = have
	case []provider.Ref:
		have, _ := fields[name].([]provider.Ref)
		for _, r := range value {
			if !containsText(have, r) {
				return fmt.Errorf("link %s is not there", r)
			}
			have = slices.DeleteFunc(slices.Clone(have), func(h provider.Ref) bool { return h.String() == r.String() })
		}
		fields[name] = have
	case map[string]string:
		have := maps.Clone(fields[name].(map[string]string))
		for key, v := range value {
			if have[key] != v {
				return fmt.Errorf("key %s is not %s", key, v)
			}
			delete(have, key)
		}
		fields[name] = have
	}
	return nil
}

func containsText[T fmt.Stringer](items []T, item T) bool {
	return slices.ContainsFunc(items, func(h T) bool { return h.String() == item.String() })
}

func (w *world) mark(m plan.Mark, made map[provider.Address]string) error {
	m = m.Resolve(cmp.Or(m.ID, made[m.Address]))
	for key, value := range m.NotesHave {
		if have, there := w.notes[key]; there && have != value && !strings.HasPrefix(key, provider.TagNote) {
			return fmt.Errorf("note %s is %q, not %q", key, w.notes[key], value)
		}
		delete(w.notes, key)
	}
	if m.Gone {
		return nil
	}
	for key, value := range m.NotesWant {
		if strings.Contains(value, "%") {
			return fmt.Errorf("note %s is not resolved: %s", key, value)
		}
		w.notes[key] = value
	}
	l := w.lives[m.ID]
	if l == nil {
		return fmt.Errorf("there is no resource with id %q", m.ID)
	}
	if len(m.Have)+len(m.Want) > 0 && m.TagType == "" {
		return fmt.Errorf("it can't be tagged")
	}
	if l.Tags == nil {
		l.Tags = map[string]string{}
	}
	for key, value := range m.Have {
		if l.Tags[key] != value {
			return fmt.Errorf("tag %s is %q, not %q", key, l.Tags[key], value)
		}
		delete(l.Tags, key)
	}
	for key, value := range m.Want {
		if _, there := l.Tags[key]; there {
			return fmt.Errorf("tag %s is there already", key)
		}
		if strings.HasPrefix(key, provider.TagPrefix) {
			if strings.Contains(value, "%") {
				return fmt.Errorf("tag %s is not resolved: %s", key, value)
			}
			l.Tags[key] = value
			continue
		}
		tags, _ := l.Fields["tags"].(map[string]string)
		tags = maps.Clone(tags)
		if tags == nil {
			tags = map[string]string{}
		}
		tags[key] = value
		l.Fields["tags"] = tags
	}
	return nil
}

// stackOf makes a stack of resources, with their live names.
func stackOf(name string, resources ...spec.Resource) *spec.Stack {
	s := &spec.Stack{Name: name, Zone: provider.Named{Name: "sg1"}, Path: name, Header: spec.Pos{File: name + ".yaml", Line: 1, Column: 1}}
	for i, r := range resources {
		r.LiveName = r.Name
		r.Block = cmp.Or(r.Block, r.Name)
		r.Pos = spec.Pos{File: name + ".yaml", Line: 10 * (i + 1), Column: 3}
		s.Resources = append(s.Resources, r)
	}
	slices.SortFunc(s.Resources, func(a, b spec.Resource) int { return provider.CompareAddress(a.Address, b.Address) })
	return s
}

// applied is the world after a stack was applied to an empty one.
func applied(s *spec.Stack) *world {
	w := newWorld(s.Name)
	p, err := plan.Make(s, w.kinds, w.snapshot(), defaults)
	if err == nil {
		err = w.obey(p)
	}
	if err != nil {
		panic(err)
	}
	return w
}

var defaults = plan.Options{MaxDeletes: -1}
