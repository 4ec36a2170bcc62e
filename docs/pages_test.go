// Package docs_test holds the pages to what they speak of.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// pages are all Markdown files of the repository, by their path from its root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	walk(t, ".md", func(name, text string) { found[name] = text })
	return found
}

func walk(t *testing.T, ext string, visit func(name, text string)) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(name) != ext:
			return nil
		}
		text, err := fs.ReadFile(root, name)
		visit(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	code    = regexp.MustCompile("(?s)```.*?```")
)

// TestLinksLeadSomewhere: every link to a file, and to a chapter of one.
func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			target, chapter, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			file := name
			if target != "" {
				file = filepath.Join(filepath.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join("..", file)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			} else if chapter != "" && !chapters(all[file])[chapter] {
				t.Errorf("%s: %s has no chapter #%s", name, file, chapter)
			}
		}
	}
}

// chapters are the anchors of a page's headings, as GitHub makes them.
func chapters(text string) map[string]bool {
	anchors := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
		anchors[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])] = true
	}
	return anchors
}

var (
	row     = regexp.MustCompile("(?m)^\\| `([^|]*)` \\|")
	foreign = regexp.MustCompile(`^x509:`) // Go's own messages
)

// TestTroublesAreThoseThatTheProgramHas: whatever docs/troubleshooting.md
// explains is said somewhere in the program.
func TestTroublesAreThoseThatTheProgramHas(t *testing.T) {
	var source strings.Builder
	walk(t, ".go", func(name, text string) {
		if !strings.HasSuffix(name, "_test.go") {
			source.WriteString(strings.ReplaceAll(text, `\"`, `"`))
		}
	})
	messages := row.FindAllStringSubmatch(pages(t)["docs/troubleshooting.md"], -1)
	if len(messages) < 15 {
		t.Fatalf("%d messages", len(messages))
	}
	for _, m := range messages {
		if foreign.MatchString(m[1]) {
			continue
		}
		for part := range strings.SplitSeq(m[1], "…") {
			if part = strings.Trim(part, ` "()`); !strings.Contains(source.String(), part) {
				t.Errorf("nothing says %q, of %q", part, m[1])
			}
		}
	}
}
