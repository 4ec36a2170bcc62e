package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// oddly runs trueup against the cloud once for every key that its answers hold,
// and for each way in which the value can be odd: absent, null, empty, of
// another type. Every run must end, not in a panic, and with an error in words
// where it fails.
func oddly(ts *testscript.TestScript, _ bool, args []string) {
	odd := &oddProxy{to: cloudOf(ts).server, keys: map[string]bool{}}
	server := httptest.NewServer(odd)
	defer server.Close()
	for i, arg := range args {
		if strings.HasSuffix(arg, "shop") {
			args[i] = ts.MkAbs(arg)
		}
	}
	run := func(what string) (code int, text string) {
		var stdout, stderr bytes.Buffer
		env := []string{
			"CLOUDSTACK_ENDPOINT=" + server.URL, "CLOUDSTACK_KEY=" + ts.Getenv("CLOUDSTACK_KEY"),
			"CLOUDSTACK_SECRET_KEY=" + ts.Getenv("CLOUDSTACK_SECRET_KEY"), "HOME=" + ts.MkAbs("."),
		}
		code = Main(append([]string{"trueup"}, args...), strings.NewReader(""), &stdout, &stderr, env)
		if code != exitDone && code != exitDiffers && !failure.MatchString(stderr.String()) {
			ts.Fatalf("%s: trueup exits with %d\n%s%s", what, code, &stdout, &stderr)
		}
		return code, stderr.String()
	}
	if code, text := run("as it is"); code != exitDone {
		ts.Fatalf("trueup fails on what is not odd: %s", text)
	}
	for _, key := range slices.Sorted(maps.Keys(odd.keys)) {
		for _, way := range oddWays {
			odd.set(key, way)
			run(fmt.Sprintf("%s is %s", key, way))
		}
	}
	if len(odd.keys) < 50 {
		ts.Fatalf("only %d keys were met", len(odd.keys))
	}
}

// failure is how trueup says why it failed.
var failure = regexp.MustCompile(`(?m)(^|: )(error|refused): \S`)

// oddWays are what stands where a value should: JSON, or nothing.
var oddWays = []string{"absent", "null", `""`, "[]", "{}", "-1"}

// oddProxy passes calls on to a cloud and makes the values of one key odd.
type oddProxy struct {
	to http.Handler

	mu       sync.Mutex
	keys     map[string]bool // that were met while no key was chosen
	key, way string
}

func (p *oddProxy) set(key, way string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key, p.way = key, way
}

func (p *oddProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Del("Accept-Encoding")
	answer := httptest.NewRecorder()
	p.to.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	var document map[string]any
	if json.Unmarshal(body, &document) == nil {
		p.mu.Lock()
		for _, envelope := range document {
			p.bend(envelope)
		}
		p.mu.Unlock()
		body, _ = json.Marshal(document)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_, _ = io.Copy(w, bytes.NewReader(body))
}

// bend makes the values of the key odd wherever they are.
func (p *oddProxy) bend(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			p.bend(item)
		}
	case map[string]any:
		for key := range value {
			switch {
			case p.key == "":
				p.keys[key] = true
			case key != p.key:
				continue
			case p.way == "absent":
				delete(value, key)
			default:
				value[key] = json.RawMessage(p.way)
			}
		}
		for _, item := range value {
			p.bend(item)
		}
	}
}
