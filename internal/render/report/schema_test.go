package report

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jacoelho/xsd"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSARIFIsValid holds every SARIF report against OASIS's schema.
func TestSARIFIsValid(t *testing.T) {
	data, err := os.Open("testdata/schema/sarif-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	schema, err := jsonschema.UnmarshalJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		return compiled.Validate(value)
	}
	for _, name := range slices.Sorted(maps.Keys(cases())) {
		if err := valid(write(t, SARIF, cases()[name])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if valid(`{"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": [{"level": "fatal"}]}]}`) == nil {
		t.Error("the schema takes anything")
	}
}

// TestJUnitIsValid holds every JUnit report against the schema of Jenkins' xUnit
// plugin.
func TestJUnitIsValid(t *testing.T) {
	schema, err := xsd.Compile(xsd.File("testdata/schema/junit-10.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(cases())) {
		if err := schema.Validate(strings.NewReader(write(t, JUnit, cases()[name]))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if schema.Validate(strings.NewReader(`<testsuites><testcase/></testsuites>`)) == nil {
		t.Error("the schema takes anything")
	}
}

// TestJSONIsWhatJSONSays reads every JSON report back.
func TestJSONIsWhatJSONSays(t *testing.T) {
	for _, f := range []Format{JSON, Events, GitLab, SARIF} {
		for name, results := range cases() {
			d := json.NewDecoder(strings.NewReader(write(t, f, results)))
			for d.More() {
				var v map[string]any
				if err := d.Decode(&v); err != nil {
					t.Errorf("%s %s: %v", f, name, err)
					break
				}
			}
		}
	}
}
