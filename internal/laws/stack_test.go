package laws

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Whatever was applied before, applying a stack leaves nothing to do, and makes
// of every field that it declares what applying it alone makes; or its plan is
// refused. What others have is named by no step, and stays as it is.
func TestOneStackAfterAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			l := newLab(t)
			zone := rapid.SampledFrom([]string{grouped, isolated}).Draw(t, "zone")
			foreign := l.settle(zone)
			before := loadFile(t, allowing(drawFile(t, l.offers(), zone, false)))
			l.mustApply(before, all)
			file := allowing(drawFile(t, l.offers(), zone, false))
			after := loadFile(t, file)
			if len(after.Resources) == 0 {
				return // that is refused, and destroy is for it
			}
			p, err := l.plan(after, all)
			l.sameInAnyOrder(file, p, err)
			if err != nil {
				refused(t, err)
				return
			}
			inOrder(t, p)
			for _, s := range p.Steps {
				if slices.Contains(foreign, s.Op.ID) {
					t.Fatalf("%s is about something foreign:\n%s", s.ID, p)
				}
			}
			l.mustApply(after, all)
			for _, id := range foreign {
				if !slices.ContainsFunc(l.read("").Resources, func(live provider.Live) bool { return live.ID == id }) {
					t.Fatalf("%s, which is foreign, is gone:\n%s", id, p)
				}
			}
			alone := newLab(t)
			alone.settle(zone)
			alone.mustApply(after, all)
			if diff := cmp.Diff(alone.declared(after), l.declared(after)); diff != "" {
				t.Fatalf("after another stack it differs (-alone +after):\n%s", diff)
			}
		})
	})
}

// settle puts things into the cloud that no stack owns, or another one does, with
// names like ours. It returns their ids.
func (l *lab) settle(zone string) []string {
	l.Helper()
	file := &export.File{Stack: "elsewhere", Zone: provider.Named{Name: zone}, Kinds: kinds}
	for _, k := range kinds {
		if k.Name == "securityGroup" || k.Name == "affinityGroup" {
			b := &export.Block{Kind: k, Name: k.Name[:1] + "11", Fields: provider.Fields{}}
			if k.Name == "affinityGroup" {
				b.Fields["type"] = "host affinity"
			}
			file.Blocks = append(file.Blocks, b)
		}
	}
	l.mustApply(loadFile(l, file), all)
	l.do(provider.Op{Kind: "securityGroup", Name: "create", LiveName: "s12", Fields: provider.Fields{}})
	var ids []string
	for _, live := range l.read("").Resources {
		ids = append(ids, live.ID)
	}
	return ids
}

// refused expects an error to be a plan's own refusal, in words.
func refused(t *rapid.T, err error) {
	var problems plan.Problems
	if !errors.As(err, &problems) || problems.Class() != plan.Refused {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Text == "" || p.Address == (provider.Address{}) {
			t.Fatalf("it says too little: %+v", p)
		}
	}
}

// inOrder expects every step to come after those that it needs: there is no ring.
func inOrder(t *rapid.T, p *plan.Plan) {
	done := map[string]bool{}
	for _, s := range p.Steps {
		for _, need := range s.Needs {
			if !done[need] {
				t.Fatalf("%s comes before %s, which it needs:\n%s", s.ID, need, p)
			}
		}
		done[s.ID] = true
	}
}

// sameInAnyOrder expects the plan of a file whose sections, blocks and lists
// stand the other way round, for a cloud that lists everything so, to be the same
// to the byte.
func (l *lab) sameInAnyOrder(file *export.File, want *plan.Plan, refusal error) {
	l.Helper()
	turned := *file
	turned.Kinds, turned.Blocks = slices.Clone(file.Kinds), slices.Clone(file.Blocks)
	slices.Reverse(turned.Kinds)
	slices.Reverse(turned.Blocks)
	stack := loadFile(l, &turned)
	snapshot := l.read(stack.Name)
	slices.Reverse(snapshot.Resources)
	slices.Reverse(snapshot.Anchors)
	got, err := plan.Make(stack, kinds, snapshot, all)
	if err == nil {
		got, err = got.Check(kinds, l.offers(), plan.ToApply)
	}
	if (err == nil) != (refusal == nil) {
		l.Fatalf("refused in one order only: %v, %v", refusal, err)
	}
	if err != nil {
		return // it names places, which are others
	}
	if diff := cmp.Diff(written(l, want), written(l, got)); diff != "" {
		l.Fatalf("the order of the input matters:\n%s", diff)
	}
}

func written(t tb, p *plan.Plan) string {
	t.Helper()
	text, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + p.String()
}

// declared describes, in a way that no id is in, every field that a stack
// declares.
func (l *lab) declared(stack *spec.Stack) []string {
	l.Helper()
	snapshot := l.read(stack.Name)
	names := map[string]string{}
	for _, live := range snapshot.Resources {
		names[live.ID] = live.Name
	}
	var lines []string
	for _, r := range stack.Resources {
		for _, live := range snapshot.Resources {
			if live.Kind != r.Kind || live.Name != r.LiveName && live.Tags[provider.TagAddress] != r.Name {
				continue
			}
			k := kinds.Get(r.Kind)
			for _, f := range k.Fields {
				v, known := live.Fields[f.Name]
				if _, is := r.Fields[f.Name]; !is || f.Setting || f.Change == provider.Fixed || !known {
					continue
				}
				if n, ok := v.(provider.Named); ok {
					v = n.Name
				}
				v = provider.MapRefs(v, func(ref provider.Ref) provider.Ref {
					if name, ok := names[ref.ID]; ok {
						ref.Live = name
					}
					return provider.Ref{Kind: ref.Kind, Live: ref.Live}
				})
				if m, ok := v.(map[string]string); ok && f.Subset {
					v = part(m, r.Fields[f.Name].(map[string]string))
				}
				if r.Fields[f.Name] == provider.Value("any") {
					continue
				}
				lines = append(lines, strings.Join([]string{r.Address.String(), f.Name, provider.Format(v)}, " "))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// part is what a map says of the keys of another.
func part(m, of map[string]string) map[string]string {
	same := map[string]string{}
	for key := range of {
		if value, ok := m[key]; ok {
			same[key] = value
		}
	}
	return same
}
