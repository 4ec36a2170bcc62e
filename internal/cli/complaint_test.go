package cli

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// TestComplaint runs testdata/complaint: what people complain about in tools of
// this sort, each against a simulated cloud. Each script fails where the
// behaviour that answers its complaint is switched off. Its commands are those
// of [TestScripts].
func TestComplaint(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/complaint")
	t.Run("R24", notReadyAndStuck)
}

// notReadyAndStuck: done isn't ready, and time-outs don't say what they waited
// for. Here a machine is done once its port answers, and both a port that never
// does and a job that never ends are told with what they hang in and for how long.
func notReadyAndStuck(t *testing.T) {
	t.Parallel()
	const file = `version: 1
stack: shop
zone: sg1
vms:
  web:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: tiny
    ready: {tcp: 22, timeout: 2m}
`
	stack := stackOf(t, file)
	run := func(t *testing.T, faults *simulator.Faults, answers time.Duration, code int, says ...string) {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t, simulator.Config{Faults: faults})
			defer b.close()
			began := time.Now()
			b.dial = func(context.Context, string, string) (net.Conn, error) {
				if time.Since(began) < answers {
					return nil, syscall.ECONNREFUSED
				}
				answering, _ := net.Pipe()
				return answering, nil
			}
			c, out := b.change(stack, 16)
			if err := c.leased(t.Context()); exitCode(err) != code {
				t.Errorf("exit code %d, want %d", exitCode(err), code)
			}
			if code == exitDone && time.Since(began) < answers {
				t.Errorf("done after %s, before the port answered", time.Since(began))
			}
			for _, text := range says {
				if !strings.Contains(out.String(), text) {
					t.Errorf("nothing says %q:\n%s", text, out)
				}
			}
		})
	}
	t.Run("late", func(t *testing.T) { run(t, nil, time.Minute, exitDone, "Complete") })
	t.Run("never", func(t *testing.T) {
		run(t, nil, time.Hour, exitPartly, "10.200.0.2:22 is not ready after 2m: it refuses the connection")
	})
	t.Run("stuck", func(t *testing.T) {
		endless := &simulator.Faults{Faults: []simulator.Fault{{Command: "deployVirtualMachine", Do: simulator.EndlessJob}}}
		run(t, endless, 0, exitRunning, "30m", "Starting", "To go on: trueup apply")
	})
}
