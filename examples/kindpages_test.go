package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// The example on the page of every kind is applied as it stands, leaves nothing
// to do, and is destroyed.
func TestExampleOfKindPageRuns(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../docs/kinds/*.yaml")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			stack := filepath.Join(t.TempDir(), "stack.yaml")
			if err := os.WriteFile(stack, text, 0o644); err != nil {
				t.Fatal(err)
			}
			c := newCloud(t, simulator.Config{Seed: 1})
			c.trueup(0, "apply", "--yes", stack)
			c.trueup(0, "plan", "--detailed-exitcode", stack)
			c.trueup(0, "destroy", "--yes", stack)
		})
	}
}
