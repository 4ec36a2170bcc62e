package cloudstack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

var seedTools = []proof{
	{"S15", "it is an HTTP client: transports, proxies and certificates are net/http's", itIsAnHTTPClient},
	{"S16", "a client is made of endpoint, key and secret, which it never shows", clientFromThreeThings},
	{"S17", "a logger can be plugged in", loggerIsPluggable},
	{"S18", "traces are turned on and off", tracesOnAndOff},
	{"S18b", "traces show no secret", tracesShowNoSecret},
	{"S19", "an environment variable does the same, with a prefix", variableTurnsTraceOn},
	{"S20", "the trace goes to any io.Writer", traceGoesToAnyWriter},
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func itIsAnHTTPClient(t *testing.T) {
	if os.Getenv("CLOUDSTACK_TEST_CHILD") != "" {
		listZonesOfTheEnvironment(t)
		return
	}
	f := newCloud(t)
	var seen atomic.Int32
	counting := roundTripper(func(r *http.Request) (*http.Response, error) {
		seen.Add(1)
		return http.DefaultTransport.RoundTrip(r)
	})
	c := newClient(t, f.start(), cloudstack.WithHTTPClient(&http.Client{Transport: counting}))
	if _, err := cloudstack.Call(t.Context(), c, deploy); err != nil {
		t.Fatal(err)
	}
	if int(seen.Load()) != len(f.log()) {
		t.Errorf("the transport saw %d calls, the server %d", seen.Load(), len(f.log()))
	}

	secure := httptest.NewUnstartedServer(f)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	if _, err := cloudstack.Collect(cloudstack.All(t.Context(), newClient(t, secure.URL, cloudstack.WithHTTPClient(secure.Client())), cloudstack.ListZones{})); err != nil {
		t.Errorf("with the server's certificate: %v", err)
	}
	_, err := cloudstack.Collect(cloudstack.All(t.Context(), newClient(t, secure.URL), cloudstack.ListZones{}))
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v, want a refusal", err)
	}

	var proxied atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied.Add(1)
		f.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	through := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }}
	if _, err := cloudstack.Collect(cloudstack.All(t.Context(), newClient(t, "http://cloud.invalid/client/api", cloudstack.WithHTTPClient(&http.Client{Transport: through})), cloudstack.ListZones{})); err != nil || proxied.Load() == 0 {
		t.Errorf("through a proxy: %v, %d calls", err, proxied.Load())
	}
	before := proxied.Load()
	child := exec.Command(os.Args[0], "-test.run", "^TestSeed$/^S15$") // net/http reads the variable once a process
	child.Env = append(childEnvironment("http://cloud.invalid/client/api"), "HTTP_PROXY="+proxy.URL)
	if out, err := child.CombinedOutput(); err != nil || proxied.Load() == before {
		t.Errorf("through the environment's proxy: %v, %d calls\n%s", err, proxied.Load()-before, out)
	}
}

// childEnvironment is that of a test process of its own, with a client's
// credentials in it.
func childEnvironment(endpoint string) []string {
	return []string{"CLOUDSTACK_TEST_CHILD=1", "CLOUDSTACK_ENDPOINT=" + endpoint, "CLOUDSTACK_KEY=" + testKey, "CLOUDSTACK_SECRET_KEY=" + testSecret}
}

func listZonesOfTheEnvironment(t *testing.T) {
	c, err := cloudstack.FromEnv()
	if err != nil {
		t.Fatal(err)
	}
	if err := listZones(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func clientFromThreeThings(t *testing.T) {
	good := cloudstack.Credentials{APIKey: testKey, SecretKey: testSecret}
	for name, c := range map[string]struct {
		endpoint string
		keys     cloudstack.Credentials
		option   cloudstack.Option
	}{
		"no endpoint":        {"", good, nil},
		"no scheme":          {"cloud.example.org/client/api", good, nil},
		"another scheme":     {"ftp://cloud.example.org/", good, nil},
		"a user":             {"https://user:" + testSecret + "@cloud.example.org/", good, nil},
		"a query":            {"https://cloud.example.org/?secret=" + testSecret, good, nil},
		"not a URL":          {"https://[" + testSecret, good, nil},
		"no key":             {"https://cloud.example.org/", cloudstack.Credentials{SecretKey: testSecret}, nil},
		"no secret":          {"https://cloud.example.org/", cloudstack.Credentials{APIKey: testKey}, nil},
		"no page":            {"https://cloud.example.org/", good, cloudstack.WithPageSize(0)},
		"no time":            {"https://cloud.example.org/", good, cloudstack.WithRequestTimeout(0)},
		"negative time":      {"https://cloud.example.org/", good, cloudstack.WithJobTimeout(-1)},
		"no HTTP client":     {"https://cloud.example.org/", good, cloudstack.WithHTTPClient(nil)},
		"no logger":          {"https://cloud.example.org/", good, cloudstack.WithLogger(nil)},
		"no clock":           {"https://cloud.example.org/", good, cloudstack.WithClock(nil)},
		"no randomness":      {"https://cloud.example.org/", good, cloudstack.WithRandom(nil)},
		"no back-off":        {"https://cloud.example.org/", good, cloudstack.WithRetry(cloudstack.RetryPolicy{})},
		"no polling":         {"https://cloud.example.org/", good, cloudstack.WithPoll(cloudstack.PollPolicy{})},
		"no expiry":          {"https://cloud.example.org/", good, cloudstack.WithSignatureExpiry(0)},
		"an unknown method":  {"https://cloud.example.org/", good, cloudstack.WithMethod(9)},
		"no writer of trace": {"https://cloud.example.org/", good, cloudstack.WithTraceWriter(nil, "")},
	} {
		var opts []cloudstack.Option
		if c.option != nil {
			opts = append(opts, c.option)
		}
		if _, err := cloudstack.New(c.endpoint, c.keys, opts...); err == nil || strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: %v, want an error without the secret", name, err)
		}
	}
	client, err := cloudstack.New("https://cloud.example.org/client/api", good)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, _ := json.Marshal(good)
	shown := string(asJSON)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%t"} {
		shown += fmt.Sprintf(verb+verb+verb, client, good, good.SecretKey)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "client", client, "keys", good, "secret", good.SecretKey)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "client", client, "keys", good, "secret", good.SecretKey)
	shown += logged.String()
	for _, secret := range []string{testKey, testSecret, fmt.Sprintf("%x", testSecret), fmt.Sprintf("%X", testSecret)} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is shown in %s", secret, shown)
		}
	}
	if good.SecretKey.Reveal() != testSecret {
		t.Error("Reveal doesn't")
	}
}

func loggerIsPluggable(t *testing.T) {
	var logged bytes.Buffer
	c := newCloud(t).client(cloudstack.WithLogger(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	if _, err := cloudstack.Start(t.Context(), c, deploy); err != nil {
		t.Fatal(err)
	}
	var line struct {
		Command, Job string
		Status       int
		Took         *int64
	}
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Command != "deployVirtualMachine" || line.Status != 200 || line.Job != "00000000-0000-4000-8000-000000000001" || line.Took == nil {
		t.Errorf("logged %s", logged.String())
	}
	if strings.Contains(logged.String(), "cloudstack exchange") {
		t.Error("the exchange is logged at debug level")
	}
}

// safeBuffer is a writer for many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func tracesOnAndOff(t *testing.T) {
	var trace safeBuffer
	c := newCloud(t).client(cloudstack.WithTraceWriter(&trace, "T "))
	list := func() {
		if _, err := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListZones{})); err != nil {
			t.Error(err)
		}
	}
	list()
	if s := trace.String(); !strings.Contains(s, "T > GET ") || !strings.Contains(s, "T < 200 ") || !strings.Contains(s, `"ch-gva-2"`) {
		t.Errorf("on: %q", s)
	}
	c.SetTrace(false)
	before := trace.String()
	list()
	if trace.String() != before {
		t.Error("off: something is written")
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { c.SetTrace(i%2 == 0); list() })
	}
	wg.Wait()
	newCloud(t).client().SetTrace(true) // without a writer: nothing to do
}

func tracesShowNoSecret(t *testing.T) {
	const planted = "planted-"
	f := newFake(t)
	jobs := f.withJobs()
	f.answer("createSSHKeyPair", obj{"keypair": obj{"name": "k", "privatekey": planted + "private"}})
	f.answer("registerUserKeys", obj{"userkeys": obj{"apikey": planted + "api", "secretkey": planted + "secret"}})
	f.answer("getVMPassword", obj{"password": obj{"encryptedpassword": planted + "encrypted"}})
	f.answer("getVirtualMachineUserData", obj{"virtualmachineuserdata": obj{"userdata": planted + "data"}})
	f.answer("createUser", obj{"user": obj{"id": "u"}})
	f.on("deployVirtualMachine", func(c call) reply {
		return ok(c.command, obj{"jobid": jobs.add("", 0, 1, obj{"virtualmachine": obj{"id": "vm", "password": planted + "password", "details": obj{"rootpassword": planted + "detail"}}})})
	})
	f.on("listZones", func(c call) reply { // a proxy that repeats what it was asked
		return reply{status: 502, body: "<html>cannot GET /client/api?" + c.all.Encode() + "</html>"}
	})
	var trace, logged safeBuffer
	c := f.client(cloudstack.WithTraceWriter(&trace, ""), cloudstack.WithLogger(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: cloudstack.LevelTrace}))),
		cloudstack.WithRetry(cloudstack.RetryPolicy{Backoff: cloudstack.Constant(0)}))
	ctx := t.Context()
	deploy := deploy
	deploy.UserData = cloudstack.UserData("#!/bin/sh\n" + planted + "script")
	deploy.UserDataDetails = map[string]string{"token": planted + "variable"}
	machine, err := cloudstack.Call(ctx, c, deploy)
	if err != nil || machine.Password.Reveal() != planted+"password" {
		t.Fatalf("%v, %v", machine.Password.Reveal(), err)
	}
	_, e1 := cloudstack.Call(ctx, c, cloudstack.CreateSSHKeyPair{Name: "k"})
	_, e2 := cloudstack.Call(ctx, c, cloudstack.RegisterUserKeys{ID: "u"})
	_, e3 := cloudstack.Call(ctx, c, cloudstack.GetVMPassword{ID: "vm"})
	_, e4 := cloudstack.Call(ctx, c, cloudstack.GetVirtualMachineUserData{VirtualMachineID: "vm"})
	_, e5 := cloudstack.Call(ctx, c, cloudstack.CreateUser{Account: "a", Email: "e", FirstName: "f", LastName: "l", Username: "u", Password: planted + "word"})
	for i, err := range []error{e1, e2, e3, e4, e5} {
		if err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	_, proxied := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListZones{}))
	c2 := newClient(t, "http://127.0.0.1:1/client/api", cloudstack.WithRetry(cloudstack.RetryPolicy{Backoff: cloudstack.Constant(0)}))
	_, refused := cloudstack.Collect(cloudstack.All(ctx, c2, cloudstack.ListZones{}))
	// What a caller put into maps is the caller's to print.
	machine.Details, deploy.UserDataDetails = nil, nil
	all := trace.String() + logged.String() + fmt.Sprintf("%v %+v %#v %v %#v %+v %#v", proxied, proxied, proxied, refused, refused, machine, deploy)
	for _, secret := range []string{planted, "cGxhbnRlZC", testKey, testSecret} {
		if i := strings.Index(all, secret); i >= 0 {
			t.Errorf("%q is shown in …%s…", secret, all[max(0, i-200):min(len(all), i+100)])
		}
	}
	for _, call := range f.log() {
		if sig := call.all.Get("signature"); strings.Contains(all, sig) || strings.Contains(all, url.QueryEscape(sig)) {
			t.Errorf("the signature of %s is shown", call.command)
		}
	}
	if !strings.Contains(trace.String(), "userdata=\"REDACTED\"") || !strings.Contains(logged.String(), "cloudstack exchange") {
		t.Error("the trace or the log has nothing")
	}
}

// A test process of its own, because the variable is read from the environment
// of the process and the trace goes to its standard error.
func variableTurnsTraceOn(t *testing.T) {
	if os.Getenv("CLOUDSTACK_TEST_CHILD") != "" {
		listZonesOfTheEnvironment(t)
		return
	}
	endpoint := newCloud(t).start()
	for _, variable := range []string{"EXOSCALE_TRACE", "TRUEUP_TRACE", ""} {
		child := exec.Command(os.Args[0], "-test.run", "^TestSeed$/^S19$")
		child.Env = childEnvironment(endpoint)
		if variable != "" {
			child.Env = append(child.Env, variable+"=my prefix")
		}
		var stderr bytes.Buffer
		child.Stderr = &stderr
		if out, err := child.Output(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := stderr.String(); variable == "" && got != "" || variable != "" && !strings.HasPrefix(got, "my prefix > GET ") {
			t.Errorf("%s: standard error is %q", variable, got)
		}
	}
}

func traceGoesToAnyWriter(t *testing.T) {
	var b bytes.Buffer
	c := newCloud(t).client(cloudstack.WithTraceWriter(&b, "| "))
	if _, err := cloudstack.Collect(cloudstack.All(t.Context(), c, cloudstack.ListZones{})); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if !strings.HasPrefix(line, "| ") {
			t.Errorf("a line without the prefix: %q", line)
		}
	}
	if b.Len() == 0 {
		t.Error("nothing is written")
	}
}
