package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// node is a YAML value with aliases and merge keys resolved. It knows where its
// text stands and which way leads to it.
type node struct {
	src          *source
	line, column int
	shape        shape

	text   string // of a scalar, escapes undone
	quoted bool   // a string for certain: in quotes, a block scalar, tagged !!str
	typed  string // "number" or "boolean" where YAML takes the scalar for one

	entries []*entry // of a mapping
	items   []*node  // of a list

	parent *node
	step   string // ".web" or "[3]": from parent to here
}

type shape int

const (
	null shape = iota
	scalar
	list
	mapping
)

// entry is one key of a mapping with its value.
type entry struct {
	key          string
	src          *source
	line, column int
	value        *node
}

// source is one file of a stack.
type source struct {
	path  string // inside the file system
	shown string // to people
}

func (n *node) pos() Pos  { return Pos{n.src.shown, n.line, n.column} }
func (e *entry) pos() Pos { return Pos{e.src.shown, e.line, e.column} }

// path is the way from the top of the file: "vms.web.offering".
func (n *node) path() string {
	if n.parent == nil {
		return ""
	}
	return strings.TrimPrefix(n.parent.path()+n.step, ".")
}

// get returns the entry of that key, or nil.
func (n *node) get(key string) *entry {
	for _, e := range n.entries {
		if e.key == key {
			return e
		}
	}
	return nil
}

// item is the item of a list that says text, or n itself.
func (n *node) item(text string) *node {
	for _, item := range n.items {
		if item.text == text {
			return item
		}
	}
	return n
}

// size is the number of values in n, itself included.
func (n *node) size() int {
	size := 1
	for _, e := range n.entries {
		size += e.value.size()
	}
	for _, item := range n.items {
		size += item.size()
	}
	return size
}

// String says what n is, for errors: `"abc"`, "a list".
func (n *node) String() string {
	switch n.shape {
	case null:
		return "nothing"
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	default:
		return quote(n.text)
	}
}

// quote shows a text in an error, cut where it is long.
func quote(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}

func index(i int) string { return fmt.Sprintf("[%d]", i) }
