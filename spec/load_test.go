package spec

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/trueup/trueup/provider"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGoodStacksResolve(t *testing.T) {
	for _, name := range cases(t, "testdata/ok") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			stack, err := loadCase(t, name)
			if err != nil {
				t.Fatalf("issues:\n%v", err)
			}
			golden(t, name+".txt", printed(stack))
		})
	}
}

func TestMistakesAreFoundWithTheirPlace(t *testing.T) {
	for _, name := range cases(t, "testdata/err") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			stack, err := loadCase(t, name)
			issues, ok := err.(Issues)
			if !ok || stack != nil {
				t.Fatalf("stack %v, error %v; want no stack and Issues", stack, err)
			}
			golden(t, name+".txt", issues.Error()+"\n")
		})
	}
}

func TestPlacesAreShownAsPeopleTypeThem(t *testing.T) {
	fsys := fstest.MapFS{
		"site/a.yaml":    {Data: []byte("version: 1\nstack: Site\nsshKeys: {a: {publicKey: {file: none.pub}}}\n")},
		"site/list.yaml": {Data: []byte("- x\n")},
	}
	_, err := Load(fsys, "site", testKinds(), Options{Shown: func(path string) string { return "../" + path }})
	want := `../site/a.yaml:2:8: stack: "Site" is no name for a stack: 1 to 31 of a–z, 0–9 and -, the first a letter
../site/a.yaml:3:33: sshKeys.a.publicKey.file: ../site/none.pub: no such file or directory
../site/list.yaml:1:1: a stack file is a mapping of keys such as stack and zone, not a list`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestSecretsStayOutOfIssues(t *testing.T) {
	const secret = "hunter2"
	for _, field := range []string{
		"password: " + secret,
		"password: '${a-x}" + secret + "'",
		"password: '${" + secret + "'",
		"userData: [" + secret + "]",
		"userData: {text: x, vars: " + secret + "}",
		"userData: {text: '${A}', vars: {A: 'x$ " + secret + "'}}",
		"userData: {text: '${A}', vars: {A: '${ " + secret + "'}}",
		"userData: {text: '${A} " + secret + "', vars: {A: x, B: y}}",
	} {
		text := "version: 1\nstack: s\nzone: z\nvms: {a: {template: t, offering: o, " + field + "\n}}\n"
		_, err := Load(fstest.MapFS{"s.yaml": {Data: []byte(text)}}, "s.yaml", testKinds(), Options{})
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v", field, err)
		}
	}
}

func TestLoadingTwiceGivesTheSame(t *testing.T) {
	for _, name := range append(cases(t, "testdata/ok"), cases(t, "testdata/err")...) {
		a, errA := loadCase(t, name)
		b, errB := loadCase(t, name)
		if diff := cmp.Diff(fmt.Sprint(errA), fmt.Sprint(errB)); diff != "" {
			t.Errorf("%s: issues differ:\n%s", name, diff)
		}
		if a != nil && printed(a) != printed(b) {
			t.Errorf("%s: stacks differ", name)
		}
	}
}

func cases(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.yaml", "*.txtar"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) == 0 {
		t.Fatalf("no cases in %s", dir)
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// loadCase loads a stack of one file, or a txtar archive that is a directory.
// The archive's comment has a line for each option:
//
//	load PATH, var NAME=VALUE, env NAME=VALUE, varfile FILE
func loadCase(t *testing.T, name string) (*Stack, error) {
	t.Helper()
	data := read(t, name)
	if filepath.Ext(name) == ".yaml" {
		return Load(fstest.MapFS{"stack.yaml": {Data: data}}, "stack.yaml", testKinds(), Options{})
	}
	archive := txtar.Parse(data)
	fsys := fstest.MapFS{}
	for _, f := range archive.Files {
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	path, env := ".", map[string]string{}
	opts := Options{
		Vars: map[string]string{},
		Env:  func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}
	for line := range strings.Lines(string(archive.Comment)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		key, value, _ := strings.Cut(rest, "=")
		switch word {
		case "", "#":
		case "load":
			path = rest
		case "var":
			opts.Vars[key] = value
		case "env":
			env[key] = value
		case "varfile":
			opts.VarFiles = append(opts.VarFiles, File{rest, fsys[rest].Data})
		default:
			t.Fatalf("%s: unknown option %q", name, line)
		}
	}
	return Load(fsys, path, testKinds(), opts)
}

// printed is a stack in a form for people to check.
func printed(s *Stack) string {
	var out strings.Builder
	fmt.Fprintf(&out, "stack %s, path %s, zone %v, prefix %q, origin %q, header at %s\n", s.Name, s.Path, s.Zone, s.Prefix, s.Origin, s.Header)
	for _, r := range s.Resources {
		fmt.Fprintf(&out, "\n%s of %s, live %s, at %s\n", r.Address, r.Block, r.LiveName, r.Pos)
		for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
			fmt.Fprintf(&out, "  %s: %s", name, provider.Format(r.Fields[name]))
			if pos, ok := r.Where[name]; ok {
				fmt.Fprintf(&out, "  (%d:%d)", pos.Line, pos.Column)
			}
			out.WriteByte('\n')
			if blob, ok := r.Fields[name].(provider.Blob); ok {
				fmt.Fprintf(&out, "    %q\n", blob.Data)
			}
			if text, ok := r.Templates[name]; ok {
				fmt.Fprintf(&out, "    from %q\n", text)
			}
		}
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(read(t, name)), got); diff != "" {
		t.Errorf("differs from %s (-want +got):\n%s", name, diff)
	}
}

func TestPolicyIsRead(t *testing.T) {
	for text, want := range map[string]string{"": "", "sync": "", "upsert-only": "upsert-only", "create-only": "create-only", "observe": "observe"} {
		files := fstest.MapFS{"stack.yaml": {Data: []byte("version: 1\nstack: s\npolicy: " + text + "\n")}}
		s, err := Load(files, "stack.yaml", testKinds(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s.Policy != want {
			t.Errorf("policy %q is read as %q", text, s.Policy)
		}
	}
}
