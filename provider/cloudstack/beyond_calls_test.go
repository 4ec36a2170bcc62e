package cloudstack_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/cloudstack"
)

var beyondCalls = []proof{
	{"T01", "a context that is cancelled at any point ends the call at once", cancelledAnywhere},
	{"T02", "the limit of a request and that of a job are two", twoLimits},
	{"T03", "polling waits by a strategy: constant, Fibonacci, one's own", pollStrategies},
	{"T04", "an asynchronous command is sent without waiting for its job", startDoesNotPoll},
	{"T05", "an answer that is final already needs no question", finalAtOnce},
	{"T06", "what a call sends can be seen before", previewIsWhatIsSent},
}

// cancelPoints are the points of a call where it can stand when its context
// ends, each with a server, or a network, that makes it stand there.
var cancelPoints = []struct {
	name string
	dial func(context.Context, string, string) (net.Conn, error)
	set  func(f *fake)
	call func(ctx context.Context, c *cloudstack.Client) error
	cut  bool // the beginning of every answer comes, and its end doesn't
}{
	{"dialling", func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, nil, listZones, false},
	{"waiting for the answer", nil, func(f *fake) {
		f.on("listZones", func(call) reply { time.Sleep(time.Hour); return reply{} })
	}, listZones, false},
	{"reading the answer", nil, nil, listZones, true},
	{"before a retry", nil, func(f *fake) {
		f.on("listZones", func(call) reply { return fail("listZones", 429, 9999, "please retry after [60000] ms") })
	}, listZones, false},
	{"page two", nil, func(f *fake) {
		f.on("listZones", func(c call) reply {
			if c.params["page"] == "2" {
				time.Sleep(time.Hour)
			}
			return ok("listZones", obj{"count": 900, "zone": slices.Repeat([]any{obj{"id": "z"}}, 500)})
		})
	}, listZones, false},
	{"sending a change", nil, func(f *fake) {
		f.on("deployVirtualMachine", func(call) reply { time.Sleep(time.Hour); return reply{} })
	}, func(ctx context.Context, c *cloudstack.Client) error {
		_, err := cloudstack.Start(ctx, c, deploy)
		return err
	}, false},
	{"between two questions about a job", nil, nil, awaitForever(1), false},
	{"waiting for many jobs", nil, nil, awaitForever(5), false},
	{"waiting while another asks", nil, nil, func(ctx context.Context, c *cloudstack.Client) error {
		other, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { awaitForever(3)(other, c) })
		time.Sleep(time.Second)
		err := awaitForever(1)(ctx, c)
		cancel()
		wg.Wait()
		return err
	}, false},
	{"asking about a job", nil, func(f *fake) {
		f.on("queryAsyncJobResult", func(call) reply { time.Sleep(time.Hour); return reply{} })
	}, awaitForever(1), false},
	{"watching a job", nil, nil, func(ctx context.Context, c *cloudstack.Client) (last error) {
		for _, err := range cloudstack.ResumeRaw(c, "job-0").Watch(ctx) {
			last = err
		}
		return last
	}, false},
}

func listZones(ctx context.Context, c *cloudstack.Client) error {
	_, err := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListZones{}))
	return err
}

// awaitForever waits for n jobs that don't end.
func awaitForever(n int) func(ctx context.Context, c *cloudstack.Client) error {
	return func(ctx context.Context, c *cloudstack.Client) (last error) {
		var ids []cloudstack.ID
		for i := range n {
			ids = append(ids, cloudstack.ID(fmt.Sprint("job-", i)))
		}
		for _, err := range c.Jobs().Await(ctx, ids) {
			last = err
		}
		return last
	}
}

func cancelledAnywhere(t *testing.T) {
	for _, p := range cancelPoints {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				jobs := f.withJobs()
				for i := range 5 {
					jobs.add(fmt.Sprint("job-", i), 1<<30, 1, nil)
				}
				if p.set != nil {
					p.set(f)
				}
				stop := make(chan struct{})
				h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if p.cut {
						w.Write([]byte(`{"listzonesresponse":{"count":1,`))
						w.(http.Flusher).Flush()
						<-stop
						return
					}
					f.ServeHTTP(w, r)
				})
				c := serveInMemory(t, h, p.dial, cloudstack.WithPoll(cloudstack.DefaultPoll()),
					cloudstack.WithRequestTimeout(2*time.Hour), cloudstack.WithRetry(cloudstack.DefaultRetry()))
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(7300*time.Millisecond, cancel)
				start := time.Now()
				err := p.call(ctx, c)
				if took := time.Since(start) - 7300*time.Millisecond; took < 0 || took > 50*time.Millisecond {
					t.Errorf("ended %v after the context", took)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %v", err)
				}
				if errors.Is(err, cloudstack.ErrUnavailable) {
					t.Errorf("%v counts as the server's being unavailable", err)
				}
				close(stop)
				time.Sleep(2 * time.Hour) // lets what the server still does end inside the bubble
			})
		})
	}
}

func twoLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := deployOnce(t, 0, 1, obj{"virtualmachine": obj{"id": "vm-1"}})
		f.on("queryAsyncJobResult", func(c call) reply {
			jobs.mu.Lock()
			pending := time.Now().Before(start2000.Add(5 * time.Minute))
			jobs.mu.Unlock()
			if pending {
				return ok(c.command, obj{"jobid": "job-1", "jobstatus": 0})
			}
			return jobs.query("job-1")
		})
		c := f.client(cloudstack.WithPoll(cloudstack.DefaultPoll())) // request time-out: a minute
		if machine, err := cloudstack.Call(t.Context(), c, deploy); err != nil || machine.ID != "vm-1" {
			t.Errorf("a job of five minutes: %+v, %v", machine, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f, _ := deployOnce(t, 1<<30, 1, nil)
		c := f.client(cloudstack.WithPoll(cloudstack.DefaultPoll()), cloudstack.WithJobTimeout(90*time.Second))
		_, err := cloudstack.Call(t.Context(), c, deploy)
		if took := time.Since(start2000); took < 90*time.Second || took > 91*time.Second {
			t.Errorf("the limit of 90 s ended the wait after %v", took)
		}
		if w, ok := errors.AsType[*cloudstack.WaitError](err); !ok || w.JobID != "job-1" || !errors.Is(err, cloudstack.ErrStillRunning) {
			t.Errorf("the limit's error is %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.on("deployVirtualMachine", func(call) reply { time.Sleep(2 * time.Minute); return reply{} })
		c := f.client()
		_, err := cloudstack.Start(t.Context(), c, deploy, cloudstack.CustomJobID("11111111-2222-4333-8444-555555555555"))
		if took := time.Since(start2000); took != time.Minute {
			t.Errorf("the request ended after %v, want its limit of a minute", took)
		}
		u, ok := errors.AsType[*cloudstack.UncertainError](err)
		if !ok || u.Command != "deployVirtualMachine" || u.JobID != "11111111-2222-4333-8444-555555555555" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the request's error is %v", err)
		}
		time.Sleep(5 * time.Minute)
	})
}

// start2000 is when time begins in a synctest bubble.
var start2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// recordingClock moves on by itself and keeps what it was asked to wait.
type recordingClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

func (c *recordingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *recordingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	return ctx.Err()
}

func pollStrategies(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name    string
		backoff cloudstack.Backoff
		want    []time.Duration
	}{
		{"constant", cloudstack.Constant(2 * s), []time.Duration{2 * s, 2 * s, 2 * s, 2 * s, 2 * s, 2 * s, 2 * s, 2 * s}},
		{"Fibonacci", cloudstack.Fibonacci(s, 10*s), []time.Duration{0, s, s, 2 * s, 3 * s, 5 * s, 8 * s, 10 * s}},
		{"exponential", cloudstack.Exponential(s, 10*s), []time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s, 10 * s, 10 * s}},
		{"one's own", func(n int) time.Duration { return time.Duration(n*n) * s }, []time.Duration{0, s, 4 * s, 9 * s, 16 * s, 25 * s, 36 * s, 49 * s}},
	} {
		for _, way := range []string{"Wait", "Watch"} {
			f, _ := deployOnce(t, len(c.want)-1, 1, obj{"virtualmachine": obj{"id": "vm-1"}})
			clock := &recordingClock{now: start2000}
			poll := cloudstack.DefaultPoll()
			poll.Backoff = c.backoff
			job := startDeploy(t, f.client(cloudstack.WithPoll(poll), cloudstack.WithClock(clock)))
			if way == "Wait" {
				if _, err := job.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			} else {
				for _, err := range job.Watch(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			if diff := cmp.Diff(c.want, clock.waits); diff != "" {
				t.Errorf("%s, %s (-want +waited):\n%s", c.name, way, diff)
			}
		}
	}
}

func startDoesNotPoll(t *testing.T) {
	f, _ := deployOnce(t, 1, 1, nil)
	job := startDeploy(t, f.client())
	if job.ID() != "job-1" || job.ResourceID() != "vm-1" || len(f.log()) != 1 {
		t.Errorf("job %s about %s after %d calls", job.ID(), job.ResourceID(), len(f.log()))
	}
	// Releases differ in which commands make a job: one that the package takes for
	// synchronous is waited for when its answer names a job.
	jobs := f.withJobs()
	f.on("enableStaticNat", func(c call) reply {
		return ok(c.command, obj{"jobid": jobs.add("nat", 1, 1, obj{"success": true})})
	})
	if err := cloudstack.Exec(t.Context(), f.client(), cloudstack.EnableStaticNAT{IPAddressID: "a", VirtualMachineID: "b"}); err != nil || f.count("queryAsyncJobResult") != 2 {
		t.Errorf("a job of a synchronous command: %v, %d questions", err, f.count("queryAsyncJobResult"))
	}
}

func finalAtOnce(t *testing.T) {
	for name, inside := range map[string]obj{
		"a job that has ended": {"jobid": "j", "jobstatus": 1, "jobresult": obj{"virtualmachine": obj{"id": "vm-1"}}},
		"the result itself":    {"virtualmachine": obj{"id": "vm-1"}},
	} {
		f := newFake(t)
		f.answer("deployVirtualMachine", inside)
		job := startDeploy(t, f.client())
		events := 0
		for state, err := range job.Watch(t.Context()) {
			events++
			if machine, derr := job.Decode(state); err != nil || derr != nil || machine.ID != "vm-1" {
				t.Errorf("%s: %+v, %v, %v", name, machine, err, derr)
			}
		}
		machine, err := job.Wait(t.Context())
		if err != nil || machine.ID != "vm-1" || events != 1 || len(f.log()) != 1 {
			t.Errorf("%s: %+v, %v after %d events and %d calls", name, machine, err, events, len(f.log()))
		}
	}
	for name, inside := range map[string]obj{"nothing": {}, "something else": {"count": 1}} {
		f := newFake(t)
		f.answer("stopVirtualMachine", inside)
		if err := func() error {
			_, err := cloudstack.Start(t.Context(), f.client(), cloudstack.StopVirtualMachine{ID: "x"})
			return err
		}(); name == "nothing" && !errors.Is(err, cloudstack.ErrOutcomeUnknown) {
			t.Errorf("%s: %v, want ErrOutcomeUnknown", name, err)
		}
	}
}

func previewIsWhatIsSent(t *testing.T) {
	f := newFake(t)
	f.answer("deployVirtualMachine", obj{"jobid": "j"})
	full := deploy
	full.Name, full.StartVM, full.Details, full.SecurityGroupIDs = "a b~*", cloudstack.Some(false), map[string]string{"k": "v"}, []cloudstack.ID{"g", "h"}
	opts := []cloudstack.CallOption{cloudstack.CustomJobID("u"), cloudstack.Extra("group", "")}
	preview, err := cloudstack.Encode(full, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cloudstack.Start(t.Context(), f.client(), full, opts...); err != nil {
		t.Fatal(err)
	}
	sent := f.log()[0].all
	for _, own := range []string{"response", "apikey", "signature", "signatureversion", "expires"} {
		if !sent.Has(own) {
			t.Errorf("%s is not sent", own)
		}
		sent.Del(own)
	}
	if diff := cmp.Diff(preview, sent); diff != "" {
		t.Errorf("(-preview +sent):\n%s", diff)
	}
}

// noGoroutineLeft fails when more goroutines run than before.
func noGoroutineLeft(t *testing.T, before int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
