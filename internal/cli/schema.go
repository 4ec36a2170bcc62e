package cli

import (
	"os"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/spec"
)

// schemaFile is what the stack files that trueup writes call their schema.
const schemaFile = "trueup.schema.json"

func schemaCommand(p *process) *ucli.Command {
	c := command("schema", "write the stack file's JSON Schema, for editors", "",
		"An editor that has it completes fields, shows what each is, and marks what is wrong while you type.\nPut this line at the top of a stack file:  # yaml-language-server: $schema="+schemaFile+"\nNo cloud is needed.",
		[]string{
			"trueup schema -o " + schemaFile + "        # beside the stack",
			"trueup schema | jq .properties.vms.description",
		}, []ucli.Flag{&ucli.StringFlag{Name: "o", DefaultText: "stdout", Usage: "write it to `FILE`"}})
	c.Action = func(c *ucli.Context) error {
		if c.Args().Present() {
			return usagef("trueup schema takes no stack: the schema is that of every one")
		}
		text := spec.Schema(kind.All())
		if name := c.String("o"); name != "" {
			return os.WriteFile(name, text, 0o644)
		}
		_, err := p.stdout.Write(text)
		return err
	}
	return c
}
