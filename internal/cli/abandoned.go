package cli

import (
	"fmt"
	"slices"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// abandoned are the stacks of an account that are not among those given: perhaps
// somebody removed their files and not what they made.
func abandoned(inventory plan.Inventory, given []string) []plan.Owner {
	return slices.DeleteFunc(slices.Clone(inventory.Stacks), func(o plan.Owner) bool { return slices.Contains(given, o.Stack) })
}

// destroying is the command line that destroys a stack whose files are gone. Its
// parts ask before they do anything. A project's id has no letter that means
// something to the shell or to YAML.
func destroying(stack string, project provider.Named) string {
	in := ""
	if project.ID != "" {
		in = `project: {id: ` + project.ID + `}\n`
	}
	return fmt.Sprintf(`printf 'version: 1\nstack: %[1]s\nzone: any\norigin: abandoned\n%[2]s' >%[1]s.yaml && trueup adopt --origin %[1]s.yaml && trueup destroy %[1]s.yaml`, stack, in)
}

// abandonedError tells of a stack that is not among those given.
type abandonedError struct {
	plan.Owner
	project provider.Named // that it is in
}

func (e *abandonedError) Error() string { return e.found() + "; to destroy it: " + e.destroying() }

func (e *abandonedError) destroying() string { return destroying(e.Stack, e.project) }

func (e *abandonedError) found() string {
	return fmt.Sprintf("it is in the account, with %s, and not among those given", resources(e.Resources))
}

func resources(n int) string {
	if n == 1 {
		return "1 resource"
	}
	return fmt.Sprintf("%d resources", n)
}
