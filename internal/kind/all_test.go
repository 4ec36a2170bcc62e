package kind

import (
	"slices"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
)

// each runs a test for every kind.
func each(t *testing.T, test func(t *testing.T, k *provider.Kind)) {
	for _, k := range All() {
		t.Run(k.Name, func(t *testing.T) { test(t, k) })
	}
}

func TestEveryKindIsDocumented(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		for what, text := range map[string]string{"doc": k.Doc, "plural": k.Plural, "marker": k.Marker} {
			if text == "" {
				t.Errorf("no %s", what)
			}
		}
		if k.JobTime <= 0 {
			t.Error("no time in which a job ends")
		}
		for _, f := range k.Fields {
			if len(f.Doc) < 20 || !strings.HasSuffix(f.Doc, ".") {
				t.Errorf("field %s: %q is no sentence", f.Name, f.Doc)
			}
		}
		for _, o := range k.Operations {
			if o.Doc == "" || (o.Command == "") != (o.Name == k.Ready) {
				t.Errorf("operation %s: doc %q, command %q", o.Name, o.Doc, o.Command)
			}
		}
	})
}

func TestNamesAndCodesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		seen := map[string]bool{}
		for _, f := range k.Fields {
			if len(f.Code) != 2 || strings.ToLower(f.Code) != f.Code {
				t.Errorf("field %s: code %q is not two lower-case letters", f.Name, f.Code)
			}
			if seen["code "+f.Code] || seen["field "+f.Name] {
				t.Errorf("field %s: its name or code %s is another field's too", f.Name, f.Code)
			}
			seen["code "+f.Code], seen["field "+f.Name] = true, true
		}
		for _, o := range k.Operations {
			if seen["operation "+o.Name] {
				t.Errorf("operation %s stands twice", o.Name)
			}
			seen["operation "+o.Name] = true
		}
	})
}

func TestOperationsAreThere(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		if len(k.Creation) == 0 || len(k.Deletion) == 0 {
			t.Errorf("creation %v, deletion %v", k.Creation, k.Deletion)
		}
		used := slices.Concat(k.Creation, k.Deletion, k.BrokenDeletion, []string{k.Commit, k.Start, k.Stop, k.Ready})
		for _, f := range k.Fields {
			used = append(used, f.Set, f.Add, f.Remove)
			for _, mode := range f.Modes {
				if _, ok := k.Operation(mode); ok {
					used = append(used, mode)
				}
			}
		}
		for _, name := range used {
			if _, ok := k.Operation(name); name != "" && !ok {
				t.Errorf("operation %s is used and not there", name)
			}
		}
		for _, o := range k.Operations {
			if !slices.Contains(used, o.Name) {
				t.Errorf("operation %s is there and not used", o.Name)
			}
			for _, name := range slices.Concat(o.Frees, []string{o.If}) {
				if _, ok := k.Field(name); name != "" && !ok {
					t.Errorf("operation %s: field %s is not there", o.Name, name)
				}
			}
		}
		if k.Commit != "" && !slices.Contains(k.Deletion, k.Commit) {
			t.Errorf("commit %s is no operation of the deletion", k.Commit)
		}
	})
}

func TestEveryFieldCanBeChangedOrSaysWhyNot(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		for _, f := range k.Fields {
			inPlace := f.Set != "" || (f.Add != "" && f.Remove != "") || (f.Name == "power" && k.Start != "")
			want := !f.Setting && (f.Change == provider.InPlace || f.Change == provider.GrowOnly)
			if inPlace != want {
				t.Errorf("field %s: change %d, set %q, add %q, remove %q", f.Name, f.Change, f.Set, f.Add, f.Remove)
			}
		}
	})
}

func TestFieldsFitTheirTypes(t *testing.T) {
	kinds := All()
	each(t, func(t *testing.T, k *provider.Kind) {
		for _, f := range k.Fields {
			link := f.Type == provider.Link || f.Type == provider.Links || f.Type == provider.Rules && !f.Whole || f.Type == provider.Nested
			if link != (kinds.Get(f.Kind) != nil) {
				t.Errorf("field %s links to kind %q", f.Name, f.Kind)
			}
			if f.Type == provider.Nested {
				if back, _ := kinds.Get(f.Kind).Field(f.Via); back.Kind != k.Name {
					t.Errorf("field %s: %s of %s doesn't link back", f.Name, f.Via, f.Kind)
				}
			}
			if (f.Type == provider.Choice) != (f.Catalogue != "") {
				t.Errorf("field %s: catalogue %q", f.Name, f.Catalogue)
			}
			if (f.Type == provider.Rules) != (f.Direction != "") {
				t.Errorf("field %s: direction %q", f.Name, f.Direction)
			}
			if (f.Type == provider.Object) != (f.Fields != nil) {
				t.Errorf("field %s: sub-fields %v", f.Name, f.Fields)
			}
			if path, member, ok := strings.Cut(f.Inherit, "."); ok {
				from, _ := k.Field(path)
				if _, ok := kinds.Get(from.Kind).Field(member); !ok {
					t.Errorf("field %s inherits from %s, which is not there", f.Name, f.Inherit)
				}
			}
		}
	})
}

// TestSpecTagFits holds the tag trueup.spec, with every field of a kind
// declared, to the 255 characters that CloudStack keeps of a value: a version,
// and for each field a dot, its code and five characters of a hash.
func TestSpecTagFits(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		length := 1
		for _, f := range k.Fields {
			if !f.Setting {
				length += 8
			}
		}
		if length > 255 {
			t.Errorf("trueup.spec has %d characters", length)
		}
	})
}

func TestKindsThatCantBeTaggedHaveNoTags(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		f, ok := k.Field("tags")
		if ok != (k.TagType != "") || ok != f.Tags {
			t.Errorf("tag type %q, field tags %v", k.TagType, ok)
		}
	})
}

// TestEveryKindIsTakenOverAndGivenUp: what engines know by name is in every table.
func TestEveryKindIsTakenOverAndGivenUp(t *testing.T) {
	each(t, func(t *testing.T, k *provider.Kind) {
		for _, name := range []string{"protect", "keep", "was", "adopt"} {
			if f, ok := k.Field(name); !ok || !f.Setting {
				t.Errorf("it has no setting %s", name)
			}
		}
	})
}
