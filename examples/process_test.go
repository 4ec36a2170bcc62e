package examples

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/trueup/trueup/internal/cli"
)

// asProgram makes the test binary behave as trueup, from the moment its
// standard input ends: the barrier that releases several at once.
const asProgram = "TRUEUP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if tool, ok := tools[os.Getenv(asTool)]; ok {
		if err := tool(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(asProgram) == "" {
		flag.Parse()
		if err := flag.Set("test.parallel", "12"); err != nil { // they wait more than they compute
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(cli.Main(append([]string{"trueup"}, os.Args[1:]...), strings.NewReader(""), os.Stdout, os.Stderr, os.Environ()))
}

// process is trueup in a process of its own, waiting to be released.
type process struct {
	*cloud
	cmd            *exec.Cmd
	barrier        io.Closer
	stdout, stderr bytes.Buffer
}

func (c *cloud) process(args ...string) *process {
	c.Helper()
	p := &process{cloud: c, cmd: exec.CommandContext(c.Context(), os.Args[0], args...)}
	p.cmd.Env = append(c.env(), asProgram+"=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	barrier, err := p.cmd.StdinPipe()
	if err != nil {
		c.Fatal(err)
	}
	p.barrier = barrier
	if err := p.cmd.Start(); err != nil {
		c.Fatal(err)
	}
	return p
}

func (p *process) release() {
	p.Helper()
	if err := p.barrier.Close(); err != nil {
		p.Fatal(err)
	}
}

// wait returns the process's exit code once it has ended.
func (p *process) wait() int {
	_ = p.cmd.Wait() // the exit code says it all
	return p.cmd.ProcessState.ExitCode()
}

// said is what the process wrote, once it has ended.
func (p *process) said() string { return p.stdout.String() + p.stderr.String() }
