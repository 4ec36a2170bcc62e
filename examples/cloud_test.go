package examples

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// cloud is a simulator on loopback, and an ordinary user's and an
// administrator's way to it that goes past trueup's own planning.
type cloud struct {
	*testing.T
	sim         *simulator.Server
	endpoint    string
	user, admin *cloudstack.Client
}

func newCloud(t *testing.T, config simulator.Config) *cloud {
	t.Helper()
	sim, err := simulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	service, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &cloud{T: t, sim: sim, endpoint: service.URL}
	c.user, c.admin = c.client(sim.User()), c.client(sim.Admin())
	return c
}

func (c *cloud) client(keys simulator.Credentials) *cloudstack.Client {
	c.Helper()
	client, err := cloudstack.New(c.endpoint, cloudstack.Credentials{APIKey: cloudstack.Secret(keys.Key), SecretKey: cloudstack.Secret(keys.Secret)})
	if err != nil {
		c.Fatal(err)
	}
	return client
}

// env is the environment of a trueup that uses this cloud as the ordinary user.
func (c *cloud) env() []string {
	keys := c.sim.User()
	return []string{"CLOUDSTACK_ENDPOINT=" + c.endpoint, "CLOUDSTACK_KEY=" + keys.Key, "CLOUDSTACK_SECRET_KEY=" + keys.Secret}
}

// trueup runs the program and fails the test if it exits with another code
// than wanted. It returns what the program wrote.
func (c *cloud) trueup(want int, args ...string) string {
	c.Helper()
	p := c.run(args...)
	if code := p.wait(); code != want {
		c.Fatalf("trueup %s: exit %d, want %d\n%s", strings.Join(args, " "), code, want, p.said())
	}
	return p.said()
}

// run starts the program.
func (c *cloud) run(args ...string) *process {
	c.Helper()
	p := c.process(args...)
	p.release()
	return p
}

// changes plans and returns a line for each change: "vm/web-1 update drift displayName".
func (c *cloud) changes(args ...string) []string {
	c.Helper()
	p := c.run(append([]string{"plan", "--format", "json"}, args...)...)
	if code := p.wait(); code != 0 {
		c.Fatalf("plan %s: exit %d\n%s", strings.Join(args, " "), code, p.said())
	}
	var plan struct {
		Changes []struct {
			Address, Action, Cause string
			Fields                 []struct{ Name string }
		}
	}
	if err := json.Unmarshal(p.stdout.Bytes(), &plan); err != nil {
		c.Fatalf("%v in %s", err, p.said())
	}
	lines := []string{}
	for _, change := range plan.Changes {
		line := change.Address + " " + change.Action
		if change.Action == "update" {
			line += " " + change.Cause
			for _, f := range change.Fields {
				line += " " + f.Name
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// call sends one command, waits for its job, and returns what it answered.
func (c *cloud) call(client *cloudstack.Client, command string, params map[string]string) map[string]any {
	c.Helper()
	answer := c.raw(client, command, params)
	job, ok := answer["jobid"].(string)
	for ok {
		state := c.raw(client, "queryAsyncJobResult", map[string]string{"jobid": job})
		switch status := fmt.Sprint(state["jobstatus"]); status {
		case "0":
			c.sim.Advance(jobTime)
			continue
		case "1":
			ok = false
		default:
			c.Fatalf("%s %v: job %s: %v", command, params, status, state["jobresult"])
		}
	}
	return answer
}

func (c *cloud) raw(client *cloudstack.Client, command string, params map[string]string) map[string]any {
	c.Helper()
	values := url.Values{}
	for k, v := range params {
		values.Set(k, v)
	}
	text, err := client.Raw(c.Context(), command, values)
	if err != nil {
		c.Fatalf("%s %v: %v", command, params, err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		c.Fatalf("%s: %v in %s", command, err, text)
	}
	return answer
}

// list returns what a list command shows to a client.
func (c *cloud) list(client *cloudstack.Client, command string, params map[string]string) []map[string]any {
	c.Helper()
	var items []map[string]any
	for key, value := range c.raw(client, command, params) {
		if list, ok := value.([]any); ok && key != "count" {
			for _, item := range list {
				items = append(items, item.(map[string]any))
			}
		}
	}
	return items
}

// id finds the one thing of that name among what a list command shows.
func (c *cloud) id(command, name string) string {
	c.Helper()
	items := slices.DeleteFunc(c.list(c.user, command, listing[command]), func(item map[string]any) bool { return item["name"] != name })
	if len(items) != 1 {
		c.Fatalf("%s shows %d things named %s", command, len(items), name)
	}
	return items[0]["id"].(string)
}

// listing holds what list commands need to be told.
var listing = map[string]map[string]string{
	"listTemplates": {"templatefilter": "executable"},
}
