package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// scriptCloud is the cloud of one script.
type scriptCloud struct {
	server *simulator.Server
	client *cloudstack.Client // of the ordinary user
}

type cloudKey struct{}

func cloudOf(ts *testscript.TestScript) *scriptCloud {
	c := ts.Value(cloudKey{}).(*scriptCloud)
	if c.server == nil {
		ts.Fatalf("no cloud was started")
	}
	return c
}

func startCloud(ts *testscript.TestScript, _ bool, args []string) {
	config := simulator.Config{Seed: 1, Latency: simulator.Latency{Job: time.Millisecond}, Limits: map[string]int64{}}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		if limit, ok := strings.CutPrefix(name, "limit."); ok {
			n, err := strconv.ParseInt(value, 10, 64)
			ts.Check(err)
			config.Limits[limit] = n
			continue
		}
		switch name {
		case "forbid":
			config.Forbidden = strings.Split(value, ",")
		case "flavour":
			config.Flavour = simulator.Flavour(value)
		case "faults":
			faults, err := simulator.ReadFaults(value, []byte(ts.ReadFile(value)))
			ts.Check(err)
			config.Faults = faults
		default:
			ts.Fatalf("a cloud has no %s", name)
		}
	}
	server, err := simulator.New(config)
	ts.Check(err)
	service, err := server.Listen("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() {
		ts.Check(errors.Join(service.Close(context.Background()), server.Close()))
	})
	user := server.User()
	client, err := cloudstack.New(service.URL, cloudstack.Credentials{APIKey: cloudstack.Secret(user.Key), SecretKey: cloudstack.Secret(user.Secret)})
	ts.Check(err)
	*ts.Value(cloudKey{}).(*scriptCloud) = scriptCloud{server, client}
	ts.Setenv("CLOUDSTACK_ENDPOINT", service.URL)
	ts.Setenv("CLOUDSTACK_KEY", user.Key)
	ts.Setenv("CLOUDSTACK_SECRET_KEY", user.Secret)
}

func advanceClock(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	cloudOf(ts).server.Advance(d)
}

func callByHand(ts *testscript.TestScript, _ bool, args []string) {
	c := cloudOf(ts)
	params := url.Values{}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		if of, ok := strings.CutPrefix(value, "@"); ok {
			list, name, _ := strings.Cut(of, ":")
			value = c.id(ts, list, name)
		}
		params.Set(key, value)
	}
	answer, err := c.client.Raw(context.Background(), args[0], params)
	ts.Check(err)
	var job struct {
		ID cloudstack.ID `json:"jobid"`
	}
	if json.Unmarshal(answer, &job) == nil && job.ID != "" {
		_, err := cloudstack.ResumeRaw(c.client, job.ID).Wait(context.Background())
		ts.Check(err)
	}
}

// id finds the id of the one thing that a command lists by that name.
func (c *scriptCloud) id(ts *testscript.TestScript, list, name string) string {
	answer, err := c.client.Raw(context.Background(), list, url.Values{"templatefilter": {"executable"}})
	ts.Check(err)
	var lists map[string]json.RawMessage
	ts.Check(json.Unmarshal(answer, &lists))
	for _, raw := range lists {
		var things []struct{ ID, Name string }
		if json.Unmarshal(raw, &things) != nil {
			continue
		}
		for _, thing := range things {
			if thing.Name == name {
				return thing.ID
			}
		}
	}
	ts.Fatalf("%s lists no %s: %s", list, name, answer)
	return ""
}

func countCalls(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got := 0
	for _, r := range cloudOf(ts).server.Requests() {
		if r.Command == args[0] {
			got++
		}
	}
	if (got == want) == neg {
		ts.Fatalf("%s was called %d times", args[0], got)
	}
}

func exitsWith(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("trueup", args[1:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("trueup exited with %d, not %d", got, want)
	}
}

func startProxy(ts *testscript.TestScript, _ bool, _ []string) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><body>Bad Gateway</body></html>")
	}))
	ts.Defer(proxy.Close)
	ts.Setenv("CLOUDSTACK_ENDPOINT", proxy.URL)
}

func holdLease(ts *testscript.TestScript, _ bool, args []string) {
	cloud := kind.Open(cloudOf(ts).client, kind.Source{Now: time.Now, Pick: func(int) int { return 0 }})
	lease, err := apply.Acquire(context.Background(), cloud, args[0],
		apply.Holder{Run: "0198c3f0-0000-7000-8000-000000000000", Who: "somebody", Host: "elsewhere", PID: 1, Since: time.Now()}, apply.LeaseOptions{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(lease.Release(context.Background())) })
}
