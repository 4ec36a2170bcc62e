package cli

import (
	"slices"
	"strings"

	ucli "github.com/urfave/cli/v2"
)

// flagsFirst moves the flags of a command line in front of its paths, where the
// flag parser wants them, so that "trueup apply shop --yes" means what it says.
// What follows "--" stays.
func flagsFirst(commands []*ucli.Command, args []string) []string {
	if len(args) < 2 {
		return args
	}
	at := slices.IndexFunc(commands, func(c *ucli.Command) bool { return c.HasName(args[1]) })
	if at < 0 {
		return args
	}
	var flags, rest []string
	words := args[2:]
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "--" {
			rest = append(rest, words[i:]...)
			break
		}
		if len(word) < 2 || word[0] != '-' {
			rest = append(rest, word)
			continue
		}
		flags = append(flags, word)
		if takesValue(commands[at].Flags, word) && i+1 < len(words) {
			i++
			flags = append(flags, words[i])
		}
	}
	return slices.Concat(args[:2], flags, rest)
}

// takesValue reports whether a flag's value is the next word.
func takesValue(flags []ucli.Flag, word string) bool {
	name := strings.TrimLeft(word, "-")
	if strings.Contains(name, "=") {
		return false
	}
	doc, ok := flagNamed(flags, name).(ucli.DocGenerationFlag)
	return ok && doc.TakesValue()
}
