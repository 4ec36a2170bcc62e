package simulator_test

import (
	"fmt"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// resourceType is the number by which updateResourceLimit calls a resource.
var resourceType = map[string]string{
	"user_vm": "0", "public_ip": "1", "volume": "2", "network": "6", "cpu": "8", "memory": "9", "primary_storage": "10",
}

// limitTo lets the administrator set what the ordinary user's account may have.
func limitTo(c caller, resource, most string) {
	c.t.Helper()
	as(c.t, c.server, c.server.Admin()).ok("updateResourceLimit", "resourcetype", resourceType[resource], "account", "plain", "max", most)
}

// TestEveryLimitIsEnforced sets each limit to what is there, adds one thing more, and sets it higher: the thing goes in then.
func TestEveryLimitIsEnforced(t *testing.T) {
	for _, test := range []struct {
		resource string
		full     string // so much is there
		enough   string // so much is needed for one more
		code     int
		more     []string // command and parameters
	}{
		{"user_vm", "1", "2", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b")...)},
		{"cpu", "1", "2", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b")...)},
		{"memory", "128", "256", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b")...)},
		{"volume", "1", "2", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b")...)},
		{"primary_storage", "2", "4", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b")...)},
		{"primary_storage", "6", "9", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b", "rootdisksize", "7")...)},
		{"volume", "1", "2", 535, []string{"createVolume", "zoneid", sg1, "diskofferingid", smallDisk, "name", "v"}},
		{"primary_storage", "6", "7", 535, []string{"createVolume", "zoneid", sg1, "diskofferingid", anyDisk, "size", "5", "name", "v"}},
		{"network", "0", "1", 535, []string{"createNetwork", "zoneid", adv1, "networkofferingid", isolated, "name", "n", "displaytext", "n"}},
		{"network", "0", "1", 535, append([]string{"deployVirtualMachine"}, deployment("name", "b", "zoneid", adv1)...)},
	} {
		t.Run(test.resource+" "+test.more[0], func(t *testing.T) {
			c := user(t, simulator.Config{})
			deploy(c, "name", "a")
			limitTo(c, test.resource, test.full)
			c.refused(test.code, "Maximum amount of resources of Type = '"+test.resource+"'", test.more[0], test.more[1:]...)
			if got := c.first("listResourceLimits", "resourcelimit", "resourcetypename", test.resource); fmt.Sprint(got["max"]) != test.full {
				t.Errorf("listed: %v", got)
			}
			limitTo(c, test.resource, test.enough)
			c.ok(test.more[0], test.more[1:]...)
		})
	}
}

func TestAddressesAreLimited(t *testing.T) {
	c := user(t, simulator.Config{Limits: map[string]int64{"public_ip": 1}})
	net := lan(c, "lan")
	c.acquire("networkid", net)
	c.refused(532, "Maximum number of public IP addresses for account: plain has been exceeded.", "associateIpAddress", "networkid", net)
	free := c.first("listPublicIpAddresses", "publicipaddress", "state", "Free")["id"].(string)
	c.refused(532, "Maximum number of public IP addresses for account: plain has been exceeded.", "reserveIpAddress", "id", free)
}

func TestGrowingIsLimited(t *testing.T) {
	c := user(t, simulator.Config{})
	id := deploy(c, "name", "a")
	c.ok("stopVirtualMachine", "id", id)
	limitTo(c, "memory", "128")
	c.refused(535, "Type = 'memory'", "scaleVirtualMachine", "id", id, "serviceofferingid", tiny2)
	c.refused(535, "Type = 'memory'", "changeServiceForVirtualMachine", "id", id, "serviceofferingid", tiny2)
	limitTo(c, "memory", "256")
	c.ok("scaleVirtualMachine", "id", id, "serviceofferingid", tiny2)
	disk := c.ok("createVolume", "zoneid", sg1, "diskofferingid", anyDisk, "size", "1", "name", "v")["volume"].(map[string]any)["id"].(string)
	limitTo(c, "primary_storage", "4")
	c.refused(535, "Account Resource Limit = (4.00 GB) 4294967296", "resizeVolume", "id", disk, "size", "3")
	c.ok("resizeVolume", "id", disk, "size", "2")
}

func TestWhatIsDestroyedCountsNoMore(t *testing.T) {
	c := user(t, simulator.Config{Limits: map[string]int64{"user_vm": 1, "cpu": 1, "memory": 128, "volume": 1, "primary_storage": 2}})
	id := deploy(c, "name", "a")
	c.ok("destroyVirtualMachine", "id", id)
	deploy(c, "name", "b")
	as(t, c.server, c.server.Admin()).refused(535, "Type = 'user_vm'", "recoverVirtualMachine", "id", id)
}
