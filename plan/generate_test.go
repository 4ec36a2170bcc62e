package plan_test

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// generate draws a stack over a few fixed names, so that two of them overlap.
func generate(t *rapid.T, label string) *spec.Stack {
	pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label+" "+what) }
	chance := func(what string) bool { return rapid.IntRange(0, 2).Draw(t, label+" "+what) > 0 }
	var resources []spec.Resource
	have := map[string][]string{}
	add := func(kind, name string, fields provider.Fields) *spec.Resource {
		for field, value := range fields {
			if value == nil {
				delete(fields, field)
			}
		}
		have[kind] = append(have[kind], name)
		resources = append(resources, resource(kind, name, fields))
		return &resources[len(resources)-1]
	}
	some := func(kind, what string) provider.Value {
		if len(have[kind]) == 0 || !chance(what+" declared") {
			return nil
		}
		return links(kind, rapid.SliceOfNDistinct(rapid.SampledFrom(have[kind]), 0, 2, rapid.ID).Draw(t, label+" "+what)...)
	}

	for _, name := range []string{"a", "b", "c"} {
		if chance("group " + name) {
			have["securityGroup"] = append(have["securityGroup"], name)
		}
	}
	groups := have["securityGroup"]
	have["securityGroup"] = nil
	for _, name := range groups {
		fields := provider.Fields{"exclusive": rapid.Bool().Draw(t, label+" exclusive "+name)}
		if chance("rules of " + name) {
			rules := []provider.Rule{}
			for _, source := range rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{"10.0.0.0/8", "::/0", "0.0.0.0/0"}, groups...)), 0, 4, rapid.ID).Draw(t, label+" sources of "+name) {
				port := rapid.IntRange(80, 81).Draw(t, label+" port")
				if strings.ContainsAny(source, "./") {
					rules = append(rules, cidr("tcp", port, source))
				} else {
					rules = append(rules, fromGroup("tcp", port, source))
				}
			}
			fields["ingress"] = rules
		}
		add("securityGroup", name, fields)
	}
	for _, name := range []string{"k", "l"} {
		if chance("key " + name) {
			add("sshKey", name, provider.Fields{"publicKey": blob(name + pick("content of "+name, "1", "2"))})
		}
	}
	for _, name := range []string{"x", "y"} {
		if chance("affinity " + name) {
			add("affinityGroup", name, provider.Fields{"type": pick("type of "+name, "anti", "pro")})
		}
	}
	for _, name := range []string{"n", "m"} {
		if chance("network " + name) {
			add("network", name, provider.Fields{"offering": named(pick("offering of "+name, "O1", "O2")), "displayText": pick("text of "+name, "T1", "T2"),
				"onChange": map[string]string{"offering": "replace"}})
		}
	}
	unavailable := int64(rapid.IntRange(1, 4).Draw(t, label+" maxUnavailable"))
	for i := 1; i <= 4; i++ {
		name := fmt.Sprintf("v-%d", i)
		if !chance(name) {
			continue
		}
		r := add("vm", name, provider.Fields{
			"offering": named(pick("offering of "+name, "S", "M")), "template": named(pick("template of "+name, "T1", "T2")),
			"rootDisk": 20 * provider.GiB, "displayName": pick("displayName of "+name, "A", "B"),
			"securityGroups": some("securityGroup", "groups of "+name), "affinityGroups": some("affinityGroup", "affinity of "+name),
			"sshKeys": some("sshKey", "keys of "+name), "networks": some("network", "networks of "+name),
			"userData": blob(pick("data of "+name, "1", "2")), "power": pick("power of "+name, "running", "running", "stopped", "any"),
			"tags": map[string]string{"a": pick("tag of "+name, "1", "2")},
			"onChange": map[string]string{
				"template": pick("template rule of "+name, "replace", "reinstall"), "networks": "replace",
				"userData": pick("data rule of "+name, "update", "restart", "reinstall", "replace"),
			},
			"update": provider.Fields{"maxUnavailable": unavailable, "pause": provider.Duration(time.Minute)},
		})
		if chance("ready " + name) {
			r.Fields["ready"] = provider.Fields{"tcp": int64(22)}
		}
		r.Block = "v"
	}
	for _, name := range []string{"d", "h"} {
		if chance("disk " + name) {
			add("volume", name, provider.Fields{
				"size": provider.Size(rapid.IntRange(1, 3).Draw(t, label+" size of "+name)) * provider.GiB, "attach": some("vm", "machine of "+name),
				"onDelete": pick("end of "+name, "keep", "delete"), "onChange": map[string]string{"size": pick("size rule of "+name, "shrink", "replace")},
			})
		}
	}
	for _, name := range []string{"e", "f"} {
		if chance("address " + name) {
			fields := provider.Fields{"attach": some("vm", "machines of "+name), "onChange": map[string]string{"network": "replace"}}
			if len(have["network"]) > 0 {
				fields["network"] = provider.Ref{Kind: "network", Name: pick("network of "+name, have["network"]...)}
			}
			add("elasticIP", name, fields)
		}
	}
	return stackOf("s", resources...)
}

// meddle lets somebody change the cloud by hand.
func meddle(t *rapid.T, w *world, label string) {
	for _, id := range sortedKeys(w.lives) {
		l := w.lives[id]
		if l.Kind != "vm" || l.Name == "foreign" {
			continue
		}
		switch rapid.IntRange(0, 9).Draw(t, label+" "+l.Name) {
		case 0:
			l.Fields["power"], l.Broken = "stopped", ""
		case 1:
			l.Fields["power"], l.Broken = "running", ""
		case 2:
			l.Fields["power"], l.Broken = "error", "its deployment failed"
		case 3:
			l.Fields["displayName"] = "by hand"
		case 4:
			l.Fields["offering"] = provider.Named{Name: "L", ID: "id of L"}
		case 5:
			delete(l.Tags, provider.TagSpec)
		case 6:
			w.notes[provider.NoteKey(provider.TagOutage, provider.Address{Kind: "vm", Name: l.Name})] = "run1"
		}
	}
}
