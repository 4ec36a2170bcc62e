package render

import (
	"net/netip"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

func addr(kind, name string) provider.Address { return provider.Address{Kind: kind, Name: name} }

func rule(protocol string, from, to int, cidr string) provider.Rule {
	return provider.Rule{Protocol: protocol, From: from, To: to, CIDR: netip.MustParsePrefix(cidr)}
}

func set(name string, v provider.Value) plan.FieldChange {
	return plan.FieldChange{Name: name, New: v, Cause: plan.Pending}
}

// machine is the creation of one member of a count.
func machine(name string) plan.Change {
	return plan.Change{
		Address: addr("vm", name), Action: plan.Create, Impact: plan.None, Cause: plan.Pending,
		Fields: []plan.FieldChange{
			set("displayName", "Web"),
			set("template", provider.Named{Name: "CentOS 5.6 (64-bit) no GUI (Simulator)"}),
			set("offering", provider.Named{Name: "Medium Instance"}),
			set("rootDisk", 20*provider.GiB),
			set("securityGroups", []provider.Ref{{Kind: "securityGroup", Name: "web"}, {Kind: "securityGroup", Live: "default"}}),
			set("userData", provider.Blob{Sum: "9f86d081884c7d65", Data: []byte("password: hunter2")}),
		},
	}
}

// named is a machine with another display name.
func named(c plan.Change, name string) plan.Change {
	c.Fields[0].New = name
	return c
}

// everything is a plan with every action, impact and sort of field.
func everything() *plan.Plan {
	return &plan.Plan{
		Stack: "shop",
		Changes: []plan.Change{
			{
				Address: addr("elasticIP", "front"), ID: "a1", Action: plan.Update, Impact: plan.None, Cause: plan.Pending,
				Fields: []plan.FieldChange{{
					Name: "attach", Cause: plan.Pending,
					Old: []provider.Ref{{Kind: "vm", Name: "edge"}},
					New: []provider.Ref{{Kind: "vm", Name: "edge-2"}},
				}},
			},
			{
				Address: addr("securityGroup", "web"), ID: "g1", Action: plan.Update, Impact: plan.None, Cause: plan.Drift,
				Fields: []plan.FieldChange{
					{
						Name: "ingress", Cause: plan.Drift,
						Old: []provider.Rule{rule("tcp", 22, 22, "0.0.0.0/0")},
						New: []provider.Rule{
							rule("tcp", 443, 443, "0.0.0.0/0"), rule("tcp", 443, 443, "::/0"),
							{Protocol: "icmp", From: 8, To: 0, Group: provider.Ref{Kind: "securityGroup", Name: "lb"}},
						},
					},
					{
						Name: "tags", Cause: plan.Drift,
						Old: map[string]string{"team": "web"}, New: map[string]string{"team": "ops"},
					},
				},
			},
			{
				Address: addr("sshKey", "ops"), ID: "k1", Action: plan.Recreate, Impact: plan.ReplaceAll, Cause: plan.Both,
				Fields: []plan.FieldChange{{Name: "publicKey", Old: "ssh-ed25519 AAAA old", New: "ssh-ed25519 AAAA new", Cause: plan.Both}},
			},
			{
				Address: addr("vm", "db-1"), ID: "m1", Action: plan.Update, Impact: plan.Restart, Cause: plan.Unknown, Reason: "needs a stop",
				Fields: []plan.FieldChange{
					{Name: "offering", Old: provider.Named{Name: "Small Instance"}, New: provider.Named{Name: "Medium Instance"}, Cause: plan.Unknown},
					{Name: "displayName", Old: "", New: "DB\x1b[31m\nred", Cause: plan.Unknown},
					{Name: "secretNote", Old: "hunter2", New: "hunter3", Secret: true, Cause: plan.Unknown},
				},
			},
			{
				Address: addr("vm", "night"), ID: "m4", Action: plan.Update, Impact: plan.Stop, Cause: plan.Pending, Reason: "is to be stopped",
				Fields: []plan.FieldChange{
					{Name: "securityGroups", New: []provider.Ref{{Kind: "securityGroup", Name: "web"}, {Kind: "securityGroup", Name: "lb"}}, Cause: plan.Pending},
					{Name: "power", Old: "running", New: "stopped", Cause: plan.Pending},
				},
			},
			{
				Address: addr("vm", "edge"), ID: "m2", Action: plan.Reinstall, Impact: plan.ReinstallDisk, Cause: plan.Pending, Reason: "root disk of 20 GiB is lost",
				Fields: []plan.FieldChange{{Name: "template", Old: provider.Named{Name: "A"}, New: provider.Named{Name: "B"}, Cause: plan.Pending}},
			},
			{Address: addr("vm", "old-1"), ID: "m3", Action: plan.Delete, Impact: plan.DeleteAll, Cause: plan.Pending, Reason: "no longer declared; root disk of 20 GiB is lost"},
			machine("web-1"), machine("web-2"), named(machine("web-10"), "Ten"),
		},
		Steps: []plan.Step{{ID: "vm/db-1 stop", Stops: true}},
		Notes: []plan.Note{
			{Address: addr("securityGroup", "web"), Text: `description can't be changed: "old" stays`, Pos: spec.Pos{File: "stack.yaml", Line: 12, Column: 5}},
			{Text: "securityGroup default of another owner is left alone"},
		},
	}
}
