package cloudstack_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

type obj = map[string]any

// cloud is a fake server with state, as far as the examples and the proofs of
// groups and addresses need it. Every job ends at its second question.
type cloud struct {
	*fake
	*jobs
	mu       sync.Mutex
	ids      int
	groups   []obj
	machines []obj
	ips      []obj
	exoscale bool // one address on many interfaces
}

// newCloud starts with two zones and nothing else.
func newCloud(t testing.TB) *cloud {
	f := newFake(t)
	c := &cloud{fake: f, jobs: f.withJobs()}
	f.answer("listZones", obj{"count": 2, "zone": []any{
		obj{"id": "zone-1", "name": "ch-gva-2", "networktype": "Basic", "securitygroupsenabled": true},
		obj{"id": "zone-2", "name": "ch-dk-2", "networktype": "Advanced"},
	}})
	c.on("listApis", func(call) reply {
		return ok("listApis", obj{"count": 2, "api": []any{
			obj{"name": "listNetworks", "description": "Lists all available networks.", "isasync": false, "params": []any{
				obj{"name": "zoneid", "type": "uuid", "required": false, "length": 255, "since": "4.2"},
			}, "response": []any{obj{"name": "service", "type": "list", "response": []any{obj{"name": "name", "type": "string"}}}}},
			obj{"name": "deployVirtualMachine", "description": "Creates and starts a machine.", "isasync": true, "params": []any{
				obj{"name": "zoneid", "type": "uuid", "required": true, "length": 255},
			}},
		}})
	})
	c.machinesAPI()
	c.groupsAPI()
	c.addressesAPI()
	return c
}

func (c *cloud) id(prefix string) string {
	c.ids++
	return fmt.Sprintf("%s-%d", prefix, c.ids)
}

// locked answers a command with the state locked.
func (c *cloud) locked(command string, h func(p map[string]string) reply) {
	c.on(command, func(call call) reply {
		c.mu.Lock()
		defer c.mu.Unlock()
		return h(call.params)
	})
}

// async answers with a job that gives the result.
func (c *cloud) async(command, id string, result any) reply {
	status := 1
	if m, ok := result.(obj); ok && m["errorcode"] != nil {
		status = 2
	}
	inside := obj{"jobid": c.add("", 1, status, result)}
	if id != "" {
		inside["id"] = id
	}
	return ok(command, inside)
}

func jobError(code int, text string) obj { return obj{"errorcode": code, "errortext": text} }

func find(all []obj, key, value string) obj {
	for _, o := range all {
		if o[key] == value {
			return o
		}
	}
	return nil
}

// matching answers a list, filtered by parameters that are fields, too.
func matching(command, key string, all []obj, p map[string]string, filters ...string) reply {
	var found []any
	for _, o := range all {
		if !slices.ContainsFunc(filters, func(f string) bool {
			name, field, renamed := strings.Cut(f, "=")
			if !renamed {
				field = name
			}
			return p[name] != "" && fmt.Sprint(o[field]) != p[name]
		}) {
			found = append(found, o)
		}
	}
	return paged(command, key, found, call{params: p})
}

func (c *cloud) machinesAPI() {
	c.locked("deployVirtualMachine", func(p map[string]string) reply {
		id := c.id("vm")
		m := obj{"id": id, "name": p["name"], "zoneid": p["zoneid"], "state": "Running", "hostid": "", "nic": []any{
			obj{"id": "nic-of-" + id, "isdefault": true, "type": "Shared", "networkid": "net-1", "ipaddress": "10.0.0." + strings.TrimPrefix(id, "vm-"), "secondaryip": []any{}},
		}}
		c.machines = append(c.machines, m)
		return c.async("deployVirtualMachine", id, obj{"virtualmachine": m})
	})
	c.locked("listVirtualMachines", func(p map[string]string) reply {
		return matching("listVirtualMachines", "virtualmachine", c.machines, p, "id", "name", "zoneid", "state")
	})
	c.locked("destroyVirtualMachine", func(p map[string]string) reply {
		m := find(c.machines, "id", p["id"])
		c.machines = slices.DeleteFunc(c.machines, func(o obj) bool { return o["id"] == p["id"] })
		return c.async("destroyVirtualMachine", "", obj{"virtualmachine": m})
	})
}

func (c *cloud) groupsAPI() {
	c.locked("createSecurityGroup", func(p map[string]string) reply {
		if find(c.groups, "name", p["name"]) != nil {
			return fail("createSecurityGroup", 431, 4350, "Unable to create security group, a group with name "+p["name"]+" already exists.")
		}
		g := obj{"id": c.id("sg"), "name": p["name"], "description": p["description"], "account": "plain", "ingressrule": []any{}, "egressrule": []any{}}
		c.groups = append(c.groups, g)
		return ok("createSecurityGroup", obj{"securitygroup": g})
	})
	c.locked("listSecurityGroups", func(p map[string]string) reply {
		if p["id"] != "" && find(c.groups, "id", p["id"]) == nil {
			return fail("listSecurityGroups", 431, 9999, "Invalid parameter id value="+p["id"]+" due to incorrect long value format, or entity does not exist")
		}
		return matching("listSecurityGroups", "securitygroup", c.groups, p, "id", "securitygroupname=name")
	})
	c.locked("deleteSecurityGroup", func(p map[string]string) reply {
		g := find(c.groups, "id", p["id"])
		if g == nil {
			g = find(c.groups, "name", p["name"])
		}
		if g == nil {
			return fail("deleteSecurityGroup", 431, 4350, "Unable to find security group by name "+p["name"])
		}
		if g["name"] == "used" {
			return fail("deleteSecurityGroup", 536, 9999, "Cannot delete group when it's in use by virtual machines")
		}
		c.groups = slices.DeleteFunc(c.groups, func(o obj) bool { return o["id"] == g["id"] })
		return ok("deleteSecurityGroup", obj{"success": "true"})
	})
	for direction, list := range map[string]string{"Ingress": "ingressrule", "Egress": "egressrule"} {
		command := "authorizeSecurityGroup" + direction
		c.locked(command, func(p map[string]string) reply { return c.authorize(command, list, p) })
		revoke := "revokeSecurityGroup" + direction
		c.locked(revoke, func(p map[string]string) reply {
			for _, g := range c.groups {
				rules := g[list].([]any)
				if kept := slices.DeleteFunc(slices.Clone(rules), func(r any) bool { return r.(obj)["ruleid"] == p["id"] }); len(kept) < len(rules) {
					g[list] = kept
					return c.async(revoke, "", obj{"success": true})
				}
			}
			return fail(revoke, 431, 9999, "Invalid parameter id value="+p["id"]+" due to incorrect long value format, or entity does not exist")
		})
	}
}

// authorize makes one rule a source and answers with the new ones only.
func (c *cloud) authorize(command, list string, p map[string]string) reply {
	g := find(c.groups, "id", p["securitygroupid"])
	var fresh []any
	for _, cidr := range strings.Split(p["cidrlist"], ",") {
		rule := obj{"protocol": p["protocol"], "startport": p["startport"], "endport": p["endport"], "cidr": cidr, "description": p["description"]}
		known := slices.ContainsFunc(g[list].([]any), func(r any) bool {
			return r.(obj)["cidr"] == cidr && r.(obj)["startport"] == p["startport"]
		})
		if !known {
			rule["ruleid"] = c.id("rule")
			fresh = append(fresh, rule)
		}
	}
	if fresh == nil {
		return c.async(command, "", jobError(530, "Failed to authorize security group ingress rule(s)"))
	}
	g[list] = append(g[list].([]any), fresh...)
	return c.async(command, "", obj{"securitygroup": obj{"id": g["id"], "name": g["name"], list: fresh}})
}

func (c *cloud) addressesAPI() {
	c.locked("associateIpAddress", func(p map[string]string) reply {
		id := c.id("ip")
		a := obj{"id": id, "ipaddress": "192.0.2." + strings.TrimPrefix(id, "ip-"), "zoneid": p["zoneid"], "associatednetworkid": p["networkid"], "state": "Allocated", "iselastic": c.exoscale}
		c.ips = append(c.ips, a)
		allocating := obj{"id": id, "ipaddress": a["ipaddress"], "state": "Allocating"}
		return c.async("associateIpAddress", id, obj{"ipaddress": allocating})
	})
	c.locked("disassociateIpAddress", func(p map[string]string) reply {
		c.ips = slices.DeleteFunc(c.ips, func(o obj) bool { return o["id"] == p["id"] })
		return c.async("disassociateIpAddress", "", obj{"success": true})
	})
	c.locked("listPublicIpAddresses", func(p map[string]string) reply {
		return matching("listPublicIpAddresses", "publicipaddress", c.ips, p, "id", "zoneid", "ipaddress", "iselastic")
	})
	c.locked("addIpToNic", func(p map[string]string) reply {
		for _, m := range c.machines {
			nic := m["nic"].([]any)[0].(obj)
			if nic["id"] == p["nicid"] {
				second := obj{"id": c.id("second"), "ipaddress": p["ipaddress"], "nicid": p["nicid"]}
				nic["secondaryip"] = append(nic["secondaryip"].([]any), second)
				return reply{body: obj{"addiptovmnicresponse": obj{"id": second["id"], "jobid": c.add("", 1, 1, obj{"nicsecondaryip": second})}}}
			}
		}
		return fail("addIpToNic", 431, 9999, "entity does not exist")
	})
	c.locked("removeIpFromNic", func(p map[string]string) reply {
		for _, m := range c.machines {
			nic := m["nic"].([]any)[0].(obj)
			nic["secondaryip"] = slices.DeleteFunc(nic["secondaryip"].([]any), func(s any) bool { return s.(obj)["id"] == p["id"] })
		}
		return c.async("removeIpFromNic", "", obj{"success": true})
	})
	c.locked("enableStaticNat", func(p map[string]string) reply {
		a := find(c.ips, "id", p["ipaddressid"])
		a["virtualmachineid"], a["isstaticnat"] = p["virtualmachineid"], true
		return ok("enableStaticNat", obj{"success": true})
	})
	c.locked("disableStaticNat", func(p map[string]string) reply {
		a := find(c.ips, "id", p["ipaddressid"])
		delete(a, "virtualmachineid")
		a["isstaticnat"] = false
		return c.async("disableStaticNat", "", obj{"success": true})
	})
}

// exampleTB is a testing.TB for examples, which have none.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()           {}
func (exampleTB) Cleanup(func())    {}
func (exampleTB) Fatal(args ...any) { panic(fmt.Sprint(args...)) }
