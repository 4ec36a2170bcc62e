//go:build unix

package crash

import (
	"context"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// What CI runners do to a job that is cancelled or has run out of time: SIGTERM,
// and SIGKILL ten seconds later if it hasn't ended. The cloud is in the test's own
// process here, so that its jobs can outlast the runner's patience and end when
// the test wants it.

// outlasting is how long the deployments of the cloud take.
const outlasting = 5 * time.Minute

func TestTerminatedAndThenKilledARunIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	c := startSlowCloud(t)
	dir := written(t, killable)
	r := c.begin("apply", "--yes", "--json-events", "--parallel", "2", dir)
	r.awaitText(`"command":"deployVirtualMachine","phase":"submitted"`)
	r.signal(syscall.SIGTERM)
	r.awaitText("waiting for what runs")
	r.signal(syscall.SIGKILL) // what runs takes longer than any runner waits
	r.awaitEnd()
	if r.cmd.ProcessState.Exited() {
		t.Fatalf("it ended by itself: %v\n%s", r.cmd.ProcessState, &r.said)
	}
	begun := c.count("deployVirtualMachine")
	if begun == 0 || begun == 4 {
		t.Fatalf("%d machines of 4 were begun", begun)
	}

	c.sim.Misbehave(nil)
	c.sim.Advance(outlasting)
	again := c.begin("apply", "--yes", dir) // and no --lock-timeout: who holds the lease is dead
	again.awaitEnd()
	if code := again.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the next run: exit code %d\n%s", code, &again.said)
	}
	if n := c.count("deployVirtualMachine"); n != 4 {
		t.Errorf("%d deployments for 4 machines", n)
	}
	c.mustBe(undisturbed(t, dir))
}

func TestTerminatedARunEndsInOrder(t *testing.T) {
	t.Parallel()
	c := startSlowCloud(t)
	dir := written(t, killable)
	r := c.begin("apply", "--yes", "--json-events", "--parallel", "1", dir)
	r.awaitText(`"command":"deployVirtualMachine","phase":"submitted"`)
	r.signal(syscall.SIGTERM)
	r.awaitText("waiting for what runs")
	c.sim.Advance(outlasting) // within the runner's ten seconds
	r.awaitEnd()
	if code := r.cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	for _, want := range []string{`"command":"deployVirtualMachine","phase":"done"`, `"ending":"interrupted"`, "To go on: trueup apply " + dir} {
		if !strings.Contains(r.said.String(), want) {
			t.Errorf("it doesn't say %q:\n%s", want, &r.said)
		}
	}
	if n := c.count("deployVirtualMachine"); n != 1 {
		t.Errorf("%d machines were begun, want the one before the signal", n)
	}
	if left := c.onAnchors("trueup.lease", "trueup.note."); len(left) > 0 {
		t.Errorf("left on the anchor: %v", left)
	}

	c.sim.Misbehave(nil)
	again := c.begin("apply", "--yes", dir)
	again.awaitEnd()
	if code := again.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the next run: exit code %d\n%s", code, &again.said)
	}
	c.mustBe(undisturbed(t, dir))
}

// slowCloud is a simulator in this process, which others reach over loopback.
type slowCloud struct {
	*testing.T
	sim     *simulator.Server
	service *simulator.Service
}

func startSlowCloud(t *testing.T) *slowCloud {
	t.Helper()
	faults := &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.SlowJob, Command: "deployVirtualMachine", For: outlasting}}}
	sim, err := simulator.New(simulator.Config{Seed: 1, Faults: faults})
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
	return &slowCloud{t, sim, service}
}

// undisturbed is what the cloud holds when nothing has come between.
func undisturbed(t *testing.T, dir string) []string {
	t.Helper()
	c := startSlowCloud(t)
	c.sim.Misbehave(nil)
	r := c.begin("apply", "--yes", dir)
	r.awaitEnd()
	return c.portrait()
}

func (c *slowCloud) portrait() []string {
	c.Helper()
	keys := c.sim.Admin()
	admin, err := cloudstack.New(c.service.URL, cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(&http.Client{Transport: c.service.Client().Transport}))
	if err != nil {
		c.Fatal(err)
	}
	found, err := things(c.Context(), admin)
	if err != nil {
		c.Fatal(err)
	}
	return portrait(found)
}

func (c *slowCloud) mustBe(want []string) {
	c.Helper()
	if diff := difference(want, c.portrait()); diff != "" {
		c.Errorf("the cloud differs from that of an undisturbed run (-want +got):\n%s", diff)
	}
}

// count is how often a command was called.
func (c *slowCloud) count(command string) (n int) {
	for _, r := range c.sim.Requests() {
		if r.Command == command {
			n++
		}
	}
	return n
}

// onAnchors are the tags there whose keys begin so.
func (c *slowCloud) onAnchors(prefixes ...string) []string {
	return slices.DeleteFunc(c.portrait(), func(line string) bool {
		return !strings.HasPrefix(line, "listTags ") || !slices.ContainsFunc(prefixes, func(p string) bool { return strings.Contains(line, `"key":"`+p) })
	})
}

// begun is a run in a process of its own.
type begun struct {
	*testing.T
	cmd  *exec.Cmd
	said transcript
	end  chan struct{}
}

func (c *slowCloud) begin(args ...string) *begun {
	c.Helper()
	keys := c.sim.User()
	r := &begun{T: c.T, cmd: program(c.T, args...), end: make(chan struct{})}
	r.cmd.Env = []string{"CLOUDSTACK_ENDPOINT=" + c.service.URL, "CLOUDSTACK_KEY=" + keys.Key, "CLOUDSTACK_SECRET_KEY=" + keys.Secret}
	r.cmd.Stdout, r.cmd.Stderr = &r.said, &r.said
	if err := r.cmd.Start(); err != nil {
		c.Fatal(err)
	}
	go func() {
		defer close(r.end)
		_ = r.cmd.Wait() // the state says it all
	}()
	return r
}

func (r *begun) signal(s syscall.Signal) {
	r.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.Fatalf("%v: %v\n%s", s, err, &r.said)
	}
}

// patient bounds how long anything is waited for.
const patient = time.Minute

// awaitText waits until the run has said something.
func (r *begun) awaitText(text string) {
	r.Helper()
	for over := time.After(patient); !strings.Contains(r.said.String(), text); {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-r.end:
			if !strings.Contains(r.said.String(), text) {
				r.Fatalf("it ended without saying %q:\n%s", text, &r.said)
			}
		case <-over:
			r.Fatalf("it doesn't say %q:\n%s", text, &r.said)
		}
	}
}

func (r *begun) awaitEnd() {
	r.Helper()
	select {
	case <-r.end:
	case <-time.After(patient):
		r.Fatalf("it doesn't end:\n%s", &r.said)
	}
}
