package spec_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

var yamlBlock = regexp.MustCompile("(?ms)^```ya?ml\n(.*?)^```")

// Every YAML block of every document is parsed: a stack file as such, with the
// real kinds, and anything else as YAML.
func TestYAMLOfDocuments(t *testing.T) {
	for _, name := range documents(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range yamlBlock.FindAllStringSubmatchIndex(string(data), -1) {
			block := string(data[m[2]:m[3]])
			line := 1 + strings.Count(string(data[:m[2]]), "\n")
			if !strings.Contains(block, "\nstack:") && !strings.HasPrefix(block, "stack:") {
				var any yaml.Node
				if err := yaml.Unmarshal([]byte(block), &any); err != nil {
					t.Errorf("%s: block %d, from line %d: %v", name, i+1, line, err)
				}
				continue
			}
			if _, err := loadText(block); err != nil {
				t.Errorf("%s: block %d, from line %d:\n%v", name, i+1, line, err)
			}
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../docs", func(p string, _ fs.DirEntry, err error) error {
		if filepath.Ext(p) == ".md" {
			names = append(names, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// loadText loads a stack whose every file exists, and whose owner is known.
func loadText(text string) (*spec.Stack, error) {
	return spec.Load(everyFile{"stack.yaml": {Data: []byte(text)}}, "stack.yaml", kind.All(), spec.Options{
		Env: func(name string) (string, bool) { return "ada", name == spec.EnvPrefix+"owner" },
	})
}

// everyFile is a file system in which a file that is asked for is there: a
// public key where its name says so, else a script.
type everyFile fstest.MapFS

func (e everyFile) Open(name string) (fs.File, error) {
	fsys := fstest.MapFS(e)
	if f, err := fsys.Open(name); err == nil {
		return f, nil
	}
	content := "#!/bin/sh\n"
	if path.Ext(name) == ".pub" {
		content = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHu0wGBSyQ6wAJ8M0IBwNqS9Y7VyFSMgyfA2ZZEmgHCZ ops@example.org\n"
	}
	return fstest.MapFS{name: {Data: []byte(content)}}.Open(name)
}

// The example of the design page means with the real kinds what it says.
func TestDesignExample(t *testing.T) {
	data, err := os.ReadFile("../docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := loadText(yamlBlock.FindStringSubmatch(string(data))[1])
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ address, field, want string }{
		{"vm/web-2", "displayName", "Web 2"},
		{"vm/web-3", "rootDisk", "20 GiB"},
		{"vm/web-1", "sshKeys", "[ops]"},
		{"vm/web-1", "securityGroups", "[external default, web]"},
		{"vm/web-1", "zone", "sg1"},
		{"vm/web-1", "onChange", "{template=reinstall, userData=restart}"},
		{"vm/web-1", "update", "{maxUnavailable=1}"},
		{"vm/edge", "zone", "adv1"},
		{"elasticIP/front", "zone", "adv1"},
		{"elasticIP/front", "network", "back"},
		{"securityGroup/web", "egress", "[udp/53 0.0.0.0/0, udp/53 ::/0]"},
	}
	for _, test := range tests {
		var a provider.Address
		if err := a.UnmarshalText([]byte(test.address)); err != nil {
			t.Fatal(err)
		}
		r := stack.Resource(a)
		if r == nil {
			t.Errorf("no %s", a)
			continue
		}
		if got := provider.Format(r.Fields[test.field]); got != test.want {
			t.Errorf("%s: %s is %s; want %s", a, test.field, got, test.want)
		}
	}
	if len(stack.Resources) != 10 {
		t.Errorf("%d resources; want 10", len(stack.Resources))
	}
}
