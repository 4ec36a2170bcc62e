package kind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// liveRules brings a group's listed rules into canonical form. groups finds
// the ids of source groups by account and name.
func liveRules(listed []cloudstack.SecurityGroupRule, groups map[cloudstack.GroupRef]cloudstack.SecurityGroup, account string) ([]provider.Rule, error) {
	rules := make([]provider.Rule, 0, len(listed))
	for _, l := range listed {
		key := l.Key()
		r := provider.Rule{Protocol: key.Protocol, From: key.From, To: key.To, ID: string(l.RuleID)}
		if r.Protocol == "icmpv6" {
			r.From, r.To = -1, -1 // CloudStack doesn't tell its types apart
		}
		if key.CIDR != "" {
			prefix, err := key.CIDR.Prefix()
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", l.RuleID, err)
			}
			r.CIDR = prefix
		} else {
			r.Group = groupSource(l, groups, account)
		}
		rules = append(rules, r)
	}
	slices.SortFunc(rules, provider.CompareRule)
	return rules, nil
}

// groupSource is the group that a rule names. One of another account is shown
// as ACCOUNT/NAME.
func groupSource(l cloudstack.SecurityGroupRule, groups map[cloudstack.GroupRef]cloudstack.SecurityGroup, account string) provider.Ref {
	name := l.SecurityGroupName
	if l.Account != account {
		name = l.Account + "/" + name
	}
	found := groups[cloudstack.GroupRef{Account: l.Account, Group: l.SecurityGroupName}]
	return provider.Ref{Kind: "securityGroup", Live: name, ID: string(found.ID)}
}

// listed are rules as CloudStack lists them; account owns the groups among
// their sources.
func listed(rules []provider.Rule, account string) []cloudstack.SecurityGroupRule {
	var all []cloudstack.SecurityGroupRule
	for _, r := range rules {
		l := cloudstack.SecurityGroupRule{Protocol: r.Protocol}
		switch {
		case r.Ports():
			l.StartPort, l.EndPort = r.From, r.To
		case r.Protocol == "icmp":
			l.ICMPType, l.ICMPCode = r.From, r.To
		}
		if r.CIDR.IsValid() {
			l.CIDR = cloudstack.CIDR(r.CIDR.String())
		} else {
			owner, name, foreign := strings.Cut(r.Group.Live, "/")
			if !foreign {
				owner, name = account, r.Group.Live
			}
			l.Account, l.SecurityGroupName = owner, name
		}
		all = append(all, l)
	}
	return all
}
