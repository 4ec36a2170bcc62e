// Command trueup makes a CloudStack cloud match YAML files in git.
package main

import (
	"os"

	"github.com/trueup/trueup/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}
