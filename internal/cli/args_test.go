package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestFlagsMayStandBehindTheStack(t *testing.T) {
	commands := newApp(&process{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}).Commands
	for _, test := range []struct{ given, want string }{
		{"trueup", "trueup"},
		{"trueup apply", "trueup apply"},
		{"trueup apply shop --yes", "trueup apply --yes shop"},
		{"trueup apply shop --var a=b --yes", "trueup apply --var a=b --yes shop"},
		{"trueup apply shop --var=a=b --yes", "trueup apply --var=a=b --yes shop"},
		{"trueup drift one --timeout 1m two", "trueup drift --timeout 1m one two"},
		{"trueup plan --detailed-exitcode shop", "trueup plan --detailed-exitcode shop"},
		{"trueup plan shop --bogus x", "trueup plan --bogus shop x"},
		{"trueup plan a -- --yes", "trueup plan a -- --yes"},
		{"trueup plan - --cloud", "trueup plan --cloud -"},
		{"trueup nosuch shop --yes", "trueup nosuch shop --yes"},
	} {
		if got := strings.Join(flagsFirst(commands, strings.Fields(test.given)), " "); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.given, got, test.want)
		}
	}
}

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	for _, c := range newApp(&process{}).Commands {
		if c.Usage == "" || !strings.Contains(c.Description, "\n\nExamples:\n   trueup "+c.Name) {
			t.Errorf("%s has no help with examples:\n%s", c.Name, c.Description)
		}
	}
}
