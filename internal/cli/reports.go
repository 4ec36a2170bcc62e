package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/render/report"
)

// formatText is for people who read along: the commands write it themselves.
const formatText report.Format = "text"

// reportOptions say in which forms a command writes what it found, beside what it
// shows.
type reportOptions struct {
	format report.Format // of what goes to stdout
	files  []reportFile
}

// reportFile is one report; its path is "-" for stdout.
type reportFile struct {
	format report.Format
	path   string
}

func formatFlag() ucli.Flag {
	return &ucli.StringFlag{Name: "format", Value: string(formatText), Usage: "write the result as `FORMAT`: text, " + strings.Join(report.Formats(), ", ")}
}

func reportFlag() ucli.Flag {
	return &ucli.StringSliceFlag{Name: "report", Usage: "also write the result to `FILE`, in the format of its name (.html, .md, .json, .jsonl, .sarif, .xml for JUnit, .prom), or as FORMAT=FILE (repeatable; - is stdout)"}
}

// readReports reads --report and, where the command has it, --format. It looks
// whether the files can be written before any work is done.
func readReports(c *ucli.Context) (reportOptions, error) {
	o := reportOptions{format: formatText}
	if name := cmp.Or(c.String("format"), string(formatText)); name != string(formatText) {
		format, ok := report.Parse(name)
		if !ok {
			return o, usagef("--format %q: expected text, %s", name, strings.Join(report.Formats(), ", "))
		}
		o.format = format
	}
	for _, value := range c.StringSlice("report") {
		file, err := parseReport(value)
		if err != nil {
			return o, err
		}
		o.files = append(o.files, file)
	}
	return o, nil
}

// parseReport reads FILE or FORMAT=FILE.
func parseReport(value string) (reportFile, error) {
	file := reportFile{path: value}
	name, path, explicit := strings.Cut(value, "=")
	if format, ok := report.Parse(name); explicit && ok {
		file = reportFile{format, path}
	} else if file.format, ok = report.ByFile(value); !ok {
		return file, usagef("--report %s: the name tells no format: say FORMAT=FILE with one of %s", value, strings.Join(report.Formats(), ", "))
	}
	if file.path == "" {
		return file, usagef("--report %s: expected FORMAT=FILE", value)
	}
	if file.path == "-" {
		return file, nil
	}
	if info, err := os.Stat(filepath.Dir(file.path)); err != nil || !info.IsDir() {
		return file, usagef("--report %s: there is no directory %s", value, filepath.Dir(file.path))
	}
	if info, err := os.Stat(file.path); err == nil && info.IsDir() {
		return file, usagef("--report %s: that is a directory", value)
	}
	return file, nil
}

// text reports whether stdout is for people.
func (o reportOptions) text() bool { return o.format == formatText }

// newResult begins the result of a command about a stack.
func newResult(command, path string) *report.Result {
	return &report.Result{Command: command, Path: path, Began: time.Now()}
}

// about tells a result which stack it is of.
func (s *loaded) about(r *report.Result) {
	r.Stack, r.Header = s.Name, s.Header
	for _, declared := range s.Resources {
		r.Declared = append(r.Declared, declared.Address)
	}
}

// finish completes a result with how the command ended. An error that has said
// everything already adds nothing.
func finish(r *report.Result, err error) {
	r.Took = time.Since(r.Began)
	if err != nil && err.Error() != "" {
		r.Err = err
	}
}

// conclude writes results in every form that is asked for, once a command has ended
// with err. Its error is err, or tells that a report could not be written.
func conclude(p *process, o reportOptions, err error, results ...*report.Result) error {
	files := o.files
	if o.format != formatText {
		files = append([]reportFile{{o.format, "-"}}, files...)
	}
	for _, file := range files {
		failure := writeReport(p, file, results)
		if failure == nil {
			continue
		}
		failure = fmt.Errorf("report %s: %w", file.path, failure)
		if err == nil || exitCode(err) == exitDiffers {
			err = failure
			continue
		}
		complain(p, failure)
	}
	return err
}

func writeReport(p *process, file reportFile, results []*report.Result) error {
	about := report.About{Version: version(), CI: ciRun(p.env), Dir: fromGitRoot()}
	var b bytes.Buffer
	if err := report.Write(&b, file.format, results, about); err != nil {
		return err
	}
	if file.format == report.GitHub {
		if err := summarize(p.env.get("GITHUB_STEP_SUMMARY"), results, about); err != nil {
			return err
		}
	}
	if file.path == "-" {
		_, err := p.stdout.Write(b.Bytes())
		return err
	}
	return replaceFile(file.path, b.Bytes())
}

// summarize appends Markdown to the file that GitHub shows as the summary of a
// step; outside of GitHub there is none.
func summarize(path string, results []*report.Result, about report.About) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return errors.Join(report.Write(f, report.Markdown, results, about), f.Close())
}

// replaceFile writes a file so that its readers find the old content or the new,
// and never a part. What is no file, such as a pipe, is written to.
func replaceFile(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	next := fmt.Sprintf("%s.%d", path, os.Getpid()) // whoever looks for *.prom must not find it
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next) // err says more
	}
	return err
}

// fromGitRoot is the current directory as seen from the repository's root.
func fromGitRoot() string {
	cwd, err := os.Getwd()
	if err != nil {
		return "."
	}
	root, _, ok := findGit(cwd)
	if !ok {
		return "."
	}
	dir, err := filepath.Rel(root, cwd)
	if err != nil {
		return "."
	}
	return filepath.ToSlash(dir)
}
