package simulator_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// start makes a simulator that ends with the test.
func start(t testing.TB, config simulator.Config) *simulator.Server {
	t.Helper()
	s, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A caller is a minimal CloudStack client, written from the recordings: the tests do not trust our own.
type caller struct {
	t      testing.TB
	server *simulator.Server
	simulator.Credentials
}

func as(t testing.TB, s *simulator.Server, c simulator.Credentials) caller {
	return caller{t, s, c}
}

// query signs parameters and writes them as a query.
func (c caller) query(params map[string]string) string {
	all := map[string]string{"apikey": c.Key, "response": "json"}
	for k, v := range params {
		all[k] = v
	}
	names := make([]string, 0, len(all))
	for k := range all {
		names = append(names, k)
	}
	sort.Strings(names)
	var toSign, wire []string
	for _, k := range names {
		v := strings.NewReplacer("+", "%20", "%2A", "*", "~", "%7E").Replace(url.QueryEscape(all[k]))
		toSign = append(toSign, k+"="+v)
		wire = append(wire, url.QueryEscape(k)+"="+v)
	}
	mac := hmac.New(sha1.New, []byte(c.Secret))
	mac.Write([]byte(strings.ToLower(strings.Join(toSign, "&"))))
	return strings.Join(wire, "&") + "&signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// An answer is what came back from a call.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any // the content of the envelope
	key    string
}

// send makes a GET of a query as it is.
func (c caller) send(method, query string) answer {
	r := httptest.NewRequest(method, "/client/api?"+query, nil)
	if method == http.MethodPost {
		r = httptest.NewRequest(method, "/client/api", strings.NewReader(query))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	return read(w.Result())
}

func read(r *http.Response) answer {
	text, _ := io.ReadAll(r.Body)
	a := answer{status: r.StatusCode, header: r.Header, text: string(text)}
	var envelope map[string]map[string]any
	if json.Unmarshal(text, &envelope) == nil {
		for k, v := range envelope {
			a.key, a.body = k, v
		}
	}
	return a
}

// call calls a command with name and value pairs.
func (c caller) call(command string, pairs ...string) answer {
	params := map[string]string{"command": command}
	for i := 0; i < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return c.send(http.MethodGet, c.query(params))
}

// ok calls a command that must succeed and, if it is asynchronous, waits for its job. It returns the content of the answer or the job's result.
func (c caller) ok(command string, pairs ...string) map[string]any {
	c.t.Helper()
	a := c.call(command, pairs...)
	if a.status != http.StatusOK {
		c.t.Fatalf("%s %v: %d %s", command, pairs, a.status, a.text)
	}
	if id, ok := a.body["jobid"].(string); ok && len(a.body) <= 2 {
		j := c.job(id)
		if j["jobstatus"] != 1.0 {
			c.t.Fatalf("%s %v: job failed: %v", command, pairs, j["jobresult"])
		}
		return j["jobresult"].(map[string]any)
	}
	return a.body
}

// fails calls a command that must be refused, by its answer or by its job, and returns code and text.
func (c caller) fails(command string, pairs ...string) (code int, text string) {
	c.t.Helper()
	a := c.call(command, pairs...)
	body := a.body
	if a.status == http.StatusOK {
		id, ok := a.body["jobid"].(string)
		if !ok {
			c.t.Fatalf("%s %v was not refused: %s", command, pairs, a.text)
		}
		j := c.job(id)
		if j["jobstatus"] != 2.0 {
			c.t.Fatalf("%s %v: its job did not fail: %v", command, pairs, j)
		}
		body = j["jobresult"].(map[string]any)
	}
	return int(body["errorcode"].(float64)), body["errortext"].(string)
}

// job moves the simulator's clock until a job has ended.
func (c caller) job(id string) map[string]any {
	c.t.Helper()
	for range 1000 {
		a := c.call("queryAsyncJobResult", "jobid", id)
		if a.status != http.StatusOK {
			c.t.Fatalf("job %s: %d %s", id, a.status, a.text)
		}
		if a.body["jobstatus"] != 0.0 {
			return a.body
		}
		c.server.Advance(10 * time.Millisecond)
	}
	c.t.Fatalf("job %s does not end", id)
	return nil
}

// first returns the first item of a list.
func (c caller) first(command, key string, pairs ...string) map[string]any {
	c.t.Helper()
	items := c.list(command, key, pairs...)
	if len(items) == 0 {
		c.t.Fatalf("%s %v: nothing found", command, pairs)
	}
	return items[0]
}

// list returns the items of a list.
func (c caller) list(command, key string, pairs ...string) []map[string]any {
	c.t.Helper()
	body := c.ok(command, pairs...)
	raw, _ := body[key].([]any)
	out := make([]map[string]any, len(raw))
	for i, x := range raw {
		out[i] = x.(map[string]any)
	}
	return out
}

// clock is a clock that stands still unless it is moved.
func clock() func() time.Time {
	at := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	return func() time.Time { return at }
}

func closeService(t testing.TB, v *simulator.Service) {
	t.Helper()
	if err := v.Close(context.Background()); err != nil {
		t.Error(err)
	}
}
