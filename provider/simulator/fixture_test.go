package simulator_test

import (
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// Ids of the recorded data centre.
const (
	sg1       = "c686a3e0-e14f-4ea3-abae-c1795b67e0f1"
	adv1      = "aafbd983-0028-4c07-90f1-b424b729ca34"
	tiny      = "a062fd07-55fd-497c-b12e-1b15c03b4e95"
	tiny2     = "9a9e7eee-12a6-4ad8-9a51-3e576134b8ff"
	huge      = "0e57e19a-5e24-43ea-a028-ed4ef584466e"
	tagged    = "1ddec865-1935-4468-abc1-d29ad669d200"
	custom    = "bed7ac3b-4abf-4bd4-81b2-04705acdda93"
	template  = "c256c46d-e6a1-11f1-9e8c-02fc00000001"
	isolated  = "617feea3-e216-413f-9ee4-072c44313684"
	smallDisk = "62704dbe-0dc5-4b3d-9ec0-5b4e1ee2c385"
	anyDisk   = "6cc13878-2949-484a-8c5a-226c57c2ec97"
	nothing   = "00000000-0000-4000-8000-000000000000"
)

// deploy runs a tiny machine in the zone with security groups and returns its id. Pairs add to the parameters or replace them.
func deploy(c caller, pairs ...string) string {
	c.t.Helper()
	return c.ok("deployVirtualMachine", deployment(pairs...)...)["virtualmachine"].(map[string]any)["id"].(string)
}

func deployment(pairs ...string) []string {
	return append([]string{"zoneid", sg1, "serviceofferingid", tiny, "templateid", template}, pairs...)
}

// lan makes an isolated network and returns its id.
func lan(c caller, name string) string {
	c.t.Helper()
	return c.ok("createNetwork", "zoneid", adv1, "networkofferingid", isolated, "name", name, "displaytext", name)["network"].(map[string]any)["id"].(string)
}

// user is the ordinary user of a new cloud whose clock stands still.
func user(t *testing.T, config simulator.Config) caller {
	t.Helper()
	if config.Now == nil {
		config.Now = clock()
	}
	s := start(t, config)
	return as(t, s, s.User())
}

// machine lists one machine.
func (c caller) machine(id string) map[string]any {
	c.t.Helper()
	return c.first("listVirtualMachines", "virtualmachine", "id", id)
}

// refused checks that a call is refused with a code and a text.
func (c caller) refused(code int, text, command string, pairs ...string) {
	c.t.Helper()
	gotCode, gotText := c.fails(command, pairs...)
	if gotCode != code || !strings.Contains(gotText, text) {
		c.t.Errorf("%s %v: refused with %d %q, want %d %q", command, pairs, gotCode, gotText, code, text)
	}
}
