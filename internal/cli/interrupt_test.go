package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

const twoMachines = `version: 1
stack: shop
zone: sg1
securityGroups:
  web: {ingress: [tcp/80 from any]}
vms:
  web:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    securityGroups: [web]
  db:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    securityGroups: [web]
`

// bench runs commands in this process, against a simulator, and interrupts them
// when they have written something.
type bench struct {
	*testing.T
	sim *simulator.Server
	env []string
	dir string
}

// newBench starts a simulator in which the jobs of a command, "" for none, take
// so long.
func newBench(t *testing.T, slow string, job time.Duration) *bench {
	t.Helper()
	config := simulator.Config{Latency: simulator.Latency{Job: time.Millisecond}}
	if slow != "" {
		config.Faults = &simulator.Faults{Faults: []simulator.Fault{{Command: slow, Do: simulator.SlowJob, For: job}}}
	}
	sim, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	service, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	write(t, filepath.Join(dir, "stack.yaml"), twoMachines)
	user := sim.User()
	return &bench{t, sim, []string{"CLOUDSTACK_ENDPOINT=" + service.URL, "CLOUDSTACK_KEY=" + user.Key, "CLOUDSTACK_SECRET_KEY=" + user.Secret}, dir}
}

// run runs a command on the stack. Each time that something of triggers, in
// order, was written a signal comes.
func (b *bench) run(want int, triggers []string, args ...string) string {
	b.Helper()
	out := &trap{triggers: triggers, signals: make(chan os.Signal, 2)}
	p := &process{stdin: strings.NewReader(""), stdout: out, stderr: out, env: b.env, random: rand.Reader,
		interrupts: func() (<-chan os.Signal, func()) { return out.signals, func() {} }}
	args = append(append([]string{"trueup"}, args...), b.dir)
	if got := p.main(b.Context(), args); got != want {
		b.Fatalf("%s: exit code %d, want %d\n%s", strings.Join(args, " "), got, want, out.text.String())
	}
	return out.text.String()
}

// trap sends a signal when a text is written.
type trap struct {
	text     transcript
	mu       sync.Mutex
	triggers []string
	signals  chan os.Signal
}

func (t *trap) Write(b []byte) (int, error) {
	_, _ = t.text.Write(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.triggers) > 0 && bytes.Contains(b, []byte(t.triggers[0])) {
		t.triggers = t.triggers[1:]
		t.signals <- os.Interrupt
	}
	return len(b), nil
}

// deploys counts the machines that were asked for.
func (b *bench) deploys() int {
	n := 0
	for _, r := range b.sim.Requests() {
		if r.Command == "deployVirtualMachine" {
			n++
		}
	}
	return n
}

func TestInterruptedOnceApplyWaitsForWhatRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, "authorizeSecurityGroupIngress", time.Second)
	out := b.run(exitInterrupted, []string{`"command":"authorizeSecurityGroupIngress","phase":"submitted"`}, "apply", "--yes", "--json-events", "--parallel", "1")
	for _, want := range []string{"waiting for what runs", `"command":"authorizeSecurityGroupIngress","phase":"done"`, `"ending":"interrupted"`, "To go on: trueup apply "} {
		if !strings.Contains(out, want) {
			t.Errorf("the output does not tell %q:\n%s", want, out)
		}
	}
	if b.deploys() != 0 {
		t.Error("a machine was started after the interrupt")
	}
	b.run(exitDone, nil, "apply", "--yes")
	b.run(exitDone, nil, "plan", "--detailed-exitcode")
	if b.deploys() != 2 {
		t.Errorf("%d deploys for 2 machines", b.deploys())
	}
}

func TestInterruptedTwiceApplyLeavesAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, "deployVirtualMachine", 5*time.Minute)
	out := b.run(exitInterrupted, []string{`"command":"deployVirtualMachine","phase":"submitted"`, "waiting for what runs"}, "apply", "--yes", "--json-events")
	if !strings.Contains(out, `"phase":"running"`) {
		t.Errorf("no step is told to be still running:\n%s", out)
	}
	b.sim.Advance(6 * time.Minute) // less than after which signatures expire
	out = b.run(exitDone, nil, "apply", "--yes")
	b.run(exitDone, nil, "plan", "--detailed-exitcode")
	if b.deploys() != 2 {
		t.Errorf("%d deploys for 2 machines:\n%s", b.deploys(), out)
	}
}

func TestOutOfTimeApplySaysWhatStillRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t, "deployVirtualMachine", 5*time.Minute)
	out := b.run(exitRunning, nil, "apply", "--yes", "--timeout", "10s")
	if !strings.Contains(out, "  running      vm/web") {
		t.Errorf("nothing is told to be still running:\n%s", out)
	}
}

func TestInterruptedWhileReadingACommandEnds(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	p := &process{interrupts: func() (<-chan os.Signal, func()) { return signals, func() {} }}
	err := attend(t.Context(), p, 0, func(ctx context.Context, _ *brake) error {
		<-ctx.Done()
		return fmt.Errorf("read the cloud: %w", ctx.Err())
	})
	if got := exitCode(err); got != exitInterrupted {
		t.Errorf("exit code %d of %v", got, err)
	}
}
