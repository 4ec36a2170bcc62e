package kind

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// bench is a simulated cloud, with trueup's view of it and a client of somebody
// who changes things by hand.
type bench struct {
	t       *testing.T
	sim     *simulator.Server
	service *simulator.Service
	cloud   provider.Cloud
	client  *cloudstack.Client
	jobs    int
}

// inCloud runs a test against a simulated cloud, with a clock of its own: it
// jumps ahead whenever everybody waits.
func inCloud(t *testing.T, config simulator.Config, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		config.Seed = 1
		sim, err := simulator.New(config)
		if err != nil {
			t.Fatal(err)
		}
		service := sim.ListenInMemory()
		b := &bench{t: t, sim: sim, service: service}
		b.client = b.clientOf(sim.User())
		b.cloud = openTest(b.client)
		defer func() {
			service.Client().CloseIdleConnections()
			if err := service.Close(context.Background()); err != nil {
				t.Error(err)
			}
			if err := sim.Close(); err != nil {
				t.Error(err)
			}
		}()
		test(b)
	})
}

func openTest(client *cloudstack.Client) provider.Cloud {
	return Open(client, Source{Now: time.Now, Pick: func(n int) int { return n / 2 }})
}

func (b *bench) clientOf(keys simulator.Credentials) *cloudstack.Client {
	b.t.Helper()
	client, err := cloudstack.New(b.service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(b.service.Client()))
	if err != nil {
		b.t.Fatal(err)
	}
	return client
}

// try starts an operation and waits for it.
func (b *bench) try(op provider.Op) (provider.Result, error) {
	b.jobs++
	op.JobID = fmt.Sprintf("00000000-0000-4000-8000-%012d", b.jobs)
	op.Address = provider.Address{Kind: op.Kind, Name: "it"}
	job, err := b.explained(op, func() (provider.Job, error) { return b.cloud.Start(b.t.Context(), op) })
	if err != nil {
		return provider.Result{}, err
	}
	if job.ID != "" && job.ID != op.JobID {
		b.t.Errorf("%s: the job is %s, not the one asked for", op.Name, job.ID)
	}
	return b.cloud.Wait(b.t.Context(), job)
}

// do is try, and must succeed.
func (b *bench) do(op provider.Op) provider.Result {
	b.t.Helper()
	result, err := b.try(op)
	if err != nil {
		b.t.Fatalf("%s %s: %v", op.Kind, op.Name, err)
	}
	return result
}

// create runs a kind's whole creation.
func (b *bench) create(kind, name string, fields provider.Fields) provider.Result {
	b.t.Helper()
	op := provider.Op{Kind: kind, LiveName: name, Fields: fields, Marker: "shop/" + kind + "/" + name}
	var err error
	if op.ID, err = b.cloud.Prepare(b.t.Context(), op); err != nil {
		b.t.Fatal(err)
	}
	var result provider.Result
	for _, op.Name = range All().Get(kind).Creation {
		result = b.do(op)
		op.ID = result.ID
	}
	return result
}

// everything is a scope in which every field of every kind is declared.
func everything() provider.Scope {
	scope := provider.Scope{Stack: "shop", Declared: map[string]map[string]bool{}}
	for _, k := range All() {
		scope.Declared[k.Name] = map[string]bool{}
		for _, f := range k.Fields {
			scope.Declared[k.Name][f.Name] = true
		}
	}
	return scope
}

func (b *bench) read() *provider.Snapshot {
	b.t.Helper()
	snapshot, err := b.cloud.Read(b.t.Context(), everything())
	if err != nil {
		b.t.Fatal(err)
	}
	return snapshot
}

// live reads the resource of that id, or nil.
func (b *bench) live(id string) *provider.Live {
	b.t.Helper()
	resources := b.read().Resources
	i := slices.IndexFunc(resources, func(l provider.Live) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &resources[i]
}

// shows compares a live resource's fields, those named in want, as text.
func (b *bench) shows(id string, want map[string]string) {
	b.t.Helper()
	live := b.live(id)
	if live == nil {
		b.t.Fatalf("%s is not there", id)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got := provider.Format(live.Fields[name]); got != want[name] {
			b.t.Errorf("%s: got %s, want %s", name, got, want[name])
		}
	}
}

// hand runs a command as somebody who changes things by hand.
func hand[R any](b *bench, cmd cloudstack.Command[R]) R {
	b.t.Helper()
	answer, err := cloudstack.Call(b.t.Context(), b.client, cmd)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer
}

// choose finds an entry of a catalogue by name, usable, in the zone if it is of
// one.
func (b *bench) choose(catalogue, name, zone string) provider.Named {
	b.t.Helper()
	c, err := b.cloud.Catalogue(b.t.Context(), provider.Wanted{Catalogues: []string{catalogue}})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range c.Entries[catalogue] {
		if e.Unusable == "" && (name == "" || e.Name == name) && (e.Zone.Name == "" || zone == "" || e.Zone.Name == zone) {
			return e.Named
		}
	}
	b.t.Fatalf("no %s %q in zone %q", catalogue, name, zone)
	return provider.Named{}
}

func links1(kind, id, live string) []provider.Ref {
	return []provider.Ref{{Kind: kind, ID: id, Live: live}}
}
