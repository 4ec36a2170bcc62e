package spec

import (
	"fmt"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
)

// testKinds are tables like those of the real kinds, small.
func testKinds() provider.Kinds {
	protect := provider.Field{Name: "protect", Type: provider.Boolean, Setting: true}
	tags := provider.Field{Name: "tags", Type: provider.Map}
	onChange := provider.Field{Name: "onChange", Type: provider.Map, Setting: true}
	return provider.Kinds{
		{
			Name: "securityGroup", Plural: "securityGroups",
			Fields: []provider.Field{
				{Name: "description", Type: provider.Text},
				{Name: "ingress", Type: provider.Rules, Direction: "ingress", Kind: "securityGroup"},
				{Name: "egress", Type: provider.Rules, Direction: "egress", Kind: "securityGroup"},
				{Name: "exclusive", Type: provider.Boolean, Setting: true, Default: true},
				tags, protect,
			},
			CheckName: func(name string) string {
				if strings.EqualFold(name, "default") {
					return "every account has a group of that name"
				}
				return ""
			},
		},
		{
			Name: "sshKey", Plural: "sshKeys",
			Fields: []provider.Field{
				{Name: "publicKey", Type: provider.Content, Required: true, Sum: testSum},
				protect,
			},
		},
		{
			Name: "affinityGroup", Plural: "affinityGroups",
			Fields: []provider.Field{
				{Name: "type", Type: provider.Text, Enum: []string{"host affinity", "host anti-affinity"}, Required: true},
				protect,
			},
		},
		{
			Name: "network", Plural: "networks", Zoned: true,
			Fields: []provider.Field{
				{Name: "zone", Type: provider.Choice, Catalogue: "zone", Required: true},
				{Name: "offering", Type: provider.Choice, Catalogue: "networkOffering", Required: true},
				{Name: "displayText", Type: provider.Text},
				{Name: "firewall", Type: provider.Rules, Direction: "egress", IPv4: true, Whole: true},
				tags, protect,
			},
		},
		{
			Name: "vm", Plural: "vms", Zoned: true,
			Fields: []provider.Field{
				{Name: "zone", Type: provider.Choice, Catalogue: "zone", Required: true},
				{Name: "template", Type: provider.Choice, Catalogue: "template", Required: true},
				{Name: "offering", Type: provider.Choice, Catalogue: "serviceOffering", Required: true},
				{Name: "displayName", Type: provider.Text},
				{Name: "rootDisk", Type: provider.Bytes},
				{Name: "cores", Type: provider.Integer, Min: 1, Max: 64},
				{Name: "securityGroups", Type: provider.Links, Kind: "securityGroup"},
				{Name: "affinityGroups", Type: provider.Links, Kind: "affinityGroup"},
				{Name: "networks", Type: provider.Links, Kind: "network"},
				{Name: "sshKeys", Type: provider.Links, Kind: "sshKey"},
				{Name: "userData", Type: provider.Content, Secret: true, Modes: []string{"ignore", "update", "restart", "reinstall", "replace"}},
				{Name: "power", Type: provider.Text, Enum: []string{"running", "stopped", "any"}, Default: "running"},
				{Name: "password", Type: provider.Text, Enum: []string{"long", "longer"}, Secret: true},
				{Name: "update", Type: provider.Object, Setting: true, Fields: []provider.Field{
					{Name: "maxUnavailable", Type: provider.Integer, Min: 1, Max: 1000},
					{Name: "order", Type: provider.Links, Kind: "vm", Setting: true},
					{Name: "pause", Type: provider.Span, Setting: true},
				}},
				{Name: "ready", Type: provider.Object, Setting: true, Fields: []provider.Field{
					{Name: "tcp", Type: provider.Integer, Min: 1, Max: 65535, Required: true},
					{Name: "timeout", Type: provider.Span, Default: provider.Duration(5 * time.Minute)},
				}},
				{Name: "details", Type: provider.Map, Subset: true},
				{Name: "disks", Type: provider.Nested, Kind: "volume", Via: "attach", Setting: true},
				tags, protect, onChange,
			},
			CheckName: func(name string) string {
				if len(name) > 63 || strings.ContainsAny(name, "_ .") {
					return "a machine's name has 1 to 63 letters, digits and hyphens"
				}
				return ""
			},
			Check: func(f provider.Fields) []provider.FieldError {
				var errs []provider.FieldError
				if !provider.Empty(f["networks"]) && !provider.Empty(f["securityGroups"]) {
					errs = append(errs, provider.FieldError{Field: "networks", Text: "a machine has either security groups or networks"})
				}
				modes, _ := f["onChange"].(map[string]string)
				if modes["template"] == "restart" {
					errs = append(errs, provider.FieldError{Field: "onChange.template", Text: "a template changes by reinstall or replace"})
				}
				return errs
			},
		},
		{
			Name: "volume", Plural: "volumes", Zoned: true,
			Fields: []provider.Field{
				{Name: "zone", Type: provider.Choice, Catalogue: "zone", Required: true, Inherit: "attach.zone"},
				{Name: "offering", Type: provider.Choice, Catalogue: "diskOffering", Required: true},
				{Name: "size", Type: provider.Bytes},
				{Name: "attach", Type: provider.Links, Kind: "vm"},
				tags, protect,
			},
		},
		{
			Name: "elasticIP", Plural: "elasticIPs", Zoned: true,
			Fields: []provider.Field{
				{Name: "zone", Type: provider.Choice, Catalogue: "zone", Required: true, Inherit: "attach.zone"},
				{Name: "network", Type: provider.Link, Kind: "network", Inherit: "attach.networks", Required: true},
				{Name: "attach", Type: provider.Links, Kind: "vm", Within: "network"},
				tags, protect,
			},
		},
		{
			Name: "loadBalancer", Plural: "loadBalancers",
			Fields: []provider.Field{
				{Name: "address", Type: provider.Link, Kind: "elasticIP", Required: true},
				{Name: "members", Type: provider.Links, Kind: "vm", Members: true, Within: "address.network"},
				{Name: "from", Type: provider.CIDRs},
			},
		},
	}
}

// testSum stands for a fingerprint.
func testSum(content []byte) (string, error) {
	key, ok := strings.CutPrefix(strings.TrimSpace(string(content)), "ssh-")
	if !ok {
		return "", fmt.Errorf("this is no public SSH key")
	}
	return "key of " + key, nil
}
