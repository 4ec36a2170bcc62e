package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Drift writes how the cloud differs from what was last applied of a stack. What
// is pending, because the file was changed since, is listed at the end.
func Drift(stack string, drifted, pending []plan.Change, notes []plan.Note, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	if len(drifted) == 0 {
		b.WriteString(hang("", in.bold.Render(noDrift)+" The cloud matches what was last applied of stack "+clean(stack)+".", s))
	} else {
		fmt.Fprintf(&b, "%s\n\n", in.bold.Render(fmt.Sprintf("Stack %s: %s.", clean(stack), differ(len(drifted)))))
		writeDrift(&b, drifted, s, in)
	}
	if len(pending) > 0 {
		b.WriteString("\n" + hang("", in.bold.Render("Not applied yet")+" (the file changed; this is no drift)", s))
		addresses, _ := widths(pending, s)
		for _, c := range pending {
			head := fmt.Sprintf("  %s %s  %s  ", paint(c, symbol(c.Action), in), paint(c, pad(verb(c.Action), actionWidth), in), pad(clean(c.Address.String()), addresses))
			b.WriteString(hang(head, fieldNames(c.Fields), s))
		}
	}
	writeNotes(&b, notes, s, in)
	return b.String()
}

const noDrift = "No drift."

func differ(n int) string {
	if n == 1 {
		return "1 resource differs"
	}
	return fmt.Sprintf("%d resources differ", n)
}

func writeDrift(b *strings.Builder, changes []plan.Change, s Screen, in ink) {
	changes = slices.SortedStableFunc(slices.Values(changes), func(a, b plan.Change) int {
		return cmp.Compare(rank(a), rank(b))
	})
	addresses, names := widths(changes, s)
	for _, c := range changes {
		head := "  " + in.warn.Render("!") + " " + pad(clean(c.Address.String()), addresses) + "  "
		b.WriteString(beside(head, told(origin(c), " (", lastEvent(c.Last), ")"), s))
		if c.Action == plan.Create {
			continue
		}
		for _, f := range c.Fields {
			name := f.Name
			for _, text := range found(f) {
				b.WriteString(hang("      "+in.dim.Render(pad(name, names))+"  ", text, s))
				name = ""
			}
		}
	}
}

// lastEvent says what happened to a resource last, where that is known.
func lastEvent(e provider.Event) string {
	if e == (provider.Event{}) {
		return ""
	}
	return fmt.Sprintf("last event: %s by %s at %s", clean(e.Type), clean(e.User), e.Time.Format(time.RFC3339))
}

// told joins what is said with what may be added to it.
func told(text, before, more, after string) string {
	if more == "" {
		return text
	}
	return text + before + more + after
}

// found says what the cloud has and what it should have.
func found(f plan.FieldChange) []string {
	if f.Secret {
		return []string{"differs (not shown)"}
	}
	if !collection(f.Old) && !collection(f.New) {
		return []string{"is " + absent(f.Old) + ", should be " + absent(f.New)}
	}
	var texts []string
	for _, l := range lines(plan.Update, f) {
		switch l.sign {
		case taken:
			texts = append(texts, "extra: "+l.text)
		default:
			texts = append(texts, "missing: "+l.text)
		}
	}
	return texts
}

func absent(v provider.Value) string {
	if v == nil {
		return "not set"
	}
	return value(v)
}

func fieldNames(fields []plan.FieldChange) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
