package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// The parts of a kind's page about its life: whose it is, how it comes and goes,
// and what that needs of the cloud.

// ownership says where it stands that a resource is a stack's.
func ownership(k *provider.Kind) []string {
	place := fmt.Sprintf("By two tags on it, `%s` and `%s` (resource type `%s`).", provider.TagStack, provider.TagSpec, k.TagType)
	if k.TagType == "" {
		place = "By a note on the stack's anchor, the empty security group `" + provider.AnchorPrefix + "<stack>`: CloudStack can't tag this kind."
	}
	if k.NoteID {
		place += " A tag may outlive the resource, so its id is noted on the stack's anchor as well, and it is owned where both say so."
	}
	if k.Nameless {
		place += fmt.Sprintf(" The cloud stores no name for it: the tag `%s` has its address.", provider.TagAddress)
	}
	return []string{place, "**From its first instant**, before that stands, it is known by " + k.Marker + "."}
}

// creation lists the operations that make it.
func creation(k *provider.Kind) []string {
	text := "When it is created: " + inWords(k, k.Creation) + "."
	for _, field := range k.After {
		text += fmt.Sprintf(" Where other resources of the stack link to the same `%s` and run, it waits for the first of them.", field)
	}
	patience := ""
	if k.JobTime > 0 {
		patience = fmt.Sprintf("A job for it that takes longer than %s is reported as still running (exit code 5), with what the server says of it; "+
			"the next apply waits for it again.", k.JobTime)
	}
	return slices.DeleteFunc([]string{text, patience}, func(s string) bool { return s == "" })
}

// deletion lists the operations that remove it, and what must let go of it first.
func deletion(k *provider.Kind, kinds provider.Kinds) string {
	var b strings.Builder
	b.WriteString("When it is deleted:\n\n")
	var number int
	item := func(text string) {
		number++
		fmt.Fprintf(&b, "%d. %s\n", number, text)
	}
	if links := holders(k, kinds); len(links) > 0 {
		item("what links to it lets go, or goes itself: " + strings.Join(links, ", "))
	}
	for _, name := range k.Deletion {
		op, _ := k.Operation(name)
		text := inWords(k, []string{name})
		switch {
		case name == k.Stop:
			text += ", if it runs"
		case op.If != "":
			text += fmt.Sprintf(", if it has `%s`", op.If)
		}
		if name == k.Commit {
			text += "; from here on its name is free, and an interrupted deletion is finished, never taken back"
		}
		item(text)
	}
	if len(k.BrokenDeletion) > 0 {
		fmt.Fprintf(&b, "\nOf one that came into being and doesn't work, only this: %s.\n", inWords(k, k.BrokenDeletion))
	}
	return b.String()
}

// holders are the fields of all kinds through which one of this kind is held.
func holders(k *provider.Kind, kinds provider.Kinds) []string {
	var held []string
	for _, other := range kinds {
		for _, f := range other.Fields {
			if f.Kind == k.Name && !f.Loose && f.Type != provider.Nested {
				held = append(held, fmt.Sprintf("`%s` of %s", f.Name, pageLink(other.Name)))
			}
		}
	}
	return held
}

// inWords says what operations do, and by which commands of CloudStack.
func inWords(k *provider.Kind, operations []string) string {
	texts := make([]string, len(operations))
	for i, name := range operations {
		op, _ := k.Operation(name)
		texts[i] = fmt.Sprintf("%s (`%s`)", op.Doc, op.Command)
	}
	return strings.Join(texts, ", then ")
}

// quota names the account's limit that one more uses up.
func quota(k *provider.Kind) string {
	if k.Limit == "" {
		return "**Quota**: trueup checks none for it."
	}
	return fmt.Sprintf("**Quota**: one of the account's `%s` each, as `listResourceLimits` names it.", k.Limit)
}

// commands lists what its operations call.
func commands(k *provider.Kind) string {
	var names []string
	for _, op := range k.Operations {
		if op.Name != k.Ready { // which calls none
			names = append(names, "`"+op.Command+"`")
		}
	}
	slices.Sort(names)
	return "**Commands**: " + strings.Join(slices.Compact(names), ", ") + ". `trueup plan --explain` prints every call of a plan."
}
