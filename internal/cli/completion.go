package cli

import (
	_ "embed" // for the scripts
	"io"

	ucli "github.com/urfave/cli/v2"
)

// The shells' scripts ask "trueup WORD... --generate-bash-completion", where the
// last word is the one to complete, perhaps empty. The answer is a candidate a
// line, with a tab and a description behind it; which of them fit the word is
// the shell's business. No line at all means that paths of files fit, which the
// shell knows best; one empty line, that nothing does.

var (
	//go:embed completion/trueup.bash
	bashScript string
	//go:embed completion/trueup.zsh
	zshScript string
	//go:embed completion/trueup.fish
	fishScript string
)

const completionWord = "--generate-bash-completion"

// shells are those that have a script.
var shells = []string{"bash", "zsh", "fish"}

func completionCommand(p *process) *ucli.Command {
	c := command("completion", "print a shell's script that completes trueup's words", "bash|zsh|fish",
		"Prints a script for the shell to read. Completed are commands, flags and the values that flags choose from; for\n--target and --exclude the addresses of the stack, read from its files; for flags that name something in the cloud,\nsuch as export --stack or init --zone, what the cloud has; for trueup api the server's commands, their parameters,\nas far as the last trueup api to the same server has kept them, and the ids of what lives. Paths are the shell's.\n\nThe cloud is asked with the credentials of the command line, for two seconds at the most. Names and ids are kept for\na minute in the user's cache directory. What can't be had is left out without a word.",
		[]string{
			"trueup completion bash >~/.local/share/bash-completion/completions/trueup",
			"trueup completion zsh >~/.trueup.zsh                # and in ~/.zshrc, after compinit: source ~/.trueup.zsh",
			"trueup completion fish >~/.config/fish/completions/trueup.fish",
		})
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
