// Package cli is the command line: flags become options, a command's run
// function does the work, and its error becomes an exit code in one place.
package cli

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	ucli "github.com/urfave/cli/v2"
)

// Main runs the program and returns its exit code. args holds the program's
// name first, env has the form of [os.Environ].
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	p := &process{stdin: stdin, stdout: stdout, stderr: stderr, env: env, random: rand.Reader, interrupts: interrupts}
	return p.main(context.Background(), args)
}

func interrupts() (signals <-chan os.Signal, end func()) {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup lets a run outlive its terminal
		signal.Notify(c, syscall.SIGHUP)
	}
	return c, func() { signal.Stop(c) }
}

func (p *process) main(ctx context.Context, args []string) int {
	if before, word, ok := completing(args); ok {
		complete(ctx, p, before, word)
		return exitDone
	}
	app := newApp(p)
	err := app.RunContext(ctx, helpAbout(app.Commands, flagsFirst(app.Commands, args)))
	complain(p, err)
	return exitCode(err)
}

// complain says on stderr what went wrong.
func complain(p *process, err error) {
	if err == nil {
		return
	}
	fmt.Fprint(p.stderr, explain(err, screen(p.stderr, p.env)))
}

// init lets several programs run in one process: the library keeps these two
// flags in variables and writes to them whenever it parses.
func init() {
	ucli.HelpFlag = sharedFlag{ucli.HelpFlag.(*ucli.BoolFlag)}
	ucli.VersionFlag = sharedFlag{ucli.VersionFlag.(*ucli.BoolFlag)}
}

// sharedFlag is a flag that parsing doesn't change.
type sharedFlag struct{ *ucli.BoolFlag }

func (f sharedFlag) Apply(set *flag.FlagSet) error {
	own := *f.BoolFlag
	return own.Apply(set)
}

func newApp(p *process) *ucli.App {
	help := screen(p.stdout, p.env)
	app := &ucli.App{
		Name:      "trueup",
		Usage:     "make a CloudStack cloud match YAML files in git",
		UsageText: "trueup COMMAND [flags] [STACK]\n\nSTACK is a stack's file or directory; the default is the current directory.",
		Writer:    &folding{w: p.stdout, screen: help}, // of help
		ErrWriter: p.stderr,
		Version:   version(),
		Commands: []*ucli.Command{
			initCommand(p),
			planCommand(p),
			applyCommand(p),
			showCommand(p),
			graphCommand(p),
			exportCommand(p),
			adoptCommand(p),
			destroyCommand(p),
			driftCommand(p),
			validateCommand(p),
			schemaCommand(p),
			statusCommand(p),
			unlockCommand(p),
			apiCommand(p),
			simulatorCommand(p),
			completionCommand(p),
			versionCommand(p),
			helpCommand(),
		},
		// helpCommand is ours: the library adds its own with the flag, or neither.
		Flags:        []ucli.Flag{ucli.HelpFlag},
		OnUsageError: usage,
		// A value is what was given: commas are no separators.
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*ucli.Context, error) {},
		Action:                    noCommand,
	}
	for _, c := range app.Commands {
		c.OnUsageError = usage
		c.HideHelpCommand = true
		if help.Width > 0 && help.Width < helpWidth {
			c.Description = flowing(c.Description)
		}
	}
	return app
}
