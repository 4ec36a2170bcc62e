package cli

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/spec"
)

func helpCommand() *ucli.Command {
	c := command("help", "show how a command is used", "[COMMAND]", "Prints what trueup COMMAND --help prints; without a command, which there are.",
		[]string{"trueup help apply"})
	c.Action = func(c *ucli.Context) error {
		name := c.Args().First()
		if of := c.App.Command(name); of != nil {
			return ucli.ShowCommandHelp(c, name)
		}
		return noCommand(c)
	}
	return c
}

// noCommand is run where the first word names no command.
func noCommand(c *ucli.Context) error {
	if !c.Args().Present() {
		return ucli.ShowAppHelp(c)
	}
	word := c.Args().First()
	var names []string
	for _, command := range c.App.Commands {
		names = append(names, command.Name)
	}
	return usagef("trueup has no command %q%s; see trueup --help", word, closest(word, names))
}

// usage turns a complaint of the flag parser into one of ours.
func usage(c *ucli.Context, err error, _ bool) error {
	if own, ok := errors.AsType[*coded](err); ok {
		return own
	}
	where, flags := "trueup", c.App.Flags
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != where {
		where, flags = where+" "+c.Command.Name, c.Command.Flags
	}
	text := err.Error()
	if name, unknown := strings.CutPrefix(text, "flag provided but not defined: -"); unknown {
		return usagef("%s has no flag %s%s; see %s --help", where, dashed(name), meantFlag(c.App, where, name, flags), where)
	}
	if name, bare := strings.CutPrefix(text, "flag needs an argument: -"); bare {
		return usagef("%s needs a value; see %s --help", dashed(name), where)
	}
	if found := invalidValue.FindStringSubmatch(text); found != nil {
		return usagef("%s %s: expected %s", dashed(found[2]), found[1], expected(flags, found[2]))
	}
	return usagef("%s: %w; see %s --help", where, err, where)
}

var invalidValue = regexp.MustCompile(`^invalid (?:boolean )?value (".*") for (?:flag )?-(\S+): `)

// dashed is a flag as it is written.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// meantFlag says which flag may have been meant, or where it belongs.
func meantFlag(app *ucli.App, where, name string, flags []ucli.Flag) string {
	if where == app.Name && slices.ContainsFunc(app.Commands, func(c *ucli.Command) bool { return flagNamed(c.Flags, name) != nil }) {
		return ": the flags of a command stand behind it"
	}
	var names, begin []string
	for _, f := range flags {
		long := f.Names()[0]
		names = append(names, long)
		if strings.HasPrefix(long, name) {
			begin = append(begin, dashed(long))
		}
	}
	if len(begin) == 1 {
		return "; did you mean " + begin[0] + "?"
	}
	if close, ok := spec.Closest(name, names); ok {
		return "; did you mean " + dashed(close) + "?"
	}
	return ""
}

// closest is the hint at the word that is closest.
func closest(word string, words []string) string {
	if close, ok := spec.Closest(word, words); ok {
		return fmt.Sprintf("; did you mean %s?", close)
	}
	return ""
}

func flagNamed(flags []ucli.Flag, name string) ucli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// expected says what a flag takes for a value.
func expected(flags []ucli.Flag, name string) string {
	switch flagNamed(flags, name).(type) {
	case *ucli.DurationFlag:
		return "a duration such as 30s, 5m or 1h30m"
	case *ucli.BoolFlag:
		return "true or false"
	default:
		return "a whole number"
	}
}
