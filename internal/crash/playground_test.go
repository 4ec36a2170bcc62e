package crash

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
	"github.com/trueup/trueup/spec"
)

// playground is a simulated cloud in a bubble, with things of other people in it.
type playground struct {
	testing.TB
	sim     *simulator.Server
	service *simulator.Service
	user    *cloudstack.Client
	admin   *cloudstack.Client
	seed    uint64
	began   time.Time
	wall    func() time.Time // the runs' time of day; nil is that of the bubble
	foreign []thing
	closed  bool
}

func newPlayground(t testing.TB, config simulator.Config) *playground {
	p := openPlayground(t, config)
	p.settle()
	return p
}

// openPlayground is newPlayground with what there is already.
func openPlayground(t testing.TB, config simulator.Config) *playground {
	sim, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &playground{TB: t, sim: sim, service: sim.ListenInMemory(), seed: config.Seed, began: time.Now()}
	t.Cleanup(p.close)
	p.service.Client().Transport.(*http.Transport).DisableCompression = true // it costs a quarter of the time
	p.user = p.client(sim.User(), p.service.Client().Transport)
	p.admin = p.client(sim.Admin(), p.service.Client().Transport)
	return p
}

// close ends the cloud, once.
func (p *playground) close() {
	if p.closed {
		return
	}
	p.closed = true
	p.service.Client().CloseIdleConnections()
	if err := errors.Join(p.service.Close(context.Background()), p.sim.Close()); err != nil {
		p.Error(err)
	}
}

func (p *playground) client(keys simulator.Credentials, way http.RoundTripper) *cloudstack.Client {
	p.Helper()
	choose := dice(p.seed, 1)
	const fine = 1 << 20
	client, err := cloudstack.New(p.service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(&http.Client{Transport: way}),
		cloudstack.WithRandom(func() float64 { return float64(choose(fine)) / fine }))
	if err != nil {
		p.Fatal(err)
	}
	return client
}

// load reads the stack in a directory.
func load(t testing.TB, dir string) *spec.Stack {
	t.Helper()
	stack, err := spec.Load(os.DirFS(dir), ".", kind.All(), spec.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// planner is [plan.Make] or [plan.Destroy].
type planner func(*spec.Stack, provider.Kinds, *provider.Snapshot, plan.Options) (*plan.Plan, error)

// plan reads the cloud and plans.
func (p *playground) plan(cloud provider.Reader, dir string, make planner) (*plan.Plan, error) {
	p.Helper()
	stack := load(p, dir)
	snapshot, err := cloud.Read(p.Context(), stack.Scope())
	if err != nil {
		return nil, err
	}
	return make(stack, kind.All(), snapshot, plan.Options{MaxDeletes: 1000})
}

// look reads everything there is.
func (p *playground) look() []thing {
	p.Helper()
	found, err := things(p.Context(), p.admin)
	if err != nil {
		p.Fatal(err)
	}
	return found
}

// calls are how many calls the user has made.
func (p *playground) calls() (n int) {
	for _, r := range p.sim.Requests() {
		if r.Account == "plain" {
			n++
		}
	}
	return n
}

// unfinished names what no run may leave: something to do, an open note, a
// lease.
func (p *playground) unfinished(dir string, make planner) []string {
	p.Helper()
	cloud := kind.Open(p.user, kind.Source{Now: time.Now, Pick: dice(p.seed, 2)})
	made, err := p.plan(cloud, dir, make)
	if err != nil {
		return []string{"plan: " + err.Error()}
	}
	var left []string
	for _, step := range made.Steps {
		left = append(left, "step "+step.ID)
	}
	for _, mark := range made.Marks {
		left = append(left, fmt.Sprintf("mark %s: %v %v %v %v", mark.Address, slices.Sorted(maps.Keys(mark.Have)), slices.Sorted(maps.Keys(mark.Want)),
			slices.Sorted(maps.Keys(mark.NotesHave)), slices.Sorted(maps.Keys(mark.NotesWant))))
	}
	anchors, err := cloud.Anchors(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	for _, a := range anchors {
		for key := range a.Tags {
			for _, open := range []string{"trueup.lease", "trueup.note.", "trueup.outage.", "trueup.beat.", "trueup.info."} {
				if strings.HasPrefix(key, open) {
					left = append(left, "tag "+key+" on the anchor of "+a.Stack)
				}
			}
		}
	}
	slices.Sort(left)
	return left
}
