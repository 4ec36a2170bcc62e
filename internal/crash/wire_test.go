package crash

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// fate is what happens at one call of a run.
type fate string

const (
	killedBefore fate = "killed before the call"
	killedAfter  fate = "killed after the server did it"
	killedEarly  fate = "killed, and the call arrives late"
	answerLost   fate = "answer lost"
	serverErrs   fate = "server errs"
	serverAway   fate = "server away"
	erredAfter   fate = "server errs after it did it"
	somebodyElse fate = "somebody else does something before the call"
)

// kills reports whether the run does not outlive its fate.
func (f fate) kills() bool { return f == killedBefore || f == killedAfter || f == killedEarly }

// wire is a run's way to the server. It counts the calls, and at the one
// chosen lets the run's fate happen. From its death on nothing of a run
// reaches the server any more.
//
// Calls at once are let through in an order that the seed decides: each waits
// for a moment that its own text and the seed give. In a bubble that makes a
// run the same whenever it is repeated.
type wire struct {
	next http.RoundTripper
	seed uint64
	at   int // the call of which the fate comes, from 1; 0 never
	fate fate
	late time.Duration // of killedEarly
	hand func()        // of somebodyElse
	die  func()        // ends the run's contexts

	mu    sync.Mutex
	calls []string // commands, in their order
	dead  bool
	after sync.WaitGroup // what arrives late
}

var errCut = errors.New("the connection was cut")

// latest bounds how long a call waits for its turn.
const latest = 4 * time.Millisecond

// RoundTrip implements [http.RoundTripper].
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	body, params, err := readCall(req)
	if err != nil {
		return nil, err
	}
	if err := pause(req.Context(), w.moment(params)); err != nil {
		return nil, err
	}
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return nil, errCut
	}
	w.calls = append(w.calls, params.Get("command"))
	n := len(w.calls)
	struck := n == w.at
	w.dead = struck && w.fate.kills()
	w.mu.Unlock()
	if !struck {
		return w.send(req.Context(), req, body)
	}
	switch w.fate {
	case somebodyElse:
		w.hand()
		return w.send(req.Context(), req, body)
	case killedBefore:
		w.die()
		return nil, errCut
	case killedAfter:
		w.deliver(req, body)
		w.die()
		return nil, errCut
	case killedEarly:
		w.after.Go(func() {
			time.Sleep(w.late)
			w.deliver(req, body)
		})
		w.die()
		return nil, errCut
	case answerLost:
		w.deliver(req, body)
		return nil, errCut
	case serverErrs:
		return refusal(req, params), nil
	case erredAfter:
		w.deliver(req, body)
		return refusal(req, params), nil
	default:
		return answer(req, http.StatusServiceUnavailable, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>"), nil
	}
}

// send makes the call. While its answer is on its way the run may die: then it
// gets none.
func (w *wire) send(ctx context.Context, req *http.Request, body []byte) (*http.Response, error) {
	again := req.Clone(ctx)
	again.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := w.next.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return nil, errCut
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

// deliver makes the call and drops its answer.
func (w *wire) deliver(req *http.Request, body []byte) {
	again := req.Clone(context.WithoutCancel(req.Context()))
	again.Body = io.NopCloser(bytes.NewReader(body))
	if resp, err := w.next.RoundTrip(again); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body) // nobody wants it
		resp.Body.Close()
	}
}

// moment is how long a call waits for its turn.
func (w *wire) moment(params url.Values) time.Duration {
	h := fnv.New64a()
	fmt.Fprint(h, w.seed)
	for _, key := range slices.Sorted(maps.Keys(params)) {
		if key != "expires" && key != "signature" {
			fmt.Fprint(h, "\x00", key, "=", params.Get(key))
		}
	}
	return time.Duration(h.Sum64()%uint64(latest)) + time.Microsecond
}

// count is how many calls were made.
func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls)
}

// struck is the command at which the fate came, "" where it did not.
func (w *wire) struck() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at == 0 || len(w.calls) < w.at {
		return ""
	}
	return w.calls[w.at-1]
}

// readCall reads the parameters of a call, which can be sent afterwards all the
// same.
func readCall(req *http.Request) (body []byte, params url.Values, err error) {
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	params, err = url.ParseQuery(cmp.Or(string(body), req.URL.RawQuery))
	return body, params, err
}

// refusal is CloudStack's opaque error, "530".
func refusal(req *http.Request, params url.Values) *http.Response {
	key := strings.ToLower(params.Get("command")) + "response"
	return answer(req, 530, "application/json;charset=utf-8",
		`{"`+key+`":{"uuidList":[],"errorcode":530,"cserrorcode":9999,"errortext":"Internal error executing command, please contact your system administrator"}}`)
}

func answer(req *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{
		Status: fmt.Sprint(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
