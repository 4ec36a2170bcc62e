package simulator_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/trueup/trueup/provider/simulator"
)

// TestDocumentedFaultFileIsRead reads the block of YAML in faults.md, and the file that the tests know.
func TestDocumentedFaultFileIsRead(t *testing.T) {
	page, err := os.ReadFile("faults.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	block, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("faults.md has no block of YAML")
	}
	documented, err := simulator.ReadFaults("faults.md", []byte(block))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known, err := simulator.ReadFaults("faults.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("(-file +page):\n%s", diff)
	}
}

func TestEveryActionIsDocumented(t *testing.T) {
	page, err := os.ReadFile("faults.md")
	if err != nil {
		t.Fatal(err)
	}
	if help := simulator.FaultFileHelp(); !strings.Contains(help, "faults:\n  - do: lost-answer") || !strings.HasSuffix(help, "foreign-change, ignored") {
		t.Errorf("help:\n%s", help)
	}
	_, err = simulator.ReadFaults("f", []byte("faults: [{do: nonsense}]"))
	_, list, _ := strings.Cut(err.Error(), "want one of ")
	for _, action := range strings.Split(list, ", ") {
		if !strings.Contains(string(page), "| `"+action+"` |") {
			t.Errorf("faults.md has no row for %s", action)
		}
	}
}
