// Package laws holds what is true of every stack and of every field of every
// kind, tried on stacks that are drawn from the kinds' tables, against a
// simulated cloud. Nothing lists fields by hand: a new kind or field is tried as
// soon as its table has it, or a test says what can't be drawn of it yet.
package laws

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
	"github.com/trueup/trueup/spec"
)

// TestMain bounds how many stacks a law is tried on: TRUEUP_TORTURE asks for more,
// -rapid.checks for any number.
func TestMain(m *testing.M) {
	checks := "8"
	if os.Getenv("TRUEUP_TORTURE") != "" {
		checks = "500"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		panic(err)
	}
	if err := flag.Set("rapid.shrinktime", "10s"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

var kinds = kind.All()

// anything is a scope in which every field of every kind is declared.
func anything(stack string) provider.Scope {
	scope := provider.Scope{Stack: stack, Declared: map[string]map[string]bool{}}
	for _, k := range kinds {
		scope.Declared[k.Name] = map[string]bool{}
		for _, f := range k.Fields {
			scope.Declared[k.Name][f.Name] = true
		}
	}
	return scope
}

// tb is a test, or one try of a law.
type tb interface {
	rapid.TB
	Cleanup(func())
}

// lab is a simulated cloud whose time, and ours, is that of a synctest bubble.
type lab struct {
	tb
	ctx     context.Context
	sim     *simulator.Server
	service *simulator.Service
	cloud   provider.Cloud
	offered *provider.Catalogue // by cloud, once somebody asked
	runs    uint64
}

// expungeDelay is how long a destroyed machine holds its network.
const expungeDelay = time.Minute

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

// newLab must be called within a bubble, with the test that runs there.
func newLab(t tb) *lab {
	t.Helper()
	return newLabOf(t, simulator.CloudStack)
}

// newLabOf is newLab of a cloud of a certain make.
func newLabOf(t tb, flavour simulator.Flavour) *lab {
	t.Helper()
	sim, err := simulator.New(simulator.Config{Flavour: flavour, Seed: 1, ExpungeDelay: expungeDelay, Reinstall: true, Host: simulator.Host{Count: 100, Cores: 4000, MemoryMB: 1 << 22}})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{tb: t, ctx: context.Background(), sim: sim, service: sim.ListenInMemory()}
	l.service.Client().Transport.(*http.Transport).DisableCompression = true
	t.Cleanup(l.close)
	l.cloud = l.open(l.service.Client())
	return l
}

// open is the cloud as the ordinary user sees it.
func (l *lab) open(way *http.Client) provider.Cloud {
	l.Helper()
	jitter, keys := rand.New(&sharedSource{PCG: *rand.NewPCG(1, 1)}), l.sim.User()
	client, err := cloudstack.New(l.service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(way), cloudstack.WithRandom(jitter.Float64))
	if err != nil {
		l.Fatal(err)
	}
	return kind.Open(client, kind.Source{Now: time.Now, Pick: jitter.IntN})
}

func (l *lab) close() {
	l.service.Client().CloseIdleConnections()
	if err := errors.Join(l.service.Close(l.ctx), l.sim.Close()); err != nil {
		l.Error(err)
	}
}

func (l *lab) read(stack string) *provider.Snapshot {
	l.Helper()
	snapshot, err := l.cloud.Read(l.ctx, anything(stack))
	if err != nil {
		l.Fatal(err)
	}
	return snapshot
}

// offers reads all catalogues that fields choose from.
func (l *lab) offers() *provider.Catalogue {
	l.Helper()
	if l.offered != nil {
		return l.offered
	}
	var names []string
	for _, k := range kinds {
		for _, f := range k.Fields {
			if f.Catalogue != "" && !slices.Contains(names, f.Catalogue) {
				names = append(names, f.Catalogue)
			}
		}
	}
	catalogue, err := l.cloud.Catalogue(l.ctx, provider.Wanted{Catalogues: names})
	if err != nil {
		l.Fatal(err)
	}
	l.offered = catalogue
	return catalogue
}

// load reads a stack file's text.
func load(t rapid.TB, text string, contents ...export.Content) *spec.Stack {
	t.Helper()
	stack, err := tryLoad(text, contents...)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return stack
}

func tryLoad(text string, contents ...export.Content) (*spec.Stack, error) {
	files := fstest.MapFS{"stack.yaml": {Data: []byte(text)}}
	for _, c := range contents {
		files[c.Path] = &fstest.MapFile{Data: c.Data}
	}
	return spec.Load(files, "stack.yaml", kinds, spec.Options{})
}

var all = plan.Options{MaxDeletes: 1000}

// plan plans and checks the plan against what the cloud offers.
func (l *lab) plan(stack *spec.Stack, opts plan.Options) (*plan.Plan, error) {
	l.Helper()
	p, err := plan.Make(stack, kinds, l.read(stack.Name), opts)
	if err != nil {
		return nil, err
	}
	return p.Check(kinds, l.offers(), plan.ToApply)
}

// mustPlan is plan, which must not be refused.
func (l *lab) mustPlan(stack *spec.Stack, opts plan.Options) *plan.Plan {
	l.Helper()
	p, err := l.plan(stack, opts)
	if err != nil {
		l.Fatal(err)
	}
	return p
}

// apply applies a stack, and again where something has to be expunged before it
// can go. The error is that of the plan.
func (l *lab) apply(stack *spec.Stack, opts plan.Options) error {
	l.Helper()
	for range 5 {
		waits, err := l.applyOnce(stack, opts)
		if err != nil || !waits {
			return err
		}
		time.Sleep(2 * expungeDelay)
	}
	l.Fatal("what was destroyed is not expunged")
	return nil
}

func (l *lab) applyOnce(stack *spec.Stack, opts plan.Options) (waits bool, err error) {
	l.Helper()
	l.runs++
	run := fmt.Sprintf("00000000-0000-7000-8000-%012d", l.runs)
	lease, err := apply.Acquire(l.ctx, l.cloud, stack.Name, apply.Holder{Run: run}, apply.LeaseOptions{Once: provider.NamesTag(stack.Prefix)})
	if err != nil {
		l.Fatal(err)
	}
	defer func() {
		if err := lease.Release(l.ctx); err != nil {
			l.Error(err)
		}
	}()
	p, err := l.plan(stack, opts)
	if err != nil {
		return false, err
	}
	report := apply.Run(l.ctx, l.cloud, p, apply.Options{Run: run, Parallel: 16, Lease: lease})
	if report.Ending() != apply.Succeeded {
		l.Fatalf("apply: %s: %v\n%s", report.Ending(), report.Err(), p)
	}
	return len(report.Waiting()) > 0, nil
}

// mustApply applies a stack that must not be refused, and leaves nothing to do.
func (l *lab) mustApply(stack *spec.Stack, opts plan.Options) {
	l.Helper()
	if err := l.apply(stack, opts); err != nil {
		l.Fatal(err)
	}
	l.nothingToDo(stack)
}

func (l *lab) nothingToDo(stack *spec.Stack) {
	l.Helper()
	p := l.mustPlan(stack, all)
	if !p.Empty() || len(p.Marks) > 0 {
		l.Fatalf("something is left to do:\n%s", p)
	}
}

// export writes what lives.
func (l *lab) export(opts export.Options) *export.File {
	l.Helper()
	return export.Make(l.read(""), l.offers(), kinds, opts)
}
