package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trueup/trueup/plan"
)

// isSaved reports whether a path is that of a saved plan: stacks are YAML, or
// directories, whatever these are called.
func isSaved(path string) bool {
	if filepath.Ext(path) != ".json" {
		return false
	}
	info, err := os.Stat(path)
	return err != nil || !info.IsDir()
}

// savePlan writes a plan that was made with [plan.Options.Bind] to a file.
func savePlan(file string, made *plan.Plan, stack stackOptions, opts plan.Options) error {
	path, err := pathFrom(file, stack.paths[0])
	if err != nil {
		return err
	}
	saved := &plan.Saved{Path: path, Variables: stack.given(), Options: opts, Plan: made}
	data, err := json.MarshalIndent(saved, "", "  ")
	if err != nil {
		return err
	}
	if err := writePrivately(file, append(data, '\n')); err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

// writePrivately writes a file that only its owner may read, whoever could read
// what it replaces.
func writePrivately(file string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// given lists the variables that the flags set, by name, and the files of
// variables.
func (o stackOptions) given() []string {
	var names []string
	for _, pair := range o.vars {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	slices.Sort(names)
	return append(slices.Compact(names), o.varFiles...)
}

// readSaved reads a plan's file. stack is the path of the stack that it was
// made of, as seen from here.
func readSaved(file string) (saved *plan.Saved, stack string, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, "", usagef("saved plan: %w", err)
	}
	saved = &plan.Saved{}
	if !json.Valid(data) {
		return nil, "", usagef("saved plan %s: it is no saved plan, nor JSON at all; trueup plan -o writes one", file)
	}
	if err := json.Unmarshal(data, saved); err != nil {
		return nil, "", usagef("saved plan %s: %w", file, err)
	}
	return saved, filepath.Join(filepath.Dir(file), filepath.FromSlash(saved.Path)), nil
}

// pathFrom is the way from a file's directory to a path, with slashes.
func pathFrom(file, path string) (string, error) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(dir, abs)
	return filepath.ToSlash(rel), err
}
