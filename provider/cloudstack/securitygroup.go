package cloudstack

import (
	"context"
	"errors"
)

// Ref is the group as the source of a rule.
func (g SecurityGroup) Ref() GroupRef { return GroupRef{Account: g.Account, Group: g.Name} }

// Rule is the rule of that id, ingress or egress.
func (g SecurityGroup) Rule(id ID) (rule SecurityGroupRule, egress, ok bool) {
	for _, r := range g.IngressRules {
		if r.RuleID == id {
			return r, false, true
		}
	}
	for _, r := range g.EgressRules {
		if r.RuleID == id {
			return r, true, true
		}
	}
	return SecurityGroupRule{}, false, false
}

// Authorization is [AuthorizeSecurityGroupIngress] or [AuthorizeSecurityGroupEgress].
type Authorization interface {
	AsyncCommand[SecurityGroup]
	group() ListSecurityGroups
}

func (a AuthorizeSecurityGroupIngress) group() ListSecurityGroups {
	return ListSecurityGroups{ID: a.SecurityGroupID, SecurityGroupName: a.SecurityGroupName, ProjectID: a.ProjectID}
}

func (a AuthorizeSecurityGroupEgress) group() ListSecurityGroups {
	return ListSecurityGroups{ID: a.SecurityGroupID, SecurityGroupName: a.SecurityGroupName, ProjectID: a.ProjectID}
}

// Authorize adds rules to a group and gives the group with all its rules, old
// and new: the command itself gives only the new ones. One command makes one
// rule for each of its sources; those that are there already are left as they
// are, and that all of them are is success, too. The options are those of the
// command.
func Authorize(ctx context.Context, c *Client, cmd Authorization, opts ...CallOption) (SecurityGroup, error) {
	if _, err := describe(cmd); err != nil {
		return SecurityGroup{}, err
	}
	if _, err := Call(ctx, c, cmd, opts...); err != nil && !errors.Is(err, ErrExists) {
		return SecurityGroup{}, err
	}
	return One(ctx, c, cmd.group())
}
