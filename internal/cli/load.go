package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/spec"
)

// loaded is a stack with what its place on the disk tells.
type loaded struct {
	*spec.Stack
	given  string // the path as the user gave it
	dir    string // the stack's directory
	origin string // tells whose stack it is, as on the anchor; "" if unknown
}

// load reads a stack. Its error is [spec.Issues] where the files are wrong.
func load(p *process, o stackOptions, path string) (*loaded, error) {
	place, err := locate(path)
	if err != nil {
		return nil, err
	}
	vars, err := variables(o.vars)
	if err != nil {
		return nil, err
	}
	varFiles, err := variableFiles(o.varFiles)
	if err != nil {
		return nil, err
	}
	// A Root, and not os.DirFS: no symbolic link leads out of it either.
	root, err := os.OpenRoot(place.root)
	if err != nil {
		return nil, usagef("stack %s: %w", path, err)
	}
	defer root.Close()
	stack, err := spec.Load(root.FS(), place.inside, kind.All(), spec.Options{
		Vars:     vars,
		VarFiles: varFiles,
		Env:      p.env.lookup,
		Shown:    place.shown,
	})
	if err != nil {
		return nil, err
	}
	return &loaded{Stack: stack, given: path, dir: place.dir, origin: origin(place, stack.Origin)}, nil
}

// place is where a stack lies.
type place struct {
	root   string // absolute: the git root, or without git the stack's directory
	inside string // the stack below root, with slashes
	dir    string // absolute: the stack's directory
	git    string // the repository's .git, a directory or a file; "" without git
	cwd    string
}

func locate(path string) (place, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return place{}, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return place{}, err
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return place{}, usagef("stack %s: no such file or directory", path)
	case err != nil:
		return place{}, usagef("stack %s: %w", path, err)
	}
	p := place{dir: abs, cwd: cwd}
	if !info.IsDir() {
		p.dir = filepath.Dir(abs)
	}
	p.root = p.dir
	if root, git, ok := findGit(p.dir); ok {
		p.root, p.git = root, git
	}
	rel, err := filepath.Rel(p.root, abs)
	if err != nil {
		return place{}, err
	}
	p.inside = filepath.ToSlash(rel)
	return p, nil
}

// shown writes a path below the root so that it can be opened from where the
// user is.
func (p place) shown(inside string) string {
	abs := filepath.Join(p.root, filepath.FromSlash(inside))
	if rel, err := filepath.Rel(p.cwd, abs); err == nil {
		return rel
	}
	return abs
}

// variables reads --var flags.
func variables(pairs []string) (map[string]string, error) {
	vars := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("--var: expected NAME=VALUE")
		}
		vars[name] = value
	}
	return vars, nil
}

func variableFiles(names []string) ([]spec.File, error) {
	var files []spec.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usagef("--var-file: %w", err)
		}
		files = append(files, spec.File{Name: name, Data: data})
	}
	return files, nil
}
