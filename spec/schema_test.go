package spec_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// compiled is the schema of stacks of those kinds.
func compiled(t testing.TB, kinds provider.Kinds) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec.Schema(kinds)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("trueup.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("trueup.schema.json")
}

// accepts reports what the schema has against a file of YAML.
func accepts(s *jsonschema.Schema, data []byte) error {
	docs, err := spec.JSONOf(data)
	for _, doc := range docs {
		if err == nil {
			err = s.Validate(doc)
		}
	}
	return err
}

// The schema takes the stacks that people read.
func TestSchemaTakesEveryGoodStack(t *testing.T) {
	s := compiled(t, kind.All())
	for _, pattern := range []string{"../examples/*/stack.yaml", "../docs/kinds/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", pattern, names, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := accepts(s, text); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range documents(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range yamlBlock.FindAllSubmatch(data, -1) {
			if !bytes.Contains(m[1], []byte("\nstack:")) {
				continue
			}
			if err := accepts(s, m[1]); err != nil {
				t.Errorf("%s: %v in\n%s", name, err, m[1])
			}
		}
	}
}

// What is refused by both, and, marked +, what is taken by both.
func TestSchemaAgreesWithLoad(t *testing.T) {
	const head = "version: 1\nstack: s\nzone: z\n"
	const vm = head + "vms: {a: {template: t, offering: o, "
	const group = head + "securityGroups: {a: {ingress: "
	s := compiled(t, kind.All())
	for _, text := range []string{
		"zone: z\n", "version: 1\n", "stack: s\n", "version: 2\nstack: s\n", "version: 1\nstack: S\n", "version:\nstack: s\n", "version: 1\nstack:\n",
		"+version: '1'\nstack: s\n", "+version: 1\nstack: '${x:-s}'\n",
		head + "policy: snyc\n", "+" + head + "policy: observe\n",
		head + "vsm: {}\n", head + "vms: []\n", head + "vms: text\n", "+" + head + "vms:\n", "+" + head + "x-mine: [1]\n",
		head + "securityGroups: {a/b: {}}\n", head + "securityGroups: {' a': {}}\n", "+" + head + "securityGroups: {a b: {}}\n",
		head + "securityGroups: {a: {desciption: x}}\n", "+" + head + "securityGroups: {a: {description: 5}}\n", "+" + head + "securityGroups: {a: }\n",
		vm + "power: runing}}\n", "+" + vm + "power: running}}\n", "+" + vm + "power: '${p:-running}'}}\n", "+" + vm + "power: }}\n",
		vm + "rootDisk: 20}}\n", vm + "rootDisk: 20GB}}\n", vm + "rootDisk: 0GiB}}\n", "+" + vm + "rootDisk: 20 GiB}}\n",
		vm + "protect: yes}}\n", vm + "protect: 'true'}}\n", "+" + vm + "protect: True}}\n", "+" + vm + "protect: '${p:-true}'}}\n",
		vm + "count: '3'}}\n", vm + "count: -1}}\n", vm + "count: 2, each: [a]}}\n", vm + "each: a}}\n", "+" + vm + "count: 3}}\n", "+" + vm + "each: [a, 5]}}\n",
		vm + "tags: {a: 5}}}\n", vm + "tags: {a: true}}}\n", vm + "tags: {a: [b]}}}\n", "+" + vm + "tags: {a: '5', b: }}}\n",
		vm + "update: {maxUnavailable: 0}}}\n", vm + "update: {maxUnavailabel: 1}}}\n", "+" + vm + "update: {maxUnavailable: 1}}}\n",
		vm + "zone: {name: x}}}\n", vm + "zone: {id: x}}}\n", vm + "zone: ''}}\n", "+" + vm + "zone: {id: 0f5a2b3c-0000-4000-8000-000000000001}}}\n",
		vm + "securityGroups: [{external: a, id: b}]}}\n", vm + "securityGroups: [{}]}}\n", vm + "securityGroups: [[{external: a}]]}}\n", vm + "securityGroups: [{external: ''}]}}\n",
		"+" + vm + "securityGroups: {external: a}}}\n", "+" + vm + "affinityGroups: []}}\n",
		vm + "onChange: {tempalte: reinstall}}}\n", vm + "onChange: {template: restart}}}\n", "+" + vm + "onChange: {template: reinstall, rootDisk: replace}}}\n",
		vm + "userData: {file: a, text: b}}}\n", vm + "userData: {}}}\n", vm + "userData: {flie: a}}}\n", vm + "userData: {text: a, onChange: restrat}}}\n", vm + "userData: {text: a, vars: }}}\n",
		"+" + vm + "userData: {text: '${A}', vars: {A: 5}, onChange: restart}}}\n", "+" + vm + "userData: a}}\n",
		vm + "disks: [data]}}\n", vm + "disks: {data: {offering: o, sise: 5GiB}}}}\n", vm + "disks: {data: {offering: o, attach: a}}}}\n", "+" + vm + "disks: {data: {offering: o, size: 5GiB}, none: }}}\n",
		head + "sshKeys: {a: {publicKey: {text: ssh-rsa AAAA, onChange: }}}\n",
		group + "text}}\n", group + "[tcp/80]}}\n", group + "[tcp/80 to any]}}\n", group + "[{protocol: tcp}]}}\n", group + "[{protocol: tcp, prots: 80, from: any}]}}\n",
		group + "[{protocol: tcp, from: []}]}}\n", group + "[{protocol: tcp, ports: [], from: any}]}}\n", group + "[{protocol: tcp, from: {grop: a}}]}}\n", group + "[{protocol: tcp, from: [[any]]}]}}\n", group + "[[tcp]]}}\n",
		"+" + group + "[tcp/80 from any, TCP/443 From 10.0.0.0/8]}}\n", "+" + group + "[{protocol: 47, from: [any, {group: a}, {external: b}]}]}}\n",
		"+" + group + "[{protocol: tcp, ports: [80, 90-91], from: group:a}, {protocol: icmp, type: 8, code: 0, from: any}]}}\n",
		"+" + group + "['${r:-tcp/80 from any}']}}\n",
		head + "variables: {name: x}\n", head + "variables: {a-b: x}\n", head + "variables: {a: [x]}\n", head + "variables: {a: {type: integer}}\n", head + "variables: {a: {defualt: x}}\n", head + "variables:\n",
		"+" + head + "variables: {a: 5, b: , c: {default: 5, type: int, description: x}}\n",
		head + "include: a\n", head + "include: [[a]]\n", head + "defaults: {vms: {}}\n", head + "defaults: {vm: {offring: x}}\n", head + "defaults: {vm: {count: 1}}\n", "+" + head + "defaults: {vm: {offering: x}}\n",
	} {
		text, good := strings.CutPrefix(text, "+")
		_, err := loadText(text)
		if (err == nil) != good {
			t.Errorf("Load: %v of\n%s", err, text)
		}
		if err := accepts(s, []byte(text)); (err == nil) != good {
			t.Errorf("schema: %v of\n%s", err, text)
		}
	}
}

// Editors show a text for every field of every kind.
func TestSchemaTellsWhatEveryFieldIs(t *testing.T) {
	var top struct {
		Properties map[string]struct {
			AdditionalProperties any
		}
	}
	if err := json.Unmarshal(spec.Schema(kind.All()), &top); err != nil {
		t.Fatal(err)
	}
	for _, k := range kind.All() {
		resource, _ := top.Properties[k.Plural].AdditionalProperties.(map[string]any)
		fields, _ := resource["properties"].(map[string]any)
		for _, f := range k.Fields {
			field, _ := fields[f.Name].(map[string]any)
			for _, word := range []string{"description", "markdownDescription"} {
				if text, _ := field[word].(string); !strings.Contains(text, f.Doc) {
					t.Errorf("%s.%s: %s is %q", k.Name, f.Name, word, text)
				}
			}
		}
	}
	if !bytes.Equal(spec.Schema(kind.All()), spec.Schema(kind.All())) {
		t.Error("two schemas of the same kinds differ")
	}
}
