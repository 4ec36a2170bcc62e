package spec

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/trueup/trueup/provider"
)

// FuzzLoad feeds bytes to Load as a stack file. Nothing panics, every issue
// has a place inside the file and a text, and a stack that is given is whole.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"testdata/ok", "testdata/err"} {
		for _, name := range cases(f, dir) {
			data := read(f, name)
			if filepath.Ext(name) != ".txtar" {
				f.Add(data)
				continue
			}
			for _, file := range txtar.Parse(data).Files {
				f.Add(file.Data)
			}
		}
	}
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("&a a: *a\n<<: *a\n"))
	f.Add([]byte("\xff\xfe\x00"))
	f.Add([]byte("version: 1\r\n\tstack: x\r\n"))
	f.Add([]byte("version: 1\nstack: s\ninclude: [fuzz.yaml, other.yaml]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{
			"fuzz.yaml":  {Data: data},
			"other.yaml": {Data: []byte("include: [fuzz.yaml]\nsshKeys: {ops: {publicKey: ssh-rsa A}}\n")},
		}
		stack, err := Load(fsys, "fuzz.yaml", testKinds(), Options{})
		if err != nil {
			checkIssues(t, err, data)
			return
		}
		for _, r := range stack.Resources {
			for _, v := range r.Fields {
				provider.Format(v)
				for _, ref := range provider.Refs(v) {
					if ref.Name != "" && stack.Resource(ref.Address()) == nil {
						t.Errorf("%s links to %s, which is not there", r.Address, ref.Address())
					}
				}
			}
		}
	})
}

func checkIssues(t *testing.T, err error, data []byte) {
	issues, ok := err.(Issues)
	if !ok || len(issues) == 0 {
		t.Fatalf("error %v is no list of issues", err)
	}
	lines := strings.Split(string(data), "\n")
	for _, i := range issues {
		if i.Text == "" || i.Pos.File == "" || i.Pos.Line < 0 || i.Pos.Column < 0 {
			t.Errorf("issue without text or place: %#v", i)
		}
		if i.Pos.File != "fuzz.yaml" || i.Pos.Line == 0 || !utf8.Valid(data) {
			continue
		}
		// YAML also ends lines at characters that the count here does not.
		if !strings.ContainsAny(string(data), "\r\u0085\u2028\u2029") && i.Pos.Line > len(lines) {
			t.Errorf("%v is beyond the file's %d lines", i, len(lines))
		}
	}
}

// FuzzRules feeds texts to the grammar of short rules. What is accepted reads
// back from its canonical text.
func FuzzRules(f *testing.F) {
	for _, seed := range []string{
		"tcp/80,443 from 0.0.0.0/0, ::/0", "udp/53 from any", "icmp/8:0 from any", "icmp/-1:-1 from any",
		"all from group:lb", "47 from 10.0.0.0/8", "tcp/0 from any", "tcp/90-80 from any", "TCP from ::ffff:10.0.0.0/104",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := loadRules("ingress", quotedYAML(text))
		if err != nil {
			return
		}
		for _, r := range rules {
			again, err := loadRules("ingress", quotedYAML(r.Service()+" from "+r.Source()))
			if err != nil || len(again) != 1 || again[0] != r {
				t.Errorf("%q gives %v, which reads back as %v, %v", text, r, again, err)
			}
		}
	})
}

// quotedYAML is a list of one text; dollar signs stay dollar signs.
func quotedYAML(text string) string {
	text = strings.NewReplacer("'", "''", "$", "$$", "\n", " ", "\r", " ").Replace(text)
	return "['" + text + "']"
}

// FuzzInterpolate feeds texts to the grammar of variables.
func FuzzInterpolate(f *testing.F) {
	for _, seed := range []string{"${a}", "${a:-b}", "${b:?c}", "$$", "${a:-${b:-$$}}", "${", "$", "${}", "${a:-}}", "${a:-$${}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		known := func(name string) (string, bool, error) { return name, name == "a", nil }
		got, err := interpolate(text, known)
		if err == nil && !strings.Contains(text, "$") && got != text {
			t.Errorf("%q became %q", text, got)
		}
		escaped := strings.ReplaceAll(text, "$", "$$")
		if got, err := interpolate(escaped, known); len(escaped) < maxText && (err != nil || got != text) {
			t.Errorf("%q escaped became %q, %v", text, got, err)
		}
	})
}

// FuzzSuggest holds the distance between words to its definition's symmetry
// and bounds.
func FuzzSuggest(f *testing.F) {
	f.Add("web", "wbe")
	f.Add("", "a")
	f.Add("größe", "grösse")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 100 || len(b) > 100 {
			return
		}
		const limit = 1000
		d := typos(a, b, limit)
		if d != typos(b, a, limit) {
			t.Errorf("the way from %q to %q is not the way back", a, b)
		}
		if longest := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)); d > longest || a == b && d != 0 {
			t.Errorf("typos(%q, %q) = %d", a, b, d)
		}
	})
}
