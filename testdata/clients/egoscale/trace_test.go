package egoscale

import (
	"bytes"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/exoscale/egoscale"
)

func TestTraceShowsRequestAndAnswer(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	var out bytes.Buffer
	cs.Logger = log.New(&out, "prefix ", log.LstdFlags)
	cs.TraceOn()
	list(t, cs, &egoscale.Zone{})
	wantTrace(t, out.String(), "prefix ")

	cs.TraceOff()
	out.Reset()
	list(t, cs, &egoscale.Zone{})
	if out.Len() > 0 {
		t.Errorf("switched off, it still traces:\n%s", out.String())
	}
}

// It is not parallel: it looks at the process's environment and standard error.
func TestTraceByEnvironmentGoesToStandardError(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stderr := os.Stderr
	defer func() { os.Stderr = stderr }()
	os.Stderr = file
	t.Setenv("EXOSCALE_TRACE", "traced ")
	list(t, connect(t), &egoscale.Zone{})
	out, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	wantTrace(t, string(out), "traced ")
}

func wantTrace(t *testing.T, trace, prefix string) {
	t.Helper()
	for _, want := range []string{prefix, "command=listZones", "User-Agent: exoscale/egoscale", "200 OK", `"listzonesresponse"`} {
		if !strings.Contains(trace, want) {
			t.Errorf("the trace lacks %q:\n%s", want, trace)
		}
	}
}
