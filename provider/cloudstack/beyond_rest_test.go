package cloudstack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

var beyondRest = []proof{
	{"T30", "credentials come from the environment and from files, in one order", profiles},
	{"T31", "the client says who it is", userAgent},
	{"T32", "nil and zero requests are errors, not panics", nilIsSafe},
	{"T33", "one client serves many goroutines, and asks for their jobs together", manyGoroutines},
	{"T34", "any command of a server can be called", anyCommand},
}

func profiles(t *testing.T) {
	const (
		ini = "# comment\n[cloudstack]\nendpoint = https://ini/client/api\nkey = inikey\nsecret = inisecret\ntimeout = 30\n[other]\nendpoint=https://other/api\nkey=otherkey\nsecret=othersecret\nverify=false\n"
		cmk = "prompt = x\nprofile = localcloud\nverifycert = false\n\n[localcloud]\nurl = https://cmk/client/api\nusername = admin\napikey = cmkkey\nsecretkey = cmksecret\n"
	)
	env := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	own := []string{"CLOUDSTACK_ENDPOINT", "https://own/client/api", "CLOUDSTACK_KEY", "ownkey", "CLOUDSTACK_SECRET_KEY", "ownsecret"}
	terraform := []string{"CLOUDSTACK_API_URL", "https://tf/client/api", "CLOUDSTACK_API_KEY", "tfkey", "CLOUDSTACK_SECRET_KEY", "tfsecret"}
	exoscale := []string{"EXOSCALE_COMPUTE_ENDPOINT", "https://exo/compute", "EXOSCALE_API_KEY", "exokey", "EXOSCALE_API_SECRET", "exosecret"}
	everything := map[string]string{"dir/cloudstack.ini": ini, "home/.cmk/config": cmk}
	for _, c := range []struct {
		name     string
		env      map[string]string
		files    map[string]string
		section  string
		want     string // endpoint, key, secret
		insecure bool
	}{
		{"the environment goes before files", env(own...), everything, "", "https://own/client/api ownkey ownsecret", false},
		{"our own spelling goes before others", env(append(append(own, exoscale...), "CLOUDSTACK_API_URL", "https://tf/")...), nil, "", "https://own/client/api ownkey ownsecret", false},
		{"Terraform's spelling", env(terraform...), everything, "", "https://tf/client/api tfkey tfsecret", false},
		{"Exoscale's spelling", env(exoscale...), everything, "", "https://exo/compute exokey exosecret", false},
		{"cloudstack.ini goes before CloudMonkey", nil, everything, "", "https://ini/client/api inikey inisecret", false},
		{"the hidden one", nil, map[string]string{"dir/.cloudstack.ini": ini}, "", "https://ini/client/api inikey inisecret", false},
		{"at home", nil, map[string]string{"home/.cloudstack.ini": ini}, "", "https://ini/client/api inikey inisecret", false},
		{"another section", nil, everything, "other", "https://other/api otherkey othersecret", true},
		{"another section in spite of the environment", env(own...), everything, "other", "https://other/api otherkey othersecret", true},
		{"another region", env("CLOUDSTACK_REGION", "other"), everything, "", "https://other/api otherkey othersecret", true},
		{"another file", env("CLOUDSTACK_CONFIG", "elsewhere"), map[string]string{"elsewhere": ini, "dir/cloudstack.ini": cmk}, "", "https://ini/client/api inikey inisecret", false},
		{"CloudMonkey", nil, map[string]string{"home/.cmk/config": cmk}, "", "https://cmk/client/api cmkkey cmksecret", true},
		{"a section that only CloudMonkey has", nil, everything, "localcloud", "https://cmk/client/api cmkkey cmksecret", true},
		{"half an environment", env("CLOUDSTACK_KEY", "ownkey", "CLOUDSTACK_SECRET_KEY", "ownsecret"), everything, "", "error: CLOUDSTACK_ENDPOINT is not set", false},
		{"a file without the section", nil, map[string]string{"dir/cloudstack.ini": "[x]\na=b\n"}, "", "error: no section [cloudstack]; there are x", false},
		{"a section without a key", nil, map[string]string{"dir/cloudstack.ini": "[cloudstack]\nendpoint=https://x/\nsecret=hush\n"}, "", "error: key is missing", false},
		{"no INI", nil, map[string]string{"dir/cloudstack.ini": "[cloudstack]\nhush hush\n"}, "", "error: line 2", false},
		{"nothing", nil, nil, "", "error: looked for CLOUDSTACK_ENDPOINT", false},
	} {
		l := cloudstack.Lookup{Dir: "dir", Home: "home", Name: c.section, Getenv: func(n string) string { return c.env[n] },
			ReadFile: func(path string) ([]byte, error) {
				if text, ok := c.files[path]; ok {
					return []byte(text), nil
				}
				return nil, fs.ErrNotExist
			}}
		p, err := l.Find()
		got := fmt.Sprintf("%s %s %s", p.Endpoint, p.APIKey.Reveal(), p.SecretKey.Reveal())
		if err != nil {
			got = "error: " + err.Error()
			if strings.Contains(got, "hush") {
				t.Errorf("%s: the error shows the file: %v", c.name, err)
			}
		}
		if want, isError := strings.CutPrefix(c.want, "error: "); isError && (err == nil || !strings.Contains(got, want)) || !isError && got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if p.Insecure != c.insecure {
			t.Errorf("%s: Insecure is %v", c.name, p.Insecure)
		}
		if _, nothing := errors.AsType[*cloudstack.NoProfileError](err); nothing != (c.name == "nothing") {
			t.Errorf("%s: %T", c.name, err)
		}
		if err == nil {
			if client, err := p.Client(); err != nil || client.Endpoint() != p.Endpoint || p.Source == "" {
				t.Errorf("%s: %v, %v from %q", c.name, client, err, p.Source)
			}
		}
	}
}

func userAgent(t *testing.T) {
	f := newFake(t).answer("listZones", obj{})
	listZones(t.Context(), f.client())
	listZones(t.Context(), f.client(cloudstack.WithUserAgent("mine/1.0")))
	if got := f.log()[0].header.Get("User-Agent"); !strings.HasPrefix(got, "trueup-cloudstack") {
		t.Errorf("by default %q", got)
	}
	if got := f.log()[1].header.Get("User-Agent"); got != "mine/1.0" {
		t.Errorf("set, %q", got)
	}
}

// badRequest is a request that is no struct.
type badRequest string

func (badRequest) Info() cloudstack.CommandInfo { return cloudstack.CommandInfo{Name: "bad"} }

func nilIsSafe(t *testing.T) {
	f := newFake(t)
	c := f.client()
	ctx := t.Context()
	var noDeploy *cloudstack.DeployVirtualMachine
	var noList *cloudstack.ListZones
	var noGroup *cloudstack.DeleteSecurityGroup
	var noRule *cloudstack.AuthorizeSecurityGroupIngress
	_, e1 := cloudstack.Call(ctx, c, noDeploy)
	_, e2 := cloudstack.Start(ctx, c, noDeploy)
	e3 := cloudstack.Exec(ctx, c, noGroup)
	_, e4 := cloudstack.Collect(cloudstack.All(ctx, c, noList))
	_, e5 := cloudstack.One(ctx, c, noList)
	_, e6 := cloudstack.Encode(nil)
	e7 := cloudstack.Validate(nil)
	_, e8 := cloudstack.Call[cloudstack.Zone](ctx, c, nil)
	_, e9 := c.Raw(ctx, "", nil)
	_, e10 := cloudstack.Encode(badRequest("x"))
	_, e11 := cloudstack.Authorize(ctx, c, noRule)
	_, e12 := c.Raw(ctx, "deleteTags", url.Values{"resourceids": {"a"}, "resourcetype": {"UserVm"}})
	for i, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12} {
		if !errors.Is(err, cloudstack.ErrInvalid) {
			t.Errorf("nil %d: %v", i+1, err)
		}
	}
	if cloudstack.Answer(nil) != nil || cloudstack.Answer(noDeploy) != nil {
		t.Error("nil has an answer")
	}
	// Zero requests of all kinds encode, and are refused where a field is required.
	for _, r := range cloudstack.AllRequests() {
		if _, err := cloudstack.Encode(r); err != nil {
			t.Errorf("%T: %v", r, err)
		}
		requires := false
		for _, required := range wireFields(reflect.TypeOf(r)) {
			requires = requires || required
		}
		if err := cloudstack.Validate(r); requires && err == nil && r.Info().Name != "disableAccount" && r.Info().Name != "updateResourceLimit" {
			t.Errorf("%T is valid without what it requires", r)
		}
	}
	if len(f.log()) != 0 {
		t.Errorf("%d calls were made", len(f.log()))
	}
	if s, err := cloudstack.ResumeRaw(f.client(), "").Poll(ctx); err == nil {
		t.Errorf("a job without an id: %+v", s)
	}
	for range c.Jobs().Await(ctx, nil) {
		t.Error("no jobs, and one ends")
	}
}

func manyGoroutines(t *testing.T) {
	f := newFake(t)
	jobs := f.withJobs()
	f.on("deployVirtualMachine", func(c call) reply {
		id := jobs.add("job-"+c.params["name"], 3, 1, obj{"virtualmachine": obj{"id": "vm-" + c.params["name"]}})
		return ok(c.command, obj{"jobid": id})
	})
	poll := cloudstack.DefaultPoll()
	poll.Backoff, poll.Least, poll.Most = cloudstack.Constant(20*time.Millisecond), 20*time.Millisecond, 20*time.Millisecond
	c := f.client(cloudstack.WithPoll(poll))
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			d := deploy
			d.Name = fmt.Sprint(i)
			machine, err := cloudstack.Call(context.Background(), c, d)
			if err != nil || machine.ID != cloudstack.ID(fmt.Sprint("vm-", i)) {
				t.Errorf("machine %d: %+v, %v", i, machine, err)
			}
		})
	}
	wg.Wait()
	noGoroutineLeft(t, before)
	if q := f.count("queryAsyncJobResult"); q < 200 || q > 260 {
		t.Errorf("%d questions about 200 jobs, want about one each", q)
	}
	if l := f.count("listAsyncJobs"); l > 50 {
		t.Errorf("%d lists for 200 jobs that take three ticks", l)
	}
}

func anyCommand(t *testing.T) {
	f := newFake(t)
	jobs := f.withJobs()
	f.answer("quotaIsEnabled", obj{"isenabled": obj{"quotaisenabled": true}})
	f.on("createVPC", func(c call) reply {
		return ok(c.command, obj{"jobid": jobs.add("", 1, 1, obj{"vpc": obj{"id": "vpc-1", "name": c.params["name"]}})})
	})
	c := f.client()
	raw, err := c.Raw(t.Context(), "quotaIsEnabled", nil)
	if err != nil || string(raw) != `{"isenabled":{"quotaisenabled":true}}` {
		t.Errorf("%s, %v", raw, err)
	}
	raw, err = c.Raw(t.Context(), "createVPC", url.Values{"name": {"a ~*b"}})
	var submitted struct{ JobID string }
	if err != nil || json.Unmarshal(raw, &submitted) != nil || submitted.JobID == "" {
		t.Fatalf("%s, %v", raw, err)
	}
	if last := callsOf(f, "createVPC")[0]; last.method != "POST" || last.params["name"] != "a ~*b" {
		t.Errorf("createVPC went by %s with %v", last.method, last.params)
	}
	result, err := cloudstack.ResumeRaw(c, cloudstack.ID(submitted.JobID)).Wait(t.Context())
	if err != nil || string(result) != `{"id":"vpc-1","name":"a ~*b"}` {
		t.Errorf("%s, %v", result, err)
	}
	result, err = c.RawResult(t.Context(), "createVPC", url.Values{"name": {"b"}})
	if err != nil || string(result) != `{"id":"vpc-1","name":"b"}` {
		t.Errorf("waited for: %s, %v", result, err)
	}
	result, err = c.RawResult(t.Context(), "quotaIsEnabled", nil)
	if err != nil || string(result) != `{"isenabled":{"quotaisenabled":true}}` {
		t.Errorf("without a job: %s, %v", result, err)
	}
	rawLists(t)
	if _, err := c.Raw(t.Context(), "nonesuch", nil); !errors.Is(err, cloudstack.ErrAuth) {
		t.Errorf("a command that there is not: %v", err)
	}
	// A command of one's own is typed by embedding a marker.
	f.answer("listThings", obj{"count": 1, "thing": []any{obj{"id": 1, "size": "3"}}})
	things, err := cloudstack.Collect(cloudstack.All(t.Context(), c, listThings{Name: "x"}))
	if err != nil || len(things) != 1 || things[0] != (thing{ID: "1", Size: 3}) {
		t.Errorf("%+v, %v", things, err)
	}
}

// rawLists are read over all pages, also from a server that doesn't page them.
func rawLists(t *testing.T) {
	f := newFake(t)
	f.on("listVPCs", func(c call) reply { return paged(c.command, "vpc", manyMachines(25), c) })
	f.answer("listUnpaged", obj{"count": 25, "thing": manyMachines(25)})
	f.answer("listNothing", obj{})
	c := f.client(cloudstack.WithPageSize(10))
	for command, want := range map[string][2]int{"listVPCs": {25, 3}, "listUnpaged": {25, 1}, "listNothing": {0, 1}} {
		items, err := cloudstack.Collect(c.RawList(t.Context(), command, url.Values{"keyword": {"x"}}))
		if err != nil || len(items) != want[0] || f.count(command) != want[1] {
			t.Errorf("%s: %d items, %v, %d calls", command, len(items), err, f.count(command))
		}
		if len(items) > 0 && string(items[24]) != `{"id":"vm-24","name":"web-24"}` {
			t.Errorf("%s: the last is %s", command, items[24])
		}
	}
	own, err := cloudstack.Collect(c.RawList(t.Context(), "listVPCs", url.Values{"page": {"2"}, "pagesize": {"7"}}))
	if err != nil || len(own) != 7 {
		t.Errorf("a page of one's own: %d items, %v", len(own), err)
	}
	for range c.RawList(t.Context(), "listVPCs", nil) {
		break
	}
	if _, err := cloudstack.Collect(c.RawList(t.Context(), "", nil)); !errors.Is(err, cloudstack.ErrInvalid) {
		t.Errorf("no command: %v", err)
	}
}

type thing struct {
	ID   cloudstack.ID `cs:"id"`
	Size int           `cs:"size"`
}

type listThings struct {
	cloudstack.Lists[thing]
	Name string `cs:"name"`
}

func (listThings) Info() cloudstack.CommandInfo { return cloudstack.CommandInfo{Name: "listThings"} }

// Retries wait as the policy, the server and chance say.
func TestRetriesWait(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  []reply
		policy cloudstack.RetryPolicy
		want   []time.Duration
		err    bool
	}{
		{"by the policy", []reply{{status: 503, body: "x"}, {status: 502, body: "x"}}, cloudstack.RetryPolicy{Max: 5, Backoff: cloudstack.Exponential(time.Second, time.Minute)}, []time.Duration{time.Second, 2 * time.Second}, false},
		{"with jitter", []reply{{status: 503, body: "x"}}, cloudstack.RetryPolicy{Max: 5, Backoff: cloudstack.Constant(time.Second), Jitter: 0.2}, []time.Duration{1100 * time.Millisecond}, false},
		{"by the header", []reply{{status: 429, body: "x", header: map[string][]string{"Retry-After": {"7"}}}}, cloudstack.DefaultRetry(), []time.Duration{7700 * time.Millisecond}, false},
		{"by a date", []reply{{status: 429, body: "x", header: map[string][]string{"Retry-After": {"Sat, 01 Jan 2000 00:00:10 GMT"}}}}, cloudstack.RetryPolicy{Max: 1, Backoff: cloudstack.Constant(time.Second)}, []time.Duration{10 * time.Second}, false},
		{"by CloudStack's text", []reply{fail("listZones", 429, 9999, "The given user has reached his/her account api limit, please retry after [4480] ms.")}, cloudstack.RetryPolicy{Max: 1, Backoff: cloudstack.Constant(time.Second)}, []time.Duration{4480 * time.Millisecond}, false},
		{"not longer than allowed", []reply{fail("listZones", 429, 9999, "retry after [600000] ms")}, cloudstack.DefaultRetry(), nil, true},
		{"no more often than allowed", []reply{{status: 503, body: "x"}, {status: 503, body: "x"}}, cloudstack.RetryPolicy{Max: 1, Backoff: cloudstack.Constant(time.Second)}, []time.Duration{time.Second}, true},
		{"not what is final", []reply{fail("listZones", 431, 9999, "no")}, cloudstack.DefaultRetry(), nil, true},
	} {
		f := newFake(t)
		n := 0
		f.on("listZones", func(call) reply {
			if n++; n <= len(c.first) {
				return c.first[n-1]
			}
			return ok("listZones", obj{})
		})
		clock := &recordingClock{now: start2000}
		client := f.client(cloudstack.WithClock(clock), cloudstack.WithRetry(c.policy), cloudstack.WithRandom(func() float64 { return 0.5 }))
		err := listZones(t.Context(), client)
		if (err != nil) != c.err || !reflect.DeepEqual(clock.waits, c.want) {
			t.Errorf("%s: waited %v, %v; want %v", c.name, clock.waits, err, c.want)
		}
		if wait := cloudstack.RetryAfter(err); c.name == "not longer than allowed" && wait != 10*time.Minute {
			t.Errorf("%s: RetryAfter is %v", c.name, wait)
		}
	}
	if cloudstack.RetryAfter(errors.New("x")) != 0 {
		t.Error("an error of nobody's asks to wait")
	}
}
