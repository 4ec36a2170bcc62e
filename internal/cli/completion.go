package cli

import (
	_ "embed" // for the scripts
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"
)

// The shells' scripts ask "trueup WORD... --generate-bash-completion", where the
// last word is the one to complete, perhaps empty. The answer is a candidate a
// line, with a tab and a description behind it; which of them fit the word is
// the shell's business. Nothing is called and nothing else is said.

var (
	//go:embed completion/trueup.bash
	bashScript string
	//go:embed completion/trueup.zsh
	zshScript string
	//go:embed completion/trueup.fish
	fishScript string
)

const completionWord = "--generate-bash-completion"

func completionCommand(p *process) *ucli.Command {
	c := command("completion", "print a shell's script that completes trueup's words", "bash|zsh|fish",
		"Prints a script for the shell to read. Commands, flags, and for trueup api the server's commands and\ntheir parameters are completed, these from what the last trueup api of the same server has kept.",
		[]string{
			"trueup completion bash >~/.local/share/bash-completion/completions/trueup",
			"trueup completion zsh >~/.trueup.zsh                # and in ~/.zshrc, after compinit: source ~/.trueup.zsh",
			"trueup completion fish >~/.config/fish/completions/trueup.fish",
		})
	c.BashComplete = func(*ucli.Context) {
		for _, shell := range []string{"bash", "zsh", "fish"} {
			suggest(p, shell, "")
		}
	}
	c.Action = func(c *ucli.Context) error {
		if c.NArg() > 1 {
			return usagef("trueup completion takes one shell, not %d", c.NArg())
		}
		var script string
		switch shell := c.Args().First(); shell {
		case "bash":
			script = bashScript
		case "zsh":
			script = zshScript
		case "fish":
			script = fishScript
		default:
			return usagef("trueup completion %q: expected bash, zsh or fish", shell)
		}
		_, err := io.WriteString(p.stdout, script)
		return err
	}
	return c
}

// completing reports whether a shell asks, and for which word behind which.
func completing(args []string) (before []string, word string, ok bool) {
	n := len(args)
	if n < 3 || args[n-1] != completionWord {
		return nil, "", false
	}
	return args[:n-2], args[n-2], true
}

// complete answers a shell. The parser finds the command and calls its
// BashComplete, which suggests what may stand there beside flags.
func complete(app *ucli.App, p *process, before []string, word string) {
	if slices.Contains(before, "--") { // the parser would run the command
		return
	}
	app.EnableBashCompletion = true
	app.BashComplete = func(c *ucli.Context) {
		if c.Args().Present() { // no command of ours
			return
		}
		for _, command := range app.Commands {
			suggest(p, command.Name, command.Usage)
		}
	}
	last := before[len(before)-1]
	for _, command := range app.Commands {
		words := command.BashComplete
		command.BashComplete = func(c *ucli.Context) {
			switch {
			case strings.HasPrefix(last, "-") && takesValue(command.Flags, last): // the word is its value
			case strings.HasPrefix(word, "-"):
				suggestFlags(p, command.Flags)
			case words != nil:
				words(c)
			}
		}
	}
	// Nobody reads an error while typing.
	_ = app.Run(append(flagsFirst(app.Commands, before), completionWord))
}

func suggestFlags(p *process, flags []ucli.Flag) {
	for _, f := range flags {
		if doc, ok := f.(ucli.DocGenerationFlag); ok {
			if visible, ok := f.(ucli.VisibleFlag); ok && !visible.IsVisible() {
				continue
			}
			suggest(p, "--"+f.Names()[0], strings.ReplaceAll(doc.GetUsage(), "`", ""))
		}
	}
}

func suggest(p *process, word, description string) {
	fmt.Fprintln(p.stdout, strings.TrimSuffix(word+"\t"+firstSentence(description), "\t"))
}

// firstSentence is as much of a description as fits beside a word.
func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text, _, _ = strings.Cut(text, ". ")
	const most = 80 // characters
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// completeAPI suggests the server's commands, or the parameters of the one that
// was typed, from the kept catalogue.
func completeAPI(p *process) ucli.BashCompleteFunc {
	return func(c *ucli.Context) {
		o, err := readCloud(c)
		if err != nil {
			return
		}
		account, err := accountOf(p.env, o)
		if err != nil {
			return
		}
		kept := userCache(time.Now).apis(account)
		if !c.Args().Present() {
			for api := range kept.All() {
				suggest(p, api.Name, api.Description)
			}
			return
		}
		api, _ := kept.API(c.Args().First())
		for _, param := range api.Params {
			if !slices.ContainsFunc(c.Args().Tail(), func(given string) bool { return strings.HasPrefix(given, param.Name+"=") }) {
				suggest(p, param.Name+"=", param.Description)
			}
		}
	}
}
