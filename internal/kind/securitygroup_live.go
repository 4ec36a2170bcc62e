package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// listGroups reads all groups but the anchors, which are no resources.
func listGroups(ctx context.Context, s *survey) ([]provider.Live, error) {
	groups, err := s.securityGroups(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[cloudstack.GroupRef]cloudstack.SecurityGroup{}
	for _, g := range groups {
		byName[cloudstack.GroupRef{Account: g.Account, Group: g.Name}] = g
	}
	var live []provider.Live
	for _, g := range groups {
		if strings.HasPrefix(g.Name, provider.AnchorPrefix) {
			continue
		}
		ingress, err := liveRules(g.IngressRules, byName, g.Account)
		if err != nil {
			return nil, fmt.Errorf("security group %s: ingress %w", g.Name, err)
		}
		egress, err := liveRules(g.EgressRules, byName, g.Account)
		if err != nil {
			return nil, fmt.Errorf("security group %s: egress %w", g.Name, err)
		}
		tags := tagMap(g.Tags)
		live = append(live, provider.Live{
			Kind: "securityGroup", ID: string(g.ID), Name: g.Name, Tags: tags, Innate: g.Name == "default",
			Fields: provider.Fields{
				"description": g.Description,
				"ingress":     ingress,
				"egress":      egress,
				"tags":        userTags(tags),
			},
		})
	}
	return live, nil
}

// rules are the rules that an operation is about.
func rules(op provider.Op, field string) []provider.Rule {
	rules, _ := op.Fields[field].([]provider.Rule)
	return rules
}

// ruleID is the handle of the one rule that a revocation is about.
func ruleID(op provider.Op, field string) cloudstack.ID {
	for _, r := range rules(op, field) {
		return cloudstack.ID(r.ID)
	}
	return ""
}

func authorizeIngress() command {
	return job(func(ctx context.Context, c *cloud, op provider.Op) (cloudstack.AuthorizeSecurityGroupIngress, error) {
		return c.authorization(ctx, op, "ingress")
	}, nil)
}

func authorizeEgress() command {
	return job(func(ctx context.Context, c *cloud, op provider.Op) (cloudstack.AuthorizeSecurityGroupEgress, error) {
		a, err := c.authorization(ctx, op, "egress")
		return cloudstack.AuthorizeSecurityGroupEgress(a), err
	}, nil)
}

// authorization is the command that adds an operation's rules, which differ in
// their sources only. Groups among these are named with their account, which is
// the one that owns the group itself.
func (c *cloud) authorization(ctx context.Context, op provider.Op, field string) (cloudstack.AuthorizeSecurityGroupIngress, error) {
	granted, account := rules(op, field), ""
	if len(provider.Refs(granted)) > 0 {
		var err error
		account, err = c.account.get(ctx, func(ctx context.Context) (string, error) {
			g, err := c.group(ctx, op.ID)
			return g.Account, err
		})
		if err != nil {
			return cloudstack.AuthorizeSecurityGroupIngress{}, err
		}
	}
	commands := cloudstack.PackRules(cloudstack.ID(op.ID), listed(granted, account))
	if len(commands) != 1 {
		return cloudstack.AuthorizeSecurityGroupIngress{}, fmt.Errorf("the %d rules in %s are for %d commands, and not for one", len(granted), field, len(commands))
	}
	return commands[0], nil
}

// group reads one group with its rules.
func (c *cloud) group(ctx context.Context, id string) (cloudstack.SecurityGroup, error) {
	g, err := cloudstack.One(ctx, c.client, cloudstack.ListSecurityGroups{ID: cloudstack.ID(id)})
	return c.owned(g), err
}

// owned is a group with the account that owns it. A project's groups are listed
// without: rules name the project's own account.
func (c *cloud) owned(g cloudstack.SecurityGroup) cloudstack.SecurityGroup {
	g.Account = cmp.Or(g.Account, c.source.Project.ProjectAccountName)
	return g
}

// rulesAreThere looks whether all rules of a refused authorization exist:
// CloudStack fails one that has nothing new to add (job error 530).
func rulesAreThere(field string) func(context.Context, *cloud, provider.Op, error) (bool, error) {
	return func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
		if !errors.Is(refusal, cloudstack.ErrExists) {
			return false, nil
		}
		g, err := c.group(ctx, op.ID)
		return err == nil && hasRules(field)(op, g), err
	}
}

// hasRules reports whether a group has all rules that an authorization gives.
func hasRules(field string) func(provider.Op, cloudstack.SecurityGroup) bool {
	return func(op provider.Op, g cloudstack.SecurityGroup) bool {
		listed := g.IngressRules
		if field == "egress" {
			listed = g.EgressRules
		}
		live, err := liveRules(listed, nil, g.Account)
		return err == nil && !slices.ContainsFunc(rules(op, field), func(r provider.Rule) bool {
			same := func(l provider.Rule) bool { return l.Service() == r.Service() && sameSource(l, r) }
			return !slices.ContainsFunc(live, same)
		})
	}
}

// sameSource compares what the sources are called in the cloud.
func sameSource(a, b provider.Rule) bool {
	return a.CIDR == b.CIDR && strings.EqualFold(a.Group.Live, b.Group.Live)
}

// explainGroupInUse tells who still uses a group that can't be deleted (536).
// A group that nothing visible uses is held by destroyed machines.
func explainGroupInUse(ctx context.Context, c *cloud, op provider.Op, refusal error) error {
	if !errors.Is(refusal, cloudstack.ErrInUse) {
		return refusal
	}
	users, err := c.usersOfGroup(ctx, op.ID)
	switch {
	case err != nil:
		return fmt.Errorf("%w; looking who uses it: %w", refusal, err)
	case len(users) > 0:
		return as(nil, "it is still used by "+strings.Join(users, ", "), refusal)
	}
	return as(provider.ErrHeld, "machines that were destroyed without leaving it hold it until the cloud expunges them", refusal)
}

// usersOfGroup lists the machines in a group and the groups whose rules name it.
func (c *cloud) usersOfGroup(ctx context.Context, id string) ([]string, error) {
	var users []string
	machines, err := collect(ctx, c.client, cloudstack.ListVirtualMachines{SecurityGroupID: cloudstack.ID(id), Details: []string{"min"}})
	if err != nil {
		return nil, err
	}
	for _, m := range machines {
		if !expunging(m) {
			users = append(users, "vm "+m.Name)
		}
	}
	groups, err := collect(ctx, c.client, cloudstack.ListSecurityGroups{})
	if err != nil {
		return nil, err
	}
	var self cloudstack.GroupRef
	for _, g := range groups {
		g = c.owned(g)
		if string(g.ID) == id {
			self = cloudstack.GroupRef{Account: g.Account, Group: g.Name}
		}
	}
	for _, g := range groups {
		names := func(r cloudstack.SecurityGroupRule) bool {
			return r.SecurityGroupName == self.Group && r.Account == self.Account
		}
		if slices.ContainsFunc(slices.Concat(g.IngressRules, g.EgressRules), names) {
			users = append(users, "a rule of securityGroup "+g.Name)
		}
	}
	slices.Sort(users)
	return users, nil
}
