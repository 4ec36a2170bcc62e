package examples

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider/simulator"
)

var balancedHands = []hand{
	{"firewall opened", func(c *cloud) {
		c.call(c.user, "createFirewallRule", map[string]string{
			"ipaddressid": c.address(), "protocol": "tcp", "startport": "3389", "endport": "3389", "cidrlist": "0.0.0.0/0",
		})
	}, "elasticIP/front update drift firewall"},
	{"firewall closed", func(c *cloud) {
		rules := c.list(c.user, "listFirewallRules", map[string]string{"ipaddressid": c.address()})
		c.call(c.user, "deleteFirewallRule", map[string]string{"id": rules[0]["id"].(string)})
	}, "elasticIP/front update drift firewall"},
	{"egress forbidden", func(c *cloud) {
		rules := c.list(c.user, "listEgressFirewallRules", nil)
		c.call(c.user, "deleteEgressFirewallRule", map[string]string{"id": rules[0]["id"].(string)})
	}, "network/back update drift firewall"},
	{"disk detached", func(c *cloud) {
		c.call(c.user, "detachVolume", map[string]string{"id": c.id("listVolumes", "web-1-data")})
	}, "volume/web-1-data update drift attach"},
	{"balancer's algorithm", func(c *cloud) {
		c.call(c.user, "updateLoadBalancerRule", map[string]string{"id": c.id("listLoadBalancerRules", "web"), "algorithm": "source"})
	}, "loadBalancer/web update drift algorithm"},
	{"machine taken out of the balancer", func(c *cloud) {
		c.call(c.user, "removeFromLoadBalancerRule", map[string]string{
			"id": c.id("listLoadBalancerRules", "web"), "virtualmachineids": c.id("listVirtualMachines", "web-3"),
		})
	}, "loadBalancer/web update drift members"},
	{"balancer deleted", func(c *cloud) {
		c.call(c.user, "deleteLoadBalancerRule", map[string]string{"id": c.id("listLoadBalancerRules", "web")})
	}, "loadBalancer/web create"},
	{"forward deleted", func(c *cloud) {
		rules := c.list(c.user, "listPortForwardingRules", nil)
		c.call(c.user, "deletePortForwardingRule", map[string]string{"id": rules[0]["id"].(string)})
	}, "portForward/ssh create"},
	{"disk deleted", func(c *cloud) {
		disk := map[string]string{"id": c.id("listVolumes", "web-2-data")}
		c.call(c.user, "detachVolume", disk)
		c.call(c.user, "deleteVolume", disk)
	}, "volume/web-2-data create"},
	{"machine deleted", expunge("web-2").change,
		"loadBalancer/web update drift members\nvm/web-2 create\nvolume/web-2-data update drift attach"},
	{"address released", func(c *cloud) {
		c.call(c.user, "disassociateIpAddress", map[string]string{"id": c.address()})
	}, "elasticIP/front create\nloadBalancer/web create\nportForward/ssh create"},
}

// TestBalancedFollowsItsCount grows and shrinks the machines behind the load
// balancer, and looks past trueup at what serves the port.
func TestBalancedFollowsItsCount(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{Seed: 1, ExpungeDelay: expungeDelay})
	for _, replicas := range []int{3, 1, 4} {
		c.trueup(0, "apply", "--yes", "--var", fmt.Sprint("replicas=", replicas), "balanced")
		var want []string
		for i := range replicas {
			want = append(want, fmt.Sprint("web-", i+1))
		}
		if diff := cmp.Diff(want, c.names("listLoadBalancerRuleInstances", map[string]string{"id": c.id("listLoadBalancerRules", "web")})); diff != "" {
			t.Errorf("%d machines: balanced are (-want +got):\n%s", replicas, diff)
		}
		for i := range want {
			want[i] += "-data"
		}
		if diff := cmp.Diff(want, c.names("listVolumes", map[string]string{"type": "DATADISK"})); diff != "" {
			t.Errorf("%d machines: disks are (-want +got):\n%s", replicas, diff)
		}
	}
}

// TestRouterKeepsItsAddress holds the first address of a fresh network, which
// becomes its router's own, to be neither forwarded, balanced, attached, tagged
// nor released.
func TestRouterKeepsItsAddress(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{Seed: 1, ExpungeDelay: expungeDelay})
	c.trueup(0, "apply", "--yes", "balanced")
	router := func() string {
		var own []string
		for _, item := range c.list(c.user, "listPublicIpAddresses", nil) {
			if item["issourcenat"] == true {
				own = append(own, fmt.Sprint(item["id"], " ", item["ipaddress"], " ", item["tags"], " ", item["isstaticnat"]))
			}
		}
		if len(own) != 1 || !strings.HasSuffix(own[0], " [] false") {
			t.Fatalf("the router has %q", own)
		}
		return own[0]
	}
	before := router()
	id := strings.Fields(before)[0]
	for _, command := range []string{"listLoadBalancerRules", "listPortForwardingRules", "listFirewallRules"} {
		for _, rule := range c.list(c.user, command, nil) {
			if rule["publicipid"] == id || rule["ipaddressid"] == id {
				t.Errorf("%s: %v is the router's", command, rule)
			}
		}
	}
	c.call(c.user, "disassociateIpAddress", map[string]string{"id": c.address()})
	c.trueup(0, "apply", "--yes", "balanced")
	c.trueup(0, "destroy", "--yes", "balanced")
	if after := router(); after != before {
		t.Errorf("the router's address was %s and is %s", before, after)
	}
}

// names are those that a list shows, sorted.
func (c *cloud) names(command string, params map[string]string) []string {
	c.Helper()
	var names []string
	for _, item := range c.list(c.user, command, params) {
		names = append(names, item["name"].(string))
	}
	slices.Sort(names)
	return names
}
