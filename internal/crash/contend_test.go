//go:build unix

package crash

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestContendersTakeTurns lets processes apply one stack at once, each of which is
// paused after some commands, and most are killed then, against a simulator in a
// process of its own. Only one at a time changes the stack, and what is there at
// the end is what one undisturbed run makes.
func TestContendersTakeTurns(t *testing.T) {
	t.Parallel()
	rounds, longest := 1, 2*time.Second
	if os.Getenv(torture) != "" {
		rounds, longest = 5, 75*time.Second // longer than the lease outlives its last beat
	}
	dir := written(t, killable)
	alone := startCloudProcess(t)
	want := alone.mustFinish("apply", dir)
	alone.stop()
	for _, n := range []int{2, 8} {
		for round := range rounds {
			t.Run(fmt.Sprintf("%d/%d", n, round), func(t *testing.T) {
				t.Parallel()
				c := startCloudProcess(t)
				defer c.stop()
				random := rand.New(rand.NewPCG(uint64(n), uint64(round)))
				gate := &gate{cloud: c}
				var all sync.WaitGroup
				for i := range n {
					lot := fortune{kill: random.IntN(3) > 0, after: 1 + random.IntN(4), pause: time.Duration(random.Int64N(int64(longest)))}
					all.Go(func() { gate.contend(i, dir, lot) })
				}
				all.Wait()
				gate.mustHaveTakenTurns()
				c.mustEndAs(want, "apply", dir)
			})
		}
	}
}

// fortune is what befalls a process: it is stopped once it has sent so many
// commands that change the stack, and goes on after a pause or is killed.
type fortune struct {
	after int
	pause time.Duration
	kill  bool
}

// gate is the way of several processes to a cloud, which sees who sends what.
type gate struct {
	cloud *cloudProcess

	mu   sync.Mutex // processes send at once
	sent []passed
}

// passed is a command that changes the stack.
type passed struct {
	process int
	command string
}

// contend runs an apply in a process of its own, and it befalls it what must.
func (g *gate) contend(process int, dir string, lot fortune) {
	cloud, err := url.Parse(g.cloud.endpoint)
	if err != nil {
		g.cloud.Error(err)
		return
	}
	var talk bytes.Buffer
	var disturbances sync.WaitGroup
	started := make(chan *os.Process, 1)
	cmd := program(g.cloud.T, "apply", "--yes", "--lock-timeout", "10m", dir)
	way := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: cloud.Scheme, Host: cloud.Host})
		if g.note(process, r.Out) == lot.after {
			disturbances.Go(func() { lot.befall(<-started) })
		}
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }})
	defer way.Close()
	cmd.Env = append(slices.Clone(g.cloud.env), "CLOUDSTACK_ENDPOINT="+way.URL+cloud.Path)
	cmd.Stdout, cmd.Stderr = &talk, &talk
	if err := cmd.Start(); err != nil {
		g.cloud.Error(err)
		return
	}
	started <- cmd.Process
	err = cmd.Wait()
	disturbances.Wait()
	overtaken := strings.Contains(talk.String(), "the lease of the stack was lost") // while it was paused
	if err != nil && cmd.ProcessState.Exited() && !overtaken {
		g.cloud.Errorf("process %d: %v\n%s", process, err, talk.String())
	}
}

// befall pauses a process, and kills it or lets it go on. It may have ended.
func (f fortune) befall(p *os.Process) {
	if p.Signal(syscall.SIGSTOP) != nil {
		return
	}
	time.Sleep(f.pause)
	if f.kill {
		_ = p.Kill()
	}
	_ = p.Signal(syscall.SIGCONT)
}

// note remembers a command that changes the stack: anything but questions and
// the books, which contenders for the lease write as well. It returns how many of
// them the process has sent, 0 for any other command.
func (g *gate) note(process int, r *http.Request) (sent int) {
	_, params, err := readCall(r)
	if err != nil {
		g.cloud.Error(err)
	}
	command := params.Get("command")
	if strings.HasPrefix(command, "list") || strings.HasPrefix(command, "query") || strings.HasSuffix(command, "Tags") ||
		command == "createSecurityGroup" && strings.HasPrefix(params.Get("name"), "trueup.") {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = append(g.sent, passed{process, command})
	for _, p := range g.sent {
		if p.process == process {
			sent++
		}
	}
	return sent
}

// mustHaveTakenTurns fails the test where a process changed something after
// another had begun to.
func (g *gate) mustHaveTakenTurns() {
	g.cloud.Helper()
	var turns []int
	for _, p := range g.sent {
		if len(turns) > 0 && turns[len(turns)-1] == p.process {
			continue
		}
		if slices.Contains(turns, p.process) {
			g.cloud.Errorf("process %d sent %s after another had taken over: %v", p.process, p.command, g.sent)
		}
		turns = append(turns, p.process)
	}
	g.cloud.Logf("processes %v took turns to send %d commands", turns, len(g.sent))
}
