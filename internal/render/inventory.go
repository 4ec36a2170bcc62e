package render

import (
	"fmt"
	"strings"

	"github.com/trueup/trueup/plan"
)

// InventoryStack is a stack of an account, for people.
type InventoryStack struct {
	Name  string
	Facts []string
	// Destroy is how to destroy it, where it may be abandoned.
	Destroy string
}

// Inventory writes what an account has: its stacks, what nobody owns, what is in
// Error, what is attached to nothing.
func Inventory(stacks []InventoryStack, inventory plan.Inventory, s Screen) string {
	in := newInk(s)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", in.bold.Render(count(len(stacks), "stack")+" in the account"))
	for _, stack := range stacks {
		text := strings.Join(stack.Facts, "; ")
		if stack.Destroy != "" {
			text += "; " + in.warn.Render("not among those given")
		}
		b.WriteString(hang("  "+in.bold.Render(clean(stack.Name))+"  ", text, s))
		if stack.Destroy != "" { // not wrapped: it is there to be copied
			b.WriteString("      if it is abandoned: " + clean(stack.Destroy) + "\n")
		}
	}
	for _, part := range []struct {
		title, about string
		items        []plan.Item
	}{
		{"Nobody's", "no stack owns them", inventory.Unowned},
		{"In Error", "their stack's next apply tries again", inventory.Broken},
		{"Attached to nothing", "they cost all the same", inventory.Unattached},
	} {
		if len(part.items) == 0 {
			continue
		}
		b.WriteString("\n" + hang("", in.bold.Render(fmt.Sprintf("%s: %d", part.title, len(part.items)))+" ("+part.about+")", s))
		writeItems(&b, part.items, s)
	}
	return b.String()
}

func writeItems(b *strings.Builder, items []plan.Item, s Screen) {
	kinds, names := 0, 0
	for _, i := range items {
		kinds, names = max(kinds, len(i.Kind)), max(names, len(clean(i.Name)))
	}
	for _, i := range items {
		var facts []string
		if i.Zone != "" {
			facts = append(facts, i.Zone)
		}
		facts = append(facts, "id "+i.ID)
		if i.Stack != "" {
			facts = append(facts, "stack "+i.Stack)
		}
		if i.Remark != "" {
			facts = append(facts, i.Remark)
		}
		b.WriteString(hang("  "+pad(i.Kind, kinds)+"  "+pad(clean(i.Name), min(names, maxColumn))+"  ", clean(strings.Join(facts, ", ")), s))
	}
}
