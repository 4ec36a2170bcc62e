package cloudstack_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

const (
	testKey    = "KEY-planted-4711"
	testSecret = "SECRET-planted-0815"
)

// call is one request as the fake server understood it.
type call struct {
	command string
	method  string
	params  map[string]string // without response, apikey, signature, signatureversion, expires
	all     url.Values
	header  http.Header
}

// reply is what the fake answers: a status and a body that is JSON unless it is
// a string.
type reply struct {
	status int
	body   any
	header http.Header
}

// fake is a CloudStack server that verifies signatures by a reading of Java's
// rule that is independent of the package's, and answers by a function a
// command. Unknown commands are 401, as on a real server.
type fake struct {
	t        testing.TB
	mu       sync.Mutex
	calls    []call
	handlers map[string]func(call) reply
	lenient  bool // signatures are not looked at
}

func newFake(t testing.TB) *fake {
	return &fake{t: t, handlers: map[string]func(call) reply{}}
}

// on answers a command.
func (f *fake) on(command string, h func(call) reply) *fake {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handlers[command] = h
	return f
}

// answer answers a command always with the inside of its envelope.
func (f *fake) answer(command string, inside any) *fake {
	return f.on(command, func(call) reply { return ok(command, inside) })
}

func ok(command string, inside any) reply {
	return reply{status: 200, body: map[string]any{strings.ToLower(command) + "response": inside}}
}

func fail(command string, code, cscode int, text string) reply {
	return reply{status: code, body: map[string]any{strings.ToLower(command) + "response": map[string]any{
		"uuidList": []any{}, "errorcode": code, "cserrorcode": cscode, "errortext": text}}}
}

// javaSignature is the signature by way of net/url, unlike the package's own.
func javaSignature(all url.Values, secret string) string {
	var names []string
	for n := range all {
		if n != "signature" {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	var pairs []string
	for _, n := range names {
		v := url.QueryEscape(all.Get(n))
		v = strings.NewReplacer("+", "%20", "%2A", "*", "~", "%7E").Replace(v)
		pairs = append(pairs, n+"="+v)
	}
	mac := hmac.New(sha1.New, []byte(secret))
	io.WriteString(mac, strings.ToLower(strings.Join(pairs, "&")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	c := call{command: r.Form.Get("command"), method: r.Method, params: map[string]string{}, all: r.Form, header: r.Header.Clone()}
	for k := range r.Form {
		switch k {
		case "command", "response", "apikey", "signature", "signatureversion", "expires":
		default:
			c.params[k] = r.Form.Get(k)
		}
	}
	f.mu.Lock()
	f.calls = append(f.calls, c)
	h := f.handlers[c.command]
	lenient := f.lenient
	f.mu.Unlock()
	var out reply
	switch {
	case !lenient && (r.Form.Get("apikey") != testKey || r.Form.Get("signature") != javaSignature(r.Form, testSecret)), h == nil:
		out = fail(c.command, 401, 9999, "unable to verify user credentials and/or request signature")
	default:
		out = h(c)
	}
	writeReply(w, out)
}

func writeReply(w http.ResponseWriter, out reply) {
	for k, v := range out.header {
		w.Header()[k] = v
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
	}
	if out.status == 0 {
		out.status = 200
	}
	w.WriteHeader(out.status)
	switch b := out.body.(type) {
	case string:
		io.WriteString(w, b)
	case []byte:
		w.Write(b)
	default:
		json.NewEncoder(w).Encode(b)
	}
}

// log gives the calls so far.
func (f *fake) log() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.calls...)
}

// count tells how often a command was called.
func (f *fake) count(command string) (n int) {
	for _, c := range f.log() {
		if c.command == command {
			n++
		}
	}
	return n
}

// start serves the fake over loopback and gives its endpoint.
func (f *fake) start() string {
	s := httptest.NewServer(f)
	f.t.Cleanup(s.Close)
	return s.URL + "/client/api"
}

// direct is a transport that calls a handler without a network: it can be used
// in a synctest bubble, and it honours contexts as a network does.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	done := make(chan *http.Response, 1)
	rec := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	req := r.Clone(r.Context())
	go func() {
		d.h.ServeHTTP(rec, req)
		done <- rec.Result()
	}()
	select {
	case resp := <-done:
		resp.Request = r
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// client is a client of the fake without a network and without waiting between
// polls that a test did not ask for.
func (f *fake) client(opts ...cloudstack.Option) *cloudstack.Client {
	f.t.Helper()
	return newClient(f.t, "http://cloud.test/client/api", append([]cloudstack.Option{cloudstack.WithHTTPClient(&http.Client{Transport: direct{f}})}, opts...)...)
}

func newClient(t testing.TB, endpoint string, opts ...cloudstack.Option) *cloudstack.Client {
	t.Helper()
	quick := cloudstack.DefaultPoll()
	quick.Backoff, quick.Least, quick.Most = cloudstack.Constant(time.Millisecond), time.Millisecond, time.Millisecond
	all := append([]cloudstack.Option{
		cloudstack.WithPoll(quick),
		cloudstack.WithRetry(cloudstack.RetryPolicy{Max: 3, Backoff: cloudstack.Constant(time.Millisecond)}),
	}, opts...)
	c, err := cloudstack.New(endpoint, cloudstack.Credentials{APIKey: testKey, SecretKey: testSecret}, all...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// jobs is the asynchronous part of a fake: jobs that end after a number of
// questions, or when told.
type jobs struct {
	mu      sync.Mutex
	next    int
	results map[string]any // by job id; nil while pending
	status  map[string]int
	polls   map[string]int // questions to go before the end
	hidden  map[string]bool
}

func (f *fake) withJobs() *jobs {
	j := &jobs{results: map[string]any{}, status: map[string]int{}, polls: map[string]int{}, hidden: map[string]bool{}}
	f.on("queryAsyncJobResult", func(c call) reply { return j.query(c.params["jobid"]) })
	f.on("listAsyncJobs", func(c call) reply { return j.list(c) })
	return j
}

// add makes a job that is pending for n more questions, of either kind, and then
// ends with the status and result.
func (j *jobs) add(id string, n, status int, result any) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if id == "" {
		j.next++
		id = fmt.Sprintf("00000000-0000-4000-8000-%012d", j.next)
	}
	j.results[id], j.status[id], j.polls[id] = result, status, n
	return id
}

func (j *jobs) query(id string) reply {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, known := j.status[id]; !known {
		return fail("queryAsyncJobResult", 431, 9999, "Unable to execute API command queryasyncjobresult due to invalid value. Invalid parameter jobid value="+id+" due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.")
	}
	state := map[string]any{"jobid": id, "jobstatus": 0, "jobprocstatus": 0, "jobresultcode": 0, "cmd": "org.apache.Cmd"}
	if j.polls[id] > 0 {
		j.polls[id]--
		return ok("queryAsyncJobResult", state)
	}
	state["jobstatus"] = j.status[id]
	if j.results[id] != nil {
		state["jobresult"], state["jobresulttype"] = j.results[id], "object"
	}
	return ok("queryAsyncJobResult", state)
}

func (j *jobs) list(c call) reply {
	j.mu.Lock()
	defer j.mu.Unlock()
	var pending []any
	for id, n := range j.polls {
		if n > 0 {
			if !j.hidden[id] {
				pending = append(pending, map[string]any{"jobid": id, "jobstatus": 0})
			}
			j.polls[id]--
		}
	}
	sort.Slice(pending, func(a, b int) bool {
		return pending[a].(map[string]any)["jobid"].(string) < pending[b].(map[string]any)["jobid"].(string)
	})
	return paged("listAsyncJobs", "asyncjobs", pending, c)
}

// paged answers one page of a list, as a real server does.
func paged(command, key string, all []any, c call) reply {
	from, to := 0, len(all)
	var page, size int
	if _, err := fmt.Sscan(c.params["page"], &page); err == nil {
		fmt.Sscan(c.params["pagesize"], &size)
		from, to = min((page-1)*size, len(all)), min(page*size, len(all))
	}
	inside := map[string]any{}
	if len(all) > 0 {
		inside["count"] = len(all)
		if from < to {
			inside[key] = all[from:to]
		}
	}
	return ok(command, inside)
}
