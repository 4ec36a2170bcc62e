package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// These tests hold what is known of a real server's machines, a fact a test.

func TestOneOfManyDeploysOfANameWins(t *testing.T) {
	c := user(t, simulator.Config{})
	made := 0
	for range 6 {
		switch a := c.call("deployVirtualMachine", deployment("name", "race")...); a.status {
		case 200:
			made++
		case 431:
		default:
			t.Error(a.text)
		}
	}
	if made != 1 {
		t.Errorf("%d machines", made)
	}
}

func TestNamesAreUniqueInANetworkCaseSensitively(t *testing.T) {
	c := user(t, simulator.Config{})
	deploy(c, "name", "web")
	deploy(c, "name", "WEB")
	c.refused(431, "already exists in the network domain", "deployVirtualMachine", deployment("name", "web")...)
	net := lan(c, "lan")
	deploy(c, "name", "web", "zoneid", adv1, "networkids", net)
}

func TestDetailsAreStoredAndListedAtOnce(t *testing.T) {
	c := user(t, simulator.Config{})
	id := c.call("deployVirtualMachine", deployment("name", "m", "details[0].trueup", "shop/vm/m", "group", "g")...).body["id"].(string)
	m := c.machine(id)
	if m["details"].(map[string]any)["trueup"] != "shop/vm/m" || m["group"] != "g" {
		t.Errorf("listed before its job ended: %v, group %v", m["details"], m["group"])
	}
}

func TestWhileItIsDeployedAMachineIsStoppedWithAddressAndThenStarting(t *testing.T) {
	c := user(t, simulator.Config{Latency: simulator.Latency{Job: time.Second}})
	a := c.call("deployVirtualMachine", deployment("name", "m")...)
	id := a.body["id"].(string)
	m := c.machine(id)
	if m["state"] != "Stopped" || m["ipaddress"] == nil || len(m["nic"].([]any)) != 1 || m["jobid"] != a.body["jobid"] || m["jobstatus"] != 0.0 {
		t.Errorf("at once: %v", m)
	}
	states := map[string]bool{}
	for range 300 {
		states[c.machine(id)["state"].(string)] = true
		c.server.Advance(10 * time.Millisecond)
	}
	if !states["Starting"] || !states["Running"] || len(states) != 3 {
		t.Errorf("states: %v", states)
	}
	if m := c.machine(id); m["jobid"] != nil {
		t.Error("the job is still shown")
	}
}

func TestAnErrorMachineHoldsItsNameAndCanBeStartedAgain(t *testing.T) {
	c := user(t, simulator.Config{Host: simulator.Host{Count: 1}})
	group := c.ok("createAffinityGroup", "name", "apart", "type", "host anti-affinity")["affinitygroup"].(map[string]any)["id"].(string)
	first := deploy(c, "name", "a", "affinitygroupids", group)
	c.refused(533, "Please check the affinity groups provided", "deployVirtualMachine", deployment("name", "b", "affinitygroupids", group)...)
	failed := c.first("listVirtualMachines", "virtualmachine", "name", "b")
	if failed["state"] != "Error" {
		t.Fatalf("state %v", failed["state"])
	}
	id := failed["id"].(string)
	c.refused(431, "already exists", "deployVirtualMachine", deployment("name", "b")...)
	c.refused(530, "Internal error", "updateVirtualMachine", "id", id, "name", "c")
	c.refused(533, "No destination found", "startVirtualMachine", "id", id)
	c.ok("stopVirtualMachine", "id", first)
	if m := c.ok("startVirtualMachine", "id", id)["virtualmachine"].(map[string]any); m["state"] != "Running" {
		t.Errorf("with room again: %v", m["state"])
	}
}

func TestADestroyedErrorMachineHoldsItsNameUntilExpunged(t *testing.T) {
	c := user(t, simulator.Config{ExpungeDelay: time.Hour})
	c.refused(533, "No destination", "deployVirtualMachine", deployment("name", "b", "serviceofferingid", huge)...)
	id := c.first("listVirtualMachines", "virtualmachine", "name", "b")["id"].(string)
	c.ok("destroyVirtualMachine", "id", id)
	if left := c.list("listVirtualMachines", "virtualmachine", "id", id); len(left) != 0 {
		t.Error("its owner still sees it")
	}
	c.refused(431, "already exists", "deployVirtualMachine", deployment("name", "b")...)
	c.server.Advance(2 * time.Hour)
	deploy(c, "name", "b")
}

func TestATakenAddressIsASynchronousRefusalThatLeavesAnErrorMachine(t *testing.T) {
	c := user(t, simulator.Config{})
	deploy(c, "name", "a", "ipaddress", "10.200.5.5")
	if a := c.call("deployVirtualMachine", deployment("name", "b", "ipaddress", "10.200.5.5")...); a.status != 530 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if m := c.first("listVirtualMachines", "virtualmachine", "name", "b"); m["state"] != "Error" {
		t.Errorf("state %v", m["state"])
	}
	c.refused(431, "already exists", "deployVirtualMachine", deployment("name", "b")...)
}

func TestDeleteProtectionMakesDestroyFail(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	c.ok("updateVirtualMachine", "id", id, "deleteprotection", "true")
	c.refused(431, "has delete protection enabled", "destroyVirtualMachine", "id", id)
	c.ok("updateVirtualMachine", "id", id, "deleteprotection", "false")
	c.ok("destroyVirtualMachine", "id", id)
}

func TestRepeatedLifecycleCommands(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	c.refused(431, "is already running", "startVirtualMachine", "id", id)
	c.ok("stopVirtualMachine", "id", id)
	c.ok("stopVirtualMachine", "id", id)
	c.ok("destroyVirtualMachine", "id", id)
	c.ok("destroyVirtualMachine", "id", id)
}

// TestJobsOfOneMachineAreCheckedAtOnceAndDoneInTurn is testdata/golden/queued_ops_one_vm.json: stop, start, stop and reboot sent at once.
func TestJobsOfOneMachineAreCheckedAtOnceAndDoneInTurn(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	var jobs []string
	for _, command := range []string{"stopVirtualMachine", "startVirtualMachine", "stopVirtualMachine", "rebootVirtualMachine"} {
		jobs = append(jobs, c.call(command, "id", id).body["jobid"].(string))
	}
	want := []struct {
		status float64
		text   string
	}{{1, "Stopped"}, {2, "is already running"}, {1, "Stopped"}, {2, "Unable to retrieve host with id null"}}
	for i, job := range jobs {
		j := c.job(job)
		if j["jobstatus"] != want[i].status || !strings.Contains(fmt.Sprint(j["jobresult"]), want[i].text) {
			t.Errorf("job %d: %v, want %v", i, j, want[i])
		}
	}
}

func TestAnOrdinaryUserMayNotExpungeAndAnAdministratorMay(t *testing.T) {
	c := user(t, simulator.Config{})
	if may := c.ok("listCapabilities")["capability"].(map[string]any)["allowuserexpungerecovervm"]; may != false {
		t.Errorf("listCapabilities says %v", may)
	}
	id := deploy(c, "name", "a")
	c.refused(530, "Account does not have permission for expunging.", "destroyVirtualMachine", "id", id, "expunge", "true")
	if c.machine(id)["state"] != "Running" {
		t.Error("the refusal is not whole")
	}
	as(t, c.server, c.server.Admin()).ok("destroyVirtualMachine", "id", id, "expunge", "true")
	deploy(c, "name", "a")
}

func TestADestroyedMachineHoldsNameGroupsStaticNATAndNetwork(t *testing.T) {
	c := user(t, simulator.Config{ExpungeDelay: time.Hour})
	group := c.ok("createSecurityGroup", "name", "g")["securitygroup"].(map[string]any)["id"].(string)
	id := deploy(c, "name", "a", "securitygroupids", group)
	net := lan(c, "lan")
	routed := deploy(c, "name", "b", "zoneid", adv1, "networkids", net)
	ip := c.ok("associateIpAddress", "networkid", net)["ipaddress"].(map[string]any)["id"].(string)
	c.ok("enableStaticNat", "ipaddressid", ip, "virtualmachineid", routed)
	second := deploy(c, "name", "c", "zoneid", adv1, "networkids", net)
	c.ok("destroyVirtualMachine", "id", id)
	c.ok("destroyVirtualMachine", "id", routed)

	c.refused(431, "already exists", "deployVirtualMachine", deployment("name", "a")...)
	c.refused(536, "in use by virtual machines", "deleteSecurityGroup", "id", group)
	c.refused(537, "already assigned to another vm", "enableStaticNat", "ipaddressid", ip, "virtualmachineid", second)
	c.refused(530, "Failed to delete network", "deleteNetwork", "id", net)
	c.ok("disableStaticNat", "ipaddressid", ip)
	c.ok("enableStaticNat", "ipaddressid", ip, "virtualmachineid", second)
	c.ok("destroyVirtualMachine", "id", second)

	c.server.Advance(2 * time.Hour)
	deploy(c, "name", "a")
	c.ok("deleteSecurityGroup", "id", group)
	c.ok("deleteNetwork", "id", net)
	if held := c.list("listPublicIpAddresses", "publicipaddress"); len(held) != 0 {
		t.Errorf("addresses left: %v", held)
	}
}

func TestARecoveredMachineIsNotExpungedByItsFirstDestruction(t *testing.T) {
	c := user(t, simulator.Config{ExpungeDelay: time.Hour})
	id := deploy(c, "name", "a")
	c.refused(531, "only be done by an Admin", "recoverVirtualMachine", "id", id)
	c.ok("destroyVirtualMachine", "id", id)
	c.server.Advance(50 * time.Minute)
	as(t, c.server, c.server.Admin()).ok("recoverVirtualMachine", "id", id)
	if state := c.machine(id)["state"]; state != "Stopped" {
		t.Errorf("recovered, it is %v", state)
	}
	c.ok("destroyVirtualMachine", "id", id)
	c.server.Advance(20 * time.Minute)
	c.refused(431, "already exists", "deployVirtualMachine", deployment("name", "a")...)
	c.server.Advance(time.Hour)
	deploy(c, "name", "a")
}

func TestTheWayToFreeNameAndGroupsAtOnce(t *testing.T) {
	c := user(t, simulator.Config{})
	group := c.ok("createSecurityGroup", "name", "g")["securitygroup"].(map[string]any)["id"].(string)
	id := deploy(c, "name", "a", "displayname", "A", "securitygroupids", group)
	renamed := c.ok("updateVirtualMachine", "id", id, "name", "a-gone-123456")["virtualmachine"].(map[string]any)
	if renamed["displayname"] != "a-gone-123456" || renamed["state"] != "Running" {
		t.Errorf("renaming works while running and overwrites the display name: %v %v", renamed["displayname"], renamed["state"])
	}
	c.refused(530, "Internal error", "updateVirtualMachine", "id", id, "securitygroupids", "")
	c.ok("stopVirtualMachine", "id", id)
	if m := c.ok("updateVirtualMachine", "id", id, "securitygroupids", "")["virtualmachine"].(map[string]any); len(m["securitygroup"].([]any)) != 0 {
		t.Error("an empty list does not remove all groups")
	}
	c.ok("destroyVirtualMachine", "id", id)
	c.ok("deleteSecurityGroup", "id", group)
	deploy(c, "name", "a")
}

func TestRenamingToATakenNameIsOpaque(t *testing.T) {
	c := user(t, simulator.Config{})
	deploy(c, "name", "a")
	c.refused(530, "Internal error", "updateVirtualMachine", "id", deploy(c, "name", "b"), "name", "a")
}

func TestScaling(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	c.refused(530, "Dynamically scaling Instances is disabled", "scaleVirtualMachine", "id", id, "serviceofferingid", tiny2)
	c.refused(431, "make sure the Instance is stopped", "changeServiceForVirtualMachine", "id", id, "serviceofferingid", tiny2)
	c.ok("stopVirtualMachine", "id", id)
	c.refused(431, "already has the requested service offering", "scaleVirtualMachine", "id", id, "serviceofferingid", tiny)
	if m := c.ok("scaleVirtualMachine", "id", id, "serviceofferingid", tiny2)["virtualmachine"].(map[string]any); m["cpunumber"] != 2.0 {
		t.Errorf("%v cores", m["cpunumber"])
	}
}

func TestAffinityGroupsAndKeysWantAStoppedMachine(t *testing.T) {
	c := user(t, simulator.Config{})
	c.ok("createSSHKeyPair", "name", "k")
	group := c.ok("createAffinityGroup", "name", "g", "type", "host anti-affinity")["affinitygroup"].(map[string]any)["id"].(string)
	id := deploy(c, "name", "a")
	c.refused(431, "make sure the virtual machine is stopped", "updateVMAffinityGroup", "id", id, "affinitygroupids", group)
	c.refused(431, "should be stopped", "resetSSHKeyForVirtualMachine", "id", id, "keypair", "k")
	c.ok("stopVirtualMachine", "id", id)
	if a := c.call("updateVMAffinityGroup", "id", id, "affinitygroupids", group); a.key != "updatevirtualmachineresponse" {
		t.Errorf("answered under %s", a.key)
	}
	c.server.Advance(time.Second)
	if groups := c.machine(id)["affinitygroup"].([]any); len(groups) != 1 {
		t.Errorf("%d affinity groups", len(groups))
	}
	c.ok("updateVMAffinityGroup", "id", id, "affinitygroupids", "")
	if groups := c.machine(id)["affinitygroup"].([]any); len(groups) != 0 {
		t.Errorf("an empty list leaves %d affinity groups", len(groups))
	}
	if m := c.ok("resetSSHKeyForVirtualMachine", "id", id, "keypair", "k")["virtualmachine"].(map[string]any); m["keypairs"] != "k" {
		t.Errorf("keypairs %v", m["keypairs"])
	}
}

func TestUserDataIsUpdatedAndListedOnlyWhenAskedFor(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a", "userdata", "YQ==")
	c.refused(432, "not available", "resetUserDataForVirtualMachine", "id", id, "userdata", "Yg==")
	c.ok("updateVirtualMachine", "id", id, "userdata", "Yg==")
	if c.machine(id)["userdata"] != nil {
		t.Error("listed without being asked for")
	}
	if m := c.first("listVirtualMachines", "virtualmachine", "id", id, "userdata", "true"); m["userdata"] != "Yg==" {
		t.Errorf("userdata=true: %v", m["userdata"])
	}
}

func TestReinstallFailsAsRecordedUnlessTheCloudCan(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	if a := c.call("restoreVirtualMachine", "virtualmachineid", id); a.key != "restorevmresponse" {
		t.Errorf("answered under %s", a.key)
	}
	c.refused(530, "Index 0 out of bounds for length 0", "restoreVirtualMachine", "virtualmachineid", id)
	c = user(t, simulator.Config{Reinstall: true})
	id = deploy(c, "name", "a")
	before := c.first("listVolumes", "volume", "virtualmachineid", id)["id"]
	c.ok("restoreVirtualMachine", "virtualmachineid", id)
	if after := c.first("listVolumes", "volume", "virtualmachineid", id)["id"]; after == before {
		t.Error("the root volume is the old one")
	}
}
