package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// story is what a sweep kills: a command on a stack, in a cloud where another
// stack file may have been applied before.
type story struct {
	name    string
	flavour simulator.Flavour
	before  *loaded // applied first, undisturbed; nil is nothing
	stack   *loaded
	command string // apply or destroy
	sample  int    // see there; 0 is the usual
	turn    int    // which fate is sampled first
}

// playground is a simulated cloud in a bubble, with things of other people in it.
type playground struct {
	testing.TB
	sim     *simulator.Server
	service *simulator.Service
	user    *cloudstack.Client
	admin   *cloudstack.Client
	seed    uint64
	foreign []thing
}

func newPlayground(t testing.TB, config simulator.Config) *playground {
	sim, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &playground{TB: t, sim: sim, service: sim.ListenInMemory(), seed: config.Seed}
	t.Cleanup(p.close)
	p.service.Client().Transport.(*http.Transport).DisableCompression = true // it costs a quarter of the time
	p.user = p.client(sim.User(), p.service.Client().Transport)
	p.admin = p.client(sim.Admin(), p.service.Client().Transport)
	p.settle()
	return p
}

// close ends the cloud.
func (p *playground) close() {
	p.service.Client().CloseIdleConnections()
	if err := errors.Join(p.service.Close(context.Background()), p.sim.Close()); err != nil {
		p.Error(err)
	}
}

func (p *playground) client(keys simulator.Credentials, way http.RoundTripper) *cloudstack.Client {
	p.Helper()
	jitter := rand.New(rand.NewPCG(p.seed, 1))
	client, err := cloudstack.New(p.service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)},
		cloudstack.WithHTTPClient(&http.Client{Transport: way}), cloudstack.WithRandom(jitter.Float64))
	if err != nil {
		p.Fatal(err)
	}
	return client
}

// settle puts things of other people into the cloud, with names, tags and
// markers like ours: nothing of it may ever change.
func (p *playground) settle() {
	p.Helper()
	other := p.client(p.sim.Other(), p.service.Client().Transport)
	zone := p.find(p.user, "listZones", nil, "sg1")
	machine := url.Values{
		"zoneid":            {zone},
		"serviceofferingid": {p.find(p.user, "listServiceOfferings", nil, "Small Instance")},
		"templateid":        {p.find(p.user, "listTemplates", url.Values{"templatefilter": {"executable"}}, "CentOS 5.6 (64-bit) no GUI (Simulator)")},
	}
	deploy := func(client *cloudstack.Client, name string, more url.Values) string {
		params := url.Values{"name": {name}}
		for _, from := range []url.Values{machine, more} {
			for key, value := range from {
				params[key] = value
			}
		}
		return p.call(client, "deployVirtualMachine", params)
	}
	group := func(client *cloudstack.Client, name string) string {
		return p.call(client, "createSecurityGroup", url.Values{"name": {name}, "description": {"web"}})
	}
	tag := func(client *cloudstack.Client, sort, id, key, value string) {
		p.call(client, "createTags", url.Values{"resourcetype": {sort}, "resourceids": {id}, "tags[0].key": {key}, "tags[0].value": {value}})
	}
	// The same account: no owner, another stack's, a marker without a note.
	own := group(p.user, "web-old")
	p.call(p.user, "authorizeSecurityGroupIngress", url.Values{"securitygroupid": {own}, "protocol": {"tcp"}, "startport": {"22"}, "endport": {"22"}, "cidrlist": {"0.0.0.0/0"}})
	tag(p.user, "SecurityGroup", group(p.user, "web2"), "trueup.stack", "elsewhere")
	tag(p.user, "UserVm", deploy(p.user, "web-0", url.Values{"securitygroupids": {own}}), "trueup.stack", "elsewhere")
	deploy(p.user, "web-x", url.Values{"details[0].trueup": {"shop/vm/web-x"}, "startvm": {"false"}})
	p.call(p.user, "createAffinityGroup", url.Values{"name": {"apart-2"}, "type": {"host anti-affinity"}})
	// Another account: the very names.
	tag(other, "SecurityGroup", group(other, "web"), "trueup.stack", "shop")
	group(other, "trueup.shop")
	deploy(other, "theirs", url.Values{"details[0].trueup": {"shop/vm/web-1"}})
	p.call(other, "createAffinityGroup", url.Values{"name": {"apart"}, "type": {"host anti-affinity"}})
	var err error
	if p.foreign, err = things(p.Context(), p.admin); err != nil {
		p.Fatal(err)
	}
}

// call makes a call by hand, waits for its job and returns the id of what it
// made.
func (p *playground) call(client *cloudstack.Client, command string, params url.Values) string {
	p.Helper()
	raw, err := client.Raw(p.Context(), command, params)
	if err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	var answer struct {
		JobID, ID                    cloudstack.ID
		SecurityGroup, AffinityGroup struct{ ID cloudstack.ID }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		p.Fatalf("%s: %v in %s", command, err, raw)
	}
	if answer.JobID != "" {
		if _, err := cloudstack.ResumeRaw(client, answer.JobID).Wait(p.Context()); err != nil {
			p.Fatalf("%s: %v", command, err)
		}
	}
	if answer.SecurityGroup.ID != "" {
		return string(answer.SecurityGroup.ID)
	}
	return string(answer.ID)
}

// find is the id of the one thing that a command lists by that name.
func (p *playground) find(client *cloudstack.Client, command string, params url.Values, name string) string {
	p.Helper()
	raw, err := client.Raw(p.Context(), command, params)
	if err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(raw, &lists); err != nil {
		p.Fatalf("%s: %v", command, err)
	}
	for _, list := range lists {
		var items []struct{ ID, Name string }
		if json.Unmarshal(list, &items) != nil {
			continue
		}
		for _, item := range items {
			if item.Name == name {
				return item.ID
			}
		}
	}
	p.Fatalf("%s lists no %s", command, name)
	return ""
}

// noProcess is no process: larger than any id that Linux gives.
const noProcess = 1<<22 + 1

// run is one run of the program.
type run struct {
	*change
	wire *wire
	out  bytes.Buffer
	ctx  context.Context
	err  error
	done chan struct{}
}

// newRun prepares a run. seenDead makes it look to others on its host as if its
// process were gone, from the start.
func (p *playground) newRun(number uint64, stack *loaded, command string, w *wire, seenDead bool) *run {
	p.Helper()
	ctx, cancel := context.WithCancel(p.Context())
	w.next, w.seed, w.die = p.service.Client().Transport, p.seed+number, cancel
	random := rand.NewChaCha8([32]byte{byte(p.seed), byte(p.seed >> 8), byte(number), byte(number >> 8)})
	picks := rand.New(rand.NewPCG(p.seed, number))
	r := &run{wire: w, ctx: ctx, done: make(chan struct{})}
	proc := &process{stdin: strings.NewReader(""), stdout: &r.out, stderr: &r.out, random: random}
	r.change = &change{
		process:       proc,
		changeOptions: changeOptions{command: command, yes: true, lockTimeout: 10 * time.Minute, parallel: 16, maxDeletes: 1000},
		stack:         stack,
		cloud: &connection{
			Cloud: kind.Open(p.client(p.sim.User(), w), kind.Source{Now: time.Now, Pick: picks.IntN}),
			Close: func() error { return nil },
		},
		make:   plan.Make,
		brake:  &brake{Stop: make(chan struct{})},
		result: io.Discard,
	}
	r.change.result = &r.out
	if command == "destroy" {
		r.change.make = plan.Destroy
	}
	var err error
	if r.change.holder, err = newHolder(proc); err != nil {
		p.Fatal(err)
	}
	r.change.holder.PID = os.Getpid()
	if seenDead {
		r.change.holder.PID = noProcess
	}
	return r
}

func (r *run) start() {
	go func() {
		defer close(r.done)
		r.err = r.leased(r.ctx)
	}()
}

// must runs a command to its end and fails the test if it doesn't succeed.
func (p *playground) must(number uint64, stack *loaded, command string) *wire {
	p.Helper()
	w := &wire{}
	r := p.newRun(number, stack, command, w, false)
	r.start()
	<-r.done
	if r.err != nil {
		p.Fatalf("%s: %v\n%s", command, r.err, r.out.String())
	}
	return w
}

// look reads everything there is.
func (p *playground) look() []thing {
	p.Helper()
	found, err := things(p.Context(), p.admin)
	if err != nil {
		p.Fatal(err)
	}
	return found
}

// unfinished names what no run may leave: something to do, an open note, a
// lease.
func (p *playground) unfinished(stack *loaded, make planner) []string {
	p.Helper()
	cloud := kind.Open(p.user, kind.Source{Now: time.Now, Pick: rand.IntN})
	made, err := checkedPlan(p.Context(), cloud, stack, make, plan.Options{MaxDeletes: 1000})
	if err != nil {
		return []string{"plan: " + err.Error()}
	}
	var left []string
	for _, step := range made.Steps {
		left = append(left, "step "+step.ID)
	}
	for _, mark := range made.Marks {
		left = append(left, fmt.Sprintf("mark %s: %v %v %v %v", mark.Address, slices.Sorted(maps.Keys(mark.Have)), slices.Sorted(maps.Keys(mark.Want)),
			slices.Sorted(maps.Keys(mark.NotesHave)), slices.Sorted(maps.Keys(mark.NotesWant))))
	}
	anchors, err := cloud.Anchors(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	for _, a := range anchors {
		for key := range a.Tags {
			for _, open := range []string{"trueup.lease", "trueup.note.", "trueup.outage.", "trueup.beat.", "trueup.info."} {
				if strings.HasPrefix(key, open) {
					left = append(left, "tag "+key+" on the anchor of "+a.Stack)
				}
			}
		}
	}
	slices.Sort(left)
	return left
}

// touched tells what has become of other people's things.
func (p *playground) touched(now []thing) string {
	after := map[string]thing{}
	for _, t := range now {
		after[t.list+identityOf(t)] = t
	}
	for _, t := range p.foreign {
		same, there := after[t.list+identityOf(t)]
		if !there {
			return fmt.Sprintf("%s: %v is gone", t.list, t.fields["name"])
		}
		if diff := cmp.Diff(t.fields, same.fields); diff != "" {
			return fmt.Sprintf("%s: %v (-before +after):\n%s", t.list, t.fields["name"], diff)
		}
	}
	return ""
}

// identityOf tells the things of one list apart.
func identityOf(t thing) string {
	if id, ok := t.fields["id"].(string); ok {
		return id
	}
	return fmt.Sprint(t.fields["resourceid"], t.fields["key"])
}
