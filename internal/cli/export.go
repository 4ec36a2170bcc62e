package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

type exportOptions struct {
	cloudOptions
	dir      string // where an embedded simulator has its state
	stack    string // the name to declare
	selected export.Selection
	contents []string // files, or directories of them
	project  string   // name or id; "" is the account itself
	to       string   // file; "" is stdout
}

// exportedName is the name of a stack that was given none.
const exportedName = "exported"

func exportCommand(p *process) *ucli.Command {
	c := command("export", "write the YAML for what lives", "[DIRECTORY]",
		"Reads the cloud and writes a stack file that declares what lives there: everything that the account has, or what\nall of the selecting flags fit. Planning the file finds nothing to change, and applying it to an empty account makes\nthe same once more. What lives is taken under trueup by adopting the file:\n\n   trueup export --name shop -o shop.yaml && trueup adopt shop.yaml && trueup plan shop.yaml\n\nNothing secret is written, and what a file can't say stands there as a comment. The cloud shows of public keys and\nuser data only what tells whether a file is the same: --contents names files to try. DIRECTORY is where an embedded\nsimulator has its state; the default is the current one.",
		[]string{
			"trueup export --name shop -o shop.yaml   # the whole account",
			"trueup export --unowned                  # what belongs to no stack",
			"trueup export --stack shop               # what stack shop owns, if its files are lost",
			"trueup export --kind vm --match 'web-*'  # some machines; what they link to is external",
			"trueup export --tag team=web --contents ~/.ssh",
		}, cloudFlags(), []ucli.Flag{
			&ucli.StringFlag{Name: "name", Value: exportedName, Usage: "declare the stack `NAME`"},
			projectFlag(),
			&ucli.StringFlag{Name: "stack", Usage: "only what the stack `NAME` owns, under its addresses"},
			&ucli.BoolFlag{Name: "unowned", Usage: "only what no stack owns"},
			&ucli.StringSliceFlag{Name: "kind", Usage: "only resources of `KIND`, such as vm (repeatable)"},
			&ucli.StringSliceFlag{Name: "match", Usage: "only what has a name in the cloud like `PATTERN`, such as 'web-*', or is that address (repeatable)"},
			&ucli.StringSliceFlag{Name: "tag", Usage: "only what carries the tag `KEY[=VALUE]` (repeatable)"},
			&ucli.StringFlag{Name: "zone", Usage: "only what is in the zone `NAME`, or in none"},
			&ucli.StringSliceFlag{Name: "contents", Usage: "try `FILE`, or the files of that directory, for public keys and user data (repeatable)"},
			&ucli.StringFlag{Name: "o", Usage: "write to `FILE`, which must not exist yet"},
		})
	c.Action = func(c *ucli.Context) error {
		o, err := readExport(c)
		if err != nil {
			return err
		}
		return attend(c.Context, p, o.timeout, func(ctx context.Context, _ *brake) error { return runExport(ctx, p, o) })
	}
	return c
}

func readExport(c *ucli.Context) (exportOptions, error) {
	o := exportOptions{
		dir: ".", stack: c.String("name"), contents: c.StringSlice("contents"), to: c.String("o"), project: c.String("project"),
		selected: export.Selection{
			Names: c.StringSlice("match"), Tags: map[string]string{}, Zone: c.String("zone"),
			Stack: c.String("stack"), Unowned: c.Bool("unowned"),
		},
	}
	var err error
	if o.cloudOptions, err = readCloud(c); err != nil {
		return o, err
	}
	switch {
	case c.NArg() > 1:
		return o, usagef("trueup export takes one directory, not %d", c.NArg())
	case c.NArg() == 1:
		o.dir = c.Args().First()
	}
	switch {
	case o.selected.Stack != "" && o.selected.Unowned:
		return o, usagef("--stack and --unowned contradict each other: say one of them")
	case o.selected.Stack != "" && c.IsSet("name"):
		return o, usagef("--stack %s is the name of the stack: leave out --name", o.selected.Stack)
	case !spec.IsStackName(o.stack):
		return o, usagef("--name %q: a stack's name has 1 to 31 of a–z, 0–9 and -, the first a letter", o.stack)
	}
	for _, pattern := range o.selected.Names {
		if _, err := path.Match(pattern, ""); err != nil {
			return o, usagef("--match %q: %w", pattern, err)
		}
	}
	for _, name := range c.StringSlice("kind") {
		k, err := kindNamed(name)
		if err != nil {
			return o, err
		}
		o.selected.Kinds = append(o.selected.Kinds, k.Name)
	}
	for _, tag := range c.StringSlice("tag") {
		key, value, _ := strings.Cut(tag, "=")
		if key == "" {
			return o, usagef("--tag: expected KEY or KEY=VALUE")
		}
		o.selected.Tags[key] = value
	}
	return o, nil
}

// kindNamed finds a kind by its name or by its key in stack files.
func kindNamed(name string) (*provider.Kind, error) {
	kinds := kind.All()
	if k := kinds.Get(name); k != nil {
		return k, nil
	}
	if k := kinds.ByPlural(name); k != nil {
		return k, nil
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return nil, usagef("--kind %q: expected one of %s", name, strings.Join(names, ", "))
}

func runExport(ctx context.Context, p *process, o exportOptions) (err error) {
	contents, err := readContents(o.contents, filepath.Dir(o.to))
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	cloud, err := connect(ctx, p, o.cloudOptions, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if err := cloud.enterProject(ctx, p, provider.Named{Name: o.project}, "--project"); err != nil {
		return err
	}
	file, err := exported(ctx, cloud, export.Options{Stack: o.stack, Project: cloud.project, Select: o.selected, Contents: contents})
	if err != nil {
		return err
	}
	if file.Resources() == 0 && len(file.LeftOut) == 0 {
		p.say("Warning: nothing that lives is what was asked for: the file declares nothing\n")
	}
	if o.to == "" {
		_, err = fmt.Fprint(p.stdout, file.YAML())
		return err
	}
	if err := writeNew(o.to, file.YAML()); err != nil {
		return err
	}
	p.tell("Wrote %s: %d resources of stack %s, %d left out.\n", o.to, file.Resources(), file.Stack, len(file.LeftOut))
	if o.selected.Stack == "" {
		fmt.Fprintf(p.stdout, "Take them over with: trueup adopt %s\n", o.to)
	}
	return nil
}

// exported reads all that a stack could declare, and drafts its file.
func exported(ctx context.Context, cloud provider.Reader, o export.Options) (*export.File, error) {
	kinds := kind.All()
	scope := provider.Scope{Stack: o.Select.Stack, Declared: map[string]map[string]bool{}}
	var catalogues []string
	for _, k := range kinds {
		scope.Declared[k.Name] = map[string]bool{}
		for _, f := range k.Fields {
			scope.Declared[k.Name][f.Name] = true
			if f.Catalogue != "" && !slices.Contains(catalogues, f.Catalogue) {
				catalogues = append(catalogues, f.Catalogue)
			}
		}
	}
	snapshot, err := cloud.Read(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("read the cloud: %w", err)
	}
	catalogue, err := cloud.Catalogue(ctx, provider.Wanted{Catalogues: catalogues})
	if err != nil {
		return nil, fmt.Errorf("read what the cloud offers: %w", err)
	}
	return export.Make(snapshot, catalogue, kinds, o), nil
}

// readContents reads files and the files of directories. The stack file is
// going to lie in dir, and names them from there.
func readContents(paths []string, dir string) ([]export.Content, error) {
	var contents []export.Content
	for _, given := range paths {
		err := filepath.WalkDir(given, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && file != given:
				return fs.SkipDir
			case !d.Type().IsRegular() && file != given, d.IsDir():
				return nil
			}
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			named, err := filepath.Rel(dir, file)
			if err != nil {
				named = file
			}
			contents = append(contents, export.Content{Path: filepath.ToSlash(named), Data: data})
			return nil
		})
		if err != nil {
			return nil, usagef("--contents: %w", err)
		}
	}
	return contents, nil
}

// writeNew writes a file that does not exist yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("-o %s: it exists already; name another file, or remove it", name)
	}
	if err != nil {
		return fmt.Errorf("write the stack file: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
