package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// KindPage is the documentation of one kind in Markdown, from its table and the
// stack file example. kinds are all kinds, which have pages beside it.
func KindPage(k *provider.Kind, kinds provider.Kinds, example string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: `%s`\n\n%s\n\n", k.Name, k.Plural, k.Doc)
	fmt.Fprintf(&b, "```yaml\n%s\n```\n\n", strings.TrimRight(example, "\n"))
	b.WriteString("## Fields\n\n" + fieldTable(k))
	fmt.Fprintf(&b, "\n## Whose it is\n\n%s", paragraphs(ownership(k)...))
	fmt.Fprintf(&b, "\n## How it is made and deleted\n\n%s", paragraphs(creation(k)...))
	fmt.Fprintf(&b, "\n%s", deletion(k, kinds))
	fmt.Fprintf(&b, "\n## What it needs\n\n%s", paragraphs(quota(k), commands(k)))
	return b.String()
}

// KindIndex is the page that leads to those of all kinds.
func KindIndex(kinds provider.Kinds) string {
	var b strings.Builder
	b.WriteString(indexIntroduction)
	b.WriteString("| kind | key in the stack file | what it is |\n|---|---|---|\n")
	for _, k := range kinds {
		first, _, _ := strings.Cut(k.Doc, ". ")
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", pageLink(k.Name), k.Plural, cell(strings.TrimSuffix(first, ".")))
	}
	b.WriteString(indexRules)
	return b.String()
}

const indexIntroduction = `# Kinds

What a stack can consist of. Each page is printed from the table by which trueup reads, compares and changes the kind.

`

const indexRules = `
What holds for all of them:

- **Only declared fields are compared.** A field that a file leaves out is left alone in the cloud, unless it has a default.
- **A link** is the name of something in the same stack, or ` + "`{external: name}`" + ` or ` + "`{id: uuid}`" + ` for what the stack doesn't own and never changes.
- **What a change costs** stands in the column *a change*, and before every apply in the plan. What loses data is refused unless
  ` + "`onChange`" + ` of the resource allows it by the field's name: ` + "`onChange: {template: reinstall}`" + `.
- **A setting** tells trueup what to do. The cloud has no value for it, so it is never compared.
- **Quotas** are looked up before anything is done, and the plan is refused if its peak doesn't fit.
`

// fieldTable has a row for each field, and for each field of an object.
func fieldTable(k *provider.Kind) string {
	var b strings.Builder
	b.WriteString("| field | type | needed | a change | what it is |\n|---|---|---|---|---|\n")
	row := func(name string, f provider.Field) {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", name, cell(fieldType(f)), cell(fieldNeed(f)), cell(fieldChange(k, f)), cell(f.Doc))
	}
	for _, f := range k.Fields {
		row(f.Name, f)
		for _, sub := range f.Fields {
			row(f.Name+"."+sub.Name, sub)
		}
	}
	return b.String()
}

// fieldType says in words how a field is written.
func fieldType(f provider.Field) string {
	switch f.Type {
	case provider.Integer:
		if f.Max > 0 {
			return fmt.Sprintf("whole number from %d to %d", f.Min, f.Max)
		}
		return "whole number"
	case provider.Boolean:
		return "`true` or `false`"
	case provider.Bytes:
		return "size, such as `20GiB`"
	case provider.Span:
		return "duration, such as `5m`"
	case provider.Choice:
		return "name or id of a " + words(f.Catalogue)
	case provider.Link:
		return pageLink(f.Kind)
	case provider.Links:
		text := "list of " + pageLink(f.Kind)
		if f.Members {
			text += ", a count standing for its members"
		}
		return text
	case provider.Map:
		return "map of texts"
	case provider.Rules:
		return "list of rules"
	case provider.Content:
		if len(f.Modes) > 0 {
			return "text, or a map of `file` or `text`, `vars`, `onChange`"
		}
		return "text, or a map of `file` or `text`, `vars`"
	case provider.CIDRs:
		return "list of CIDRs, or `any`"
	case provider.Object:
		return "map"
	case provider.Nested:
		return "map of names to the fields of a " + pageLink(f.Kind)
	default:
		if len(f.Enum) > 0 {
			return "`" + strings.Join(f.Enum, "`, `") + "`"
		}
		return "text"
	}
}

// fieldNeed says what becomes of a field that is left out.
func fieldNeed(f provider.Field) string {
	var from []string
	if via, name, ok := strings.Cut(f.Inherit, "."); ok {
		from = append(from, fmt.Sprintf("from `%s` of `%s`", name, via))
	}
	if f.Catalogue == "zone" {
		from = append(from, "from the stack's header")
	}
	switch {
	case len(from) > 0:
		return "else " + strings.Join(from, ", else ")
	case f.Required:
		return "required"
	case f.Default != nil:
		return "default `" + provider.Format(f.Default) + "`"
	default:
		return ""
	}
}

// fieldChange says what changing a field of a live resource takes.
func fieldChange(k *provider.Kind, f provider.Field) string {
	switch {
	case f.Type == provider.Nested:
		return "as each of them"
	case f.Setting:
		return "a setting"
	case f.Change == provider.Fixed:
		return "none: a difference is only a note"
	case f.Change == provider.Replace:
		return "replaces it"
	case f.Change == provider.Refuse:
		return "refused, unless `onChange` says " + alternatives(f.Modes)
	case f.Change == provider.GrowOnly:
		return "grows " + inPlace(k, f) + "; else refused, unless `onChange` says " + alternatives(f.Modes)
	case len(f.Modes) > 0:
		return inPlace(k, f) + ", or what `onChange` says: " + alternatives(f.Modes)
	default:
		return inPlace(k, f)
	}
}

// inPlace names the operations that change a field of what lives.
func inPlace(k *provider.Kind, f provider.Field) string {
	names := []string{f.Set, f.Add, f.Remove}
	if f.Set == "" && f.Add == "" && f.Remove == "" { // the running state itself
		names = []string{k.Start, k.Stop}
	}
	var sent []string
	stopped := false
	for _, name := range names {
		if op, ok := k.Operation(name); ok {
			sent = append(sent, "`"+op.Command+"`")
			stopped = stopped || op.Stopped
		}
	}
	text := "in place"
	if stopped {
		text = "needs one stop and start"
	}
	text += " (" + strings.Join(sent, ", ") + ")"
	if f.AddFirst {
		text += ", additions first"
	}
	return text
}

// alternatives are the values of onChange; without any, there is one remedy.
func alternatives(modes []string) string {
	if len(modes) == 0 {
		modes = []string{"replace"}
	}
	return "`" + strings.Join(modes, "`, `") + "`"
}

// words splits a name such as serviceOffering.
func words(name string) string {
	var b strings.Builder
	for _, r := range name {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte(' ')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func pageLink(kind string) string { return fmt.Sprintf("[%s](%s.md)", kind, kind) }

// cell is a text in a table of Markdown.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// paragraphs puts a blank line between texts, leaving out empty ones.
func paragraphs(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(text string) bool { return text == "" })
	return strings.Join(texts, "\n\n") + "\n"
}
