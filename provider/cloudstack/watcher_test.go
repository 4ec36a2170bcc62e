package cloudstack_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

func TestTenThousandJobsAreWaitedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10_000
		s, ids := newJobServer(n, time.Now, func(i int) time.Duration { return time.Duration(i%100) * 100 * time.Millisecond })
		c := s.client(t)
		before := runtime.NumGoroutine()
		var most int
		var heap uint64
		s.onList = func() {
			most = max(most, runtime.NumGoroutine())
			if s.listings == 2 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				heap = max(heap, m.HeapAlloc)
			}
		}
		ended, errs := await(t.Context(), c, ids)
		for i, e := range errs {
			if e != nil || ended[i].Status != cloudstack.Succeeded {
				t.Fatalf("job %s: %+v, %v", ended[i].ID, ended[i], e)
			}
		}
		if len(ended) != n {
			t.Errorf("%d jobs ended, want %d", len(ended), n)
		}
		// At most 20 pages of 500 a tick; the jobs end within 10 s, five ticks.
		if s.listings > 8 || s.lists > s.listings*20 {
			t.Errorf("%d listings with %d pages", s.listings, s.lists)
		}
		if s.queries != n {
			t.Errorf("%d questions about %d jobs", s.queries, n)
		}
		if most > before+20 {
			t.Errorf("%d goroutines, %d before: one a job?", most, before)
		}
		if heap > 64<<20 {
			t.Errorf("%d MiB in use", heap>>20)
		}
		t.Logf("%d listings of %d pages, %d questions, %d goroutines, %d MiB", s.listings, s.lists, s.queries, most, heap>>20)
	})
}

// BenchmarkWaitTogether waits for jobs by one watcher, BenchmarkWaitOneByOne by
// a question a second for each. calls/job is what the server has to answer.
func BenchmarkWaitTogether(b *testing.B) {
	benchmarkWait(b, func(c *cloudstack.Client, clock *recordingClock, ids []cloudstack.ID) {
		for _, err := range c.Jobs().Await(context.Background(), ids) {
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkWaitOneByOne(b *testing.B) {
	benchmarkWait(b, func(c *cloudstack.Client, clock *recordingClock, ids []cloudstack.ID) {
		for _, id := range ids {
			clock.now = start2000 // each job has a second hand of its own
			for state, err := range cloudstack.ResumeRaw(c, id).Watch(context.Background()) {
				if err != nil || state.Done() {
					break
				}
			}
		}
	})
}

// benchmarkWait waits for jobs of up to half a minute on a clock that jumps, so
// that what it measures is calls and computing.
func benchmarkWait(b *testing.B, wait func(*cloudstack.Client, *recordingClock, []cloudstack.ID)) {
	const n = 10_000
	poll := cloudstack.DefaultPoll()
	poll.Backoff = cloudstack.Constant(time.Second)
	calls := 0
	for b.Loop() {
		clock := &recordingClock{now: start2000}
		s, ids := newJobServer(n, clock.Now, func(i int) time.Duration { return time.Duration(i%300) * 100 * time.Millisecond })
		wait(s.client(b, cloudstack.WithClock(clock), cloudstack.WithPoll(poll)), clock, ids)
		calls += s.lists + s.queries
	}
	b.ReportMetric(float64(calls)/float64(b.N)/n, "calls/job")
}

func TestFewJobsAreAskedForOneByOne(t *testing.T) {
	for n, lists := range map[int]bool{1: false, 2: false, 3: true} {
		synctest.Test(t, func(t *testing.T) {
			s, ids := newJobServer(n, time.Now, func(int) time.Duration { return 5 * time.Second })
			if _, errs := await(t.Context(), s.client(t), ids); errors.Join(errs...) != nil {
				t.Fatal(errs)
			}
			if (s.lists > 0) != lists {
				t.Errorf("%d jobs: %d lists", n, s.lists)
			}
			if lists && s.queries != n {
				t.Errorf("%d jobs: %d questions", n, s.queries)
			}
		})
	}
}

// The list may leave out a job that is pending: of another account, say. It is
// asked for by itself then, and the others are not.
func TestUnlistedJobsAreAskedForOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(6, time.Now, func(int) time.Duration { return 20 * time.Second })
		s.answers["listAsyncJobs"] = func(r *http.Request) reply {
			hidden := s.order[0]
			s.order[0] = s.order[1] // the list shows another in its place
			defer func() { s.order[0] = hidden }()
			return s.list(r)
		}
		ended, errs := await(t.Context(), s.client(t), ids)
		if errors.Join(errs...) != nil || len(ended) != 6 {
			t.Fatalf("%v, %v", ended, errs)
		}
		if s.queries < s.listings || s.queries > s.listings+6 {
			t.Errorf("%d questions in %d ticks, want one a tick and one for each end", s.queries, s.listings)
		}
	})
}

func TestWithoutTheListJobsAreAskedForOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(5, time.Now, func(int) time.Duration { return 5 * time.Second })
		s.answers["listAsyncJobs"] = func(*http.Request) reply {
			return fail("listAsyncJobs", 432, 9999, "The API [listAsyncJobs] does not exist or is not available for the account plain.")
		}
		ended, errs := await(t.Context(), s.client(t), ids)
		if errors.Join(errs...) != nil || len(ended) != 5 || s.lists != 1 {
			t.Errorf("%d ended, %v, %d lists", len(ended), errs, s.lists)
		}
	})
}

// Servers of before 4.13 list jobs that have ended, too, with their results.
func TestListedEndsAreTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(4, time.Now, func(int) time.Duration { return 0 })
		s.answers["listAsyncJobs"] = func(*http.Request) reply {
			var all []any
			for i, id := range s.order {
				job := obj{"jobid": id, "jobstatus": 1, "jobresult": obj{"success": true}}
				if i == 0 {
					delete(job, "jobresult") // some list them without
				}
				all = append(all, job)
			}
			return ok("listAsyncJobs", obj{"count": 4, "asyncjobs": all})
		}
		ended, errs := await(t.Context(), s.client(t), ids)
		if errors.Join(errs...) != nil || len(ended) != 4 || s.queries != 1 {
			t.Errorf("%d ended, %v, %d questions, want one", len(ended), errs, s.queries)
		}
	})
}

// With several pages a job may slip from one to the other between two calls. It
// is not taken for ended at once.
func TestSlippedJobsAreNotAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(40, time.Now, func(int) time.Duration { return 20 * time.Second })
		slips := 0
		s.answers["listAsyncJobs"] = func(r *http.Request) reply {
			all := s.order
			if r.Form.Get("page") == "2" && s.listings%2 == 1 { // one of page 2 has gone to page 1
				slips++
				s.order = slices.Delete(slices.Clone(all), 0, 1)
			}
			defer func() { s.order = all }()
			return s.list(r)
		}
		ended, errs := await(t.Context(), s.client(t, cloudstack.WithPageSize(10)), ids)
		if errors.Join(errs...) != nil || len(ended) != 40 || slips == 0 {
			t.Fatalf("%d ended, %v, %d slips", len(ended), errs, slips)
		}
		if s.queries != 40 {
			t.Errorf("%d questions about 40 jobs", s.queries)
		}
	})
}

func TestSettlersSpareQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(12, time.Now, func(i int) time.Duration {
			if i < 10 {
				return 3 * time.Second
			}
			return time.Minute // two are left for the end: too few to settle
		})
		var batches [][]cloudstack.ID
		settler := &cloudstack.Settler{Settle: func(_ context.Context, left []cloudstack.ID) []cloudstack.ID {
			batches = append(batches, slices.Sorted(slices.Values(left)))
			return append(slices.Clone(left[:len(left)-1]), "not-one-of-them") // all but the last are seen
		}}
		c := s.client(t)
		var wg sync.WaitGroup // two waiters share the settler
		var mu sync.Mutex
		settled, asked := 0, 0
		for _, part := range [][]cloudstack.ID{ids[:6], ids[6:]} {
			wg.Go(func() {
				ended, errs := await(t.Context(), c, part, cloudstack.SettledBy(settler))
				mu.Lock()
				defer mu.Unlock()
				for i, state := range ended {
					switch {
					case errs[i] != nil || state.Status != cloudstack.Succeeded:
						t.Errorf("%+v, %v", state, errs[i])
					case state.Settled:
						settled++
					default:
						asked++
					}
				}
			})
		}
		wg.Wait()
		if len(batches) != 1 || !slices.Equal(batches[0], ids[:10]) {
			t.Errorf("settled in the batches %v", batches)
		}
		if settled != 9 || asked != 3 {
			t.Errorf("%d settled and %d asked for, want 9 and 3", settled, asked)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a settled job has no result
		s, ids := newJobServer(3, time.Now, func(int) time.Duration { return time.Second })
		all := &cloudstack.Settler{Settle: func(_ context.Context, left []cloudstack.ID) []cloudstack.ID { return left }}
		c := s.client(t)
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				machine, err := cloudstack.Resume(c, id, cloudstack.StartVirtualMachine{}).Wait(t.Context(), cloudstack.SettledBy(all))
				if err != nil || machine.ID != "" {
					t.Errorf("%+v, %v", machine, err)
				}
			})
		}
		wg.Wait()
		if s.queries != 0 {
			t.Errorf("%d questions", s.queries)
		}
	})
}

// Who asks for all may leave: another goes on asking.
func TestAskingIsHandedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(9, time.Now, func(int) time.Duration { return 30 * time.Second })
		c := s.client(t)
		var wg sync.WaitGroup
		for i, id := range ids {
			wg.Go(func() {
				ctx := t.Context()
				if i < 5 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Duration(i+1)*3*time.Second)
					defer cancel()
				}
				ended, errs := await(ctx, c, []cloudstack.ID{id})
				if gone := errors.Is(errs[0], cloudstack.ErrStillRunning); gone != (i < 5) || ended[0].ID != id {
					t.Errorf("job %d: %+v, %v", i, ended[0], errs[0])
				}
			})
		}
		wg.Wait()
		if s.queries != 4 {
			t.Errorf("%d questions, want one for each that was waited for to its end", s.queries)
		}
	})
}

func TestOneJobMayHaveSeveralWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(1, time.Now, func(int) time.Duration { return 3 * time.Second })
		c := s.client(t)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				ended, errs := await(t.Context(), c, []cloudstack.ID{ids[0], ids[0]}) // the same twice is one
				if len(ended) != 1 || errs[0] != nil || ended[0].Status != cloudstack.Succeeded {
					t.Errorf("%+v, %v", ended, errs)
				}
			})
		}
		wg.Wait()
		if s.queries > 5 {
			t.Errorf("%d questions about one job", s.queries)
		}
	})
}

func TestAJobThatDoesNotExistIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(3, time.Now, func(int) time.Duration { return 10 * time.Second })
		ended, errs := await(t.Context(), s.client(t), append(ids, "11111111-2222-4333-8444-555555555555"))
		if len(ended) != 4 || !errors.Is(errs[0], cloudstack.ErrNotFound) || errors.Is(errs[0], cloudstack.ErrStillRunning) || ended[0].ID != "11111111-2222-4333-8444-555555555555" {
			t.Errorf("%+v, %v", ended, errs)
		}
	})
}

// A server that can't be asked for a while is asked again; in the end the
// waiters learn that it can't, and which job they wait for.
func TestTheServerMayBeAwayForAWhile(t *testing.T) {
	for _, away := range []time.Duration{20 * time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s, ids := newJobServer(4, time.Now, func(int) time.Duration { return 10 * time.Second })
			s.answers["listAsyncJobs"] = func(r *http.Request) reply {
				if time.Since(start2000) < away {
					return reply{status: 503, body: "<html>away</html>"}
				}
				return s.list(r)
			}
			ended, errs := await(t.Context(), s.client(t, cloudstack.WithRetry(cloudstack.DefaultRetry())), ids)
			for i, err := range errs {
				w, ok := errors.AsType[*cloudstack.WaitError](err)
				if away < time.Minute && err != nil || away > time.Minute && (!ok || w.JobID != ended[i].ID || !errors.Is(err, cloudstack.ErrUnavailable)) {
					t.Errorf("away for %v: %v", away, err)
				}
			}
		})
	}
}

// A wait for a job that joins others is not put off until their next tick.
func TestAFreshJobIsAskedForSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ids := newJobServer(2, time.Now, func(i int) time.Duration { return []time.Duration{time.Hour, 60500 * time.Millisecond}[i] })
		poll := cloudstack.DefaultPoll()
		poll.Backoff = cloudstack.Exponential(time.Second, 10*time.Minute)
		c := s.client(t, cloudstack.WithPoll(poll))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { await(ctx, c, ids[:1]) })
		time.Sleep(time.Minute) // the first is asked for seldom by now
		await(t.Context(), c, ids[1:])
		if took := time.Since(start2000); took > 65*time.Second {
			t.Errorf("the fresh job's end was seen after %v", took)
		}
		cancel()
		wg.Wait()
	})
}
