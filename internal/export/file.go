package export

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider"
)

// File is a stack file.
type File struct {
	Stack   string
	Project provider.Named // zero is the account itself
	Zone    provider.Named // zero where nothing is in a zone
	Prefix  string
	Kinds   provider.Kinds // in the order in which they are written
	Blocks  []*Block       // in the order in which those of a kind are written
	// LeftOut is what lives and is not declared: it is told in comments.
	LeftOut []LeftOut
}

// Block is one entry of a kind's section: a resource, or those of a count.
type Block struct {
	Kind   *provider.Kind
	Name   string
	Count  int // 0 for a single resource
	Fields provider.Fields
	// Head are remarks on the whole, Comments on fields, declared or not, by
	// name.
	Head     []string
	Comments map[string]string
}

// contentFile is a content that is declared as {file: path}.
type contentFile string

// Resources counts what the file declares.
func (f *File) Resources() int {
	n := 0
	for _, b := range f.Blocks {
		n += max(b.Count, 1)
	}
	return n
}

// YAML is the file's text. It ends in a line end.
func (f *File) YAML() string {
	var b strings.Builder
	line(&b, 0, entry("version", plain("1")), "")
	line(&b, 0, entry("stack", text(f.Stack)), "")
	if f.Project != (provider.Named{}) {
		line(&b, 0, entry("project", value(provider.Field{}, provider.Named{Name: f.Project.Name})), "")
	}
	if f.Zone != (provider.Named{}) {
		line(&b, 0, entry("zone", value(provider.Field{}, provider.Named{Name: f.Zone.Name})), "")
	}
	if f.Prefix != "" {
		line(&b, 0, entry("prefix", text(f.Prefix)), "")
	}
	for _, k := range f.Kinds {
		f.section(&b, k)
	}
	return b.String()
}

func (f *File) section(b *strings.Builder, k *provider.Kind) {
	begun := false
	begin := func() {
		if !begun {
			b.WriteString("\n")
			begun = true
		}
	}
	for _, o := range f.LeftOut {
		if o.Kind == k.Name {
			begin()
			comment(b, 0, o.String())
		}
	}
	first := true
	for _, block := range f.Blocks {
		if block.Kind.Name != k.Name {
			continue
		}
		begin()
		if first {
			b.WriteString(k.Plural + ":\n")
			first = false
		}
		block.write(b)
	}
}

func (b *Block) write(out *strings.Builder) {
	name := strings.TrimSuffix(marshal(text(b.Name)), "\n")
	for _, remark := range b.Head {
		comment(out, 1, remark)
	}
	if len(b.Fields) == 0 && b.Count == 0 {
		out.WriteString("  " + name + ": {}\n")
	} else {
		out.WriteString("  " + name + ":\n")
	}
	if b.Count > 0 {
		line(out, 2, entry("count", integer(int64(b.Count))), "")
	}
	for _, f := range b.Kind.Fields {
		v, declared := b.Fields[f.Name]
		switch {
		case declared:
			line(out, 2, entry(f.Name, value(f, v)), b.Comments[f.Name])
		case b.Comments[f.Name] != "":
			comment(out, 2, f.Name+" "+b.Comments[f.Name])
		}
	}
}

// line writes an entry of a mapping, with a remark above it.
func line(b *strings.Builder, depth int, node *yaml.Node, remark string) {
	if remark != "" {
		comment(b, depth, remark)
	}
	for l := range strings.Lines(marshal(node)) {
		if strings.TrimSpace(l) == "" { // of a text of several lines
			b.WriteString(l)
			continue
		}
		b.WriteString(strings.Repeat("  ", depth) + l)
	}
}

// comment writes a remark, whatever is in it, as one line.
func comment(b *strings.Builder, depth int, remark string) {
	b.WriteString(strings.Repeat("  ", depth) + "# " + strings.Join(strings.Fields(remark), " ") + "\n")
}
