package cli

import (
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// onlyReads runs trueup, which must exit with the code and send nothing but
// commands that read.
func onlyReads(ts *testscript.TestScript, neg bool, args []string) {
	before := len(cloudOf(ts).server.Requests())
	exitsWith(ts, neg, args)
	sent := cloudOf(ts).server.Requests()[before:]
	if len(sent) == 0 {
		ts.Fatalf("nothing was asked at all")
	}
	for _, r := range sent {
		if !strings.HasPrefix(r.Command, "list") {
			ts.Fatalf("%s was called", r.Command)
		}
	}
}

// callsAtMost runs trueup, which must exit with the code and make no more calls
// than it is allowed.
func callsAtMost(ts *testscript.TestScript, neg bool, args []string) {
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	before := len(cloudOf(ts).server.Requests())
	exitsWith(ts, neg, args[1:])
	if made := len(cloudOf(ts).server.Requests()) - before; made > limit {
		ts.Fatalf("%d calls were made, and %d are allowed", made, limit)
	}
}
