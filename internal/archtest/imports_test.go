// Package archtest holds the rules between packages.
package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/trueup/trueup"

// everything stands for any package of this module and any effect.
const everything = "*"

// allowed names, for each package, the packages of this module and the
// effectful packages of the standard library that it may import.
var allowed = map[string][]string{
	".":        {"internal/cli", "os"},
	"provider": {"context", "time"},
	"spec":     {"provider", "io/fs"},
	"plan":     {"provider", "spec"},
	"apply":    {"plan", "provider", "context", "time", "sync"},
	"provider/cloudstack": {
		"context", "time", "net", "net/http", "io/fs", "os", "path/filepath", "log/slog", "sync", "sync/atomic", "math/rand/v2",
	},
	"provider/cloudstack/internal/gen": {"log", "os", "path/filepath"},
	"provider/simulator": {
		"context", "time", "net", "net/http", "io/fs", "os", "path/filepath", "math/rand/v2", "sync", "sync/atomic", "syscall",
	},
	"internal/kind":          {"provider", "provider/cloudstack", "spec", "context", "time", "net", "sync", "math/rand/v2", "syscall"},
	"internal/render":        {"spec", "plan", "apply", "provider", "time", "sync"},
	"internal/render/report": {"internal/render", "spec", "plan", "apply", "provider", "path/filepath", "time"},
	"internal/export":        {"plan", "provider", "spec"},
	"internal/cli":           {everything},
	"internal/laws":          {},
	"internal/archtest":      {},
	"internal/crash":         {},
	"examples":               {},
	"docs":                   {},
}

// effects are the standard packages through which a function stops being pure.
var effects = []string{
	"context", "io/fs", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "net", "net/http",
	"os", "os/exec", "os/signal", "path/filepath", "sync", "sync/atomic", "syscall", "time",
}

func TestImports(t *testing.T) {
	root := os.DirFS("../..")
	seen := map[string]bool{}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || p != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		dir := path.Dir(p)
		rule, ok := allowed[dir]
		if !ok {
			t.Errorf("%s has no import rule", dir)
		}
		seen[dir] = true
		if strings.HasSuffix(p, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range file.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			own, inModule := strings.CutPrefix(name, module+"/")
			if !inModule && !slices.Contains(effects, name) || slices.Contains(rule, everything) {
				continue
			}
			if !slices.Contains(rule, own) {
				t.Errorf("%s imports %s, which %s may not", p, name, dir)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range allowed {
		if !seen[dir] {
			t.Errorf("there is a rule for %s, which does not exist", dir)
		}
	}
}
