package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider/simulator"
)

// estate is a simulated cloud, reached as a real one, with stacks applied to it.
type estate struct {
	testing.TB
	sim   *simulator.Server
	env   environment
	paths []string
}

// newEstate applies as many stacks of as many machines, a group and a key each.
func newEstate(t testing.TB, stacks, machines int) *estate {
	t.Helper()
	sim, err := simulator.New(simulator.Config{Seed: 1, Host: roomy})
	if err != nil {
		t.Fatal(err)
	}
	service, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(service.Close(context.Background()), sim.Close()); err != nil {
			t.Error(err)
		}
	})
	user := sim.User()
	e := &estate{TB: t, sim: sim, env: environment{
		"CLOUDSTACK_ENDPOINT=" + service.URL, "CLOUDSTACK_KEY=" + user.Key, "CLOUDSTACK_SECRET_KEY=" + user.Secret,
	}}
	root := t.TempDir()
	for i := range stacks {
		dir := filepath.Join(root, fmt.Sprintf("s%d", i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf(`version: 1
stack: s%[1]d
prefix: s%[1]d-
zone: sg1
securityGroups:
  web: {ingress: [tcp/80 from any, tcp/22 from 10.%[1]d.0.0/16]}
vms:
  web:
    count: %[2]d
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: tiny
    securityGroups: [web]
    tags: {team: s%[1]d}
`, i, machines)
		if err := os.WriteFile(filepath.Join(dir, "stack.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e.paths = append(e.paths, dir)
	}
	var g errgroup.Group
	for _, dir := range e.paths {
		g.Go(func() error {
			if code, out := e.run("apply", "--yes", dir); code != exitDone {
				return fmt.Errorf("apply exits with %d:\n%s", code, out)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	return e
}

// trueup runs a command, which must exit with the code, and returns what it
// wrote and the requests that the cloud was sent for it.
func (e *estate) trueup(code int, args ...string) (out string, sent []simulator.Request) {
	e.Helper()
	before := len(e.sim.Requests())
	got, out := e.run(args...)
	if got != code {
		e.Fatalf("trueup %v exits with %d, not %d:\n%s", args, got, code, out)
	}
	return out, e.sim.Requests()[before:]
}

// run runs a command and returns its exit code and what it wrote.
func (e *estate) run(args ...string) (code int, out string) {
	var stdout, stderr bytes.Buffer
	p := &process{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, env: e.env, random: rand.Reader,
		interrupts: func() (<-chan os.Signal, func()) { return nil, func() {} },
	}
	code = p.main(e.Context(), append([]string{"trueup"}, args...))
	return code, stdout.String() + stderr.String()
}

func TestManyStacksTakeOneReadingOfTheCloud(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 6, 2)
	_, alone := e.trueup(exitDone, "drift", e.paths[0])
	out, together := e.trueup(exitDone, append([]string{"drift"}, e.paths...)...)
	within(t, len(alone), together)
	if n := strings.Count(out, "No drift."); n != len(e.paths) {
		t.Errorf("%d stacks without drift, not %d:\n%s", n, len(e.paths), out)
	}
}

// What one stack's machines are tagged with is compared though another declares
// no tags, and the result is that of looking at each alone.
func TestStacksLookedAtTogetherDifferAsAlone(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 3, 2)
	edit := func(path, old, new string) {
		t.Helper()
		file := filepath.Join(path, "stack.yaml")
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s: no %q: %v", file, old, err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), old, new)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit(e.paths[0], "    tags: {team: s0}\n", "")
	edit(e.paths[1], "count: 2", "count: 3")
	e.trueup(exitDone, "apply", "--yes", e.paths[0])
	var each []string
	for _, path := range e.paths {
		code := exitDone
		if path == e.paths[1] {
			code = exitDiffers // web-3 is declared and missing
		}
		out, _ := e.trueup(code, "drift", path)
		each = append(each, out)
	}
	together, _ := e.trueup(exitDiffers, append([]string{"drift"}, e.paths...)...)
	if want := strings.Join(each, "\n"); together != want {
		t.Errorf("together:\n%s\none by one:\n%s", together, want)
	}
}

func TestACloudThatFailsIsSaidOnceForAllStacks(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 3, 1)
	e.env = append(e.env, "CLOUDSTACK_SECRET_KEY=wrong")
	out, _ := e.trueup(exitUsage, append([]string{"drift"}, e.paths...)...)
	if n := strings.Count(out, "credentials"); n != 1 {
		t.Errorf("said %d times:\n%s", n, out)
	}
	for _, path := range e.paths {
		if !strings.Contains(out, path) {
			t.Errorf("%s is not named:\n%s", path, out)
		}
	}
}

// Fifty stacks of a hundred machines in one account. What it takes to make them
// is not measured.
func BenchmarkDriftOf50StacksWith5000Machines(b *testing.B) {
	e := newEstate(b, 50, 100)
	args := append([]string{"drift"}, e.paths...)
	calls := 0
	for b.Loop() {
		_, sent := e.trueup(exitDone, args...)
		calls = len(sent)
	}
	b.ReportMetric(float64(calls), "calls/op")
}
