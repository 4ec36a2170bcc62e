package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// read parses the stack's file, or every YAML file of its directory, and what
// they include.
func (l *loader) read(name string) {
	src := l.source(path.Clean(name))
	info, err := fs.Stat(l.fsys, src.path)
	if err != nil {
		l.parser.fail(Issue{Pos: Pos{File: src.shown}, Text: cause(err)})
		return
	}
	if !info.IsDir() {
		l.readFile(src, nil, nil)
		return
	}
	entries, err := fs.ReadDir(l.fsys, src.path)
	if err != nil {
		l.parser.fail(Issue{Pos: Pos{File: src.shown}, Text: cause(err)})
		return
	}
	found := false
	for _, e := range entries {
		if !e.IsDir() && isYAML(e.Name()) {
			found = true
			l.readFile(l.source(path.Join(src.path, e.Name())), nil, nil)
		}
	}
	if !found {
		l.parser.fail(Issue{Pos: Pos{File: src.shown}, Text: "no *.yaml or *.yml file in this directory", Hint: l.elsewhere(src.path)})
	}
}

// mostElsewhere is how many directories a hint names.
const mostElsewhere = 5

// elsewhere is a hint at the directories below, down to the second, that may be
// stacks.
func (l *loader) elsewhere(dir string) string {
	var found []string
	for _, below := range []string{"*/*", "*/*/*"} {
		names, _ := fs.Glob(l.fsys, path.Join(dir, below)) // the pattern is right
		for _, name := range names {
			shown := l.source(path.Dir(name)).shown
			if isYAML(path.Base(name)) && !strings.Contains("/"+path.Dir(name), "/.") && !slices.Contains(found, shown) {
				found = append(found, shown)
			}
		}
	}
	switch {
	case len(found) == 0:
		return "trueup init writes a first one"
	case len(found) > mostElsewhere:
		return "there are some in " + strings.Join(found[:mostElsewhere], ", ") + ", …"
	default:
		return "there are some in " + strings.Join(found, ", ")
	}
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(name, ".")
}

func (l *loader) source(name string) *source {
	shown := name
	if l.opts.Shown != nil {
		shown = l.opts.Shown(name)
	}
	return &source{path: name, shown: shown}
}

// readFile parses one file, once, and what it includes. The chain names the
// files that led here by includes, the last of which by the node at.
func (l *loader) readFile(src *source, chain []string, at *node) {
	if i := slices.Index(chain, src.shown); i >= 0 {
		cycle := append(slices.Clone(chain[i:]), src.shown)
		l.unread(at, "", "includes go round in a circle: %s", strings.Join(cycle, " → "))
		return
	}
	if l.files[src.path] {
		return
	}
	l.files[src.path] = true
	data, err := l.readAll(src.path, maxFile)
	switch {
	case err != nil && at != nil:
		l.unread(at, l.nearby(src.path), "%s: %v", src.shown, err)
		return
	case err != nil:
		l.parser.fail(Issue{Pos: Pos{File: src.shown}, Text: err.Error()})
		return
	}
	docs := l.parser.parse(src, data)
	l.docs = append(l.docs, docs...)
	for _, doc := range docs {
		if e := doc.get("include"); e != nil {
			l.include(e.value, append(slices.Clone(chain), src.shown))
		}
	}
}

func (l *loader) include(n *node, chain []string) {
	if n.shape != list {
		l.unread(n, "", "expected a list of files, not %s", n)
		return
	}
	for _, item := range n.items {
		if item.shape != scalar {
			l.unread(item, "", "expected a file, not %s", item)
			continue
		}
		if name, ok := l.resolve(item, item.text); ok {
			l.readFile(l.source(name), chain, item)
		} else {
			l.parser.broken = true
		}
	}
}

// unread complains of an include that is not read.
func (l *loader) unread(n *node, hint, format string, args ...any) {
	l.parser.broken = true
	l.wrong(n, hint, format, args...)
}

// resolve makes a path that stands in the file of n one of the file system.
func (l *loader) resolve(n *node, name string) (string, bool) {
	switch joined := path.Join(path.Dir(n.src.path), name); {
	case name == "":
		l.wrong(n, "", "expected a file, not an empty path")
	case path.IsAbs(name):
		l.wrong(n, "", "%s is an absolute path; files are named relative to the file that names them", quote(name))
	case !fs.ValidPath(joined):
		l.wrong(n, "", "%s is outside the stack's repository (without git, its directory)", quote(name))
	default:
		return joined, true
	}
	return "", false
}

// readAll reads a file of at most limit bytes. Its error is a user mistake,
// without the path.
func (l *loader) readAll(name string, limit int) ([]byte, error) {
	// Before it is opened: to open a pipe is to wait for somebody who writes.
	if info, err := fs.Stat(l.fsys, name); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := l.fsys.Open(name)
	if err != nil {
		return nil, errors.New(cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	switch {
	case err != nil:
		return nil, errors.New(cause(err))
	case len(data) > limit:
		return nil, fmt.Errorf("larger than %d MiB", limit>>20)
	}
	return data, nil
}

// nearby hints at the file that was probably meant, if that does not exist.
func (l *loader) nearby(name string) string {
	if _, err := fs.Stat(l.fsys, name); err == nil {
		return ""
	}
	entries, _ := fs.ReadDir(l.fsys, path.Dir(name))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return l.didYouMean(path.Base(name), names)
}

// cause is what is wrong with a file, without the path.
func cause(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file or directory"
	}
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}
