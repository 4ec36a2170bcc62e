package simulator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// TestOtherPeoplesClientsWorkUnchanged runs the tests of the modules in testdata/clients, which use clients that nobody here wrote, and checks
// that they went through the commands that they are there for.
func TestOtherPeoplesClientsWorkUnchanged(t *testing.T) {
	t.Parallel()
	for _, client := range []struct {
		module string
		config simulator.Config
		uses   []string
	}{
		{
			module: "egoscale",
			// Its own patience is two seconds; where its tests have less, they must still see a pending job.
			config: simulator.Config{Flavour: simulator.Exoscale, Latency: simulator.Latency{Job: 200 * time.Millisecond}},
			uses: []string{
				"deployVirtualMachine", "queryAsyncJobResult", "listApis", "listZones", "createSecurityGroup", "authorizeSecurityGroupIngress",
				"authorizeSecurityGroupEgress", "revokeSecurityGroupIngress", "revokeSecurityGroupEgress", "listSecurityGroups",
				"deleteSecurityGroup", "associateIpAddress", "addIpToNic", "removeIpFromNic", "disassociateIpAddress",
				"createSSHKeyPair", "createAffinityGroup", "createTags", "destroyVirtualMachine",
			},
		},
		{
			module: "cloudstack-go",
			// It asks at once, and then every second, two, three…: only deployments are worth that wait.
			config: simulator.Config{
				Latency: simulator.Latency{Job: time.Microsecond},
				Faults:  &simulator.Faults{Faults: []simulator.Fault{{Command: "deployVirtualMachine", Do: simulator.SlowJob, For: 100 * time.Millisecond}}},
			},
			uses: []string{
				"deployVirtualMachine", "queryAsyncJobResult", "createSecurityGroup", "authorizeSecurityGroupIngress", "authorizeSecurityGroupEgress",
				"revokeSecurityGroupIngress", "createTags", "deleteTags", "createSSHKeyPair", "registerSSHKeyPair", "createAffinityGroup",
				"createNetwork", "deleteNetwork", "associateIpAddress", "enableStaticNat", "disableStaticNat", "addIpToNic", "destroyVirtualMachine",
			},
		},
	} {
		t.Run(client.module, func(t *testing.T) {
			t.Parallel()
			server := start(t, client.config)
			service, err := server.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer closeService(t, service)
			user := server.User()
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-parallel=16", "-vet=all", ".")
			cmd.Dir = filepath.Join("..", "..", "testdata", "clients", client.module)
			cmd.Env = append(os.Environ(), "GOWORK=off",
				"CLOUDSTACK_ENDPOINT="+service.URL, "CLOUDSTACK_KEY="+user.Key, "CLOUDSTACK_SECRET_KEY="+user.Secret)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", client.module, err, out)
			}
			used := map[string]bool{}
			for _, r := range server.Requests() {
				used[r.Command] = true
			}
			for _, command := range client.uses {
				if !used[command] {
					t.Errorf("%s never called %s", client.module, command)
				}
			}
		})
	}
}
