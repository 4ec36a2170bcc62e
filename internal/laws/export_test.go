package laws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// drawnCloud is a cloud in which a drawn stack lives, its file, and the contents
// that its file has.
func drawnCloud(t *rapid.T) (*lab, *export.File, []export.Content) {
	l := newLab(t)
	file := drawFile(t, l.offers(), rapid.SampledFrom([]string{grouped, isolated}).Draw(t, "zone"), false)
	l.mustApply(load(t, file.YAML()), all)
	var contents []export.Content
	for _, b := range file.Blocks {
		for name, v := range b.Fields {
			if blob, ok := v.(provider.Blob); ok {
				contents = append(contents, export.Content{Path: b.Kind.Name + "." + b.Name + "." + name, Data: blob.Data})
			}
		}
	}
	slices.SortFunc(contents, func(a, b export.Content) int { return strings.Compare(a.Path, b.Path) })
	return l, file, contents
}

// disown makes of what stacks have made what people make by hand.
func (l *lab) disown() {
	l.Helper()
	snapshot := l.read("")
	for _, live := range snapshot.Resources {
		tags := maps.Clone(live.Tags)
		maps.DeleteFunc(tags, func(key, _ string) bool { return !strings.HasPrefix(key, provider.TagPrefix) })
		if err := l.cloud.DeleteTags(l.ctx, kinds.Get(live.Kind).TagType, []string{live.ID}, tags); err != nil {
			l.Fatal(err)
		}
	}
	for _, a := range snapshot.Anchors {
		if err := l.cloud.DeleteAnchor(l.ctx, a.ID); err != nil {
			l.Fatal(err)
		}
	}
}

// seen describes what lives, without what another cloud has otherwise: ids, and
// which addresses there are.
func (l *lab) seen() []string {
	l.Helper()
	snapshot := l.read("")
	names := map[string]string{}
	for _, live := range snapshot.Resources {
		names[live.ID] = live.Name
	}
	var lines []string
	for _, live := range snapshot.Resources {
		fields := provider.Fields{}
		for name, v := range live.Fields {
			if n, ok := v.(provider.Named); ok {
				v = n.Name
			}
			fields[name] = provider.MapRefs(v, func(r provider.Ref) provider.Ref {
				live := r.Live
				if name, ok := names[r.ID]; ok {
					live = name
				}
				return provider.Ref{Kind: r.Kind, Live: live}
			})
		}
		lines = append(lines, fmt.Sprintf("%s %q %s", live.Kind, live.Name, provider.Format(fields)))
	}
	slices.Sort(lines)
	return lines
}

// A cloud that people made by hand is exported, planning the file finds nothing
// to do but to take it over, and once it is, nothing at all.
func TestExportedCloudIsAdoptedAsItIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			l, _, contents := drawnCloud(t)
			l.disown()
			before := l.seen()
			if rapid.Bool().Draw(t, "without contents") {
				contents = nil
			}
			file := l.export(export.Options{Stack: "adopted", Contents: contents})
			if text := file.YAML(); strings.Contains(text, secret) {
				t.Fatalf("a secret is written:\n%s", text)
			}
			stack := load(t, file.YAML(), contents...)
			p := l.mustPlan(stack, plan.Options{MaxDeletes: -1, Adopt: true})
			for _, c := range p.Changes {
				if c.Action != plan.Adopt || len(c.Fields) > 0 {
					t.Fatalf("not adopted as it is:\n%s\n%s", p, file.YAML())
				}
			}
			if len(p.Steps) > 0 || len(p.Changes) != len(stack.Resources) {
				t.Fatalf("%d of %d are adopted:\n%s", len(p.Changes), len(stack.Resources), p)
			}
			if len(p.Changes) == 0 {
				return
			}
			l.mustApply(stack, plan.Options{MaxDeletes: -1, Adopt: true})
			if diff := cmp.Diff(before, l.seen()); diff != "" {
				t.Fatalf("adopting changed the cloud (-before +after):\n%s", diff)
			}
		})
	})
}

// An exported cloud is made again, field by field, by applying its file to an
// empty account.
func TestExportedCloudIsMadeAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			l, _, contents := drawnCloud(t)
			l.disown()
			file := l.export(export.Options{Stack: "again", Contents: contents})
			again := newLab(t)
			again.mustApply(load(t, file.YAML(), contents...), all)
			if diff := cmp.Diff(l.seen(), again.seen()); diff != "" {
				t.Fatalf("the new cloud differs (-exported +made):\n%s\n%s", diff, file.YAML())
			}
		})
	})
}

// What a stack owns is exported under its own addresses: planning it finds
// nothing to do.
func TestExportedStackIsTheStack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			l, file, contents := drawnCloud(t)
			got := l.export(export.Options{Select: export.Selection{Stack: file.Stack}, Contents: contents})
			if got.Resources() != len(file.Blocks) {
				t.Fatalf("%d of %d resources are written: %v", got.Resources(), len(file.Blocks), got.LeftOut)
			}
			stack := load(t, got.YAML(), contents...)
			if p := l.mustPlan(stack, all); !p.Empty() {
				t.Fatalf("something is to do:\n%s\n%s", p, got.YAML())
			}
		})
	})
}
