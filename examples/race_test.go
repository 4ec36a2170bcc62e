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
	"github.com/trueup/trueup/provider/simulator"
)

// asProgram makes the test binary behave as trueup, from the moment its
// standard input ends: the barrier that releases several at once.
const asProgram = "TRUEUP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
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

// creates are the commands that make something, with the parameter that says
// what: of each, one may succeed for each value.
var creates = map[string]string{
	"deployVirtualMachine": "name",
	"createSecurityGroup":  "name",
	"createAffinityGroup":  "name",
	"createNetwork":        "name",
	"registerSSHKeyPair":   "name",
	"associateIpAddress":   "networkid",
}

func TestTwoAppliesAtOnceMakeNothingTwice(t *testing.T) {
	t.Parallel()
	const rounds = 20
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{Seed: uint64(round)})
			args := []string{"apply", "--yes", "shop"}
			if round%2 == 1 { // half of the rounds wait for each other
				args = append(args, "--lock-timeout", "5m")
			}
			one, two := c.process(args...), c.process(args...)
			one.release(t)
			two.release(t)
			codes := [2]int{one.wait(), two.wait()}

			switch {
			case round%2 == 1 && codes == [2]int{0, 0}:
				if !strings.Contains(one.out.String()+two.out.String(), "Waiting for run") {
					t.Errorf("neither says that it waits:\n%s\n%s", one.out.String(), two.out.String())
				}
			case round%2 == 0 && (codes == [2]int{0, 3} || codes == [2]int{3, 0}):
			default:
				t.Fatalf("exit codes %v\n%s\n%s", codes, one.out.String(), two.out.String())
			}
			c.madeOnce()
			if got := c.changes("shop"); len(got) != 0 {
				t.Errorf("a plan afterwards is not empty: %q", got)
			}
		})
	}
}

// madeOnce fails the test if the simulator's log shows anything made twice.
func (c *cloud) madeOnce() {
	c.Helper()
	made := map[string]int{}
	for _, r := range c.sim.Requests() {
		if param, ok := creates[r.Command]; ok && r.Status == 200 {
			made[r.Command+" "+r.Params[param]]++
		}
	}
	if len(made) == 0 {
		c.Error("nothing was made")
	}
	for what, times := range made {
		if times > 1 {
			c.Errorf("%s: %d times", what, times)
		}
	}
}

// process is trueup in a process of its own, waiting to be released.
type process struct {
	cmd     *exec.Cmd
	barrier io.Closer
	out     *bytes.Buffer
}

func (c *cloud) process(args ...string) process {
	c.Helper()
	cmd := exec.CommandContext(c.Context(), os.Args[0], args...)
	cmd.Env = append(c.env(), asProgram+"=1")
	barrier, err := cmd.StdinPipe()
	if err != nil {
		c.Fatal(err)
	}
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	return process{cmd, barrier, out}
}

func (p process) release(t *testing.T) {
	t.Helper()
	if err := p.barrier.Close(); err != nil {
		t.Fatal(err)
	}
}

// wait returns the process's exit code once it has ended.
func (p process) wait() int {
	_ = p.cmd.Wait() // the exit code says it all
	return p.cmd.ProcessState.ExitCode()
}
