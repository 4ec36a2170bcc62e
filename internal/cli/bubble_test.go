package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// bubble is a simulated cloud over an in-memory network, whose time and ours is
// that of a synctest bubble.
type bubble struct {
	testing.TB
	sim     *simulator.Server
	service *simulator.Service
	runs    byte
	steady  bool
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// sharedSource is a source of chance that several draw from at once.
type sharedSource struct {
	mu sync.Mutex
	rand.PCG
}

func (s *sharedSource) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.PCG.Uint64()
}

func newBubble(t testing.TB, config simulator.Config) *bubble {
	t.Helper()
	config.Seed = 1
	sim, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &bubble{TB: t, sim: sim, service: sim.ListenInMemory()}
}

// close must be called within the bubble.
func (b *bubble) close() {
	b.service.Client().CloseIdleConnections()
	if err := errors.Join(b.service.Close(context.Background()), b.sim.Close()); err != nil {
		b.Error(err)
	}
}

// change prepares an apply of a stack, as the program would.
func (b *bubble) change(stack *loaded, parallel int) (c *change, out *transcript) {
	b.Helper()
	b.runs++
	out = &transcript{}
	keys, jitter := b.sim.User(), rand.New(&sharedSource{PCG: *rand.NewPCG(1, uint64(b.runs))})
	client, err := cloudstack.New(b.service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(&http.Client{Transport: b.service.Client().Transport}), cloudstack.WithRandom(jitter.Float64))
	if err != nil {
		b.Fatal(err)
	}
	p := &process{stdin: strings.NewReader(""), stdout: out, stderr: out, random: rand.NewChaCha8([32]byte{b.runs})}
	c = &change{
		process:       p,
		changeOptions: changeOptions{command: "apply", yes: true, parallel: parallel, maxDeletes: -1},
		stack:         stack,
		cloud:         &connection{Cloud: kind.Open(client, kind.Source{Now: time.Now, Pick: jitter.IntN, Dial: b.dial}), talk: talk{w: out}},
		make:          plan.Make,
		brake:         &brake{Stop: make(chan struct{})},
		result:        out,
	}
	c.seen.Reader = c.cloud
	if c.holder, err = newHolder(p); err != nil {
		b.Fatal(err)
	}
	return c, out
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

// apply applies a stack and returns every request that the cloud was sent for it.
func (b *bubble) apply(stack *loaded, parallel int) []simulator.Request {
	b.Helper()
	before := len(b.sim.Requests())
	c, out := b.change(stack, parallel)
	c.steady = b.steady
	if err := c.leased(b.Context()); err != nil {
		b.Fatalf("apply: %v\n%s", err, out)
	}
	return b.sim.Requests()[before:]
}

// stackOf loads a stack of one file.
func stackOf(t testing.TB, text string) *loaded {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stack.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return mustLoadStack(t, file)
}

func mustLoadStack(t testing.TB, path string) *loaded {
	t.Helper()
	stack, err := load(&process{}, stackOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// edited loads the stack of a directory with one text of it replaced.
func edited(t testing.TB, dir, old, new string) *loaded {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "stack.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%s says %q %d times, expected once", dir, old, strings.Count(string(text), old))
	}
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "stack.yaml"), []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return mustLoadStack(t, to)
}

// roomy are hosts on which thousands of machines fit.
var roomy = simulator.Host{Count: 100, Cores: 4000, MemoryMB: 1 << 22}

// fleet is a stack of equal machines and of groups of five rules each, with five
// port sets.
func fleet(t testing.TB, machines, groups int) *loaded {
	t.Helper()
	var text strings.Builder
	text.WriteString("version: 1\nstack: fleet\nzone: sg1\nsecurityGroups:\n")
	for g := range groups {
		fmt.Fprintf(&text, "  g%d:\n    ingress:\n", g+1)
		for port := range 5 {
			fmt.Fprintf(&text, "      - tcp/%d from 10.%d.0.0/16\n", 8000+port, g)
		}
	}
	fmt.Fprintf(&text, `vms:
  web:
    count: %d
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: tiny
    securityGroups: [g1]
`, machines)
	return stackOf(t, text.String())
}
