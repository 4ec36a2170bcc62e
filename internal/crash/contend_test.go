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
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestContendersTakeTurns lets processes apply one stack at once, all of which are
// paused and most of which are killed then, against a simulator in a process of
// its own. Only one at a time changes the stack, and what is there at
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
					lot := fortune{kill: random.IntN(3) > 0, after: time.Duration(random.Int64N(int64(4 * time.Second))), pause: time.Duration(random.Int64N(int64(longest)))}
					all.Go(func() { gate.contend(i, dir, lot) })
				}
				all.Wait()
				gate.mustHaveTakenTurns()
				c.mustEndAs(want, "apply", dir)
			})
		}
	}
}

// fortune is what befalls a process: it is stopped after a while, and goes on
// after a pause or is killed.
type fortune struct {
	kill         bool
	after, pause time.Duration
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
	way := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: cloud.Scheme, Host: cloud.Host})
		g.note(process, r.Out)
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }})
	defer way.Close()
	var talk bytes.Buffer
	cmd := program(g.cloud.T, "apply", "--yes", "--lock-timeout", "10m", dir)
	cmd.Env = append(slices.Clone(g.cloud.env), "CLOUDSTACK_ENDPOINT="+way.URL+cloud.Path)
	cmd.Stdout, cmd.Stderr = &talk, &talk
	if err := cmd.Start(); err != nil {
		g.cloud.Error(err)
		return
	}
	disturbed := make(chan struct{})
	timer := time.AfterFunc(lot.after, func() { defer close(disturbed); lot.befall(cmd) })
	err = cmd.Wait()
	if !timer.Stop() {
		<-disturbed
	}
	if err != nil && cmd.ProcessState.Exited() {
		g.cloud.Errorf("process %d: %v\n%s", process, err, talk.String())
	}
}

// befall pauses a process, and kills it or lets it go on. It may have ended.
func (f fortune) befall(cmd *exec.Cmd) {
	if cmd.Process.Signal(syscall.SIGSTOP) != nil {
		return
	}
	time.Sleep(f.pause)
	if f.kill {
		_ = cmd.Process.Kill()
	}
	_ = cmd.Process.Signal(syscall.SIGCONT)
}

// note remembers a command that changes the stack: anything but questions and
// the books, which contenders for the lease write as well.
func (g *gate) note(process int, r *http.Request) {
	_, params, err := readCall(r)
	if err != nil {
		g.cloud.Error(err)
	}
	command := params.Get("command")
	if strings.HasPrefix(command, "list") || strings.HasPrefix(command, "query") || strings.HasSuffix(command, "Tags") ||
		command == "createSecurityGroup" && strings.HasPrefix(params.Get("name"), "trueup.") {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent = append(g.sent, passed{process, command})
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
