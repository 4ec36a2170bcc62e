package crash

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"sync"

	"github.com/trueup/trueup/internal/cli"
)

// noProcess is no process: larger than any id that Linux gives.
const noProcess = 1<<22 + 1

// run is one run of the program.
type run struct {
	wire *wire
	out  transcript
	ctx  context.Context
	code int
	done chan struct{}
}

// start lets the program run a command on the stack in dir. seenDead makes it
// look to others on its host as if its process were gone, from the start.
func (p *playground) start(number uint64, dir, command string, w *wire, seenDead bool) *run {
	p.Helper()
	ctx, cancel := context.WithCancel(p.Context())
	w.next, w.seed, w.die = p.service.Client().Transport, p.seed+number, cancel
	keys := p.sim.User()
	r := &run{wire: w, ctx: ctx, done: make(chan struct{})}
	program := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &r.out, Stderr: &r.out,
		Env: []string{
			"CLOUDSTACK_ENDPOINT=" + p.service.URL, "CLOUDSTACK_KEY=" + keys.Key, "CLOUDSTACK_SECRET_KEY=" + keys.Secret,
		},
		Random:    rand.NewChaCha8([32]byte{byte(p.seed), byte(p.seed >> 8), byte(number), byte(number >> 8)}),
		Transport: w,
		Choose:    dice(p.seed, number),
		Wall:      p.wall,
		PID:       os.Getpid(),
	}
	if seenDead {
		program.PID = noProcess
	}
	args := []string{"trueup", command, "--yes", "--lock-timeout", "10m", "--parallel", "16"}
	if command != "destroy" {
		args = append(args, "--max-deletes", "1000")
	}
	own := p.TempDir() // a run leaves its journal beside the stack
	if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
		p.Fatal(err)
	}
	go func() {
		defer close(r.done)
		r.code = program.Main(ctx, append(args, own))
	}()
	return r
}

// must runs a command to its end and fails the test if it doesn't succeed.
func (p *playground) must(number uint64, dir, command string) *wire {
	p.Helper()
	w := &wire{}
	r := p.start(number, dir, command, w, false)
	<-r.done
	if r.code != 0 {
		p.Fatalf("%s: exit code %d\n%s", command, r.code, r.out.String())
	}
	return w
}

// transcript is what a run says, which it does from several places at once.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// dice give numbers from 0 to n-1 that a seed decides, to several at once.
func dice(seed, number uint64) func(n int) int {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, number))
	return func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(n)
	}
}
