package spec

import (
	"fmt"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Stack is a checked and resolved stack file: every reference leads somewhere,
// every count is unrolled, every value is canonical.
type Stack struct {
	Name string
	Zone provider.Named
	// Project is the project that everything belongs to; zero is the account
	// itself.
	Project provider.Named
	Prefix  string // put before every live name
	Origin  string // as declared; "" where it is to be computed
	Policy  string // as declared; "" is sync, which allows everything
	// Path is the stack's file or directory as given to Load.
	Path string
	// Header is where the stack's name is declared.
	Header Pos
	// Resources are sorted by address.
	Resources []Resource
}

// Resource is one declared resource, in canonical form.
type Resource struct {
	provider.Address
	// Block is the name under which the file declares it: "web" for web-2 of
	// a count, else the address's own name.
	Block string
	// LiveName is the name it has, or will have, in the cloud: the stack's
	// prefix and the address's name.
	LiveName string
	Pos      Pos // of its key
	// Fields holds what is declared, what a default fills in and what is
	// inherited, settings included.
	Fields provider.Fields
	// Where says where each field's value stands. Fields that a default of
	// the kind filled in are not in it.
	Where map[string]Pos
	// Templates has, for fields whose text names ${name}, ${index} or ${each},
	// that text, with all other variables in it: equal in all members of a
	// count. A content has the sum of that text. A file that the members do
	// not share has none.
	Templates map[string]string
}

// Place is where the field's value stands, or the resource where it has none.
func (r *Resource) Place(field string) Pos {
	if p, ok := r.Where[field]; ok {
		return p
	}
	return r.Pos
}

// Resource returns the declared resource of that address, or nil.
func (s *Stack) Resource(a provider.Address) *Resource {
	for i := range s.Resources {
		if s.Resources[i].Address == a {
			return &s.Resources[i]
		}
	}
	return nil
}

// Scope is what a snapshot for this stack must hold.
func (s *Stack) Scope() provider.Scope {
	declared := map[string]map[string]bool{}
	for _, r := range s.Resources {
		if declared[r.Kind] == nil {
			declared[r.Kind] = map[string]bool{}
		}
		for name := range r.Fields {
			declared[r.Kind][name] = true
		}
	}
	return provider.Scope{Stack: s.Name, Declared: declared}
}

// Pos is a place in a file. Lines and columns count from 1, columns in
// characters.
type Pos struct {
	File         string
	Line, Column int
}

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Issue is one user mistake: where, in what, what is wrong and what to do.
type Issue struct {
	Pos  Pos
	Path string // "vms.web.offering"
	Text string
	Hint string // "did you mean …?", or what to do; may be empty
}

func (i Issue) String() string {
	text := i.Pos.String() + ": "
	if i.Path != "" {
		text += i.Path + ": "
	}
	text += i.Text
	if i.Hint != "" {
		text += "; " + i.Hint
	}
	return text
}

// Issues is the error of a stack file that is not valid: everything that is
// wrong with it, sorted by place.
type Issues []Issue

func (is Issues) Error() string {
	lines := make([]string, len(is))
	for i, issue := range is {
		lines[i] = issue.String()
	}
	return strings.Join(lines, "\n")
}
