package examples

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

func TestPlanOfManyUnchangedMachinesMakesFewCalls(t *testing.T) {
	t.Parallel()
	const machines, calls = 500, 12
	dir := t.TempDir()
	text := fmt.Sprintf(`
version: 1
stack: many
zone: sg1
securityGroups:
  web:
    ingress: [tcp/80 from any]
sshKeys:
  ops: {publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X ops}
vms:
  web:
    count: %d
    template: CentOS 5.6 (64-bit) no GUI (Simulator)
    offering: tiny
    rootDisk: 3GiB
    securityGroups: [web]
    sshKeys: [ops]
`, machines)
	if err := os.WriteFile(filepath.Join(dir, "stack.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCloud(t, simulator.Config{Host: simulator.Host{Count: 100, Cores: 1000, MemoryMB: 1 << 20}})
	c.trueup(0, "apply", "--yes", "--parallel", "64", dir)

	before := len(c.sim.Requests())
	if got := c.changes(dir); len(got) != 0 {
		t.Fatalf("the plan is not empty: %q", got)
	}
	made := c.sim.Requests()[before:]
	if len(made) > calls {
		for _, r := range made {
			t.Log(r.Command)
		}
		t.Errorf("%d calls, at most %d", len(made), calls)
	}
	for _, r := range made {
		if r.Params["page"] == "" && r.Command == "listVirtualMachines" {
			t.Errorf("%s without pages", r.Command)
		}
	}
}
