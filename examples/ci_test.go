package examples

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider/simulator"
)

// pipeline is a repository with one of the pipelines of examples/ci in it.
type pipeline struct {
	*host
	forge *forge
	kind  string              // "github", "gitlab" or "other"
	jobs  map[string][]string // the shell of each job: of what does the work, and of what follows
	repo  string
}

// runURL is where to look at any run of a pipeline.
var runURL = map[string]string{
	"github": "https://github.example/acme/infra/actions/runs/42", "gitlab": "https://gitlab.example/jobs/42", "other": "https://ci.example/42",
}

// jobsOf reads the shell of a pipeline, but for what installs programs.
func jobsOf(t *testing.T, kind string) map[string][]string {
	t.Helper()
	jobs := map[string][]string{}
	switch kind {
	case "github":
		var workflow struct {
			Jobs map[string]struct{ Steps []struct{ Run string } }
		}
		readYAML(t, "ci/github.yml", &workflow)
		for name, job := range workflow.Jobs {
			for _, s := range job.Steps {
				if strings.Contains(s.Run, "trueup.sh") {
					jobs[name] = append(jobs[name], s.Run)
				}
			}
		}
	case "gitlab":
		var all map[string]struct {
			Script []string
			After  []string `yaml:"after_script"`
		}
		readYAML(t, "ci/gitlab-ci.yml", &all)
		for name, job := range all {
			jobs[name] = append(job.Script, job.After...)
		}
	default:
		jobs = map[string][]string{"check": {"ci/pipeline.sh fork"}, "plan": {"ci/pipeline.sh pull-request"}, "apply": {"exec ci/trueup.sh apply stacks/shop"}}
	}
	return jobs
}

func readYAML(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func newPipeline(t *testing.T, kind string) *pipeline {
	t.Helper()
	c := newCloud(t, simulator.Config{Latency: simulator.Latency{Job: 300 * time.Millisecond}})
	p := &pipeline{host: &host{cloud: c, root: t.TempDir()}, forge: newForge(t), kind: kind, jobs: jobsOf(t, kind)}
	p.repo = filepath.Join(p.root, "repo")
	for _, script := range []string{"trueup.sh", "pipeline.sh"} {
		text, err := os.ReadFile(filepath.Join("ci", script))
		if err != nil {
			t.Fatal(err)
		}
		p.write("repo/ci/"+script, 0o755, string(text))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p.write("bin/trueup", 0o755, "#!/bin/sh\n"+asProgram+"=1 exec '"+self+"' \"$@\" </dev/null\n")
	for tool := range tools {
		p.write("bin/"+tool, 0o755, "#!/bin/sh\n"+asTool+"="+tool+" exec '"+self+"' \"$@\"\n")
	}
	p.write("repo/.gitignore", 0o644, ".trueup-ci/\n.trueup/\n")
	p.write("repo/ci/simulator.yaml", 0o644, "image: CentOS 5.6 (64-bit) no GUI (Simulator)\n")
	p.declare(1, "")
	p.env = p.environment("main", c.env())
	p.sh("git init -q -b main")
	p.commit("the shop")
	return p
}

// declare writes the stack with as many machines, and more of it.
func (p *pipeline) declare(machines int, more string) {
	p.write("repo/stacks/shop/stack.yaml", 0o644, fmt.Sprintf(`version: 1
stack: shop
zone: sg1
variables: {image: CentOS 5.6 (64-bit) no GUI (Simulator)}
defaults:
  vm: {template: "${image}", offering: Small Instance}
securityGroups:
  web: {ingress: [tcp/80 from any]}
vms:
  web:
    count: %d
    securityGroups: [web]
%s`, machines, more))
}

// edge is a machine behind a network with an address: three things in a row.
const edge = `  edge: {zone: adv1, networks: [back]}
networks:
  back: {zone: adv1, offering: DefaultIsolatedNetworkOfferingWithSourceNatService}
elasticIPs:
  front: {zone: adv1, attach: [edge]}
`

// environment is that of a job; of the cloud it has what is given.
func (p *pipeline) environment(job string, cloud []string) []string {
	env := append([]string{
		"PATH=" + filepath.Join(p.root, "bin") + ":" + os.Getenv("PATH"), "HOME=" + p.root, "STACK=stacks/shop", "CI=true",
		"GIT_AUTHOR_NAME=ann", "GIT_AUTHOR_EMAIL=ann@example.org", "GIT_COMMITTER_NAME=ann", "GIT_COMMITTER_EMAIL=ann@example.org",
	}, cloud...)
	switch p.kind {
	case "github":
		env = append(env, "GITHUB_ACTIONS=true", "GITHUB_REPOSITORY=acme/infra", "GITHUB_SHA=abc", "GITHUB_SERVER_URL=https://github.example", "GITHUB_RUN_ID=42",
			"GITHUB_OUTPUT="+filepath.Join(p.root, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(p.root, "summary"), "FAKE_GITHUB="+p.forge.server.URL)
		if len(cloud) > 0 {
			env = append(env, "GH_TOKEN=t")
		}
		if job == "plan" {
			env = append(env, fmt.Sprint("TRUEUP_PULL=", pull))
		}
	case "gitlab":
		env = append(env, "GITLAB_CI=true", "CI_API_V4_URL="+p.forge.server.URL+"/api/v4", "CI_PROJECT_ID=9", "CI_JOB_TOKEN=t", "CI_COMMIT_SHA=abc", "CI_JOB_URL="+runURL["gitlab"])
		if len(cloud) > 0 {
			env = append(env, "GITLAB_TOKEN=t")
		}
		if job == "plan" {
			env = append(env, fmt.Sprint("CI_MERGE_REQUEST_IID=", pull))
		}
	default:
		env = append(env, "BUILD_URL="+runURL["other"])
	}
	return env
}

func (p *pipeline) sh(command string) {
	p.Helper()
	p.host.sh("cd " + p.repo + " && " + command)
}

func (p *pipeline) commit(message string) {
	p.Helper()
	p.sh("git add -A && git commit -q -m '" + message + "'")
}

// start begins the first command of a job.
func (p *pipeline) start(job string) (cmd *exec.Cmd, out *bytes.Buffer) {
	p.Helper()
	cmd, out = exec.CommandContext(p.Context(), "/bin/sh", "-e", "-c", p.jobs[job][0]), &bytes.Buffer{}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.repo, p.environment(job, p.cloud.env()), out, out
	if err := cmd.Start(); err != nil {
		p.Fatal(err)
	}
	return cmd, out
}

// finish waits for the job's first command, runs the others, and wants the exit
// code of the first.
func (p *pipeline) finish(job string, cmd *exec.Cmd, out *bytes.Buffer, want int) string {
	p.Helper()
	_ = cmd.Wait() // the exit code says it all
	if code := cmd.ProcessState.ExitCode(); code != want {
		p.Fatalf("%s: exit %d, want %d\n%s", job, code, want, out)
	}
	p.env = p.environment(job, p.cloud.env())
	for _, more := range p.jobs[job][1:] {
		p.sh(more)
	}
	p.upload()
	return out.String()
}

// job runs a job, which must exit with the code.
func (p *pipeline) job(name string, want int) string {
	p.Helper()
	cmd, out := p.start(name)
	return p.finish(name, cmd, out, want)
}

// upload does what the step of GitHub's workflow does that keeps a plan.
func (p *pipeline) upload() {
	p.Helper()
	output, err := os.ReadFile(filepath.Join(p.root, "output"))
	if err != nil {
		return
	}
	lines := strings.Fields(string(output))
	name, ok := strings.CutPrefix(lines[len(lines)-1], "name=")
	plan, err := os.ReadFile(filepath.Join(p.repo, ".trueup-ci/stacks-shop/plan.json"))
	if !ok || err != nil {
		p.Fatalf("outputs %q, plan: %v", lines, err)
	}
	p.forge.mu.Lock()
	defer p.forge.mu.Unlock()
	p.forge.plans[name] = string(plan)
}

// told wants one comment on the pull request, with the texts in it.
func (p *pipeline) told(texts ...string) {
	p.Helper()
	said := p.forge.said()
	if p.kind == "other" { // it goes where a person looks
		comment, err := os.ReadFile(filepath.Join(p.repo, ".trueup-ci/stacks-shop/comment.md"))
		if err != nil {
			p.Fatal(err)
		}
		said = []string{string(comment)}
	}
	if len(said) != 1 {
		p.Fatalf("there are %d comments: %q", len(said), said)
	}
	for _, text := range texts {
		if !strings.Contains(said[0], text) {
			p.Errorf("the comment lacks %q:\n%s", text, said[0])
		}
	}
}

// TestPullRequestFromChangeToConvergence takes a change of a stack all the way: it
// is planned on a pull request, twice; merged; applied from the plan that was
// reviewed, by a run that is cancelled half-way; and gone on with by another.
func TestPullRequestFromChangeToConvergence(t *testing.T) {
	for _, kind := range []string{"github", "gitlab", "other"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kind)
			shop := filepath.Join(p.repo, "stacks/shop")
			p.trueup(0, "apply", "--yes", shop)

			p.sh("git checkout -q -b more")
			p.declare(3, "")
			p.commit("two more")
			p.job("plan", 0)
			p.told("trueup plan `shop`", "**2 to create, 0 to change, 0 to delete.", "+ create     vm/web-3")

			p.declare(3, edge)
			p.commit("an edge")
			p.job("plan", 0)
			p.told("**5 to create, 0 to change, 0 to delete.", "+ create     elasticIP/front", runURL[kind])

			p.sh("git checkout -q main && git merge -q --no-ff -m merged more")
			cmd, out := p.start("apply")
			for len(p.list(p.user, "listVirtualMachines", nil)) < 2 {
				select {
				case <-time.After(20 * time.Millisecond):
				case <-t.Context().Done():
					t.Fatal("no machine is made")
				}
			}
			if status := p.trueup(0, "status", shop); !strings.Contains(status, runURL[kind]) {
				t.Errorf("the lease does not name the run:\n%s", status)
			}
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			p.finish("apply", cmd, out, 130)
			p.told("trueup apply `shop`", "Interrupted after", "not started")
			left := p.changes(shop)
			if len(left) == 0 || len(left) == 5 {
				t.Fatalf("it was not cancelled half-way: %q is left", left)
			}

			if out := p.job("apply", 0); !strings.Contains(out, "this is the rest of it") {
				t.Errorf("it does not say that it goes on:\n%s", out)
			}
			p.told("trueup apply `shop`", "Complete after")
			if left := p.changes(shop); len(left) > 0 {
				t.Errorf("%q is left", left)
			}
			p.job("apply", 0)
			if left := p.changes(shop); len(left) > 0 {
				t.Errorf("a third run leaves %q", left)
			}
		})
	}
}

// TestOnlyWhatWasReviewedIsApplied merges a plan that somebody's hands have
// outdated, and files that nobody planned.
func TestOnlyWhatWasReviewedIsApplied(t *testing.T) {
	for _, kind := range []string{"github", "gitlab", "other"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kind)
			shop := filepath.Join(p.repo, "stacks/shop")
			p.trueup(0, "apply", "--yes", shop)
			p.sh("git checkout -q -b more")
			p.declare(1, "    displayName: Web\n")
			p.commit("a name")
			p.job("plan", 0)
			p.sh("git checkout -q main && git merge -q --no-ff -m merged more")
			p.call(p.user, "updateVirtualMachine", map[string]string{"id": p.id("listVirtualMachines", "web-1"), "displayname": "mine"})
			out := p.job("apply", 3)
			if want := "vm/web-1.displayName: the saved plan is stale: the cloud has something else now"; !strings.Contains(out, want) {
				t.Errorf("it does not say %q:\n%s", want, out)
			}
			p.told("trueup apply `shop`", "the cloud has something else now")

			p.declare(2, "    displayName: Web\n")
			p.commit("past every review")
			if out := p.job("apply", 3); !strings.Contains(out, "There is no reviewed plan of these files") {
				t.Errorf("it does not say why it refuses:\n%s", out)
			}
			if n := len(p.list(p.user, "listVirtualMachines", nil)); n != 1 {
				t.Errorf("there are %d machines", n)
			}
		})
	}
}

// TestWhatCannotBePlannedIsSaidOnThePullRequest plans a file that is not valid.
func TestWhatCannotBePlannedIsSaidOnThePullRequest(t *testing.T) {
	for _, kind := range []string{"github", "gitlab", "other"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kind)
			p.declare(1, "    offerring: Small Instance\n")
			p.commit("a slip")
			p.job("plan", 64)
			p.told("stacks/shop/stack.yaml:13:5: invalid: vms.web.offerring: unknown field")
		})
	}
}

// TestForkIsPlannedWithoutSecrets runs what a pull request of strangers may run.
func TestForkIsPlannedWithoutSecrets(t *testing.T) {
	for _, kind := range []string{"github", "gitlab", "other"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kind)
			p.env = p.environment("check", nil)
			for _, command := range p.jobs["check"] {
				p.sh(command)
			}
			if n := len(p.sim.Requests()); n > 0 {
				t.Errorf("the cloud was called %d times", n)
			}
			if said := p.forge.said(); len(said) > 0 {
				t.Errorf("without a token it wrote comments: %q", said)
			}
			comment := filepath.Join(p.repo, ".trueup-ci/stacks-shop/comment.md")
			if kind == "github" {
				comment = filepath.Join(p.root, "summary")
			}
			text, err := os.ReadFile(comment)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"**Simulated.**", "2 to create"} {
				if !strings.Contains(string(text), want) {
					t.Errorf("it lacks %q:\n%s", want, text)
				}
			}
		})
	}
}

// TestPipelinesAreSafeToCancel looks at what no run shows.
func TestPipelinesAreSafeToCancel(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct {
			Concurrency struct {
				Cancel *bool `yaml:"cancel-in-progress"`
			}
			Steps []map[string]any
		}
	}
	readYAML(t, "ci/github.yml", &workflow)
	if cancel := workflow.Jobs["apply"].Concurrency.Cancel; cancel == nil || *cancel {
		t.Error("a newer push may cancel an apply on GitHub")
	}
	if text := fmt.Sprint(workflow.Jobs["check"].Steps); strings.Contains(text, "secrets.") || len(workflow.Jobs["check"].Steps) == 0 {
		t.Errorf("a fork's job has secrets: %s", text)
	}
	var jobs map[string]struct {
		Interruptible *bool
		Resource      string `yaml:"resource_group"`
	}
	readYAML(t, "ci/gitlab-ci.yml", &jobs)
	if apply := jobs["apply"]; apply.Interruptible == nil || *apply.Interruptible || apply.Resource == "" {
		t.Error("a newer push may cancel an apply on GitLab, or run beside it")
	}
	for _, kind := range []string{"github", "gitlab"} {
		if !slices.ContainsFunc(jobsOf(t, kind)["apply"], func(s string) bool { return strings.HasPrefix(s, "exec ci/trueup.sh apply ") }) {
			t.Errorf("what cancels a job on %s does not reach the apply", kind)
		}
	}
}
