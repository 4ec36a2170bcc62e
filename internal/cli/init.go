package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

type initOptions struct {
	cloudOptions
	dir    string
	choice initChoice // what the flags say; the rest is asked
}

func initCommand(p *process) *ucli.Command {
	c := command("init", "write the first stack of a directory", "[DIRECTORY]",
		"Asks which zone, offering and template of the cloud to use, and writes stack.yaml with a group and a machine, and\nthe schema by which editors complete it. Nothing is changed in the cloud, and no file is overwritten.\nWithout a terminal the flags answer; what the cloud has only one of needs no answer.\n\nWith --simulator the stack belongs to a simulated cloud inside the program: every later command in that\ndirectory uses it, and says so; --cloud simulator says the same.",
		[]string{
			"trueup init shop                          # in the directory shop, which is made",
			"trueup init --simulator shop              # a try, without a cloud",
			"trueup init --zone ch-gva-2 --offering Small --template 'Ubuntu 24.04' shop",
		}, cloudFlags(), []ucli.Flag{
			&ucli.BoolFlag{Name: "simulator", Usage: "for a simulated cloud inside the program, not a real one"},
			&ucli.StringFlag{Name: "stack", DefaultText: "the directory's name", Usage: "the stack's `NAME`"},
			projectFlag(),
			&ucli.StringFlag{Name: "zone", Usage: "`NAME` of the zone"},
			&ucli.StringFlag{Name: "offering", Usage: "`NAME` of the machine's service offering"},
			&ucli.StringFlag{Name: "template", Usage: "`NAME` of the machine's template"},
			&ucli.StringFlag{Name: "network-offering", Usage: "`NAME` of the network's offering, where the zone has no security groups"},
		})
	c.Action = func(c *ucli.Context) error {
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		o := initOptions{cloudOptions: cloud, dir: ".", choice: initChoice{
			Stack: c.String("stack"), Project: c.String("project"), Zone: c.String("zone"), Offering: c.String("offering"),
			Template: c.String("template"), NetworkOffering: c.String("network-offering"),
		}}
		switch {
		case c.NArg() > 1:
			return usagef("trueup init takes one directory, not %d", c.NArg())
		case c.NArg() == 1:
			o.dir = c.Args().First()
		}
		if c.Bool("simulator") {
			if o.cloud != "" || o.endpoint != "" || o.profile != "" {
				return usagef("--simulator and flags that name a cloud contradict each other: say one of them")
			}
			o.cloud = "simulator"
		}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runInit(ctx, p, o) })
	}
	return c
}

const initFile = "stack.yaml"

// runInit writes the stack and says what to do next.
func runInit(ctx context.Context, p *process, o initOptions) (err error) {
	if err := mustBeFree(o.dir); err != nil {
		return err
	}
	abs, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	o.choice.Stack = cmp.Or(o.choice.Stack, stackNameFrom(filepath.Base(abs)))
	if !spec.IsStackName(o.choice.Stack) {
		return usagef("--stack %q: a stack's name is 1 to 31 of a–z, 0–9 and -, the first a letter", o.choice.Stack)
	}
	cloud, err := connect(ctx, p, o.cloudOptions, abs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if err := cloud.enterProject(ctx, p, provider.Named{Name: o.choice.Project}, "--project"); err != nil {
		return err
	}
	o.choice.Project = cloud.project.Name
	a := &asker{process: p, ctx: ctx}
	choice, err := choose(ctx, a, cloud.client, o.choice)
	if err != nil {
		return err
	}
	if err := writeStack(o, choice); err != nil {
		return err
	}
	p.tell("Wrote %s and %s, which editors complete by.\n", filepath.Join(o.dir, initFile), schemaFile)
	if cloud.embedded {
		if err := os.WriteFile(filepath.Join(o.dir, stateDir, cloudMark), []byte(cloudNamed(p.env, o.cloudOptions)+"\n"), 0o644); err != nil {
			return err
		}
		p.tell("Every command in %s now uses the simulator inside the program, not a real cloud.\n", filepath.Join(o.dir, "."))
	}
	made, err := firstPlan(ctx, p, cloud, o.dir)
	if err != nil {
		return fmt.Errorf("%s is written; a first look at it found: %w", filepath.Join(o.dir, initFile), err)
	}
	p.tell("It is valid, and the cloud has what it needs: %s\n\nNext:\n  trueup plan %[2]s\n  trueup apply %[2]s\n", render.Totals(made), render.Quoted(o.dir))
	return nil
}

// mustBeFree refuses a directory that has a stack already.
func mustBeFree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return usagef("init %s: %w", dir, err)
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if ext == ".yaml" || ext == ".yml" || e.Name() == schemaFile {
			return &coded{exitRefused, fmt.Errorf("%s is there already, and init overwrites nothing: name another directory, such as trueup init shop",
				filepath.Join(dir, e.Name()))}
		}
	}
	return nil
}

// stackNameFrom makes a stack's name of a directory's; "" where nothing of it
// can stay.
func stackNameFrom(dir string) string {
	name := regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString(strings.ToLower(dir), "-")
	name = strings.TrimLeft(name, "-0123456789")
	return strings.TrimRight(name[:min(31, len(name))], "-")
}

// firstPlan reads what was written and plans it, so that nobody begins with a
// stack that can't be applied.
func firstPlan(ctx context.Context, p *process, cloud *connection, dir string) (*plan.Plan, error) {
	stack, err := load(p, stackOptions{}, dir)
	if err != nil {
		return nil, err
	}
	return checkedPlan(ctx, cloud, stack, plan.Make, plan.Options{MaxDeletes: -1}, plan.ToApply)
}

// writeStack writes the files, none of which exists.
func writeStack(o initOptions, choice initChoice) error {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	files := []struct {
		name string
		text []byte
	}{
		{initFile, []byte(choice.yaml())},
		{schemaFile, spec.Schema(kind.All())},
	}
	for _, f := range files {
		file, err := os.OpenFile(filepath.Join(o.dir, f.name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		_, err = file.Write(f.text)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}
