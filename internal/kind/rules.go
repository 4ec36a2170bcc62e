package kind

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// protocolNumbers are the protocols that provider.Rule names and CloudStack
// only numbers.
var protocolNumbers = map[string]string{"icmpv6": "58", "gre": "47", "esp": "50", "ah": "51", "ipip": "4"}

// wireProtocol is a rule's protocol as CloudStack takes it.
func wireProtocol(protocol string) string { return cmp.Or(protocolNumbers[protocol], protocol) }

// protocolName is the protocol of a listed rule in provider.Rule's words.
func protocolName(wire string) string {
	wire = strings.ToLower(wire)
	for name, number := range protocolNumbers {
		if wire == number {
			return name
		}
	}
	switch wire {
	case "1":
		return "icmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	}
	return wire
}

// liveRules brings a group's listed rules into canonical form. groups finds
// the ids of source groups by account and name.
func liveRules(listed []cloudstack.SecurityGroupRule, groups map[cloudstack.GroupRef]cloudstack.SecurityGroup, account string) ([]provider.Rule, error) {
	rules := make([]provider.Rule, 0, len(listed))
	for _, l := range listed {
		r := provider.Rule{Protocol: protocolName(l.Protocol), ID: string(l.RuleID)}
		switch {
		case r.Ports():
			r.From, r.To = l.StartPort, l.EndPort
			if r.From == 0 && r.To == 0 {
				r.To = 65535 // what CloudStack makes of it
			}
		case r.Protocol == "icmp":
			r.From, r.To = l.ICMPType, l.ICMPCode
		case r.Protocol == "icmpv6":
			r.From, r.To = -1, -1 // CloudStack doesn't tell its types apart
		}
		switch {
		case l.CIDR != "":
			prefix, err := parseSource(string(l.CIDR))
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", l.RuleID, err)
			}
			r.CIDR = prefix
		default:
			r.Group = groupSource(l, groups, account)
		}
		rules = append(rules, r)
	}
	slices.SortFunc(rules, provider.CompareRule)
	return rules, nil
}

// parseSource reads a range as CloudStack keeps it: host bits and all. The
// same range with and without them is the same to the network, and to us.
func parseSource(cidr string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(cidr); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(cidr)
	return prefix.Masked(), err
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

// grant is what an authorize command takes besides its group: one protocol and
// range of ports, and all its sources.
type grant struct {
	protocol           string
	startPort, endPort cloudstack.Opt[int]
	icmpType, icmpCode cloudstack.Opt[int]
	cidrs              []cloudstack.CIDR
	groups             []cloudstack.GroupRef
}

// grantOf makes a grant of rules that differ in their sources only. account
// owns the groups among them.
func grantOf(rules []provider.Rule, account string) grant {
	first := rules[0]
	g := grant{protocol: wireProtocol(first.Protocol)}
	switch {
	case first.Ports():
		g.startPort, g.endPort = cloudstack.Some(first.From), cloudstack.Some(first.To)
	case first.Protocol == "icmp":
		g.icmpType, g.icmpCode = cloudstack.Some(first.From), cloudstack.Some(first.To)
	}
	for _, r := range rules {
		if r.CIDR.IsValid() {
			g.cidrs = append(g.cidrs, cloudstack.CIDR(r.CIDR.String()))
			continue
		}
		owner, name, foreign := strings.Cut(r.Group.Live, "/")
		if !foreign {
			owner, name = account, r.Group.Live
		}
		g.groups = append(g.groups, cloudstack.GroupRef{Account: owner, Group: name})
	}
	return g
}
