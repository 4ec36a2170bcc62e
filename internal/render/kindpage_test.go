package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trueup/trueup/internal/kind"
)

//go:generate go test -run TestPagesOfKinds -update .

// pagesOfKinds is where the pages lie, each beside the stack file of its
// example.
const pagesOfKinds = "../../docs/kinds"

func TestPagesOfKinds(t *testing.T) {
	kinds := kind.All()
	want := map[string]bool{"README.md": true}
	page(t, "README.md", KindIndex(kinds))
	for _, k := range kinds {
		example, err := os.ReadFile(filepath.Join(pagesOfKinds, k.Name+".yaml"))
		if err != nil {
			t.Errorf("kind %s has no example: %v", k.Name, err)
			continue
		}
		if !strings.Contains(string(example), "\n"+k.Plural+":\n") {
			t.Errorf("the example %s.yaml declares no %s", k.Name, k.Plural)
		}
		page(t, k.Name+".md", KindPage(k, kinds, string(example)))
		want[k.Name+".md"] = true
	}
	found, err := filepath.Glob(filepath.Join(pagesOfKinds, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		if !want[filepath.Base(name)] {
			t.Errorf("%s is the page of no kind", name)
		}
	}
}

// page compares a page with the one in docs/kinds, or rewrites that.
func page(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(pagesOfKinds, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != got {
		t.Errorf("docs/kinds/%s is not what the table of its kind says (make generate): %v", name, err)
	}
}
