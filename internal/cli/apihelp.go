package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/cloudstack"
)

// describeFlag stands for --help where "trueup api" names a command: the flag
// parser keeps --help for itself.
const describeFlag = "describe-command"

// helpAbout makes sense of --help beside other words, flags first: it is about
// the command, and for "trueup api COMMAND" about that of the server.
func helpAbout(commands []*ucli.Command, args []string) []string {
	if len(args) < 3 {
		return args
	}
	at := slices.IndexFunc(commands, func(c *ucli.Command) bool { return c.HasName(args[1]) })
	if at < 0 {
		return args
	}
	words := args[2:]
	for i := 0; i < len(words) && strings.HasPrefix(words[i], "-") && words[i] != "--"; i++ {
		switch words[i] {
		case "--help", "-help", "-h", "--h":
			// What stands behind the flags is the stack, or the server's command.
			last := len(words) - 1
			if commands[at].Name == "api" && i < last && !strings.HasPrefix(words[last], "-") {
				return slices.Concat(args[:2], words[:i], []string{"--" + describeFlag}, words[i+1:])
			}
			return []string{args[0], args[1], "--help"}
		}
		if takesValue(commands[at].Flags, words[i]) {
			i++
		}
	}
	return args
}

// describe prints what the server says of a command.
func describe(ctx context.Context, p *process, known offer, command string) error {
	api, err := known.find(ctx, command)
	if err != nil {
		return err
	}
	return writeDescription(p.stdout, api, screen(p.stdout, p.env).Width)
}

// writeDescription writes a page about a command, in lines of the width in
// columns; 0 is without bound.
func writeDescription(w io.Writer, api cloudstack.API, width int) error {
	var b strings.Builder
	for _, line := range wrap(api.Name+": "+cmp.Or(api.Description, "no description"), width) {
		b.WriteString(line + "\n")
	}
	if api.Async {
		b.WriteString("Asynchronous: it answers a job; --wait waits for it and prints its result.\n")
	}
	if api.Since != "" {
		fmt.Fprintf(&b, "Since CloudStack %s.\n", api.Since)
	}
	params := slices.SortedFunc(slices.Values(api.Params), func(p, q cloudstack.APIParam) int { return cmp.Compare(p.Name, q.Name) })
	for _, part := range []struct {
		title    string
		required bool
	}{{"Required", true}, {"Optional", false}} {
		title := part.title + " parameters:\n"
		for _, param := range params {
			if param.Required == part.required {
				b.WriteString(title + describeParam(param, width))
				title = ""
			}
		}
	}
	if len(params) == 0 {
		b.WriteString("It takes no parameters.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describeParam is a line with name, type and length, and the description below.
func describeParam(p cloudstack.APIParam, width int) string {
	text := fmt.Sprintf("  %s  %s", p.Name, kindOf(p))
	if p.Since != "" {
		text += ", since " + p.Since
	}
	text += "\n"
	for _, line := range wrap(p.Description, width-6) {
		text += "      " + line + "\n"
	}
	return text
}

// kindOf is a parameter's type, with the most characters that a text may have.
func kindOf(p cloudstack.APIParam) string {
	if p.Type == "string" && p.Length > 0 {
		return fmt.Sprintf("string of at most %d", p.Length)
	}
	return p.Type
}

// wrap breaks a text between words into lines of at most width bytes, or of one
// word; into a single line where width is not above 0.
func wrap(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last < 0 || width > 0 && len(lines[last])+1+len(word) > width {
			lines = append(lines, word)
		} else {
			lines[last] += " " + word
		}
	}
	return lines
}
