package crash

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// killable is applied by processes that are killed: nothing in it makes the next
// run wait for the settling time.
const killable = `
version: 1
stack: killable
zone: sg1
origin: killed
securityGroups:
  web:
    ingress: [tcp/80 from any, tcp/443 from any, tcp/22 from group:db]
  db:
    ingress: [tcp/5432 from group:web]
affinityGroups:
  apart: {type: non-strict host anti-affinity}
vms:
  web:
    count: 3
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    securityGroups: [web]
    affinityGroups: [apart]
    tags: {team: web}
  db:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Medium Instance
    securityGroups: [db]
    displayName: The database
`

// TestKilledProcessesAreFinishedByTheNext kills the real program with SIGKILL at
// random moments, while it applies and while it destroys, against a simulator in
// a process of its own.
func TestKilledProcessesAreFinishedByTheNext(t *testing.T) {
	t.Parallel()
	const clouds = 10 // at a time: most of the time everybody waits
	kills := 3        // in each
	if os.Getenv(torture) != "" {
		kills = 20
	}
	dir := written(t, killable)
	whole := startCloudProcess(t)
	began := time.Now()
	applied := whole.mustFinish("apply", dir)
	took := time.Since(began)
	destroyed := whole.mustFinish("destroy", dir)
	whole.stop()

	var all sync.WaitGroup
	for n := range clouds {
		all.Go(func() {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, uint64(n)))
				for left := kills; left > 0; {
					c := startCloudProcess(t)
					left -= c.killSome(min(left, 2), random, took, "apply", dir)
					c.mustEndAs(applied, "apply", dir)
					left -= c.killSome(min(left, 2), random, took, "destroy", dir)
					c.mustEndAs(destroyed, "destroy", dir)
					c.stop()
				}
			})
		})
	}
	all.Wait()
	t.Logf("%d processes killed within %s of their start", clouds*kills, took.Round(time.Millisecond))
}

// killSome runs a command and kills it, so many times or until it was quicker,
// and returns how often it was killed.
func (c *cloudProcess) killSome(times int, random *rand.Rand, within time.Duration, command, dir string) (killed int) {
	c.Helper()
	for range times {
		if !c.kill(time.Duration(random.Int64N(int64(within))), command, dir) {
			break
		}
		killed++
	}
	return killed
}

// mustEndAs finishes a command and compares what the cloud holds then.
func (c *cloudProcess) mustEndAs(want []string, command, dir string) {
	c.Helper()
	if diff := difference(want, c.mustFinish(command, dir)); diff != "" {
		c.Fatalf("%s: the cloud differs from that of an unbroken run (-want +got):\n%s", command, diff)
	}
}

// cloudProcess is a simulator in a process of its own.
type cloudProcess struct {
	*testing.T
	process  *exec.Cmd
	admin    *cloudstack.Client
	env      []string // of who uses it
	endpoint string
}

func startCloudProcess(t *testing.T) *cloudProcess {
	t.Helper()
	c := &cloudProcess{T: t, process: program(t, "simulator", "--seed", "1")}
	out, err := c.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.process.Start(); err != nil {
		t.Fatal(err)
	}
	var where struct{ Endpoint, Key, Secret, AdminKey, AdminSecret string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &where)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.endpoint = where.Endpoint
	c.env = []string{"CLOUDSTACK_ENDPOINT=" + where.Endpoint, "CLOUDSTACK_KEY=" + where.Key, "CLOUDSTACK_SECRET_KEY=" + where.Secret}
	c.admin, err = cloudstack.New(where.Endpoint,
		cloudstack.Credentials{APIKey: cloudstack.Secret(where.AdminKey), SecretKey: cloudstack.Secret(where.AdminSecret)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cloudProcess) stop() {
	c.Helper()
	err := c.process.Process.Signal(os.Interrupt)
	if err := errors.Join(err, c.process.Wait()); err != nil {
		c.Errorf("the simulator: %v", err)
	}
}

// program is this program, to be run in a process of its own; see TestMain.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"trueup"}, args...)
	return cmd
}

// kill runs a command and kills it after a while. It reports whether that was
// before its end.
func (c *cloudProcess) kill(after time.Duration, command, dir string) bool {
	c.Helper()
	cmd := program(c.T, command, "--yes", dir)
	cmd.Env = c.env
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer timer.Stop()
	_ = cmd.Wait() // the state says it all
	return !cmd.ProcessState.Exited()
}

// mustFinish runs a command to its end, makes sure that nothing is left to do,
// and returns what the cloud holds then.
func (c *cloudProcess) mustFinish(command, dir string) []string {
	c.Helper()
	var talk bytes.Buffer
	for _, args := range [][]string{{command, "--yes", dir}, {command, "--yes", dir}} {
		talk.Reset()
		cmd := program(c.T, args...)
		cmd.Env, cmd.Stdout, cmd.Stderr = c.env, &talk, &talk
		if err := cmd.Run(); err != nil {
			c.Fatalf("trueup %s: %v\n%s", strings.Join(args, " "), err, talk.String())
		}
	}
	if !strings.Contains(talk.String(), "No changes") {
		c.Errorf("a second %s found something to do:\n%s", command, talk.String())
	}
	found, err := things(context.Background(), c.admin)
	if err != nil {
		c.Fatal(err)
	}
	return portrait(found)
}
