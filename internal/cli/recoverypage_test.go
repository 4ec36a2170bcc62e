package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// A trouble is what has gone wrong before the commands of a section of
// docs/recovery.md are typed.
type trouble struct {
	section string
	faults  string // for the simulator
	stack   string // two web machines, unless given
	before  string // shell commands
}

const twoWebMachines = `
version: 1
stack: shop
zone: sg1
securityGroups:
  web:
    ingress: [tcp/80 from any]
vms:
  web:
    count: 2
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    securityGroups: [web]
`

const machineInNetwork = `
version: 1
stack: shop
zone: adv1
networks:
  back:
    offering: DefaultIsolatedNetworkOfferingWithSourceNatService
vms:
  edge:
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: Small Instance
    networks: [back]
`

var troubles = []trouble{
	{
		section: "A run was killed",
		faults:  `[{do: slow-job, command: deployVirtualMachine, for: 12s}]`,
		before: `trueup apply --yes --json-events shop >events 2>&1 & run=$!
			until grep -q 'deployVirtualMachine","phase":"submitted' events; do sleep 0.05; done
			kill -KILL $run; ! wait $run`,
	},
	{
		section: "Time ran out, or somebody pressed Ctrl-C",
		faults:  `[{do: slow-job, command: deployVirtualMachine, for: 20s}]`,
	},
	{
		section: "Another run holds the stack",
		before: `trueup apply --yes shop
			anchor=$(trueup api listSecurityGroups securitygroupname=trueup.shop | sed -nE 's/^      "id": "([^"]*)",$/\1/p')
			trueup api --wait createTags resourcetype=SecurityGroup resourceids=$anchor \
				'tags[0].key=trueup.lease' 'tags[0].value=r1' \
				'tags[1].key=trueup.info.r1' 'tags[1].value=who=ada; host=build-7; pid=4711; boot=b; since=2026-01-02T03:04:05Z'`,
	},
	{
		section: "A machine is in Error",
		faults:  `[{do: no-capacity, command: deployVirtualMachine, call: [1]}]`,
	},
	{
		section: "Something waits for the cloud to expunge",
		stack:   machineInNetwork,
		before:  `trueup apply --yes shop`,
	},
	{
		section: "The account's quota is used up",
		before: `export CLOUDSTACK_KEY=$ADMIN_KEY CLOUDSTACK_SECRET_KEY=$ADMIN_SECRET
			domain=$(trueup api listAccounts name=plain listall=true | sed -nE 's/^      "domainid": "([^"]*)",$/\1/p')
			trueup api updateResourceLimit resourcetype=0 max=1 account=plain domainid=$domain`,
	},
	{
		section: "The name is taken",
		before:  `trueup api createSecurityGroup name=web`,
	},
	{
		section: "An answer was lost",
		faults:  `[{do: lost-answer, command: deployVirtualMachine, call: [1]}]`,
	},
	{section: "The plan is refused, and it is urgent"},
}

// TestPageAboutRecovery runs the commands of docs/recovery.md, each section's in
// the trouble that it is about. They must print what the page says; "…" stands
// for anything.
func TestPageAboutRecovery(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	page, err := os.ReadFile("../../docs/recovery.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]trouble{}
	for _, trouble := range troubles {
		known[trouble.section] = trouble
	}
	for _, text := range strings.Split(string(page), "\n## ")[1:] {
		section, _, _ := strings.Cut(text, "\n")
		trouble, ok := known[section]
		delete(known, section)
		if !ok {
			t.Errorf("nobody makes the trouble of section %q", section)
			continue
		}
		t.Run(section, func(t *testing.T) {
			t.Parallel()
			trouble.try(t, shell, shown(text))
		})
	}
	for section := range known {
		t.Errorf("the page has no section %q", section)
	}
}

// try makes the trouble and types the commands.
func (tr trouble) try(t *testing.T, shell string, commands []shownCommand) {
	faults, err := simulator.ReadFaults("faults.yaml", []byte("faults: "+cmp.Or(tr.faults, "[]")))
	if err != nil {
		t.Fatal(err)
	}
	server, err := simulator.New(simulator.Config{Seed: 1, Faults: faults, Latency: simulator.Latency{Job: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	service, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(service.Close(context.Background()), server.Close()); err != nil {
			t.Error(err)
		}
	})
	dir, user, admin := t.TempDir(), server.User(), server.Admin()
	if err := os.Mkdir(filepath.Join(dir, "shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shop", "stack.yaml"), []byte(cmp.Or(tr.stack, twoWebMachines)), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(line string) ([]byte, error) {
		c := exec.CommandContext(t.Context(), shell, "-ec", line)
		c.Dir = dir
		c.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir,
			"CLOUDSTACK_ENDPOINT="+service.URL, "CLOUDSTACK_KEY="+user.Key, "CLOUDSTACK_SECRET_KEY="+user.Secret,
			"ADMIN_KEY="+admin.Key, "ADMIN_SECRET="+admin.Secret)
		return c.CombinedOutput()
	}
	if out, err := run(tr.before); err != nil {
		t.Fatalf("%s: %v\n%s", tr.before, err, out)
	}
	if len(commands) == 0 {
		t.Error("the section has no command")
	}
	for _, c := range commands {
		out, err := run(c.line) // many are to fail
		var failed *exec.ExitError
		if err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
		if !c.output.Match(out) {
			t.Errorf("%s does not print\n%s\nbut\n%s", c.line, c.output, out)
		}
	}
}
