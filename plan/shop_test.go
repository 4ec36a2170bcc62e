package plan_test

import (
	"fmt"
	"net/netip"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

func resource(kind, name string, fields provider.Fields) spec.Resource {
	return spec.Resource{Address: provider.Address{Kind: kind, Name: name}, Fields: fields}
}

func links(kind string, names ...string) []provider.Ref {
	refs := []provider.Ref{}
	for _, name := range names {
		refs = append(refs, provider.Ref{Kind: kind, Name: name})
	}
	return refs
}

func cidr(protocol string, port int, source string) provider.Rule {
	return provider.Rule{Protocol: protocol, From: port, To: port, CIDR: netip.MustParsePrefix(source)}
}

func fromGroup(protocol string, port int, group string) provider.Rule {
	return provider.Rule{Protocol: protocol, From: port, To: port, Group: provider.Ref{Kind: "securityGroup", Name: group}}
}

func named(name string) provider.Named { return provider.Named{Name: name} }

func blob(text string) provider.Blob { return provider.Blob{Sum: "sum of " + text, Data: []byte(text)} }

// shop is a stack with something of everything: change edits its resources, by
// address, before they are made into it.
func shop(change ...func(map[string]provider.Fields)) *spec.Stack {
	all := map[string]provider.Fields{
		"securityGroup/web": {
			"description": "Public web traffic",
			"ingress":     []provider.Rule{cidr("tcp", 80, "0.0.0.0/0"), cidr("tcp", 80, "::/0"), fromGroup("tcp", 8080, "lb")},
			"egress":      []provider.Rule{cidr("udp", 53, "0.0.0.0/0")},
		},
		"securityGroup/lb":    {"ingress": []provider.Rule{fromGroup("tcp", 9000, "web"), fromGroup("tcp", 9001, "lb")}},
		"sshKey/ops":          {"publicKey": blob("key")},
		"affinityGroup/apart": {"type": "host anti-affinity"},
		"network/back":        {"zone": named("adv1"), "offering": named("Isolated"), "displayText": "Back"},
		"vm/edge":             {"zone": named("adv1"), "offering": named("Small"), "template": named("CentOS"), "networks": links("network", "back"), "power": "running"},
		"elasticIP/front":     {"zone": named("adv1"), "network": provider.Ref{Kind: "network", Name: "back"}, "attach": links("vm", "edge"), "tags": map[string]string{"team": "web"}},
	}
	for i := 1; i <= 3; i++ {
		all[fmt.Sprintf("vm/web-%d", i)] = provider.Fields{
			"zone": named("sg1"), "offering": named("Small"), "template": named("CentOS"), "rootDisk": 20 * provider.GiB,
			"displayName": fmt.Sprintf("Web %d", i), "securityGroups": links("securityGroup", "web"), "affinityGroups": links("affinityGroup", "apart"),
			"sshKeys": links("sshKey", "ops"), "userData": blob("#cloud-config"), "power": "running", "tags": map[string]string{"team": "web"},
			"update": provider.Fields{"maxUnavailable": int64(1)},
		}
	}
	for _, f := range change {
		f(all)
	}
	var resources []spec.Resource
	for _, key := range sortedKeys(all) {
		var a provider.Address
		if err := a.UnmarshalText([]byte(key)); err != nil {
			panic(err)
		}
		r := spec.Resource{Address: a, Fields: all[key]}
		if a.Kind == "vm" && len(a.Name) > 4 && a.Name[:4] == "web-" {
			r.Block = "web"
			r.Templates = map[string]string{"displayName": "Web ${index}"}
		}
		resources = append(resources, r)
	}
	return stackOf("shop", resources...)
}

// with returns a change of the shop that sets one field; a nil value removes it.
func with(address, field string, value provider.Value) func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		if value == nil {
			delete(all[address], field)
			return
		}
		all[address][field] = value
	}
}

// without returns a change of the shop that removes resources.
func without(addresses ...string) func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		for _, a := range addresses {
			delete(all, a)
		}
	}
}

// disk returns a change of the shop that gives web-1 a disk.
func disk() func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		all["volume/data"] = provider.Fields{"zone": named("sg1"), "size": 10 * provider.GiB, "attach": links("vm", "web-1"), "onDelete": "keep"}
	}
}

func ports(protocol string, from, to int, source string) provider.Rule {
	r := cidr(protocol, from, source)
	r.To = to
	return r
}

// firewall returns a change of the shop that opens its address.
func firewall(rules ...provider.Rule) func(map[string]provider.Fields) {
	return with("elasticIP/front", "firewall", rules)
}

// balancer returns a change of the shop that spreads its address over machines.
func balancer(members ...string) func(map[string]provider.Fields) {
	return func(all map[string]provider.Fields) {
		all["loadBalancer/web"] = provider.Fields{
			"address": provider.Ref{Kind: "elasticIP", Name: "front"}, "members": links("vm", members...),
			"from": []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		}
	}
}
