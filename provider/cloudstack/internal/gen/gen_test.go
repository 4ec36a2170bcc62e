package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const recorded = "../../../../testdata/golden/listApis.json"

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := generate(recorded)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for _, f := range files {
		wanted[f.name] = true
		have, err := os.ReadFile(filepath.Join("../..", f.name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(have), string(f.source)); diff != "" {
			t.Errorf("%s: run go generate ./provider/cloudstack (-have +generated):\n%s", f.name, diff)
		}
	}
	for _, pattern := range []string{"../../*_gen.go", "../../*_gen_test.go"} {
		found, _ := filepath.Glob(pattern)
		for _, f := range found {
			if !wanted[filepath.Base(f)] {
				t.Errorf("%s is generated no more: remove it", f)
			}
		}
	}
}

// The server lists commands, parameters and fields in a random order; what is
// generated doesn't depend on it.
func TestGeneratedCodeDoesNotDependOnTheOrder(t *testing.T) {
	raw, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	var exchange map[string]any
	if err := json.Unmarshal(raw, &exchange); err != nil {
		t.Fatal(err)
	}
	reverse(exchange)
	if raw, err = json.Marshal(exchange); err != nil {
		t.Fatal(err)
	}
	reversed := filepath.Join(t.TempDir(), "listApis.json")
	if err := os.WriteFile(reversed, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	want, err1 := generate(recorded)
	got, err2 := generate(reversed)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for i := range want {
		if diff := cmp.Diff(string(want[i].source), string(got[i].source)); diff != "" {
			t.Errorf("%s (-in order +reversed):\n%s", want[i].name, diff)
		}
	}
}

// reverse turns round every list in a JSON value.
func reverse(v any) {
	switch x := v.(type) {
	case map[string]any:
		for _, y := range x {
			reverse(y)
		}
	case []any:
		slices.Reverse(x)
		for _, y := range x {
			reverse(y)
		}
	}
}

func TestAnUnknownCommandIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "listApis.json")
	if err := os.WriteFile(file, []byte(`{"body":{"listapisresponse":{"api":[{"name":"listOther"}]}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(file); err == nil || !strings.Contains(err.Error(), "the server does not know listZones") {
		t.Errorf("a server without listZones: %v", err)
	}
	if err := os.WriteFile(file, []byte(`{}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(file); err == nil || !strings.Contains(err.Error(), "no command in it") {
		t.Errorf("an empty recording: %v", err)
	}
}

func TestComment(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 40))
	lines := strings.Split(strings.TrimSuffix(comment("\t", long), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for _, l := range lines {
		if len(l) > 110 || !strings.HasPrefix(l, "\t// word") {
			t.Errorf("a line of %d bytes: %q", len(l), l)
		}
	}
}

func TestGoName(t *testing.T) {
	for wire, want := range map[string]string{
		"virtualmachineid":   "VirtualMachineID",
		"listSSHKeyPairs":    "ListSSHKeyPairs",
		"associateIpAddress": "AssociateIPAddress",
		"enableStaticNat":    "EnableStaticNAT",
		"listApis":           "ListAPIs",
		"addIpToNic":         "AddIPToNic",
		"issourcenat":        "IsSourceNAT",
		"diskkbsread":        "DiskKBsRead",
		"ip6dns1":            "IP6DNS1",
		"cidrlist":           "CIDRs",
		"affinitygroupids":   "AffinityGroupIDs",
		"diskIopsReadRate":   "DiskIOPSReadRate",
	} {
		if got, err := goName(wire); err != nil || got != want {
			t.Errorf("goName(%q) = %q, %v; want %q", wire, got, err, want)
		}
	}
}

func TestGoNameRefusesUnknownWords(t *testing.T) {
	if got, err := goName("frobnicationid"); err == nil {
		t.Errorf("goName of an unknown word gives %q, want an error", got)
	}
}

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"the ID of\n the zone": "The ID of the zone.",
		"true if so.":          "True if so.",
		"IP address":           "IP address.",
		"vCPUs of this":        "vCPUs of this.",
		"":                     "Field: the server says nothing about it.",
	} {
		if got := sentence(text, "Field"); got != want {
			t.Errorf("sentence(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestParamTypes(t *testing.T) {
	for _, c := range []struct {
		command string
		p       param
		want    string
	}{
		{"x", param{Name: "zoneid", Type: "uuid"}, "ID"},
		{"x", param{Name: "resourceid", Type: "string"}, "ID"},
		{"x", param{Name: "forced", Type: "boolean"}, "Opt[bool]"},
		{"x", param{Name: "forced", Type: "boolean", Required: true}, "bool"},
		{"x", param{Name: "startport", Type: "integer"}, "Opt[int]"},
		{"x", param{Name: "networkids", Type: "list"}, "[]ID"},
		{"x", param{Name: "keypairs", Type: "list"}, "[]string"},
		{"x", param{Name: "details", Type: "map"}, "map[string]string"},
		{"listZones", param{Name: "tags", Type: "map"}, "[]TagMatch"},
		{"createTags", param{Name: "tags", Type: "map"}, "[]Tag"},
		{"x", param{Name: "password", Type: "string"}, "Secret"},
	} {
		if got, err := paramType(c.command, c.p); err != nil || got != c.want {
			t.Errorf("%s %s: %q, %v; want %q", c.command, c.p.Name, got, err, c.want)
		}
	}
	if got, err := paramType("x", param{Name: "shape", Type: "polygon"}); err == nil {
		t.Errorf("an unknown type gives %q, want an error", got)
	}
}
