package simulator_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/trueup/trueup/provider/simulator"
)

// TestNoCallBreaksTheCloud sends every command with parameters that make sense and with ones that do not, mixed at random: each is answered
// in CloudStack's form, the cloud goes on, and its state file shows the same cloud afterwards.
func TestNoCallBreaksTheCloud(t *testing.T) {
	t.Parallel()
	for _, flavour := range []simulator.Flavour{simulator.CloudStack, simulator.Exoscale} {
		t.Run(string(flavour), func(t *testing.T) {
			config := simulator.Config{
				Flavour: flavour, Now: clock(), ExpungeDelay: time.Minute, Reinstall: true, State: filepath.Join(t.TempDir(), "cloud"),
			}
			s := start(t, config)
			admin := as(t, s, s.Admin())
			callers := []caller{as(t, s, s.User()), as(t, s, s.User()), as(t, s, s.Other()), admin}
			apis := admin.list("listApis", "api")
			r := rand.New(rand.NewPCG(5, 6))
			ids := pool{}
			var jobs []string
			done := map[string]int{}
			for i := range 2000 {
				if i%40 == 0 {
					ids.look(callers[0])
				}
				api := apis[r.IntN(len(apis))]
				name := api["name"].(string)
				if name == "disableUser" || name == "updateResourceLimit" {
					continue
				}
				if i%3 == 0 { // much needs machines and networks
					name = []string{"deployVirtualMachine", "createNetwork", "associateIpAddress", "createSecurityGroup"}[r.IntN(4)]
					api = apis[slices.IndexFunc(apis, func(a map[string]any) bool { return a["name"] == name })]
				}
				c := callers[r.IntN(len(callers))]
				a := c.call(name, arguments(r, api, ids)...)
				if a.key == "" || a.status == 200 && a.body == nil {
					t.Fatalf("call %d: %s: %d %.300s", i, name, a.status, a.text)
				}
				if a.status == 200 {
					done[name]++
				}
				if id, ok := a.body["jobid"].(string); ok {
					jobs = append(jobs, id)
				}
				if r.IntN(4) == 0 {
					s.Advance(time.Duration(r.IntN(20)) * time.Second)
				}
			}
			if len(done) < len(apis)/2 { // else it tries nothing
				t.Errorf("only %d of %d commands ever succeeded", len(done), len(apis))
			}
			s.Advance(time.Hour)
			for _, id := range jobs {
				if a := admin.call("queryAsyncJobResult", "jobid", id); a.status == 200 && a.body["jobstatus"] == 0.0 {
					t.Errorf("job %s never ended", id)
				}
			}
			before := everything(callers[0])
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = start(t, config)
			if diff := cmp.Diff(before, everything(as(t, s, s.User()))); diff != "" {
				t.Errorf("reopened (-was +is):\n%s", diff)
			}
		})
	}
}

// A pool holds ids of what there is, by kind.
type pool map[string][]string

func (p pool) look(c caller) {
	p["zone"], p["template"], p["serviceoffering"] = []string{sg1, adv1}, []string{template}, []string{tiny, tiny, tiny, tiny2, huge}
	p["networkoffering"], p["diskoffering"] = []string{isolated}, []string{smallDisk, anyDisk}
	for kind, list := range map[string][2]string{
		"virtualmachine": {"listVirtualMachines", "virtualmachine"}, "securitygroup": {"listSecurityGroups", "securitygroup"},
		"network": {"listNetworks", "network"}, "ipaddress": {"listPublicIpAddresses", "publicipaddress"}, "volume": {"listVolumes", "volume"},
		"affinitygroup": {"listAffinityGroups", "affinitygroup"}, "project": {"listProjects", "project"},
		"portforwarding": {"listPortForwardingRules", "portforwardingrule"}, "firewall": {"listFirewallRules", "firewallrule"},
		"loadbalancer": {"listLoadBalancerRules", "loadbalancerrule"},
	} {
		p[kind] = nil
		for _, x := range c.list(list[0], list[1]) {
			p[kind] = append(p[kind], x["id"].(string))
			nics, _ := x["nic"].([]any)
			for _, n := range nics {
				p["nic"] = append(p["nic"], n.(map[string]any)["id"].(string))
			}
			rules, _ := x["ingressrule"].([]any)
			for _, n := range rules {
				p["rule"] = append(p["rule"], n.(map[string]any)["ruleid"].(string))
			}
		}
	}
}

// id picks an id that fits a parameter of a command, or once in a while any.
func (p pool) id(r *rand.Rand, command, param string) string {
	kind := strings.TrimSuffix(strings.TrimSuffix(param, "s"), "id")
	if kind == "" || kind == "publicip" {
		kind = "ipaddress"
		for _, x := range []struct{ part, kind string }{
			{"virtualmachine", "virtualmachine"}, {"vmaffinity", "virtualmachine"}, {"ingress", "rule"}, {"securitygroup", "securitygroup"},
			{"volume", "volume"}, {"portforward", "portforwarding"}, {"firewall", "firewall"}, {"loadbalancer", "loadbalancer"}, {"affinity", "affinitygroup"},
			{"project", "project"}, {"ipfromnic", "nic"}, {"network", "network"},
		} {
			if strings.Contains(strings.ToLower(command), x.part) && param != "publicipid" {
				kind = x.kind
				break
			}
		}
	}
	if r.IntN(15) == 0 {
		kind = slices.Sorted(maps.Keys(p))[r.IntN(len(p))]
	}
	if list := p[kind]; len(list) > 0 {
		return list[r.IntN(len(list))]
	}
	return nothing
}

// arguments picks values for some of a command's parameters; for those that are required more often.
func arguments(r *rand.Rand, api map[string]any, ids pool) []string {
	command := api["name"].(string)
	names := []string{"web", "db", "WEB", "m1", "m2", "m3", "m4", "a b", "", "x", "default", "*"}
	var out []string
	for _, p := range api["params"].([]any) {
		p := p.(map[string]any)
		name := p["name"].(string)
		if chance := r.Float64(); p["required"] == true && chance < 0.05 || p["required"] != true && chance < 0.65 {
			continue
		}
		value := names[r.IntN(len(names))]
		switch p["type"] {
		case "uuid":
			value = ids.id(r, command, name)
		case "list":
			value = ids.id(r, command, name) + "," + ids.id(r, command, name)
			switch name {
			case "details":
				value = "nics,secgrp"
			case "cidrlist":
				value = []string{"10.0.0.0/8", "::/0,10.1.2.3/8", "10.0.0.0/99", ""}[r.IntN(4)]
			}
		case "integer", "long":
			value = fmt.Sprint([]int{-1, 0, 1, 2, 22, 80, 443, 70000}[r.IntN(8)])
		case "boolean":
			value = fmt.Sprint(r.IntN(2) == 0)
		case "map":
			key := name + "[0]."
			out = append(out, key+"key", names[r.IntN(3)], key+"value", "v", key+"account", "plain", key+"group", names[r.IntN(3)])
			continue
		}
		switch name {
		case "protocol":
			value = []string{"tcp", "udp", "icmp", "all", "47", "1", "gre", "bogus"}[r.IntN(8)]
		case "templatefilter":
			value = "executable"
		case "resourcetype":
			value = []string{"UserVm", "SecurityGroup", "Network", "Volume", "PublicIpAddress", "VirtualMachine", "0"}[r.IntN(7)]
		case "type":
			value = "host anti-affinity"
		case "algorithm":
			value = "roundrobin"
		case "publickey":
			value = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X"
		case "userdata":
			value = "YQ=="
		case "startvm":
			value = fmt.Sprint(r.IntN(4) > 0)
		case "listall":
			value = "false"
		case "resourceids":
			value = ids.id(r, command, []string{"virtualmachineid", "securitygroupid", "volumeid", "networkid", "ipaddressid"}[r.IntN(5)])
		case "account", "projectid", "customid", "ipaddress", "details", "properties", "affinitygroupids", "affinitygroupnames", "keypair", "keypairs",
			"networkids", "iptonetworklist", "securitygroupnames", "domainid", "vpcid", "gateway":
			if r.IntN(10) > 0 {
				continue
			}
		}
		out = append(out, name, value)
	}
	return out
}

func FuzzQuery(f *testing.F) {
	f.Add("command=listZones&response=json")
	f.Add("command=listZones&signatureVersion=3&expires=%zz&apikey=")
	f.Add("a[0].b=c&a[=x&%00=%ff&&=&")
	s := start(f, simulator.Config{Now: clock()})
	f.Fuzz(func(t *testing.T, query string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/client/api", RawQuery: query}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code == http.StatusOK {
			t.Errorf("an unsigned call was done: %s", w.Body)
		}
	})
}
