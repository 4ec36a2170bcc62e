package render

import (
	"strings"
	"testing"

	"github.com/trueup/trueup/spec"
)

func TestIssuesPointAtTheSpot(t *testing.T) {
	file := []string{
		"version: 1",
		"stack: shop",
		"vms:",
		"  web: {offerring: Medium Instance}",
		"\tdb: {}",
		"  wide: {displayName: 幅の広い, count: many, template: a very long line that a narrow screen has no room for at all}",
	}
	source := func(i spec.Issue) (string, bool) {
		if i.Path == "vms.web.userData" {
			return "", false
		}
		return file[i.Pos.Line-1], true
	}
	at := func(line, column int, path, text, hint string) spec.Issue {
		return spec.Issue{Pos: spec.Pos{File: "stack.yaml", Line: line, Column: column}, Path: path, Text: text, Hint: hint}
	}
	issues := spec.Issues{
		at(4, 9, "vms.web.offerring", "unknown field", "did you mean offering?"),
		at(4, 9, "vms.web.userData", "longer than 32 KiB", ""),
		at(5, 1, "", "a tab can't indent", "use spaces"),
		at(6, 36, "vms.wide.count", "is no number", ""),
		{Text: "no stack file in ."},
	}
	var b strings.Builder
	for _, s := range []Screen{{}, {Width: 60}} {
		b.WriteString(Issues(issues, source, s))
		b.WriteString("---\n")
	}
	golden(t, "issues.txt", b.String())
}
