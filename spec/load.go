// Package spec reads stack files: YAML in, a checked and resolved [Stack] out.
//
// It reads a file or a directory with everything that they include, puts
// variables and defaults in, unrolls counts, decodes every resource by the
// table of its kind, and resolves references. It knows no kind by name, looks
// at no cloud, and changes nothing. Whatever is wrong is told at once, as
// [Issues].
package spec

import (
	"io/fs"
	"slices"

	"github.com/trueup/trueup/provider"
)

// Options are what a stack is loaded with, besides its files.
type Options struct {
	// Vars are the variables given by --var.
	Vars map[string]string
	// VarFiles are the files given by --var-file; a later one wins.
	VarFiles []File
	// Env looks up an environment variable; nil is an empty environment.
	Env func(name string) (string, bool)
	// Shown tells how people write a path of the file system, so that an
	// error's place can be clicked on; nil shows it as it is.
	Shown func(path string) string
}

// File is a file that stands outside the stack's file system.
type File struct {
	Name string // as shown to people
	Data []byte
}

// Load reads the stack at path, a file or a directory inside fsys. The root of
// fsys is the border that no include and no {file: …} crosses: the git root,
// or without git the stack's own directory. Mistakes of the user, unreadable
// files included, come back as [Issues].
func Load(fsys fs.FS, path string, kinds provider.Kinds, opts Options) (*Stack, error) {
	r := &report{}
	l := &loader{
		report:    r,
		parser:    &parser{report: r},
		fsys:      fsys,
		kinds:     kinds,
		opts:      opts,
		files:     map[string]bool{},
		blocks:    map[string]map[string]*block{},
		members:   map[provider.Address]*member{},
		content:   map[contentKey]provider.Blob{},
		fileTexts: map[string]string{},
		vars: &variables{
			report: r, opts: opts,
			files: map[string]*node{}, declared: map[string]*variable{}, used: map[string]bool{},
		},
		defaults: map[string]*entry{},
		misspelt: map[string]bool{},
	}
	stack := l.load(path)
	if err := r.err(); err != nil {
		return nil, err
	}
	return stack, nil
}

// loader carries one Load from stage to stage.
type loader struct {
	*report
	parser *parser
	fsys   fs.FS
	kinds  provider.Kinds
	opts   Options

	files    map[string]bool // read so far
	docs     []*node
	header   header
	vars     *variables
	defaults map[string]*entry // by kind
	sections []section

	order     []*block
	blocks    map[string]map[string]*block // by kind and name
	members   map[provider.Address]*member
	content   map[contentKey]provider.Blob
	fileTexts map[string]string // of {file: …}, by path

	misspelt  map[string]bool // kinds whose key in some file is misspelt
	uncounted []*block        // whose count could not be read

	decoded, rules, templated int // see limits.go
}

func (l *loader) load(path string) *Stack {
	l.read(path)
	for _, f := range l.opts.VarFiles {
		l.vars.load(l.parser, f)
	}
	if l.parser.broken {
		return nil
	}
	for _, doc := range l.docs {
		l.document(doc)
	}
	l.vars.check()
	stack := l.stack(path)
	for _, s := range l.sections {
		l.declare(s)
	}
	for _, b := range l.order {
		l.decodeBlock(b)
	}
	l.vars.unusedFlags()
	l.checkNames(stack.Prefix)
	l.inherit(stack)
	l.checkKinds()
	for _, b := range l.order {
		for _, m := range b.members {
			stack.Resources = append(stack.Resources, m.resource)
		}
	}
	slices.SortFunc(stack.Resources, func(a, b Resource) int {
		return provider.CompareAddress(a.Address, b.Address)
	})
	return stack
}
