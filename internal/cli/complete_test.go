package cli

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// completed is the answer to a shell about the last of the words.
func completed(t *testing.T, env environment, words ...string) string {
	t.Helper()
	out := &bytes.Buffer{}
	p := &process{stdin: strings.NewReader(""), stdout: out, stderr: &bytes.Buffer{}, env: env}
	if code := p.main(t.Context(), append(append([]string{"trueup"}, words...), completionWord)); code != exitDone {
		t.Errorf("%q exits with %d", words, code)
	}
	return out.String()
}

// valueFlags yields the flags of all commands that take a value.
func valueFlags(yield func(command string, flag ucli.DocGenerationFlag, name string)) {
	for _, c := range newApp(&process{}).Commands {
		for _, f := range c.Flags {
			if doc, ok := f.(ucli.DocGenerationFlag); ok && doc.TakesValue() {
				yield(c.Name, doc, f.Names()[0])
			}
		}
	}
}

// TestEveryFlagCompletes: to words, to paths, or to nothing because people make
// its values up. A new flag must be one of them.
func TestEveryFlagCompletes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"stack.yaml":     "version: 1\nstack: shop\nzone: sg1\nsecurityGroups: {web: {}}\nvms: {web: {offering: tiny, template: t, securityGroups: [web], tags: {team: web}}}\n",
		"cloudstack.ini": "[cloudstack]\nendpoint = http://127.0.0.1:1/\nkey = k\nsecret = s\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	free := strings.Fields("var endpoint key timeout max-deletes parallel lock-timeout notify name listen seed size expunge-delay rate-limit")
	// A new cloud has no project, no stack and nothing with a tag: testdata/script/completenames.txtar.
	empty := []string{"project", "stack", "tag"}
	env := environment{"TRUEUP_CLOUD=simulator"}
	valueFlags(func(command string, f ucli.DocGenerationFlag, name string) {
		got := completed(t, env, command, "--"+name, "")
		switch {
		case slices.Contains(free, name) || slices.Contains(empty, name):
			if got != "\n" {
				t.Errorf("%s --%s: %q", command, name, got)
			}
		case strings.Contains(f.GetUsage(), "`FILE`") && name != "report":
			if got != "" {
				t.Errorf("%s --%s takes a file: %q", command, name, got)
			}
		case strings.TrimSpace(got) == "":
			t.Errorf("%s --%s completes to nothing", command, name)
		}
		for line := range strings.Lines(completed(t, env, command, "--"+name+"=")) {
			if line != "\n" && !strings.HasPrefix(line, "--"+name+"=") {
				t.Errorf("%s --%s=: %q", command, name, line)
			}
		}
	})
}

// TestCompletedWordsAreTaken: no command refuses a word that it completes to.
func TestCompletedWordsAreTaken(t *testing.T) {
	t.Chdir(t.TempDir())
	valueFlags(func(command string, _ ucli.DocGenerationFlag, name string) {
		if !slices.Contains([]string{"format", "report", "cloud", "flavour", "latency"}, name) {
			return
		}
		for _, word := range strings.Fields(completed(t, nil, command, "--"+name, "")) {
			if name == "report" {
				word += "file"
			}
			out := &bytes.Buffer{}
			p := &process{stdin: strings.NewReader(""), stdout: out, stderr: out}
			p.interrupts = func() (<-chan os.Signal, func()) { return nil, func() {} }
			nowhere := []string{"nowhere"} // where every command ends
			if command == "simulator" {
				nowhere = []string{"--listen", "nowhere"}
			}
			p.main(t.Context(), append([]string{"trueup", command, "--" + name, word}, nowhere...))
			for _, refusal := range []string{"--" + name + ` "`, "--" + name + ": ", "--" + name + " " + word} {
				if strings.Contains(out.String(), refusal) {
					t.Errorf("%s --%s %s: %s", command, name, word, out)
				}
			}
		}
	})
}

// hangs is a network in which nothing answers.
type hangs struct{ calls atomic.Int32 }

func (h *hangs) RoundTrip(r *http.Request) (*http.Response, error) {
	h.calls.Add(1)
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}

// TestCompletionWaitsForNobody: a server that doesn't answer is asked once, and
// what it didn't say is not kept.
func TestCompletionWaitsForNobody(t *testing.T) {
	cached := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cached)
	t.Setenv("HOME", cached)
	synctest.Test(t, func(t *testing.T) {
		for _, words := range [][]string{{"init", "--zone"}, {"export", "--match"}, {"export", "--stack"}} {
			network, out, began := &hangs{}, &bytes.Buffer{}, time.Now()
			w := Program{Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Transport: network,
				Env: []string{"CLOUDSTACK_ENDPOINT=http://cloud/client/api", "CLOUDSTACK_KEY=k", "CLOUDSTACK_SECRET_KEY=s"}}
			w.Main(t.Context(), slices.Concat([]string{"trueup"}, words, []string{"", completionWord}))
			if took := time.Since(began); took > askTime || out.String() != "\n" || network.calls.Load() == 0 {
				t.Errorf("%s: %q after %s and %d calls", words, out, took, network.calls.Load())
			}
		}
	})
	if files, err := filepath.Glob(filepath.Join(cached, "*", "*")); err != nil || len(files) > 0 {
		t.Errorf("kept %s, %v", files, err)
	}
}

// TestNothingUntypableIsSuggested: names are what others made them.
func TestNothingUntypableIsSuggested(t *testing.T) {
	k := &completion{taken: map[string]bool{"given": true}}
	for _, word := range []string{"given", "", "a\nb", "a\tb", "\x1b[2J", "twice", "twice", "front end"} {
		k.suggest(word, "red \x1b[31m\nlines. More")
	}
	if got := k.text(); got != "twice\tred [31m lines\nfront end\tred [31m lines\n" {
		t.Errorf("%q", got)
	}
}

// TestIdsAreListedByTheirCommand, as the recorded server describes its own.
func TestIdsAreListedByTheirCommand(t *testing.T) {
	server, err := simulator.New(simulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	service := server.ListenInMemory()
	t.Cleanup(func() {
		if err := errors.Join(service.Close(context.Background()), server.Close()); err != nil {
			t.Error(err)
		}
	})
	user := server.User()
	client, err := cloudstack.New(service.URL, cloudstack.Credentials{APIKey: cloudstack.Secret(user.Key), SecretKey: cloudstack.Secret(user.Secret)},
		cloudstack.WithHTTPClient(service.Client()))
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := client.APIs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, param, want string }{
		{"stopVirtualMachine", "id", "listVirtualMachines?details=min"},
		{"updateVMAffinityGroup", "id", "listVirtualMachines?details=min"}, // related: not what the command is called after
		{"changeServiceForVirtualMachine", "id", "listVirtualMachines?details=min"},
		{"listVirtualMachines", "ids", "listVirtualMachines?details=min"},
		{"deleteLoadBalancerRule", "id", "listLoadBalancerRules?"}, // related are only port forwards
		{"assignToLoadBalancerRule", "id", "listLoadBalancerRules?"},
		{"createPortForwardingRule", "ipaddressid", "listPublicIpAddresses?"},
		{"disassociateIpAddress", "id", "listPublicIpAddresses?"},
		{"deleteAffinityGroup", "id", "listAffinityGroups?"},
		{"deployVirtualMachine", "templateid", "listTemplates?details=min&templatefilter=executable"},
		{"deployVirtualMachine zoneid=z", "templateid", "listTemplates?details=min&templatefilter=executable&zoneid=z"},
		{"deployVirtualMachine zoneid=z", "securitygroupids", "listSecurityGroups?"},
		{"deployVirtualMachine projectid=p name=n", "networkids", "listNetworks?projectid=p"},
		{"addIpToNic", "nicid", ""},
		{"listNics virtualmachineid=m", "nicid", "listNics?virtualmachineid=m"},
		{"deployVirtualMachine", "affinitygroupnames", ""},
		{"queryAsyncJobResult", "jobid", ""},
	} {
		words := strings.Fields(c.line)
		given, err := readRequest(words)
		if err != nil {
			t.Fatal(err)
		}
		api, ok := catalog.API(words[0])
		at := slices.IndexFunc(api.Params, func(p cloudstack.APIParam) bool { return p.Name == c.param })
		if !ok || at < 0 {
			t.Errorf("the server has no %s of %s", c.param, words[0])
			continue
		}
		var got []string
		for _, list := range listings(catalog, words[0], api.Params[at]) {
			if call, ok := listing(list, given); ok {
				got = append(got, call.command+"?"+call.params.Encode())
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s=: %s, want %s", c.line, c.param, got, c.want)
		}
	}
}

// TestOldNamesAreSweptAway: what was kept for a minute doesn't lie about for ever.
func TestOldNamesAreSweptAway(t *testing.T) {
	now := time.Now()
	c := cache{t.TempDir(), func() time.Time { return now }}
	writeKept(c, c.path("names", "me", "zones"), []suggestion{{Word: "sg1"}})
	c.keepAPIs("me", cloudstack.NewCatalog([]cloudstack.API{{Name: "listZones"}}))
	now = now.Add(goodNames - time.Second)
	c.sweep("names", goodNames)
	if names, ok := readKept[[]suggestion](c, c.path("names", "me", "zones"), goodNames); !ok || names[0].Word != "sg1" {
		t.Errorf("before its time: %v", names)
	}
	now = now.Add(2 * time.Second)
	if _, ok := readKept[[]suggestion](c, c.path("names", "me", "zones"), goodNames); ok {
		t.Error("an old answer is given")
	}
	c.sweep("names", goodNames)
	files, err := os.ReadDir(c.dir)
	if err != nil || len(files) != 1 || !strings.HasPrefix(files[0].Name(), "apis-") {
		t.Errorf("%v, %v", files, err)
	}
}
