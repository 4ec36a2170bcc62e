package cloudstack_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// jobServer is a server with jobs and nothing else, quick enough for ten
// thousand of them.
type jobServer struct {
	mu       sync.Mutex
	now      func() time.Time
	order    []string // of all jobs
	ends     map[string]time.Time
	lists    int // pages of listAsyncJobs that were asked for
	listings int // first pages
	queries  int
	onList   func() // called at each first page
	answers  map[string]func(r *http.Request) reply
}

func newJobServer(n int, now func() time.Time, ends func(i int) time.Duration) (*jobServer, []cloudstack.ID) {
	s := &jobServer{now: now, ends: map[string]time.Time{}, answers: map[string]func(*http.Request) reply{}}
	var ids []cloudstack.ID
	for i := range n {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		s.order = append(s.order, id)
		s.ends[id] = now().Add(ends(i))
		ids = append(ids, cloudstack.ID(id))
	}
	return s, ids
}

func (s *jobServer) RoundTrip(r *http.Request) (*http.Response, error) {
	return direct{http.HandlerFunc(s.serve)}.RoundTrip(r)
}

func (s *jobServer) serve(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	command := r.Form.Get("command")
	if answer := s.answers[command]; answer != nil {
		s.count(command, r)
		writeReply(w, answer(r))
		return
	}
	s.count(command, r)
	switch command {
	case "listAsyncJobs":
		writeReply(w, s.list(r))
	case "queryAsyncJobResult":
		writeReply(w, s.query(r.Form.Get("jobid")))
	}
}

func (s *jobServer) count(command string, r *http.Request) {
	switch {
	case command == "queryAsyncJobResult":
		s.queries++
	case command == "listAsyncJobs":
		s.lists++
		if r.Form.Get("page") == "1" {
			s.listings++
			if s.onList != nil {
				s.onList()
			}
		}
	}
}

func (s *jobServer) list(r *http.Request) reply {
	page, _ := strconv.Atoi(r.Form.Get("page"))
	size, _ := strconv.Atoi(r.Form.Get("pagesize"))
	var pending []any
	for _, id := range s.order {
		if s.now().Before(s.ends[id]) {
			pending = append(pending, obj{"jobid": id, "jobstatus": 0})
		}
	}
	inside := obj{}
	if len(pending) > 0 {
		inside["count"] = len(pending)
		if from := min((page-1)*size, len(pending)); from < len(pending) {
			inside["asyncjobs"] = pending[from:min(from+size, len(pending))]
		}
	}
	return ok("listAsyncJobs", inside)
}

func (s *jobServer) query(id string) reply {
	end, known := s.ends[id]
	switch {
	case !known:
		return fail("queryAsyncJobResult", 431, 9999, "due to incorrect long value format, or entity does not exist")
	case s.now().Before(end):
		return ok("queryAsyncJobResult", obj{"jobid": id, "jobstatus": 0})
	}
	return ok("queryAsyncJobResult", obj{"jobid": id, "jobstatus": 1, "jobresulttype": "object", "jobresult": obj{"success": true}})
}

func (s *jobServer) client(t testing.TB, opts ...cloudstack.Option) *cloudstack.Client {
	return newClient(t, "http://cloud.test/client/api", append([]cloudstack.Option{
		cloudstack.WithHTTPClient(&http.Client{Transport: s}), cloudstack.WithPoll(cloudstack.DefaultPoll()),
	}, opts...)...)
}

// await waits for all jobs and gives how each ended, in the order of their ends.
func await(ctx context.Context, c *cloudstack.Client, ids []cloudstack.ID, opts ...cloudstack.AwaitOption) (ended []cloudstack.JobState, errs []error) {
	for state, err := range c.Jobs().Await(ctx, ids, opts...) {
		ended, errs = append(ended, state), append(errs, err)
	}
	return ended, errs
}
