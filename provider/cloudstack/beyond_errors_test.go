package cloudstack_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

var beyondErrors = []proof{
	{"T14", "one error type with codes by name, resources and classes", errorsHaveNames},
	{"T15", "an error is one wherever it stands in the answer", errorsAnywhere},
	{"T16", "answers are found under any key", oddEnvelopes},
	{"T17", "booleans come in several forms", booleans},
	{"T18", "what is no answer of CloudStack's is an error that says so", notJSON},
}

func errorsHaveNames(t *testing.T) {
	for code, name := range map[cloudstack.ErrorCode]string{
		401: "Unauthorized", 405: "MethodNotAllowed", 429: "APILimitExceeded", 430: "MalformedParameter", 431: "Param", 432: "UnsupportedAction", 422: "UnsupportedAction",
		530: "Internal", 531: "Account", 532: "AccountResourceLimit", 533: "InsufficientCapacity", 534: "ResourceUnavailable", 535: "ResourceAllocation",
		536: "ResourceInUse", 537: "NetworkRuleConflict", 411: "TwoFactorAuthentication", 511: "TwoFactorAuthentication", 503: "ServiceUnavailable",
	} {
		if got := code.String(); got != fmt.Sprintf("%d %s", int(code), name) {
			t.Errorf("code %d prints %q", int(code), got)
		}
	}
	for code, name := range map[cloudstack.CSErrorCode]string{
		4250: "CloudRuntime", 4260: "Execution", 4265: "HypervisorVersionChanged", 4270: "NioConnection", 4275: "Cloud", 4280: "AccountLimit", 4285: "AgentUnavailable",
		4290: "CloudAuthentication", 4295: "CloudTwoFactorAuthentication", 4300: "ConcurrentOperation", 4305: "ConflictingNetworkSettings", 4310: "DiscoveredWithError",
		4315: "HAState", 4320: "InsufficientAddressCapacity", 4325: "InsufficientCapacity", 4330: "InsufficientNetworkCapacity", 4331: "InsufficientVirtualNetworkCapacity",
		4335: "InsufficientServerCapacity", 4340: "InsufficientStorageCapacity", 4345: "InternalError", 4350: "InvalidParameterValue", 4355: "ManagementServer",
		4360: "NetworkRuleConflict", 4365: "PermissionDenied", 4370: "ResourceAllocation", 4375: "ResourceInUse", 4380: "ResourceUnavailable", 4385: "StorageUnavailable",
		4390: "UnsupportedService", 4395: "VirtualMachineMigration", 4540: "AsyncCommandQueued", 4545: "RequestLimit", 4550: "StorageConflict", 4555: "UnavailableCommand",
		4560: "OperationTimedout", 4561: "KMS", 9999: "ServerAPI",
	} {
		if got := code.String(); got != fmt.Sprintf("%d %s", int(code), name) {
			t.Errorf("exception %d prints %q", int(code), got)
		}
	}
	if got := fmt.Sprint(cloudstack.ErrorCode(599), cloudstack.CSErrorCode(-1)); got != "599 -1" {
		t.Errorf("unknown codes print %q", got)
	}
	f := newFake(t)
	f.on("stopVirtualMachine", func(c call) reply {
		return reply{status: 536, body: obj{"stopvirtualmachineresponse": obj{"errorcode": 536, "cserrorcode": "4375", "errortext": "it is used",
			"uuidList": []any{obj{"uuid": "u-1", "description": "vmId", "serialVersionUID": 0}, "u-2"}}}}
	})
	_, err := cloudstack.Start(t.Context(), f.client(), cloudstack.StopVirtualMachine{ID: "x"})
	api, ok := errors.AsType[*cloudstack.APIError](err)
	if !ok || api.Code != 536 || api.CSCode != 4375 || api.HTTPStatus != 536 || api.Command != "stopVirtualMachine" || len(api.UUIDs) != 2 || api.UUIDs[0] != (cloudstack.UUIDItem{UUID: "u-1", Description: "vmId"}) || api.UUIDs[1].UUID != "u-2" {
		t.Errorf("%+v", api)
	}
	if got, want := err.Error(), "stopVirtualMachine: 536 ResourceInUse (4375 ResourceInUse): it is used"; got != want {
		t.Errorf("the error reads %q, want %q", got, want)
	}
	if !errors.Is(err, cloudstack.ErrInUse) || errors.Is(err, cloudstack.ErrNotFound) || errors.Is(err, cloudstack.ErrJobFailed) {
		t.Errorf("its class is %s", classOf(err))
	}
	clockSkew(t)
}

// clockSkew: a refused signature tells of a clock that is off.
func clockSkew(t *testing.T) {
	f := newFake(t)
	f.on("listZones", func(c call) reply {
		r := fail(c.command, 401, 9999, "unable to verify user credentials and/or request signature")
		r.header = http.Header{"Date": {start2000.Add(-20 * time.Minute).Format(http.TimeFormat)}}
		return r
	})
	err := listZones(t.Context(), f.client(cloudstack.WithClock(&recordingClock{now: start2000})))
	if !errors.Is(err, cloudstack.ErrAuth) || !strings.Contains(err.Error(), "clock is 20m0s off") {
		t.Errorf("with a clock that is off: %v", err)
	}
}

func errorsAnywhere(t *testing.T) {
	inside := obj{"errorcode": 431, "cserrorcode": 4350, "errortext": "a group with name x already exists"}
	for name, r := range map[string]reply{
		"under the command":   {status: 431, body: obj{"createsecuritygroupresponse": inside}},
		"under errorresponse": {status: 431, body: obj{"errorresponse": inside}},
		"in a 200":            {status: 200, body: obj{"createsecuritygroupresponse": inside}},
		"without an envelope": {status: 431, body: inside},
	} {
		f := newFake(t)
		f.on("createSecurityGroup", func(call) reply { return r })
		_, err := cloudstack.Call(t.Context(), f.client(), cloudstack.CreateSecurityGroup{Name: "x"})
		if api, ok := errors.AsType[*cloudstack.APIError](err); !ok || api.Code != 431 || api.CSCode != 4350 || !errors.Is(err, cloudstack.ErrExists) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func oddEnvelopes(t *testing.T) {
	f := newFake(t)
	jobs := f.withJobs()
	for command, envelope := range map[string]string{
		"addIpToNic": "addiptovmnicresponse", "activateIp6": "activateip6nicresponse", "restoreVirtualMachine": "restorevmresponse",
		"updateVMAffinityGroup": "updatevirtualmachineresponse", "resetSSHKeyForVirtualMachine": "resetSSHKeyforvirtualmachineresponse", "startVirtualMachine": "quiteunheardof",
	} {
		f.on(command, func(call) reply {
			id := jobs.add("", 0, 1, obj{"thing": obj{"id": "made", "ipaddress": "192.0.2.1"}})
			return reply{body: obj{envelope: obj{"jobid": id}}}
		})
	}
	c := f.client()
	nic, e1 := cloudstack.Call(t.Context(), c, cloudstack.AddIPToNic{NicID: "n"})
	six, e2 := cloudstack.Call(t.Context(), c, cloudstack.ActivateIP6{NicID: "n"})
	vm1, e3 := cloudstack.Call(t.Context(), c, cloudstack.RestoreVirtualMachine{VirtualMachineID: "v"})
	vm2, e4 := cloudstack.Call(t.Context(), c, cloudstack.UpdateVMAffinityGroup{ID: "v", AffinityGroupIDs: []cloudstack.ID{}})
	vm3, e5 := cloudstack.Call(t.Context(), c, cloudstack.ResetSSHKeyForVirtualMachine{ID: "v"})
	vm4, e6 := cloudstack.Call(t.Context(), c, cloudstack.StartVirtualMachine{ID: "v"})
	if err := errors.Join(e1, e2, e3, e4, e5, e6); err != nil {
		t.Fatal(err)
	}
	for i, id := range []cloudstack.ID{nic.ID, six.ID, vm1.ID, vm2.ID, vm3.ID, vm4.ID} {
		if id != "made" {
			t.Errorf("answer %d has id %q", i+1, id)
		}
	}
	if sent := callsOf(f, "updateVMAffinityGroup")[0].params; sent["affinitygroupids"] != "" || len(sent) != 2 {
		t.Errorf("clearing the groups sends %v", sent)
	}
}

// An empty answer about a job is not a pending job.
func TestNoAnswerAboutAJobIsAnError(t *testing.T) {
	f := newFake(t).answer("queryAsyncJobResult", obj{})
	if s, err := cloudstack.ResumeRaw(f.client(), "j").Poll(t.Context()); !errors.Is(err, cloudstack.ErrProtocol) {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := f.client().JobOf(t.Context(), "VirtualMachine", "vm"); !errors.Is(err, cloudstack.ErrNotFound) {
		t.Errorf("%+v, %v", s, err)
	}
}

func booleans(t *testing.T) {
	for raw, want := range map[string]bool{`true`: true, `"true"`: true, `"TRUE"`: true, `1`: true, `false`: false, `"false"`: false, `""`: false, `0`: false, `null`: false} {
		f := newFake(t)
		f.on("listZones", func(call) reply {
			return reply{body: `{"listzonesresponse":{"zone":[{"id":"z","localstorageenabled":` + raw + `}]}}`}
		})
		z, err := cloudstack.One(t.Context(), f.client(), cloudstack.ListZones{})
		if err != nil || z.LocalStorageEnabled != want {
			t.Errorf("%s: %v, %v", raw, z.LocalStorageEnabled, err)
		}
	}
	f := newFake(t)
	f.on("listZones", func(call) reply {
		return reply{body: `{"listzonesresponse":{"zone":[{"localstorageenabled":"perhaps"}]}}`}
	})
	err := listZones(t.Context(), f.client())
	if !errors.Is(err, cloudstack.ErrProtocol) || !strings.Contains(err.Error(), "localstorageenabled") {
		t.Errorf("a boolean that is none: %v", err)
	}
}

func notJSON(t *testing.T) {
	page := func(status int) reply {
		return reply{status: status, body: "<html><body>nothing of CloudStack's &amp; more</body></html>", header: http.Header{"Content-Type": {"text/html"}}}
	}
	for _, c := range []struct {
		name    string
		r       reply
		read    string // the class of a read's error
		write   string // … of a change's
		retried bool   // a read is
	}{
		{"a page with 200", page(200), "ErrProtocol", "ErrProtocol+ErrOutcomeUnknown", false},
		{"a page with 404", page(404), "ErrProtocol", "ErrProtocol", false},
		{"a page with 401", page(401), "ErrAuth+ErrProtocol", "ErrAuth+ErrProtocol", false},
		{"a page with 403", page(403), "ErrForbidden+ErrProtocol", "ErrForbidden+ErrProtocol", false},
		{"a page with 414", page(414), "ErrProtocol", "ErrProtocol", false},
		{"a page with 429", page(429), "ErrThrottled+ErrProtocol", "ErrThrottled+ErrProtocol", true},
		{"a page with 500", page(500), "ErrUnavailable+ErrProtocol", "ErrOutcomeUnknown", false},
		{"a page with 502", page(502), "ErrUnavailable+ErrProtocol", "ErrOutcomeUnknown", true},
		{"a page with 503", page(503), "ErrUnavailable+ErrProtocol", "ErrOutcomeUnknown", true},
		{"a page with 504", page(504), "ErrUnavailable+ErrProtocol", "ErrOutcomeUnknown", true},
		{"a redirection", reply{status: 302, header: http.Header{"Location": {"http://elsewhere.test/"}}, body: ""}, "ErrProtocol", "ErrProtocol", false},
		{"nothing", reply{body: ""}, "ErrProtocol", "ErrProtocol+ErrOutcomeUnknown", false},
		{"cut off", reply{body: `{"listzonesresponse":{"zone":[{"id":`}, "ErrUnavailable", "ErrOutcomeUnknown", true},
		{"a list", reply{body: `[]`}, "ErrProtocol", "ErrProtocol+ErrOutcomeUnknown", false},
		{"two documents", reply{body: `{"a":{}}{}`}, "ErrProtocol", "ErrProtocol+ErrOutcomeUnknown", false},
		{"XML", reply{status: 401, body: `<?xml version="1.0"?><errorresponse><errorcode>401</errorcode></errorresponse>`}, "ErrAuth+ErrProtocol", "ErrAuth+ErrProtocol", false},
		{"maintenance", fail("x", 503, 9999, "the server is in maintenance"), "ErrUnavailable", "ErrUnavailable", true},
	} {
		f := newFake(t)
		for _, command := range []string{"listZones", "stopVirtualMachine"} {
			f.on(command, func(call) reply { return c.r })
		}
		client := f.client()
		err := listZones(t.Context(), client)
		if got := classOf(err); got != c.read {
			t.Errorf("%s: a read's %v is %s, want %s", c.name, err, got, c.read)
		}
		if n, want := f.count("listZones"), map[bool]int{false: 1, true: 4}[c.retried]; n != want {
			t.Errorf("%s: a read is sent %d times, want %d", c.name, n, want)
		}
		_, err = cloudstack.Start(t.Context(), client, cloudstack.StopVirtualMachine{ID: "x"})
		got := strings.ReplaceAll(classOf(err), "ErrUnavailable+ErrProtocol+", "")
		if strings.Contains(c.write, "ErrOutcomeUnknown") {
			got = strings.TrimPrefix(got, "ErrProtocol+")
			c.write = strings.TrimPrefix(c.write, "ErrProtocol+")
		}
		if got != c.write {
			t.Errorf("%s: a change's %v is %s, want %s", c.name, err, got, c.write)
		}
		if n := f.count("stopVirtualMachine"); n != 1 {
			t.Errorf("%s: a change is sent %d times", c.name, n)
		}
	}
	brokenConnections(t)
	zipped(t)
}

// brokenConnections: what never left is unavailable, what left is uncertain.
func brokenConnections(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := nobody.Addr().String()
	nobody.Close()
	_, err = cloudstack.Start(t.Context(), newClient(t, "http://"+address+"/client/api"), cloudstack.StopVirtualMachine{ID: "x"})
	if got := classOf(err); got != "ErrUnavailable" {
		t.Errorf("nobody listens: %v is %s", err, got)
	}
	var calls atomic.Int32
	hangsUp := newFake(t)
	server := func() string {
		f := hangsUp
		f.on("stopVirtualMachine", func(call) reply { calls.Add(1); panic(http.ErrAbortHandler) })
		f.on("listZones", func(call) reply { panic(http.ErrAbortHandler) })
		return f.start()
	}()
	_, err = cloudstack.Start(t.Context(), newClient(t, server), cloudstack.StopVirtualMachine{ID: "x"}, cloudstack.CustomJobID("mine"))
	u, ok := errors.AsType[*cloudstack.UncertainError](err)
	if !ok || u.JobID != "mine" || classOf(err) != "ErrOutcomeUnknown" || calls.Load() != 1 {
		t.Errorf("hung up: %v is %s after %d calls", err, classOf(err), calls.Load())
	}
	if strings.Contains(err.Error(), "signature") || strings.Contains(err.Error(), testKey) || !strings.Contains(err.Error(), "mine") {
		t.Errorf("the error reads %q", err)
	}
	if err := listZones(t.Context(), newClient(t, server)); classOf(err) != "ErrUnavailable" || hangsUp.count("listZones") < 4 {
		t.Errorf("a read: %v is %s after %d calls", err, classOf(err), hangsUp.count("listZones"))
	}
}

// zipped answers are read; endless ones are not.
func zipped(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, `{"listzonesresponse":{"zone":[{"id":"z"}]}}`)
	w.Close()
	f := newFake(t)
	f.on("listZones", func(call) reply {
		return reply{body: b.Bytes(), header: http.Header{"Content-Encoding": {"gzip"}}}
	})
	if err := listZones(t.Context(), newClient(t, f.start())); err != nil {
		t.Errorf("gzip: %v", err)
	}
	endless := roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(zeros{}), Request: r}, nil
	})
	err := listZones(t.Context(), newClient(t, "http://cloud.test/", cloudstack.WithHTTPClient(&http.Client{Transport: endless}), cloudstack.WithRetry(cloudstack.RetryPolicy{Backoff: cloudstack.Constant(0)})))
	if err == nil || !strings.Contains(err.Error(), "longer than 64 MiB") {
		t.Errorf("an endless answer: %v", err)
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
