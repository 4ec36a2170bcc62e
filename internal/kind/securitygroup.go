package kind

import (
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// securityGroup is the kind of security groups. Names are unique in an account,
// ignoring case; ordinary users can change nothing of a group but its rules.
func securityGroup() kind {
	return kind{
		Kind: securityGroupTable(),
		list: listGroups,
		commands: map[string]command{
			"create": call(plain(func(op provider.Op) cloudstack.CreateSecurityGroup {
				return cloudstack.CreateSecurityGroup{Name: op.LiveName, Description: text(op.Fields, "description")}
			}), func(g cloudstack.SecurityGroup) (provider.Result, error) {
				return provider.Result{ID: string(g.ID), LiveName: g.Name}, nil
			}),
			"authorizeIngress": authorizeIngress().shownByGroup(hasRules("ingress")).unless(rulesAreThere("ingress")),
			"authorizeEgress":  authorizeEgress().shownByGroup(hasRules("egress")).unless(rulesAreThere("egress")),
			"revokeIngress": job(plain(func(op provider.Op) cloudstack.RevokeSecurityGroupIngress {
				return cloudstack.RevokeSecurityGroupIngress{ID: ruleID(op, "ingress")}
			}), nil).unless(notFound),
			"revokeEgress": job(plain(func(op provider.Op) cloudstack.RevokeSecurityGroupEgress {
				return cloudstack.RevokeSecurityGroupEgress{ID: ruleID(op, "egress")}
			}), nil).unless(notFound),
			"tag":   tag("SecurityGroup"),
			"untag": untag("SecurityGroup"),
			"delete": call(plain(func(op provider.Op) cloudstack.DeleteSecurityGroup {
				return cloudstack.DeleteSecurityGroup{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound).because(explainGroupInUse),
		},
	}
}

func securityGroupTable() *provider.Kind {
	return &provider.Kind{
		Name:   "securityGroup",
		Plural: "securityGroups",
		Doc: "A set of rules that says what traffic may reach the machines in it and what may leave them. " +
			"Traffic that no ingress rule allows is dropped. A group without egress rules lets everything out; " +
			"from its first egress rule on, only what the rules allow.",
		Fields: []provider.Field{
			{
				Name: "description", Code: "de", Type: provider.Text, Change: provider.Fixed,
				Doc: "What the group is for, up to 255 characters. It is set when the group is created; " +
					"CloudStack lets nobody but an administrator change it later, so a difference is only remarked on.",
			},
			{
				Name: "ingress", Code: "in", Type: provider.Rules, Direction: "ingress", Kind: "securityGroup",
				Add: "authorizeIngress", Remove: "revokeIngress", AddFirst: true,
				Doc: "What may come in: rules such as `tcp/80,443 from 0.0.0.0/0`. An empty list means that nothing may; " +
					"without the field the rules are left alone.",
			},
			{
				Name: "egress", Code: "eg", Type: provider.Rules, Direction: "egress", Kind: "securityGroup",
				Add: "authorizeEgress", Remove: "revokeEgress", AddFirst: true,
				Doc: "What may go out: rules such as `udp/53 to any`. An empty list means that everything may, as " +
					"CloudStack restricts only groups that have an egress rule; without the field the rules are left alone.",
			},
			exclusiveField(),
			tagsField(),
			protectField(),
			keepField(),
			wasField(),
			adoptField(),
		},
		Operations: []provider.Operation{
			{Name: "create", Command: "createSecurityGroup", Doc: "create the group"},
			{Name: "authorizeIngress", Command: "authorizeSecurityGroupIngress", Doc: "allow incoming traffic", Serial: true},
			{Name: "authorizeEgress", Command: "authorizeSecurityGroupEgress", Doc: "allow outgoing traffic", Serial: true},
			{Name: "revokeIngress", Command: "revokeSecurityGroupIngress", Doc: "stop allowing incoming traffic", Serial: true},
			{Name: "revokeEgress", Command: "revokeSecurityGroupEgress", Doc: "stop allowing outgoing traffic", Serial: true},
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deleteSecurityGroup", Doc: "delete the group"},
		},
		Creation:   []string{"create"},
		Deletion:   []string{"delete"},
		TagType:    "SecurityGroup",
		UniqueName: true,
		JobTime:    provider.Duration(5 * time.Minute),
		Marker:     "its name, which is unique in the account, while its note is open on the anchor",
		CheckName:  checkGroupName,
		Check: func(f provider.Fields) []provider.FieldError {
			return join(
				checkText(f, "description", 255),
				checkTags(f),
				checkRules(f, "ingress"),
				checkRules(f, "egress"),
			)
		},
	}
}

func checkGroupName(name string) string {
	switch lower := strings.ToLower(name); {
	case name == "" || len([]rune(name)) > 255:
		return "a security group's name has 1 to 255 characters"
	case lower == "default":
		return "every account has a group named default, which CloudStack makes; refer to it with {external: default}"
	case strings.HasPrefix(lower, provider.AnchorPrefix):
		return "names that begin with " + provider.AnchorPrefix + " are kept for trueup's own bookkeeping"
	}
	return unstorable(name)
}
