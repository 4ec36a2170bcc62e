package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this test binary be the program: scripts run the real Main in
// processes of their own.
// More tests run beside each other than there are processors: they wait for
// jobs more than they compute.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"trueup": func() { os.Exit(Main(os.Args, os.Stdin, os.Stdout, os.Stderr, os.Environ())) },
	})
}

// TestScripts runs testdata/script. Beside trueup itself, scripts may use
//
//	cloud [flavour=NAME] [limit.TYPE=N] [forbid=COMMAND,COMMAND...] [faults=FILE]
//	                                     start a simulator and point CLOUDSTACK_* at it
//	advance DURATION                     move its clock
//	api COMMAND [KEY=VALUE...]           call it by hand, as the ordinary user, and wait for the job;
//	                                     @COMMAND:NAME is the id of what COMMAND lists by that name
//	calls COMMAND N                      it was called so N times
//	exits CODE ARG...                    run trueup; it must exit with the code
//	reads CODE ARG...                    as exits, and it must only have listed
//	atmost N CODE ARG...                 as exits, with at most N calls of the API
//	odd ARG...                           run trueup on the stack shop once for each odd value an answer can hold
//	proxy                                point CLOUDSTACK_ENDPOINT at a proxy that answers HTML
//	tls                                  point CLOUDSTACK_ENDPOINT at the cloud behind a certificate; ca.pem signed it
//	lease STACK                          hold the lease of a stack until the script ends
func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script")
}

// runScripts runs the scripts of a directory, each as a test of its own.
func runScripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"cloud":   startCloud,
			"advance": advanceClock,
			"api":     callByHand,
			"calls":   countCalls,
			"exits":   exitsWith,
			"reads":   onlyReads,
			"atmost":  callsAtMost,
			"odd":     oddly,
			"proxy":   startProxy,
			"lease":   holdLease,
			"tls":     startTLS,
		},
		Setup: func(e *testscript.Env) error {
			e.Values[cloudKey{}] = &scriptCloud{}
			return nil
		},
	})
}
