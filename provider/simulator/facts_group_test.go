package simulator_test

import (
	"fmt"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// These tests hold what is known of a real server's security groups, tags and keys, a fact a test.

func (c caller) group(name string) string {
	c.t.Helper()
	return c.ok("createSecurityGroup", "name", name)["securitygroup"].(map[string]any)["id"].(string)
}

func (c caller) allow(group string, pairs ...string) []any {
	c.t.Helper()
	pairs = append([]string{"securitygroupid", group}, pairs...)
	return c.ok("authorizeSecurityGroupIngress", pairs...)["securitygroup"].(map[string]any)["ingressrule"].([]any)
}

func TestGroupNamesAreUniqueIgnoringCase(t *testing.T) {
	c := user(t, simulator.Config{})
	made := 0
	for _, name := range []string{"race", "race", "RACE", "race", "Race", "race"} {
		if c.call("createSecurityGroup", "name", name).status == 200 {
			made++
		}
	}
	if made != 1 {
		t.Errorf("%d groups", made)
	}
	as(t, c.server, c.server.Other()).group("race") // per account
}

func TestAGroupCannotGoWhileAnyRuleNamesItItsOwnIncluded(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	rules := c.allow(g, "protocol", "tcp", "startport", "1", "endport", "2", "usersecuritygrouplist[0].account", "plain", "usersecuritygrouplist[0].group", "g")
	c.refused(536, "security rules that allow this group", "deleteSecurityGroup", "id", g)
	c.ok("revokeSecurityGroupIngress", "id", rules[0].(map[string]any)["ruleid"].(string))
	c.ok("deleteSecurityGroup", "id", g)
	c.refused(431, "The network group default is reserved", "deleteSecurityGroup", "name", "default")
}

func TestOneCallMakesARulePerSourceAndItsResultHoldsOnlyTheNew(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	tcp := []string{"protocol", "tcp", "startport", "80", "endport", "80", "cidrlist"}
	if got := c.allow(g, append(tcp, "10.0.0.0/8,::/0")...); len(got) != 2 {
		t.Errorf("two sources: %d rules", len(got))
	}
	if got := c.allow(g, append(tcp, "10.0.0.0/8,192.168.0.0/16")...); len(got) != 1 || got[0].(map[string]any)["cidr"] != "192.168.0.0/16" {
		t.Errorf("one of them new: %v", got)
	}
	c.refused(530, "Failed to authorize security group ingress rule(s)", "authorizeSecurityGroupIngress",
		append([]string{"securitygroupid", g}, append(tcp, "10.0.0.0/8,::/0")...)...)
	if got := c.allow(g, "protocol", "tcp", "startport", "79", "endport", "81", "cidrlist", "10.0.0.0/8"); len(got) != 1 {
		t.Error("overlapping ranges are fine")
	}
}

func TestHowRulesAreStored(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	for _, test := range []struct {
		pairs []string
		want  map[string]any
	}{
		{[]string{"protocol", "TCP", "startport", "0", "endport", "0"}, map[string]any{"protocol": "tcp", "startport": 0.0, "endport": 65535.0}},
		{[]string{"protocol", "all"}, map[string]any{"protocol": "all", "startport": 0.0, "endport": 0.0}},
		{[]string{"protocol", "47"}, map[string]any{"protocol": "47", "startport": 0.0, "endport": 0.0}},
		{[]string{"protocol", "icmp", "icmptype", "-1", "icmpcode", "-1"}, map[string]any{"icmptype": -1.0, "icmpcode": -1.0}},
		{[]string{"protocol", "icmp", "icmptype", "8", "icmpcode", "0"}, map[string]any{"icmptype": 8.0, "icmpcode": 0.0}},
		{[]string{"protocol", "udp", "startport", "53", "endport", "53", "cidrlist", "10.1.2.3/8"}, map[string]any{"cidr": "10.1.2.3/8"}},
	} {
		pairs := append([]string{"cidrlist", "10.0.0.0/8"}, test.pairs...)
		rule := c.allow(g, pairs...)[0].(map[string]any)
		for field, want := range test.want {
			if rule[field] != want {
				t.Errorf("%v: %s is %v, want %v", test.pairs, field, rule[field], want)
			}
		}
	}
}

func TestRulesThatAreRefusedByTheirJob(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	for _, test := range []struct {
		code  int
		text  string
		pairs []string
	}{
		{431, "Invalid port range 443:80", []string{"protocol", "tcp", "startport", "443", "endport", "80", "cidrlist", "10.0.0.0/8"}},
		{431, "Invalid port numbers 1:70000", []string{"protocol", "tcp", "startport", "1", "endport", "70000", "cidrlist", "10.0.0.0/8"}},
		{431, "Invalid cidr 10.0.0.0/99", []string{"protocol", "tcp", "startport", "1", "endport", "2", "cidrlist", "10.0.0.0/99"}},
		{431, "Invalid cidr 10.1.2.3", []string{"protocol", "tcp", "startport", "1", "endport", "2", "cidrlist", "10.1.2.3"}},
		{431, "At least one cidr", []string{"protocol", "tcp", "startport", "1", "endport", "2"}},
		{431, "Nonexistent group nope", []string{"protocol", "tcp", "startport", "1", "endport", "2", "usersecuritygrouplist[0].account", "plain", "usersecuritygrouplist[0].group", "nope"}},
		{530, "Invalid ICMP type/code", []string{"protocol", "icmp", "icmptype", "8", "cidrlist", "10.0.0.0/8"}},
		{431, "Invalid protocol bogus", []string{"protocol", "bogus", "cidrlist", "10.0.0.0/8"}},
	} {
		c.refused(test.code, test.text, "authorizeSecurityGroupIngress", append([]string{"securitygroupid", g}, test.pairs...)...)
	}
}

func TestRevokingWhatIsGoneOrByTheWrongDirection(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	id := c.allow(g, "protocol", "all", "cidrlist", "10.0.0.0/8")[0].(map[string]any)["ruleid"].(string)
	c.refused(431, "Mismatch in rule type", "revokeSecurityGroupEgress", "id", id)
	c.ok("revokeSecurityGroupIngress", "id", id)
	if a := c.call("revokeSecurityGroupIngress", "id", id); a.status != 431 {
		t.Errorf("again: %d", a.status)
	}
}

func TestOfManyCreatorsOfATagExactlyOneWins(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	var jobs []string
	for i := range 12 {
		a := c.call("createTags", "resourcetype", "SecurityGroup", "resourceids", g, "tags[0].key", "lease", "tags[0].value", fmt.Sprint(i))
		jobs = append(jobs, a.body["jobid"].(string))
	}
	won := 0
	for _, id := range jobs {
		if c.job(id)["jobstatus"] == 1.0 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestTagsAreAllOrNothing(t *testing.T) {
	c := user(t, simulator.Config{})
	g, h := c.group("g"), c.group("h")
	tag := func(ids, key, value string) []string {
		return []string{"resourcetype", "SecurityGroup", "resourceids", ids, "tags[0].key", key, "tags[0].value", value}
	}
	c.ok("createTags", tag(g, "taken", "x")...)
	c.refused(530, "tag TAKEN already on SecurityGroup with id "+g, "createTags", tag(g, "TAKEN", "x")...)
	c.refused(530, "tag taken already", "createTags", append(tag(g, "new", "y"), "tags[1].key", "taken", "tags[1].value", "y")...)
	c.refused(530, "tag taken already", "createTags", tag(h+","+g, "taken", "y")...)
	if tags := c.list("listTags", "tag"); len(tags) != 1 {
		t.Errorf("%d tags, want the first alone", len(tags))
	}
	many := tag(h, "k0", "v")
	for i := range 40 {
		many = append(many, fmt.Sprintf("tags[%d].key", i), fmt.Sprint("k", i), fmt.Sprintf("tags[%d].value", i), "v")
	}
	c.ok("createTags", many...)
	if tags := c.list("listTags", "tag", "resourceid", h); len(tags) != 40 {
		t.Errorf("%d of forty tags", len(tags))
	}
}

func TestDeletingTags(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	on := []string{"resourcetype", "SecurityGroup", "resourceids", g}
	c.ok("createTags", append(on, "tags[0].key", "a", "tags[0].value", "1", "tags[1].key", "b", "tags[1].value", "2", "tags[2].key", "c", "tags[2].value", "3")...)
	c.refused(530, "Failed to delete tags", "deleteTags", append(on, "tags[0].key", "a", "tags[0].value", "other")...)
	if tags := c.list("listTags", "tag"); len(tags) != 3 {
		t.Errorf("compare-and-delete with another value changed something: %d left", len(tags))
	}
	c.ok("deleteTags", append(on, "tags[0].key", "a", "tags[0].value", "other", "tags[1].key", "b", "tags[1].value", "2")...)
	if tags := c.list("listTags", "tag"); len(tags) != 2 {
		t.Errorf("one of two matched: %d left", len(tags))
	}
	c.ok("deleteTags", on...)
	if tags := c.list("listTags", "tag"); len(tags) != 0 {
		t.Errorf("without names all go: %d left", len(tags))
	}
}

func TestOneTagIsDeletedByExactlyOneOfManyWhoKnowItsValue(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	on := []string{"resourcetype", "SecurityGroup", "resourceids", g, "tags[0].key", "lease", "tags[0].value", "run-1"}
	c.ok("createTags", on...)
	var jobs []string
	for range 5 {
		jobs = append(jobs, c.call("deleteTags", on...).body["jobid"].(string))
	}
	won := 0
	for _, id := range jobs {
		if c.job(id)["jobstatus"] == 1.0 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestValuesOfTags(t *testing.T) {
	c := user(t, simulator.Config{})
	g := c.group("g")
	on := []string{"resourcetype", "securitygroup", "resourceids", g, "tags[0].key", "k", "tags[0].value"}
	c.refused(431, "Value for the key k is either null or empty", "createTags", append(on, "")...)
	long := ""
	for range 256 {
		long += "v"
	}
	c.ok("createTags", append(on, long)...)
	if tag := c.first("listTags", "tag"); len(tag["value"].(string)) != 255 || tag["resourcetype"] != "SecurityGroup" {
		t.Errorf("stored %d characters of type %v", len(tag["value"].(string)), tag["resourcetype"])
	}
	for _, kind := range []string{"VirtualMachine", "SSHKeyPair", "AffinityGroup"} {
		c.refused(431, "Invalid resource type "+kind, "createTags", "resourcetype", kind, "resourceids", g, "tags[0].key", "a", "tags[0].value", "b")
	}
}

func TestEveryTaggableKindIsTaggedAndFoundByItsTag(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "lan")
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	ip := c.ok("associateIpAddress", "networkid", net)["ipaddress"].(map[string]any)["id"].(string)
	forward := c.ok("createPortForwardingRule", "ipaddressid", ip, "protocol", "tcp", "publicport", "22", "privateport", "22", "virtualmachineid", m, "openfirewall", "false")
	open := c.ok("createFirewallRule", "ipaddressid", ip, "protocol", "tcp", "startport", "22", "endport", "22", "cidrlist", "0.0.0.0/0")
	second := c.ok("associateIpAddress", "networkid", net)["ipaddress"].(map[string]any)["id"].(string)
	balance := c.ok("createLoadBalancerRule", "publicipid", second, "name", "lb", "algorithm", "roundrobin", "publicport", "80", "privateport", "80")
	id := func(result map[string]any, key string) string { return result[key].(map[string]any)["id"].(string) }
	for _, test := range []struct{ kind, id, list, key string }{
		{"UserVm", m, "listVirtualMachines", "virtualmachine"},
		{"Network", net, "listNetworks", "network"},
		{"PublicIpAddress", ip, "listPublicIpAddresses", "publicipaddress"},
		{"SecurityGroup", c.group("g"), "listSecurityGroups", "securitygroup"},
		{"Volume", c.first("listVolumes", "volume", "virtualmachineid", m)["id"].(string), "listVolumes", "volume"},
		{"PortForwardingRule", id(forward, "portforwardingrule"), "listPortForwardingRules", "portforwardingrule"},
		{"FirewallRule", id(open, "firewallrule"), "listFirewallRules", "firewallrule"},
		{"LoadBalancer", id(balance, "loadbalancer"), "listLoadBalancerRules", "loadbalancerrule"},
	} {
		c.ok("createTags", "resourcetype", test.kind, "resourceids", test.id, "tags[0].key", "kind", "tags[0].value", test.kind)
		if got := c.first(test.list, test.key, "tags[0].key", "kind", "tags[0].value", test.kind); got["id"] != test.id || len(got["tags"].([]any)) != 1 {
			t.Errorf("%s: found %v", test.kind, got)
		}
	}
}

func TestSeveralTagsInAFilterAreORed(t *testing.T) {
	c := user(t, simulator.Config{})
	g, h := c.group("g"), c.group("h")
	c.ok("createTags", "resourcetype", "SecurityGroup", "resourceids", g, "tags[0].key", "a", "tags[0].value", "1")
	c.ok("createTags", "resourcetype", "SecurityGroup", "resourceids", h, "tags[0].key", "b", "tags[0].value", "2")
	got := c.list("listSecurityGroups", "securitygroup", "tags[0].key", "a", "tags[0].value", "1", "tags[1].key", "b", "tags[1].value", "2")
	if len(got) != 2 {
		t.Errorf("%d groups, want both", len(got))
	}
	c.refused(431, "No value is passed in for key a", "listSecurityGroups", "tags[0].key", "a")
}

func TestAGeneratedKeyIsAnRSAKeyWhoseFingerprintIsThatOfItsPublicPart(t *testing.T) {
	c := user(t, simulator.Config{})
	pair := c.ok("createSSHKeyPair", "name", "k")["keypair"].(map[string]any)
	if got := c.first("listSSHKeyPairs", "sshkeypair", "name", "k"); got["fingerprint"] != pair["fingerprint"] || got["privatekey"] != nil {
		t.Errorf("created %v, listed %v", pair, got)
	}
	c.refused(431, "does not exist for account plain", "deleteSSHKeyPair", "name", "other")
}
