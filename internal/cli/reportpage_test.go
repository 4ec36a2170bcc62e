package cli

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/trueup/trueup/internal/render/report"
)

// TestPageAboutReports runs the commands of docs/ci.md, as they are written there,
// and looks whether its table has every format.
func TestPageAboutReports(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	trouble{}.try(t, shell, shown(string(page)))

	var formats []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		formats = append(formats, m[1])
	}
	want := report.Formats()
	slices.Sort(formats)
	slices.Sort(want)
	if !slices.Equal(formats, want) {
		t.Errorf("the page has the formats %q, and trueup %q", formats, want)
	}
}
