package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"
)

// stackOptions say which stacks a command is about and what goes into them.
type stackOptions struct {
	paths    []string // files or directories; at least one
	vars     []string // NAME=value
	varFiles []string
}

func stackFlags() []ucli.Flag {
	return []ucli.Flag{
		&ucli.StringSliceFlag{Name: "var", Usage: "set a variable of the stack: `NAME=VALUE` (repeatable)"},
		&ucli.StringSliceFlag{Name: "var-file", Usage: "read variables from the YAML `FILE` (repeatable)"},
	}
}

// stacks reads the options of a command that takes several stacks.
func stacks(c *ucli.Context) stackOptions {
	o := stackOptions{paths: c.Args().Slice(), vars: c.StringSlice("var"), varFiles: c.StringSlice("var-file")}
	if len(o.paths) == 0 {
		o.paths = []string{"."}
	}
	return o
}

// oneStack reads the options of a command that takes a single stack.
func oneStack(c *ucli.Context) (stackOptions, error) {
	o := stacks(c)
	if len(o.paths) > 1 {
		return o, usagef("trueup %s takes one stack, not %d", c.Command.Name, len(o.paths))
	}
	return o, nil
}

// cloudOptions say which cloud is meant and who asks.
type cloudOptions struct {
	cloud         string // "", "cloudstack", "simulator" or "simulator:FLAVOUR"
	endpoint, key string
	secretKeyFile string
	profile       string        // the section of a file
	caFile        string        // what to verify the server's certificate by
	insecure      bool          // not to verify it
	timeout       time.Duration // of the whole command; 0 is without
}

func cloudFlags() []ucli.Flag {
	return []ucli.Flag{
		&ucli.StringFlag{Name: "cloud", DefaultText: "$TRUEUP_CLOUD, else cloudstack", Usage: "which `CLOUD`: cloudstack, simulator or simulator:exoscale"},
		&ucli.StringFlag{Name: "endpoint", DefaultText: "$CLOUDSTACK_ENDPOINT", Usage: "`URL` of the CloudStack API"},
		&ucli.StringFlag{Name: "key", DefaultText: "$CLOUDSTACK_KEY", Usage: "API `KEY`"},
		&ucli.StringFlag{Name: "secret-key-file", DefaultText: "the key in $CLOUDSTACK_SECRET_KEY", Usage: "`FILE` that holds the secret key"},
		&ucli.StringFlag{Name: "profile", DefaultText: "the file's own", Usage: "use section `NAME` of cloudstack.ini or CloudMonkey's configuration, whatever the environment says"},
		&ucli.StringFlag{Name: "ca-file", DefaultText: "the system's", Usage: "trust only servers whose certificate one of those in `FILE` signed (PEM)"},
		&ucli.BoolFlag{Name: "insecure", Usage: "do not verify the server's certificate"},
		&ucli.DurationFlag{Name: "timeout", DefaultText: "none", Usage: "give up after `DURATION`, such as 30m"},
	}
}

func readCloud(c *ucli.Context) (cloudOptions, error) {
	o := cloudOptions{
		cloud:         c.String("cloud"),
		endpoint:      c.String("endpoint"),
		key:           c.String("key"),
		secretKeyFile: c.String("secret-key-file"),
		profile:       c.String("profile"),
		caFile:        c.String("ca-file"),
		insecure:      c.Bool("insecure"),
		timeout:       c.Duration("timeout"),
	}
	switch {
	case o.timeout < 0:
		return o, usagef("--timeout %s: a duration can't be negative", o.timeout)
	case o.insecure && o.caFile != "":
		return o, usagef("--insecure and --ca-file contradict each other: say one of them")
	case o.profile != "" && (o.endpoint != "" || o.key != "" || o.secretKeyFile != ""):
		return o, usagef("--profile names server and keys: leave out " + credentialFlags)
	}
	return o, nil
}

func textOrJSONFlag() ucli.Flag {
	return &ucli.StringFlag{Name: "format", Value: "text", Usage: "write the result as `FORMAT`: text or json"}
}

// readTextOrJSON reports whether JSON is wanted.
func readTextOrJSON(c *ucli.Context) (json bool, err error) {
	switch f := c.String("format"); f {
	case "text":
		return false, nil
	case "json":
		return true, nil
	default:
		return false, usagef("--format %q: expected text or json", f)
	}
}

func maxDeletesFlag() ucli.Flag {
	return &ucli.IntFlag{Name: "max-deletes", Value: -1, DefaultText: "3, or a fifth of them",
		Usage: "allow `N` resources of a kind to be deleted or replaced"}
}

func readMaxDeletes(c *ucli.Context) (int, error) {
	n := c.Int("max-deletes")
	if c.IsSet("max-deletes") && n < 0 {
		return 0, usagef("--max-deletes %d: expected 0 or more", n)
	}
	return n, nil
}

// helpWidth is how many columns help takes as it is written here.
const helpWidth = 118

// flowing joins the lines of each paragraph, which are full where the next belongs
// to it, so that they can be broken elsewhere.
func flowing(text string) string {
	const full = 90
	var b strings.Builder
	for line := range strings.Lines(text) {
		if joined, ok := strings.CutSuffix(line, "\n"); ok && len(line) > full && !strings.HasPrefix(line, " ") {
			b.WriteString(joined + " ")
		} else {
			b.WriteString(line)
		}
	}
	return strings.ReplaceAll(b.String(), " \n", "\n\n")
}

// command puts a command together; examples are command lines with a remark.
func command(name, summary, args, about string, examples []string, flags ...[]ucli.Flag) *ucli.Command {
	text := about + "\n\nExamples:"
	for _, e := range examples {
		text += "\n   " + e
	}
	return &ucli.Command{
		Name: name, Usage: summary, ArgsUsage: args, Description: text,
		UsageText: strings.TrimSpace(fmt.Sprintf("trueup %s [flags] %s", name, args)),
		Flags:     slices.Concat(flags...),
	}
}
