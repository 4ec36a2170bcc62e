package render

import (
	"fmt"
	"strings"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Explained is a step, or the bookkeeping of a resource, with the calls that
// it takes.
type Explained struct {
	Title string   // "vm/web-1 deploy: deploy the machine"
	Needs []string // ids of steps to be done before
	Calls []provider.Call
	// Names tells what the ids in the calls stand for.
	Names map[string]string
}

// Explain writes the calls of a plan as commands for CloudMonkey, so that a
// person could do what apply does. What is secret has a placeholder.
func Explain(steps, bookkeeping []Explained, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	for _, part := range []struct {
		title, about string
		items        []Explained
	}{
		{"Commands", "ids in <…> are known once the steps before are done.", steps},
		{"Bookkeeping", "without these tags what was made or changed is not the stack's.", bookkeeping},
	} {
		if len(part.items) == 0 {
			continue
		}
		b.WriteString("\n" + hang("", in.bold.Render(part.title+":")+" "+in.dim.Render(part.about), s))
		for _, item := range part.items {
			writeExplained(&b, item, in)
		}
	}
	return b.String()
}

// writeExplained does not wrap: commands are there to be copied.
func writeExplained(b *strings.Builder, e Explained, in ink) {
	fmt.Fprintf(b, "\n  # %s\n", clean(e.Title))
	if len(e.Needs) > 0 {
		fmt.Fprintf(b, "  %s\n", in.dim.Render("# after "+clean(strings.Join(e.Needs, ", "))))
	}
	for _, call := range e.Calls {
		b.WriteString("  " + CloudMonkey(call) + "\n")
		if names := namesIn(call, e.Names); names != "" {
			b.WriteString("  " + in.dim.Render("# "+clean(names)) + "\n")
		}
	}
}

// CloudMonkey writes a call as a command line for CloudMonkey, quoted for a
// shell: deployVirtualMachine is "cmk deploy virtualmachine".
func CloudMonkey(c provider.Call) string {
	verb := strings.IndexFunc(c.Command, func(r rune) bool { return 'A' <= r && r <= 'Z' })
	words := []string{"cmk", c.Command}
	if verb > 0 {
		words = []string{"cmk", c.Command[:verb], strings.ToLower(c.Command[verb:])}
	}
	for _, p := range c.Params {
		words = append(words, Quoted(p.Name+"="+p.Value))
	}
	return strings.Join(words, " ")
}

// Quoted quotes a word for a POSIX shell where that is needed.
func Quoted(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:=,@+%", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(clean(word), "'", `'\''`) + "'"
}

// namesIn tells which parameters hold the ids of what.
func namesIn(c provider.Call, names map[string]string) string {
	var texts []string
	for _, p := range c.Params {
		for id := range strings.SplitSeq(p.Value, ",") {
			if name := names[id]; name != "" && name != id {
				texts = append(texts, p.Name+": "+name)
			}
		}
	}
	return strings.Join(texts, "; ")
}

// Names collects what the ids in an operation stand for.
func Names(op provider.Op) map[string]string {
	names := map[string]string{op.ID: op.Address.String()}
	for _, value := range op.Fields {
		if named, ok := value.(provider.Named); ok && named.Name != "" {
			names[named.ID] = named.Name
		}
		for _, ref := range provider.Refs(value) {
			if !strings.HasPrefix(ref.ID, "<") {
				names[ref.ID] = ref.String()
			}
		}
	}
	delete(names, "")
	if strings.HasPrefix(op.ID, "<") {
		delete(names, op.ID)
	}
	return names
}

// estimated says what a plan takes at least.
func estimated(n plan.Summary) string {
	return fmt.Sprintf("%s, at least %s.", count(n.Calls, "call"), count(n.Seconds, "second"))
}
