package laws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/internal/cli"
	"github.com/trueup/trueup/internal/export"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// liar is a way to a server that does not do all that it is asked for. It offers
// everything of its catalogues twice, and whoever chooses the second gets the
// first; and it hears what it is told to hear.
type liar struct {
	next http.RoundTripper
	key  cloudstack.Secret

	mu    sync.Mutex        // calls are sent at once
	first map[string]string // ids of what is there, by those of what isn't
	hear  func(command string, params url.Values)
}

// twice are the commands whose lists have everything twice.
var twice = []string{"listZones", "listTemplates", "listServiceOfferings", "listDiskOfferings", "listNetworkOfferings"}

// second is the name of an entry of a catalogue of which the server has only the
// first.
func second(first string) string { return first + " bis" }

// RoundTrip implements [http.RoundTripper].
func (l *liar) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	params, err := url.ParseQuery(cmp.Or(string(body), req.URL.RawQuery))
	if err != nil {
		return nil, err
	}
	l.mishear(params)
	params.Del("signature")
	params.Set("signature", cloudstack.Sign(params, l.key))
	again := req.Clone(req.Context())
	if text := params.Encode(); len(body) > 0 {
		again.Body, again.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	} else {
		again.URL.RawQuery = text
	}
	resp, err := l.next.RoundTrip(again)
	if err != nil || !slices.Contains(twice, params.Get("command")) {
		return resp, err
	}
	return l.double(resp)
}

// hears sets how commands are understood from now on; nil is as they are sent.
func (l *liar) hears(hear func(command string, params url.Values)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hear = hear
}

func (l *liar) mishear(params url.Values) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, values := range params {
		for i, value := range values {
			values[i] = cmp.Or(l.first[value], value)
		}
	}
	if l.hear != nil {
		l.hear(params.Get("command"), params)
	}
}

// double lists everything twice.
func (l *liar) double(resp *http.Response) (*http.Response, error) {
	defer resp.Body.Close()
	var answer map[string]map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, inside := range answer {
		for key, value := range inside {
			items, _ := value.([]any)
			for _, item := range items {
				first := item.(map[string]any)
				items = append(items, l.another(first, "id", "name"))
				if first["zoneid"] != nil { // and in the second zone
					items = append(items, l.another(first, "zoneid", "zonename"))
				}
			}
			if len(items) > 0 {
				inside[key], inside["count"] = items, len(items)
			}
		}
	}
	text, err := json.Marshal(answer)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	resp.Header.Del("Content-Length")
	return resp, err
}

// another is an entry with another id and name.
func (l *liar) another(first map[string]any, id, name string) map[string]any {
	other, is := maps.Clone(first), first[id].(string)
	other[id], other[name] = "b15"+is[3:], second(first[name].(string))
	l.first["b15"+is[3:]] = is
	return other
}

// runner runs the program against a lab's cloud.
type runner struct {
	*lab
	dir  string // of the stack
	wire *liar
}

// newRunner puts the liar between the lab and its cloud.
func newRunner(l *lab, dir string) *runner {
	r := &runner{l, dir, &liar{next: l.service.Client().Transport, key: cloudstack.Secret(l.sim.User().Secret), first: map[string]string{}}}
	l.cloud, l.offered = l.open(&http.Client{Transport: r.wire}), nil
	return r
}

// run lets the program apply a file and returns its exit code and what it said.
func (r *runner) run(file *export.File) (code int, said string) {
	r.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "stack.yaml"), []byte(file.YAML()), 0o600); err != nil {
		r.Fatal(err)
	}
	r.runs++
	keys, out := r.sim.User(), &transcript{}
	program := cli.Program{
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out,
		Env:       []string{"CLOUDSTACK_ENDPOINT=" + r.service.URL, "CLOUDSTACK_KEY=" + keys.Key, "CLOUDSTACK_SECRET_KEY=" + keys.Secret},
		Random:    rand.NewChaCha8([32]byte{byte(r.runs), byte(r.runs >> 8)}),
		Transport: r.wire,
		Choose:    rand.New(&sharedSource{PCG: *rand.NewPCG(2, r.runs)}).IntN,
		PID:       os.Getpid(),
	}
	code = program.Main(r.ctx, []string{"trueup", "apply", "--yes", "--max-deletes", "1000", r.dir})
	return code, out.String()
}

// inEachZone does something in a cloud of its own for each sort of zone, in which a
// file that declares everything is applied.
func inEachZone(t *testing.T, do func(t *testing.T, r *runner, offers *provider.Catalogue, file *export.File)) {
	for _, zone := range []string{grouped, isolated} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t)
			offers := l.offers()
			file := full(offers, zone)
			l.mustApply(loadFile(t, file), all)
			do(t, newRunner(l, t.TempDir()), offers, file)
		})
	}
}

// transcript is what a run says, which it does from several places at once.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
