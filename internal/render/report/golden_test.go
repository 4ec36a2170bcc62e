package report

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var about = About{Version: "v1.2.3", CI: "https://ci.example.com/runs/7", Dir: "infra"}

// endings are those of the golden files.
var endings = map[Format]string{
	HTML: ".html", Markdown: ".md", JSON: ".json", Events: ".jsonl", GitHub: ".txt", GitLab: ".json", SARIF: ".sarif", JUnit: ".xml", Prometheus: ".prom",
}

func write(t *testing.T, f Format, results []*Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, results, about); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// each runs a test for every format and case.
func each(t *testing.T, test func(t *testing.T, f Format, name string, results []*Result)) {
	for _, f := range formats {
		for _, name := range slices.Sorted(maps.Keys(cases())) {
			t.Run(string(f.format)+" "+name, func(t *testing.T) { test(t, f.format, name, cases()[name]) })
		}
	}
}

func TestEveryFormatIsAsItsGoldenFiles(t *testing.T) {
	each(t, func(t *testing.T, f Format, name string, results []*Result) {
		got := write(t, f, results)
		path := filepath.Join("testdata", string(f), name+endings[f])
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	})
}

func TestTheSameResultsMakeTheSameBytes(t *testing.T) {
	each(t, func(t *testing.T, f Format, name string, results []*Result) {
		if diff := cmp.Diff(write(t, f, results), write(t, f, cases()[name])); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNoFormatHasASecretOrAControlCharacter(t *testing.T) {
	each(t, func(t *testing.T, f Format, _ string, results []*Result) {
		text := write(t, f, results)
		for _, hidden := range []string{secret, "\x1b", "\u202e"} {
			if hidden == "\u202e" && (f == JSON || f == Events) {
				continue // programs read what a text is, not how it looks
			}
			if strings.Contains(text, hidden) {
				t.Errorf("it has %q:\n%s", hidden, text)
			}
		}
	})
}
