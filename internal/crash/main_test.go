package crash

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/trueup/trueup/internal/cli"
)

// TestMain lets this test binary be the program, for tests that kill it. More
// tests run beside each other than there are processors: real processes wait
// for jobs more than they compute. And garbage is collected less often: a sweep is
// many small worlds, one after the other.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400)
	testscript.Main(m, map[string]func(){
		"trueup": func() { os.Exit(cli.Main(os.Args, os.Stdin, os.Stdout, os.Stderr, os.Environ())) },
	})
}
