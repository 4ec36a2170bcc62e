package cli

import (
	"bytes"
	"strings"
	"testing"
)

func TestAMistakeInTheCommandLineSaysWhatWasMeant(t *testing.T) {
	for _, test := range []struct{ given, want string }{
		{"plna", `trueup has no command "plna"; did you mean plan?; see trueup --help`},
		{"frobnicate", `trueup has no command "frobnicate"; see trueup --help`},
		{"help aply", `trueup has no command "aply"; did you mean apply?; see trueup --help`},
		{"--yes apply", `trueup has no flag --yes: the flags of a command stand behind it; see trueup --help`},
		{"--bogus", `trueup has no flag --bogus; see trueup --help`},
		{"plan --tiemout 5m", `trueup plan has no flag --tiemout; did you mean --timeout?; see trueup plan --help`},
		{"apply -y", `trueup apply has no flag -y; did you mean --yes?; see trueup apply --help`},
		{"plan --dry-run", `trueup plan has no flag --dry-run; see trueup plan --help`},
		{"plan --var", `--var needs a value; see trueup plan --help`},
		{"apply --parallel many", `--parallel "many": expected a whole number`},
		{"apply --timeout 5", `--timeout "5": expected a duration such as 30s, 5m or 1h30m`},
		{"apply --yes=maybe", `--yes "maybe": expected true or false`},
		{"plan ---x", `trueup plan: bad flag syntax: ---x; see trueup plan --help`},
	} {
		var stderr bytes.Buffer
		code := Program{Stdout: &bytes.Buffer{}, Stderr: &stderr}.Main(t.Context(), append([]string{"trueup"}, strings.Fields(test.given)...))
		if got := stderr.String(); got != "error: "+test.want+"\n" || code != exitUsage {
			t.Errorf("%s: exit code %d\n got %swant error: %s", test.given, code, got, test.want)
		}
	}
}
