package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// needed is a command that a plan sends, or that which stands in for it on
// clouds of another make, and the steps that send it: none where it is
// bookkeeping.
type needed struct {
	command, instead string
	steps            []Step
}

// commands are those that a plan sends, by name. Whoever applies it has taken
// the lease by then, and so has shown that he may do the bookkeeping.
func (p *Plan) commands(use Purpose) map[string]*needed {
	commands := map[string]*needed{}
	for _, s := range p.Steps {
		if commands[s.Command] == nil {
			commands[s.Command] = &needed{command: s.Command, instead: s.Instead}
		}
		commands[s.Command].steps = append(commands[s.Command].steps, s)
	}
	if use == ToShow && len(p.Steps)+len(p.Marks) > 0 {
		for _, command := range provider.Bookkeeping() {
			if commands[command] == nil {
				commands[command] = &needed{command: command}
			}
		}
	}
	return commands
}

// missing are the commands that the plan sends and the role may not call, as
// far as the cloud tells, by name.
func (k *checker) missing() []*needed {
	var missing []*needed
	commands := k.plan.commands(k.use)
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		n := commands[name]
		allowed, known := k.cloud.Commands[n.command]
		if known && !allowed && !k.cloud.Commands[n.instead] {
			missing = append(missing, n)
		}
	}
	return missing
}

// forbidden refuses a plan that would stop half-way, at a command that the role
// may not call.
func (k *checker) forbidden() Problems {
	var problems Problems
	for _, n := range k.missing() {
		a := n.steps[0].Op.Address
		problems = append(problems, Problem{Pos: k.plan.placeOf(a), Address: a, Class: Refused,
			Text: n.text(), Hint: "ask the cloud's administrator for a role that may call it"})
	}
	return problems
}

// forbiddenNotes say in one line what these credentials can't apply.
func (k *checker) forbiddenNotes() []Note {
	var names []string
	for _, n := range k.missing() {
		names = append(names, n.command)
	}
	if len(names) == 0 {
		return nil
	}
	return []Note{{Text: "an apply with these credentials would be refused: the role may not call " + strings.Join(names, ", ")}}
}

func (n *needed) text() string {
	const named = 3
	var ids []string
	for _, s := range n.steps[:min(named, len(n.steps))] {
		ids = append(ids, s.ID)
	}
	text := "the role may not call " + n.command + ", or the cloud does not have it; needed by " + strings.Join(ids, ", ")
	if more := len(n.steps) - named; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
