package laws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// partly is the exit code of a run of which not everything came true.
const partly = 4

// Of every field of every kind, and every operation that sets it on what lives:
// where the server says that the operation is done, and it isn't, the run fails
// and says which field of what has which value instead of which, and the next plan
// wants it still.
func TestWhatIsNotDoneToWhatLivesIsNamed(t *testing.T) {
	t.Parallel()
	noticed := map[string]bool{}
	inEachZone(t, func(t *testing.T, r *runner, offers *provider.Catalogue, file *export.File) {
		for _, p := range places(file) {
			for _, m := range p.moves(t, file, offers) {
				r.ignored(p, m, noticed)
			}
		}
	})
	for _, k := range kinds {
		for _, f := range k.Fields {
			for _, operation := range setters(k, f) {
				if key := k.Name + "." + f.Name + " " + operation; !noticed[key] {
					t.Errorf("%s: nothing tells whether it is noticed that a server doesn't do it", key)
				}
			}
		}
	}
}

// key names an operation that sets the field of any resource of the kind.
func (p place) key(operation string) string {
	return p.block.Kind.Name + "." + p.field.Name + " " + operation
}

// The same of operations that clouds of another make have another command for.
func TestWhatIsNotDoneByAnotherCommandIsNamed(t *testing.T) {
	t.Parallel()
	noticed := map[string]bool{}
	synctest.Test(t, func(t *testing.T) {
		l := newLabOf(t, simulator.Exoscale)
		r := newRunner(l, t.TempDir())
		file := &export.File{Stack: "laws", Zone: provider.Named{Name: grouped}, Kinds: kinds}
		machine := func(name string) provider.Ref {
			template, offering := l.offers().Entries["template"][0].Name, l.offers().Entries["serviceOffering"][0].Name
			file.Blocks = append(file.Blocks, &export.Block{Kind: kinds.Get("vm"), Name: name, Fields: provider.Fields{
				"template": provider.Named{Name: template}, "offering": provider.Named{Name: offering}}})
			return provider.Ref{Kind: "vm", Name: name}
		}
		address := &export.Block{Kind: kinds.Get("elasticIP"), Name: "e1", Fields: provider.Fields{"attach": []provider.Ref{machine("v1"), machine("v2")}}}
		file.Blocks = append(file.Blocks, address)
		attach, _ := address.Kind.Field("attach")
		p := place{address, attach}
		for _, m := range []move{{file, p.with(file, []provider.Ref{})}, {p.with(file, []provider.Ref{}), file}} {
			r.ignored(p, m, noticed)
		}
	})
	for _, k := range kinds {
		for _, o := range k.Operations {
			if o.Instead != "" && !noticed[k.Name+".attach "+o.Name] {
				t.Errorf("%s %s: nothing tells whether it is noticed that a server doesn't do it by %s", k.Name, o.Name, o.Instead)
			}
		}
	}
}

// setters are the operations that change a field of what lives.
func setters(k *provider.Kind, f provider.Field) []string {
	if f.Setting {
		return nil
	}
	names := []string{f.Set, f.Add, f.Remove}
	if f.Name == "power" {
		names = append(names, k.Start, k.Stop)
	}
	for _, mode := range f.Modes {
		if _, ok := k.Operation(mode); ok {
			names = append(names, mode)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// move is a change of one field: from what one file says to what another does.
type move struct{ from, to *export.File }

// moves change a field by each of the operations that set it.
func (p place) moves(t tb, file *export.File, offers *provider.Catalogue) []move {
	t.Helper()
	var moves []move
	other := p.another(t, file, offers)
	if chosen, ok := p.block.Fields[p.field.Name].(provider.Named); ok && other == nil {
		other = provider.Named{Name: second(chosen.Name)}
	}
	if other != nil {
		moves = append(moves, move{file, p.with(file, other)}, move{p.with(file, other), file})
	}
	if p.field.Remove != "" {
		moves = append(moves, move{file, p.with(file, fewer(p.block.Fields[p.field.Name]))}, move{p.with(file, fewer(p.block.Fields[p.field.Name])), file})
	}
	for _, mode := range p.field.Modes {
		if _, ok := p.block.Kind.Operation(mode); !ok || other == nil {
			continue
		}
		allowed := move{p.onChange(file, mode), p.onChange(p.with(file, other), mode)}
		moves = append(moves, allowed, move{allowed.to, allowed.from})
	}
	return moves
}

// onChange is the file in which onChange says so about the field.
func (p place) onChange(file *export.File, mode string) *export.File {
	for _, b := range file.Blocks {
		if b.Kind == p.block.Kind && b.Name == p.block.Name {
			setting, _ := b.Kind.Field("onChange")
			return place{b, setting}.with(file, map[string]string{p.field.Name: mode})
		}
	}
	return nil
}

// fewer is a collection without its first element.
func fewer(v provider.Value) provider.Value {
	switch v := v.(type) {
	case []provider.Rule:
		return v[1:]
	case []provider.Ref:
		return v[1:]
	case map[string]string:
		rest := maps.Clone(v)
		delete(rest, slices.Min(slices.Collect(maps.Keys(v))))
		return rest
	}
	panic(fmt.Sprintf("%T has no elements", v))
}

// ignored makes a change once for each operation that sets the field and of which
// nothing is noticed yet, while the server ignores the operation.
func (r *runner) ignored(p place, m move, noticed map[string]bool) {
	r.Helper()
	tried := maps.Clone(noticed)
	for slices.ContainsFunc(setters(p.block.Kind, p.field), func(name string) bool { return !tried[p.key(name)] }) {
		if err := r.apply(loadFile(r, m.from), all); err != nil {
			r.Fatalf("%s: %v", p, err)
		}
		operation, lies := r.ignoring(p, r.mustPlan(loadFile(r, m.to), all), tried)
		if operation == "" {
			return // the change does without the others
		}
		key := p.key(operation)
		tried[key] = true
		r.sim.Misbehave(lies)
		code, said := r.run(m.to)
		r.sim.Misbehave(nil)
		switch why := unseen[key]; {
		case why != "" && (code != 0 || !noDifference(r, m.to)):
			r.Fatalf("%s: nobody is said to see that it is not done (%s), and it was seen:\n%s", key, why, said)
		case why == "" && code == 0:
			r.Fatalf("%s: the server did nothing of it, and nobody noticed:\n%s", key, said)
		case why == "" && !strings.Contains(said, unmetHead):
			continue // what comes after it was refused
		case why == "":
			r.isUnmet(p, m.to, code, said)
		}
		noticed[key] = true
	}
}

// unseen are the operations of which no listing tells whether they were done, and
// why.
var unseen = map[string]string{
	"vm.userData reinstall": "the user data is changed before; what the root disk holds is not listed",
}

// noDifference reports whether the cloud is, to all that can be read of it, as a
// file declares.
func noDifference(r *runner, file *export.File) bool {
	r.Helper()
	now := r.compare(loadFile(r, file), r.read(file.Stack))
	return now.Empty() && len(now.Left) == 0
}

const unmetHead = "Accepted but not done"

// isUnmet expects a run to have said what differs of one field, and the next plan
// to want it still.
func (r *runner) isUnmet(p place, file *export.File, code int, said string) {
	r.Helper()
	if code != partly {
		r.Errorf("%s: exit code %d, want %d", p, code, partly)
	}
	_, unmet, _ := strings.Cut(said, unmetHead)
	stack, snapshot := loadFile(r, file), r.read(file.Stack)
	next, err := plan.Make(stack, kinds, snapshot, all)
	if err != nil {
		r.Fatalf("%s: %v", p, err)
	}
	wanted := next.Changes
	if p.field.Change == provider.Fixed { // it says so, and that is all it can
		wanted = r.compare(stack, snapshot).Left
		if !slices.ContainsFunc(next.Notes, func(n plan.Note) bool { return n.Address == p.address() }) {
			r.Errorf("%s: the next plan doesn't remark on it:\n%s", p, next)
		}
	}
	for _, c := range wanted {
		for _, f := range c.Fields {
			if c.Address != p.address() || f.Name != p.field.Name {
				continue
			}
			for _, want := range append(differing(f), p.address().String(), f.Name) {
				if !strings.Contains(unmet, want) {
					r.Errorf("%s: the run doesn't say %q:\n%s", p, want, said)
				}
			}
			return
		}
	}
	r.Errorf("%s: the next plan doesn't want it:\n%s\nthe run said:\n%s", p, next, said)
}

// differing is what is to be said about a field that differs.
func differing(f plan.FieldChange) []string {
	if f.Secret {
		return []string{"differs (not shown)"}
	}
	texts := []string{}
	for sign, v := range map[string]provider.Value{"extra: ": f.Old, "missing: ": f.New} {
		switch v := v.(type) {
		case nil:
		case []provider.Rule:
			for _, rule := range v {
				texts = append(texts, sign, rule.Service(), rule.Source())
			}
		case []provider.Ref:
			for _, link := range v {
				texts = append(texts, sign, link.String())
			}
		case map[string]string:
			for key, value := range v {
				texts = append(texts, sign, key+"="+value)
			}
		default:
			texts = append(texts, map[string]string{"extra: ": "is ", "missing: ": "should be "}[sign]+provider.Format(v))
		}
	}
	return texts
}
