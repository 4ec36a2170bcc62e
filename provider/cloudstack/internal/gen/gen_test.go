package main

import (
	"os"
	"path/filepath"
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
