package simulator_test

import (
	"maps"

	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// TestRecordedListsHaveOurFields compares lists whose recorded content nobody can make again: a field that every recorded item has every
// one of ours has, one that ours has was recorded of some, and they are of one type.
func TestRecordedListsHaveOurFields(t *testing.T) {
	c := user(t, simulator.Config{})
	net := lan(c, "iso1")
	m := deploy(c, "name", "m", "zoneid", adv1, "networkids", net)
	deploy(c, "name", "n")
	address := c.acquire("networkid", net)["id"].(string)
	c.ok("enableStaticNat", "ipaddressid", address, "virtualmachineid", m)
	c.ok("createAffinityGroup", "name", "ag1", "type", "host anti-affinity", "description", "x")
	g := c.group("g")
	c.allow(g, "protocol", "tcp", "startport", "80", "endport", "90", "cidrlist", "0.0.0.0/0")
	c.allow(g, "protocol", "icmp", "icmptype", "8", "icmpcode", "0", "usersecuritygrouplist[0].account", "plain", "usersecuritygrouplist[0].group", "default")
	for kind, id := range map[string]string{"UserVm": m, "SecurityGroup": g} {
		c.ok("createTags", "resourcetype", kind, "resourceids", id, "tags[0].key", "k", "tags[0].value", "v")
	}
	for name, key := range map[string]string{
		"listNetworks": "network", "listPublicIpAddresses": "publicipaddress", "listPublicIpAddresses_free": "publicipaddress",
		"listPublicIpAddresses_free_zone": "publicipaddress", "listSecurityGroups_all": "securitygroup", "listTags_all": "tag",
		"listVolumes": "volume", "listAffinityGroups": "affinitygroup", "listVirtualMachines_adv_shape": "virtualmachine", "listEvents": "event",
	} {
		recorded, _ := readRecording(t, name)
		pairs := []string{}
		for k, v := range recorded.Request {
			if text, ok := v.(string); ok && k != "command" && k != "response" && k != "id" {
				pairs = append(pairs, k, text)
			}
		}
		command := recorded.Request["command"].(string)
		var real []any
		for _, content := range recorded.Body.(map[string]any) {
			real = content.(map[string]any)[key].([]any)
		}
		always, ever := fieldsOf(real)
		for _, item := range c.list(command, key, pairs...) {
			_, ours := fieldsOf([]any{item})
			for f := range always {
				if _, ok := ours[f]; !ok && !sometimes[f] {
					t.Errorf("%s: %v has no %s", name, item["name"], f)
				}
			}
			for f, kind := range ours {
				if was, ok := ever[f]; !sometimes[f] && (!ok || was != kind) {
					t.Errorf("%s: %s is %s, recorded %q", name, f, kind, was)
				}
			}
		}
	}
}

// sometimes are fields that a thing has in some states only, and the recorded things were in others.
var sometimes = map[string]bool{
	"virtualmachineIds": true, "publicip": true, "publicipid": true, "virtualmachineid": true, "virtualmachinename": true,
	"virtualmachinedisplayname": true, "virtualmachinetype": true, "vmipaddress": true, "parentid": true, "resourcetype": true, "resourcename": true, "resourceid": true,
	"vlan": true, "lastupdated": true, "associatednetworkid": true, "associatednetworkname": true, "broadcasturi": true, "isolationuri": true,
}

// fieldsOf returns the types of the fields that all of some items have, and of those that any has.
func fieldsOf(items []any) (always, ever map[string]string) {
	ever = map[string]string{}
	for i, item := range items {
		fields := map[string]string{}
		for k, v := range item.(map[string]any) {
			fields[k] = kindOf(v)
		}
		if maps.Copy(ever, fields); i == 0 {
			always = maps.Clone(fields)
		}
		maps.DeleteFunc(always, func(k, _ string) bool { _, ok := fields[k]; return !ok })
	}
	return always, ever
}

func kindOf(v any) string {
	switch v.(type) {
	case []any:
		return "list"
	case map[string]any:
		return "object"
	case string:
		return "text"
	case bool:
		return "boolean"
	case float64:
		return "number"
	default:
		return "null"
	}
}
