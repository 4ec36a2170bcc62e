package plan_test

import (
	"github.com/trueup/trueup/provider"
)

// kinds is a table in the image of the real ones: groups that name each other in
// rules, machines with outages, addresses that are nameless and wait, keys and
// affinity groups that can't be tagged, networks that can't be left, disks that
// last.
func kinds() provider.Kinds {
	tags := provider.Field{Name: "tags", Code: "ta", Type: provider.Map, Tags: true, Add: "tag", Remove: "untag"}
	protect := provider.Field{Name: "protect", Code: "pr", Type: provider.Boolean, Setting: true}
	onChange := provider.Field{Name: "onChange", Code: "oc", Type: provider.Map, Setting: true}
	zone := provider.Field{Name: "zone", Code: "zo", Type: provider.Choice, Catalogue: "zone", Change: provider.Refuse}
	tag, untag := provider.Operation{Name: "tag", Command: "createTags"}, provider.Operation{Name: "untag", Command: "deleteTags"}
	return provider.Kinds{
		{
			Name: "securityGroup", Plural: "securityGroups", TagType: "SecurityGroup", UniqueName: true,
			Fields: []provider.Field{
				{Name: "description", Code: "de", Type: provider.Text, Change: provider.Fixed},
				{Name: "ingress", Code: "in", Type: provider.Rules, Direction: "ingress", Kind: "securityGroup", Add: "authorizeIngress", Remove: "revokeIngress", AddFirst: true},
				{Name: "egress", Code: "eg", Type: provider.Rules, Direction: "egress", Kind: "securityGroup", Add: "authorizeEgress", Remove: "revokeEgress", AddFirst: true},
				{Name: "exclusive", Code: "ex", Type: provider.Boolean, Setting: true},
				tags, protect,
			},
			Operations: []provider.Operation{
				{Name: "create", Command: "createSecurityGroup"},
				{Name: "authorizeIngress", Command: "authorizeSecurityGroupIngress", Serial: true},
				{Name: "authorizeEgress", Command: "authorizeSecurityGroupEgress", Serial: true},
				{Name: "revokeIngress", Command: "revokeSecurityGroupIngress", Serial: true},
				{Name: "revokeEgress", Command: "revokeSecurityGroupEgress", Serial: true},
				tag, untag,
				{Name: "delete", Command: "deleteSecurityGroup"},
			},
			Creation: []string{"create"}, Deletion: []string{"delete"},
		},
		{
			Name: "sshKey", Plural: "sshKeys", UniqueName: true,
			Fields: []provider.Field{
				{Name: "publicKey", Code: "pk", Type: provider.Content, Once: true, Change: provider.Replace},
				protect,
			},
			Operations: []provider.Operation{
				{Name: "register", Command: "registerSSHKeyPair"},
				{Name: "delete", Command: "deleteSSHKeyPair"},
			},
			Creation: []string{"register"}, Deletion: []string{"delete"},
		},
		{
			Name: "affinityGroup", Plural: "affinityGroups", UniqueName: true,
			Fields: []provider.Field{
				{Name: "type", Code: "ty", Type: provider.Text, Change: provider.Replace},
			},
			Operations: []provider.Operation{
				{Name: "create", Command: "createAffinityGroup"},
				{Name: "delete", Command: "deleteAffinityGroup"},
			},
			Creation: []string{"create"}, Deletion: []string{"delete"},
		},
		{
			Name: "network", Plural: "networks", TagType: "Network", Zoned: true, Limit: "network",
			Fields: []provider.Field{
				zone,
				{Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "networkOffering", Change: provider.Refuse},
				{Name: "displayText", Code: "dt", Type: provider.Text, Set: "update"},
				onChange,
			},
			Operations: []provider.Operation{
				{Name: "create", Command: "createNetwork"},
				{Name: "update", Command: "updateNetwork"},
				{Name: "delete", Command: "deleteNetwork"},
			},
			Creation: []string{"create"}, Deletion: []string{"delete"},
		},
		{
			Name: "vm", Plural: "vms", TagType: "UserVm", Zoned: true, Limit: "user_vm",
			Fields: []provider.Field{
				zone,
				{Name: "offering", Code: "of", Type: provider.Choice, Catalogue: "serviceOffering", Set: "scale"},
				{Name: "template", Code: "te", Type: provider.Choice, Catalogue: "template", Change: provider.Refuse, Modes: []string{"reinstall", "replace"}},
				{Name: "rootDisk", Code: "rd", Type: provider.Bytes, Set: "growRoot", Change: provider.GrowOnly},
				{Name: "displayName", Code: "dn", Type: provider.Text, Set: "setDisplayName"},
				{Name: "securityGroups", Code: "sg", Type: provider.Links, Kind: "securityGroup", Set: "setGroups"},
				{Name: "networks", Code: "ne", Type: provider.Links, Kind: "network", Change: provider.Refuse},
				{Name: "affinityGroups", Code: "ag", Type: provider.Links, Kind: "affinityGroup", Set: "setAffinity"},
				{Name: "sshKeys", Code: "sk", Type: provider.Links, Kind: "sshKey", Set: "setKeys", Loose: true},
				{Name: "userData", Code: "ud", Type: provider.Content, Secret: true, Set: "setUserData",
					Modes: []string{"ignore", "update", "restart", "reinstall", "replace"}},
				{Name: "power", Code: "po", Type: provider.Text},
				{Name: "disks", Code: "di", Type: provider.Nested, Kind: "volume", Via: "attach", Setting: true, Loose: true, Remove: "detachDisk"},
				{Name: "details", Code: "dl", Type: provider.Map, Subset: true, Change: provider.Refuse},
				tags, protect, onChange,
				{Name: "update", Code: "up", Type: provider.Object, Setting: true},
				{Name: "ready", Code: "re", Type: provider.Object, Setting: true},
			},
			Operations: []provider.Operation{
				{Name: "deploy", Command: "deployVirtualMachine"},
				{Name: "start", Command: "startVirtualMachine"},
				{Name: "stop", Command: "stopVirtualMachine"},
				{Name: "ready"},
				{Name: "scale", Command: "scaleVirtualMachine", Stopped: true},
				{Name: "reinstall", Command: "restoreVirtualMachine"},
				{Name: "growRoot", Command: "resizeVolume"},
				{Name: "setDisplayName", Command: "updateVirtualMachine"},
				{Name: "setUserData", Command: "updateVirtualMachine"},
				{Name: "setGroups", Command: "updateVirtualMachine", Stopped: true},
				{Name: "setAffinity", Command: "updateVMAffinityGroup", Stopped: true},
				{Name: "setKeys", Command: "resetSSHKeyForVirtualMachine", Stopped: true},
				tag, untag,
				{Name: "leaveGroups", Command: "updateVirtualMachine", Stopped: true, If: "securityGroups", Frees: []string{"securityGroups"}},
				{Name: "rename", Command: "updateVirtualMachine"},
				{Name: "detachDisk", Command: "detachVolume"},
				{Name: "destroy", Command: "destroyVirtualMachine"},
			},
			Creation: []string{"deploy"}, Deletion: []string{"stop", "leaveGroups", "rename", "destroy"}, Commit: "rename",
			BrokenDeletion: []string{"destroy"}, Start: "start", Stop: "stop", Ready: "ready",
		},
		{
			Name: "volume", Plural: "volumes", TagType: "Volume", Zoned: true, Limit: "volume", Lasting: true,
			Fields: []provider.Field{
				zone,
				{Name: "size", Code: "si", Type: provider.Bytes, Set: "grow", Change: provider.GrowOnly, Modes: []string{"shrink", "replace"}, Holds: "data"},
				{Name: "attach", Code: "at", Type: provider.Links, Kind: "vm", Add: "attach", Remove: "detach"},
				{Name: "onDelete", Code: "od", Type: provider.Text, Setting: true},
				tags, protect, onChange,
			},
			Operations: []provider.Operation{
				{Name: "create", Command: "createVolume"},
				{Name: "fit", Command: "resizeVolume", If: "size"},
				{Name: "attach", Command: "attachVolume", Serial: true, Steady: true},
				{Name: "detach", Command: "detachVolume", Serial: true, Steady: true, If: "attach", Frees: []string{"attach"}},
				{Name: "grow", Command: "resizeVolume", Steady: true},
				{Name: "shrink", Command: "resizeVolume", Steady: true},
				tag, untag,
				{Name: "delete", Command: "deleteVolume"},
			},
			Creation: []string{"create", "fit"}, Deletion: []string{"detach", "delete"},
		},
		{
			Name: "elasticIP", Plural: "elasticIPs", TagType: "PublicIpAddress", NoteID: true, Nameless: true, Zoned: true,
			Limit: "public_ip", After: []string{"network"}, Attach: "attach",
			Fields: []provider.Field{
				zone,
				{Name: "network", Code: "ne", Type: provider.Link, Kind: "network", Change: provider.Refuse},
				{Name: "attach", Code: "at", Type: provider.Links, Kind: "vm", Within: "network", Add: "attach", Remove: "detach"},
				{Name: "firewall", Code: "fw", Type: provider.Rules, Direction: "ingress", Whole: true, Add: "open", Remove: "close"},
				{Name: "exclusive", Code: "ex", Type: provider.Boolean, Setting: true},
				tags, protect, onChange,
			},
			Operations: []provider.Operation{
				{Name: "associate", Command: "associateIpAddress"},
				{Name: "open", Command: "createFirewallRule", Serial: true},
				{Name: "close", Command: "deleteFirewallRule", Serial: true},
				{Name: "attach", Command: "enableStaticNat", Serial: true},
				{Name: "detach", Command: "disableStaticNat", Serial: true, Frees: []string{"attach"}},
				tag, untag,
				{Name: "release", Command: "disassociateIpAddress", Frees: []string{"attach", "network"}},
			},
			Creation: []string{"associate"}, Deletion: []string{"release"},
			CheckCloud: func(f provider.Fields, c provider.Capabilities) []provider.FieldError {
				if machines, _ := f["attach"].([]provider.Ref); len(machines) > 1 && !c.SharedAddress {
					return []provider.FieldError{{Field: "attach", Text: "one machine only"}}
				}
				return nil
			},
		},
		{
			Name: "loadBalancer", Plural: "loadBalancers", TagType: "LoadBalancer",
			Fields: []provider.Field{
				{Name: "address", Code: "ar", Type: provider.Link, Kind: "elasticIP", Change: provider.Replace, Occupies: "attach"},
				{Name: "members", Code: "me", Type: provider.Links, Kind: "vm", Members: true, Add: "assign", Remove: "remove"},
				{Name: "from", Code: "fr", Type: provider.CIDRs, Set: "update"},
				tags, protect, onChange,
			},
			Operations: []provider.Operation{
				{Name: "create", Command: "createLoadBalancerRule"},
				{Name: "update", Command: "updateLoadBalancerRule"},
				{Name: "assign", Command: "assignToLoadBalancerRule", Serial: true},
				{Name: "remove", Command: "removeFromLoadBalancerRule", Serial: true},
				tag, untag,
				{Name: "delete", Command: "deleteLoadBalancerRule"},
			},
			Creation: []string{"create"}, Deletion: []string{"delete"},
		},
	}
}
