package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/trueup/trueup/internal/render/report"
)

func TestParseReport(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, test := range []struct {
		value  string
		format report.Format
		path   string
	}{
		{"plan.html", report.HTML, "plan.html"},
		{"PLAN.HTM", report.HTML, "PLAN.HTM"},
		{"plan.json", report.JSON, "plan.json"},
		{"plan.sarif.json", report.SARIF, "plan.sarif.json"},
		{"a=b.md", report.Markdown, "a=b.md"},
		{"gitlab=plan.json", report.GitLab, "plan.json"},
		{"markdown=-", report.Markdown, "-"},
		{"junit=" + dir + "/out.txt", report.JUnit, dir + "/out.txt"},
	} {
		if got, err := parseReport(test.value); err != nil || got.format != test.format || got.path != test.path {
			t.Errorf("%s: %+v, %v", test.value, got, err)
		}
	}
	for _, value := range []string{"", "-", "plan", "plan.pdf", "pdf=plan.html2", "html=", "none/plan.html", "html=" + dir} {
		if got, err := parseReport(value); exitCode(err) != exitUsage {
			t.Errorf("%q: %+v, %v", value, got, err)
		}
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	for _, text := range []string{"one", "another"} {
		if err := replaceFile(target, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	before, err := os.Open(target) // a reader that began before
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := replaceFile(link, []byte("through the link")); err != nil {
		t.Fatal(err)
	}
	old := make([]byte, 100)
	if n, err := before.Read(old); string(old[:n]) != "another" {
		t.Errorf("a reader found %q, %v", old[:n], err)
	}
	if text, err := os.ReadFile(target); string(text) != "through the link" {
		t.Errorf("the link's target holds %q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is none any more: %v", err)
	}

	if err := os.Mkdir(filepath.Join(dir, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(filepath.Join(dir, "full"), []byte("x")); err == nil {
		t.Error("a directory was replaced")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("something is left beside: %v", entries)
	}
}
