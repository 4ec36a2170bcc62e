package examples

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider/simulator"
)

// driftCommands are the command lines of examples/drift, as each of the three
// ways to run something every quarter of an hour runs it.
func driftCommands(t *testing.T) map[string]string {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("drift", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	found := func(name, pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(read(name))
		if m == nil {
			t.Fatalf("drift/%s has no line %s", name, pattern)
		}
		return m[1]
	}
	var job struct {
		Kind string
		Spec struct {
			Schedule    string
			JobTemplate struct {
				Spec struct {
					Template struct {
						Spec struct {
							Containers []struct{ Command, Args []string }
						}
					}
				}
			} `yaml:"jobTemplate"`
		}
	}
	if err := yaml.Unmarshal([]byte(read("cronjob.yaml")), &job); err != nil {
		t.Fatal(err)
	}
	container := job.Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	if job.Kind != "CronJob" || job.Spec.Schedule != found("crontab", `(?m)^(\*/15 \* \* \* \*) `) || strings.Join(container.Command, " ") != "/bin/sh -c" {
		t.Fatalf("cronjob.yaml is %+v", job)
	}
	if found("trueup-drift.timer", `(?m)^OnCalendar=(.*)$`) != "*:0/15" || found("trueup-drift.service", `(?m)^SuccessExitStatus=(.*)$`) != "2" {
		t.Error("the units are not those that this test knows")
	}
	return map[string]string{
		"crontab":              found("crontab", `(?m)^\*/15 \* \* \* \* (.*)$`),
		"trueup-drift.service": found("trueup-drift.service", `(?m)^ExecStart=(.*)$`),
		"cronjob.yaml":         container.Args[0],
	}
}

// Each command of examples/drift is silent while nothing differs, tells once
// what somebody changed by hand, and is silent again.
func TestDriftCommandsTellOnceWhatSomebodyChanged(t *testing.T) {
	for name, command := range driftCommands(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{})
			var messages []string
			hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				var body struct{ Message string }
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
				messages = append(messages, body.Message)
			}))
			defer hook.Close()
			h := newHost(c, "generic+"+hook.URL+"/?template=json")

			differs := 2
			if name == "cronjob.yaml" { // where another code than 0 is a failed job
				differs = 0
			}
			h.run(command, 0, "")
			c.call(c.user, "updateVirtualMachine", map[string]string{"id": c.id("listVirtualMachines", "web"), "displayname": "mine"})
			h.run(command, differs, "vm/web  changed by hand")
			if len(messages) != 1 || !strings.Contains(messages[0], "new: vm/web, changed by hand (last event: VM.UPDATE by ") || !strings.Contains(messages[0], "; displayName is mine, should be Web") {
				t.Errorf("messages: %q", messages)
			}
			h.run(command, differs, "")
			c.trueup(0, "apply", "--yes", filepath.Join(h.stacks, "stacks", "shop"))
			h.run(command, 0, "Fixed since the last look: vm/web")
			if len(messages) != 2 || !strings.Contains(messages[1], "fixed: vm/web") {
				t.Errorf("messages: %q", messages)
			}
			h.run(command, 0, "")
		})
	}
}

// host is a machine on which examples/drift is installed, below a directory.
type host struct {
	*cloud
	root, stacks string
	env          []string
}

// newHost applies a stack, and clones its repository to where the examples
// expect it.
func newHost(c *cloud, notify string) *host {
	c.Helper()
	h := &host{cloud: c, root: c.TempDir()}
	h.stacks = filepath.Join(h.root, "srv/stacks")
	origin := filepath.Join(h.root, "origin")
	h.write("origin/stacks/shop/stack.yaml", 0o644, `version: 1
stack: shop
zone: sg1
vms:
  web:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    displayName: Web
`)
	script, err := os.ReadFile("drift/look.sh")
	if err != nil {
		c.Fatal(err)
	}
	h.write("usr/local/lib/trueup/look.sh", 0o755, string(script))
	h.write("etc/trueup/environment", 0o600, strings.Join(c.env(), "\n")+"\nTRUEUP_NOTIFY="+notify+"\n")
	self, err := os.Executable()
	if err != nil {
		c.Fatal(err)
	}
	h.write("bin/trueup", 0o755, "#!/bin/sh\nexec '"+self+"' \"$@\" </dev/null\n")
	h.env = append(c.env(), "TRUEUP_NOTIFY="+notify, "PATH="+filepath.Join(h.root, "bin")+":"+os.Getenv("PATH"), "HOME="+h.root, asProgram+"=1")
	h.sh("git init -q -b main " + origin + " && cd " + origin + " && git add . && git -c user.name=ops -c user.email=ops@example.org commit -qm stacks")
	h.sh("git clone -q " + origin + " " + h.stacks)
	c.trueup(0, "apply", "--yes", filepath.Join(h.stacks, "stacks", "shop"))
	return h
}

func (h *host) write(name string, mode os.FileMode, text string) {
	h.Helper()
	file := filepath.Join(h.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		h.Fatal(err)
	}
}

func (h *host) sh(command string) {
	h.Helper()
	if out, code := h.shell(command); code != 0 {
		h.Fatalf("%s: exit %d\n%s", command, code, out)
	}
}

func (h *host) shell(command string) (out string, code int) {
	h.Helper()
	cmd := exec.CommandContext(h.Context(), "/bin/sh", "-c", command)
	cmd.Env = h.env
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		h.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// run runs a command of the examples where it is installed. It must exit with
// the code and say a text, or nothing.
func (h *host) run(command string, code int, says string) {
	h.Helper()
	command = strings.NewReplacer("/etc/", h.root+"/etc/", "/usr/local/", h.root+"/usr/local/", "/srv/", h.root+"/srv/").Replace(command)
	out, got := h.shell(command)
	if got != code || says == "" && out != "" || !strings.Contains(out, says) {
		h.Errorf("%s: exit %d, should be %d, and says %q, should say %q", command, got, code, out, says)
	}
}
