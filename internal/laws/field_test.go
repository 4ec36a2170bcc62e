package laws

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// full is a stack in which everything is declared that its zone has, and in
// which everything may be replaced.
func full(offers *provider.Catalogue, zone string) *export.File {
	return allowing(rapid.Custom(func(t *rapid.T) *export.File { return drawFile(t, offers, zone, true) }).Example(1))
}

// allowing lets everything in a file be replaced that can't change otherwise.
func allowing(file *export.File) *export.File {
	for _, b := range file.Blocks {
		onChange := map[string]string{}
		for _, f := range b.Kind.Fields {
			if f.Change == provider.Refuse || f.Change == provider.GrowOnly {
				onChange[f.Name] = "replace"
			}
		}
		if _, ok := b.Kind.Field("onChange"); ok {
			b.Fields["onChange"] = onChange
		}
	}
	return file
}

// place is one field of one resource of a file.
type place struct {
	block *export.Block
	field provider.Field
}

func (p place) address() provider.Address {
	return provider.Address{Kind: p.block.Kind.Name, Name: p.block.Name}
}

func (p place) String() string { return p.address().String() + "." + p.field.Name }

// places are the fields that a file declares, each of a kind once: of the last
// resource that declares it, to which least is linked.
func places(file *export.File) []place {
	var all []place
	for _, k := range kinds {
		for _, f := range k.Fields {
			for _, b := range slices.Backward(file.Blocks) {
				if _, declared := b.Fields[f.Name]; declared && b.Kind == k && !f.Setting {
					all = append(all, place{b, f})
					break
				}
			}
		}
	}
	return all
}

// zones are the fields of zones, which follow from the file's. Links hold what
// they join in one zone, so that no file changes that of one resource alone.
func zones(file *export.File) []place {
	var all []place
	for _, b := range file.Blocks {
		if f, ok := b.Kind.Field("zone"); ok {
			all = append(all, place{b, f})
		}
	}
	return all
}

// with returns the file with another value of a field, nil for none. What must
// keep to the old one is not declared then, where it need not be.
func (p place) with(file *export.File, v provider.Value) *export.File {
	changed := *file
	changed.Blocks = slices.Clone(file.Blocks)
	for i, b := range file.Blocks {
		if b != p.block {
			continue
		}
		other := *b
		other.Fields = maps.Clone(b.Fields)
		if other.Fields[p.field.Name] = v; v == nil {
			delete(other.Fields, p.field.Name)
		}
		for _, f := range b.Kind.Fields {
			if at, _, _ := strings.Cut(f.Within, "."); at == p.field.Name && !f.Required && v != nil {
				delete(other.Fields, f.Name)
			}
		}
		changed.Blocks[i] = &other
	}
	return &changed
}

// another draws a value that the field doesn't have and could have.
func (p place) another(t tb, file *export.File, offers *provider.Catalogue) provider.Value {
	t.Helper()
	now := p.block.Fields[p.field.Name]
	for seed := range 200 {
		v := rapid.Custom(func(t *rapid.T) provider.Value {
			rapid.Bool().Draw(t, "something") // a generator that draws nothing is refused
			d := &drawer{t: t, offers: offers, zone: file.Zone.Name, full: true, file: p.with(file, nil), now: p.block, done: map[string][]string{}}
			for _, b := range file.Blocks {
				if b != p.block {
					d.done[b.Kind.Name] = append(d.done[b.Kind.Name], b.Name)
				}
			}
			return d.value(p.block.Kind, p.field, p.block.Name)
		}).Example(seed)
		if v == nil || v == provider.Value("any") || provider.Format(v) == provider.Format(now) {
			continue
		}
		fields := maps.Clone(p.block.Fields)
		fields[p.field.Name] = v
		if p.block.Kind.Check != nil && len(p.block.Kind.Check(fields)) > 0 {
			continue
		}
		if _, err := tryLoad(p.with(file, v).YAML()); err == nil {
			return v
		}
	}
	return nil
}

// unheard is a value that only plans can have: an entry that no catalogue has, a
// link that the cloud would refuse. It is nil where there is none either.
func (p place) unheard(file *export.File) provider.Value {
	switch p.field.Type {
	case provider.Choice:
		return provider.Named{Name: "another"}
	case provider.Link:
		for _, b := range file.Blocks {
			if ref := (provider.Ref{Kind: p.field.Kind, Name: b.Name}); b.Kind.Name == p.field.Kind && ref != p.block.Fields[p.field.Name] {
				return ref
			}
		}
	}
	return nil
}

// loadFile reads a file's text.
func loadFile(t rapid.TB, file *export.File) *spec.Stack {
	t.Helper()
	return load(t, file.YAML())
}

// Of every field of every kind: changing it in the file plans exactly that,
// changing it in the cloud is drift of exactly that, and both are applied so that
// nothing is left to do.
func TestEveryField(t *testing.T) {
	tried := map[string]bool{}
	for _, zone := range []string{grouped, isolated} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t)
			offers := l.offers()
			file := full(offers, zone)
			stack := loadFile(t, file)
			l.mustApply(stack, all)
			for _, p := range zones(file) {
				tried[p.block.Kind.Name+"."+p.field.Name] = true
				l.seenChanged(p, stack, provider.Named{Name: "another"})
			}
			for _, p := range places(file) {
				other := p.another(t, file, offers)
				planned := other == nil // and no more: the cloud has no second one to offer
				if planned {
					other = p.unheard(file)
				}
				if other == nil {
					continue
				}
				tried[p.block.Kind.Name+"."+p.field.Name] = true
				l.changedInFile(p, loadFile(t, p.with(file, other)))
				l.seenChanged(p, stack, other)
				if planned {
					continue
				}
				l.mustApply(loadFile(t, p.with(file, other)), all)
				l.mustApply(stack, all)
				if l.changeByHand(p, other) {
					l.isDrift(p, l.compare(stack, l.read(stack.Name)))
					l.mustApply(stack, all)
				}
			}
		})
	}
	for _, k := range kinds {
		for _, f := range k.Fields {
			if !f.Setting && !tried[k.Name+"."+f.Name] {
				t.Errorf("%s.%s was not tried: the tables draw no second value of it that its kind's Check accepts; add one to the table of values", k.Name, f.Name)
			}
		}
	}
}

// compare tells how the cloud differs from what a stack declares.
func (l *lab) compare(stack *spec.Stack, snapshot *provider.Snapshot) *plan.Plan {
	l.Helper()
	p, err := plan.Make(stack, kinds, snapshot, plan.Options{MaxDeletes: 1000, Compare: true})
	if err != nil {
		l.Fatal(err)
	}
	return p
}

// changedInFile expects the plan for a file in which one field was changed to be
// about that field.
func (l *lab) changedInFile(at place, stack *spec.Stack) {
	l.Helper()
	p, err := plan.Make(stack, kinds, l.read(stack.Name), all)
	if err != nil {
		l.Fatalf("%s: %v", at, err)
	}
	l.isAbout(at, p, plan.Pending)
}

// seenChanged expects drift of a field that the cloud shows otherwise.
func (l *lab) seenChanged(at place, stack *spec.Stack, v provider.Value) {
	l.Helper()
	snapshot := l.read(stack.Name)
	for i, live := range snapshot.Resources {
		if live.Name == at.block.Name && live.Kind == at.block.Kind.Name || live.Tags[provider.TagAddress] == at.block.Name && live.Name == "" {
			live.Fields = maps.Clone(live.Fields)
			live.Fields[at.field.Name] = alive(snapshot, v)
			snapshot.Resources[i] = live
		}
	}
	l.isDrift(at, l.compare(stack, snapshot))
}

func (l *lab) isDrift(at place, p *plan.Plan) {
	l.Helper()
	l.isAbout(at, p, plan.Drift)
}

// isAbout expects one change, of one field. What is linked to something that is
// replaced may change with it.
func (l *lab) isAbout(at place, p *plan.Plan, cause plan.Cause) {
	l.Helper()
	if at.field.Change == provider.Fixed {
		if !p.Empty() || len(p.Notes) != 1 || p.Notes[0].Address != at.address() {
			l.Fatalf("%s: expected a note and no change:\n%s", at, p)
		}
		return
	}
	found := false
	for _, c := range p.Changes {
		switch {
		case c.Address != at.address():
			if !strings.Contains(c.Reason, "which is replaced") {
				l.Fatalf("%s: %s changes as well:\n%s", at, c.Address, p)
			}
		case len(c.Fields) != 1 || c.Fields[0].Name != at.field.Name || c.Cause != cause:
			l.Fatalf("%s: expected a change of it alone, %s:\n%s", at, cause, p)
		default:
			found = true
		}
	}
	if !found {
		l.Fatalf("%s: no change:\n%s", at, p)
	}
}

// alive is a declared value as the cloud would show it.
func alive(snapshot *provider.Snapshot, v provider.Value) provider.Value {
	find := func(r provider.Ref) provider.Ref {
		for _, live := range snapshot.Resources {
			if live.Kind == r.Kind && (live.Name == r.Name || live.Name == "" && live.Tags[provider.TagAddress] == r.Name) {
				return provider.Ref{Kind: r.Kind, ID: live.ID, Live: live.Name}
			}
		}
		return r
	}
	switch v := v.(type) {
	case provider.Named:
		return provider.Named{Name: v.Name, ID: "00000000-0000-4000-8000-000000000000"}
	case []provider.Rule:
		rules := slices.Clone(v)
		for i := range rules {
			rules[i].ID = fmt.Sprintf("rule-%d", i)
		}
		return provider.MapRefs(rules, find)
	default:
		return provider.MapRefs(v, find)
	}
}

// changeByHand changes a field in the cloud, as somebody would who knows nothing
// of trueup: by the command that the kind has for it, or by taking an element
// away. It reports false where the kind has neither.
func (l *lab) changeByHand(at place, v provider.Value) bool {
	l.Helper()
	snapshot := l.read("")
	i := slices.IndexFunc(snapshot.Resources, func(live provider.Live) bool {
		return live.Kind == at.block.Kind.Name && (live.Name == at.block.Name || live.Name == "" && live.Tags[provider.TagAddress] == at.block.Name)
	})
	if i < 0 {
		l.Fatalf("%s: it is gone", at)
	}
	live, k := snapshot.Resources[i], at.block.Kind
	op := provider.Op{Kind: k.Name, Address: at.address(), ID: live.ID, LiveName: live.Name}
	switch f := at.field; {
	case f.Name == "power":
		op.Name = map[string]string{"running": k.Start, "stopped": k.Stop}[v.(string)]
	case f.Set != "" && (f.Change == provider.InPlace || larger(v, live.Fields[f.Name])):
		op.Name, op.Fields = f.Set, provider.Fields{f.Name: l.resolved(f, alive(snapshot, v))}
	case f.Remove != "" && !provider.Empty(live.Fields[f.Name]):
		op.Name, op.Fields = f.Remove, provider.Fields{f.Name: first(live.Fields[f.Name])}
	default:
		return false
	}
	o, _ := k.Operation(op.Name)
	runs := live.Fields["power"] == "running"
	if o.Stopped && runs {
		l.do(provider.Op{Kind: k.Name, Address: at.address(), ID: live.ID, Name: k.Stop})
	}
	l.do(op)
	if o.Stopped && runs {
		l.do(provider.Op{Kind: k.Name, Address: at.address(), ID: live.ID, Name: k.Start})
	}
	return true
}

// resolved is a choice with its id.
func (l *lab) resolved(f provider.Field, v provider.Value) provider.Value {
	named, ok := v.(provider.Named)
	if !ok {
		return v
	}
	for _, e := range l.offers().Entries[f.Catalogue] {
		if e.Name == named.Name {
			return e.Named
		}
	}
	l.Fatalf("there is no %s %s", f.Catalogue, named.Name)
	return nil
}

func (l *lab) do(op provider.Op) {
	l.Helper()
	job, err := l.cloud.Start(l.ctx, op)
	if err == nil {
		_, err = l.cloud.Wait(l.ctx, job)
	}
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		l.Fatalf("%s by hand: %v", op.Name, err)
	}
}

// first is a collection's first element alone.
func first(v provider.Value) provider.Value {
	switch v := v.(type) {
	case []provider.Rule:
		return v[:1]
	case []provider.Ref:
		return v[:1]
	case map[string]string:
		key := slices.Min(slices.Collect(maps.Keys(v)))
		return map[string]string{key: v[key]}
	}
	panic(fmt.Sprintf("%T has no elements", v))
}

// larger reports whether a disk would grow.
func larger(a, b provider.Value) bool {
	x, ok1 := a.(provider.Size)
	y, ok2 := b.(provider.Size)
	return ok1 && ok2 && x > y
}
