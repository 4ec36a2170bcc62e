package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	ucli "github.com/urfave/cli/v2"
)

func versionCommand(p *process) *ucli.Command {
	c := command("version", "print which build this is", "", "Prints the version, the commit with its time, and what built it.",
		[]string{"trueup version"})
	c.Action = func(*ucli.Context) error {
		_, err := fmt.Fprintf(p.stdout, "trueup %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
		return err
	}
	return c
}

// version is the module's version and the commit that it was built from, as
// far as the build tells.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	if text == "" {
		text = "(devel)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if commit := settings["vcs.revision"]; commit != "" {
		text += " commit " + commit[:min(12, len(commit))]
		if when := settings["vcs.time"]; when != "" {
			text += " of " + when
		}
		if settings["vcs.modified"] == "true" {
			text += " (modified)"
		}
	}
	return text
}
