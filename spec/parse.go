package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// parser turns the text of files into nodes. It bounds what aliases expand to.
type parser struct {
	*report
	nodes int // made so far, in all files
	// broken is set where a part of the stack could not be read: to go on
	// would only lead to wrong complaints about what is missing.
	broken bool
}

// parse returns the documents of a file, empty ones left out. What is wrong
// with the text is reported; the documents before it are returned.
func (p *parser) parse(src *source, data []byte) []*node {
	if i, ok := unreadable(src, data); ok {
		p.fail(i)
		return nil
	}
	var docs []*node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		switch {
		case errors.Is(err, io.EOF):
			return docs
		case err != nil:
			p.fail(explain(src, data, err))
			return docs
		case len(docs) == maxDocuments:
			p.fail(Issue{Pos: Pos{src.shown, doc.Line, 1}, Text: fmt.Sprintf("more than %d documents in one file", maxDocuments)})
			return docs
		}
		c := converter{parser: p, src: src, open: map[*yaml.Node]bool{}}
		if n := c.convert(doc.Content[0], nil, "", 0); n.shape != null {
			docs = append(docs, n)
		}
	}
}

// fail reports that a part of the stack could not be read.
func (p *parser) fail(i Issue) {
	p.broken = true
	p.add(i)
}

// converter makes one document's nodes.
type converter struct {
	*parser
	src  *source
	open map[*yaml.Node]bool // anchors being expanded
}

func (c *converter) convert(y *yaml.Node, parent *node, step string, depth int) *node {
	n := &node{src: c.src, line: y.Line, column: y.Column, parent: parent, step: step}
	c.nodes++
	switch {
	case c.nodes > maxNodes+1:
		return n
	case c.nodes > maxNodes:
		c.fail(Issue{Pos: n.pos(), Text: fmt.Sprintf("the stack has more than %d values, those of aliases included", maxNodes)})
		return n
	case depth > maxDepth:
		c.wrong(n, "", "nested deeper than %d levels", maxDepth)
		return n
	}
	switch y.Kind {
	case yaml.AliasNode:
		if c.open[y.Alias] {
			c.wrong(n, "", "the anchor &%s contains itself", y.Value)
			return n
		}
		return c.convert(y.Alias, parent, step, depth)
	case yaml.ScalarNode:
		c.scalar(n, y)
	case yaml.SequenceNode:
		n.shape = list
		c.open[y] = true
		for i, item := range y.Content {
			n.items = append(n.items, c.convert(item, n, index(i), depth+1))
		}
		delete(c.open, y)
	case yaml.MappingNode:
		n.shape = mapping
		c.open[y] = true
		c.mapping(n, y, depth)
		delete(c.open, y)
	}
	return n
}

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func (c *converter) scalar(n *node, y *yaml.Node) {
	n.shape, n.text = scalar, y.Value
	n.quoted = y.Style&quotedStyles != 0
	switch tag := y.ShortTag(); tag {
	case "!!null":
		n.shape = null
	case "!!int", "!!float":
		n.typed = "number"
	case "!!bool":
		n.typed = "boolean"
	case "!!str":
		n.quoted = n.quoted || y.Style&yaml.TaggedStyle != 0
	case "!!timestamp", "!!merge": // text to us
	default:
		c.wrong(n, "", "the tag %s means nothing here", tag)
	}
}

// mapping fills in the entries of n: its own keys, then what merge keys (<<)
// add to them.
func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	byKey := map[string]*entry{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		e := &entry{key: key.Value, src: c.src, line: key.Line, column: key.Column}
		switch isMerge := key.ShortTag() == "!!merge"; {
		case isMerge:
			merges = append(merges, value)
		case key.Kind != yaml.ScalarNode || key.ShortTag() == "!!null":
			c.add(Issue{e.pos(), n.path(), "a key must be text", ""})
		case byKey[e.key] != nil:
			c.add(Issue{e.pos(), n.path(), fmt.Sprintf("duplicate key %s", quote(e.key)), "first at " + byKey[e.key].pos().String()})
		case depth == 0 && isExtension(e.key):
			byKey[e.key] = e
		default:
			byKey[e.key] = e
			e.value = c.convert(value, n, "."+e.key, depth+1)
			n.entries = append(n.entries, e)
		}
	}
	for _, m := range merges {
		c.merge(n, m, byKey, depth)
	}
}

// merge adds to n the keys of y, a mapping or a list of mappings, that it does
// not have yet.
func (c *converter) merge(n *node, y *yaml.Node, byKey map[string]*entry, depth int) {
	from := c.convert(y, n, "", depth+1)
	sources := []*node{from}
	if from.shape == list {
		sources = from.items
	}
	for _, s := range sources {
		if s.shape != mapping {
			c.wrong(s, "", "a merge key takes a mapping or a list of mappings, not %s", s)
			continue
		}
		for _, e := range s.entries {
			if byKey[e.key] == nil {
				byKey[e.key] = e
				e.value.parent = n
				n.entries = append(n.entries, e)
			}
		}
	}
}
