package cloudstack_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew")

// classes are the classes of failure that a server's answer can have, by name.
var classes = []struct {
	name  string
	class error
}{
	{"ErrNotFound", cloudstack.ErrNotFound}, {"ErrExists", cloudstack.ErrExists}, {"ErrInUse", cloudstack.ErrInUse},
	{"ErrConflict", cloudstack.ErrConflict}, {"ErrQuota", cloudstack.ErrQuota}, {"ErrCapacity", cloudstack.ErrCapacity},
	{"ErrInvalid", cloudstack.ErrInvalid}, {"ErrUnsupported", cloudstack.ErrUnsupported}, {"ErrAuth", cloudstack.ErrAuth},
	{"ErrForbidden", cloudstack.ErrForbidden}, {"ErrThrottled", cloudstack.ErrThrottled}, {"ErrUnavailable", cloudstack.ErrUnavailable},
	{"ErrInternal", cloudstack.ErrInternal},
	{"ErrProtocol", cloudstack.ErrProtocol}, {"ErrOutcomeUnknown", cloudstack.ErrOutcomeUnknown}, {"ErrStillRunning", cloudstack.ErrStillRunning},
	{"ErrAmbiguous", cloudstack.ErrAmbiguous},
}

// classOf names the classes of an error; "-" when it has none.
func classOf(err error) string {
	var names []string
	for _, c := range classes {
		if errors.Is(err, c.class) {
			names = append(names, c.name)
		}
	}
	if names == nil {
		return "-"
	}
	return strings.Join(names, "+")
}

// recordedErrors are the distinct errors of all recordings: of calls and of jobs.
func recordedErrors(t *testing.T) map[string]*cloudstack.APIError {
	found := map[string]*cloudstack.APIError{}
	add := func(command string, status int, in map[string]any) {
		if in == nil || in["errorcode"] == nil {
			return
		}
		parsed, _ := numbers(in).(map[string]any)
		e := cloudstack.FailureOf(command, status, parsed)
		kind := "call"
		if status == 0 {
			kind = "job"
		}
		found[fmt.Sprintf("%s %d %d %s", kind, e.Code, e.CSCode, generalized(e.Text))] = e
	}
	for _, x := range slices.Concat(stories(t), goldens(t)) {
		add(x.cmd, x.status, inside(x.body))
		for _, body := range []any{x.body, x.job} {
			if in := inside(body); in != nil {
				result, _ := in["jobresult"].(map[string]any)
				add(x.cmd, 0, result)
			}
		}
	}
	return found
}

// generalized is a text of the server's without what belongs to one recording.
func generalized(s string) string {
	s = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(s, "UUID")
	s = regexp.MustCompile(`-r\d+`).ReplaceAllString(s, "-RUN")
	s = regexp.MustCompile(`\d+`).ReplaceAllString(s, "N")
	if len(s) > 150 {
		s = s[:150] + "…"
	}
	return s
}

// Every error that was ever recorded has the class that stands in
// testdata/classes.golden, which is read before it is committed. ErrInternal
// is one whose words say nothing to decide by.
func TestEveryRecordedErrorHasItsClass(t *testing.T) {
	found := recordedErrors(t)
	if len(found) < 100 {
		t.Errorf("%d distinct errors, want at least 100", len(found))
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(found)) {
		lines = append(lines, fmt.Sprintf("%-15s %s", classOf(found[key]), key))
	}
	compareGolden(t, "testdata/classes.golden", strings.Join(lines, "\n")+"\n")
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-golden +now):\n%s", file, diff)
	}
}
