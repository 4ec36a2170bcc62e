package docs_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestArchivesHaveWhatTheirPagesLinkTo: who unpacks a release reads its README
// and what that leads to, without the repository.
func TestArchivesHaveWhatTheirPagesLinkTo(t *testing.T) {
	data, err := os.ReadFile("../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var release struct {
		Archives []struct {
			Files []struct{ Src string }
		}
	}
	if err := yaml.Unmarshal(data, &release); err != nil {
		t.Fatal(err)
	}
	packed := map[string]bool{}
	for _, f := range release.Archives[0].Files {
		names, err := fs.Glob(os.DirFS(".."), f.Src)
		if err != nil || len(names) == 0 && path.Dir(f.Src) != "completions" { // made by the release
			t.Errorf("%s: %d files, %v", f.Src, len(names), err)
		}
		for _, name := range names {
			for ; name != "."; name = path.Dir(name) {
				packed[name] = true
			}
		}
	}
	for name, text := range pages(t) {
		if !packed[name] {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if file := path.Join(path.Dir(name), target); target != "" && !strings.Contains(target, "://") && !packed[file] {
				t.Errorf("%s links to %s, which no archive has", name, file)
			}
		}
	}
}
