package cloudstack

import (
	"cmp"
	"net/netip"
	"strings"
)

// RuleKey is what tells a rule of a security group from the others of its
// direction, in one spelling for each: two rules with equal keys let the same
// traffic through. It is comparable, and so a key of maps.
type RuleKey struct {
	Protocol string   // tcp, udp, icmp, icmpv6, gre, esp, ah, ipip, all, or the number of another
	From, To int      // the first and last port, or the ICMP type and code; 0 with others: CloudStack knows no types of icmpv6
	CIDR     CIDR     // the source, its host bits masked; empty when it is a group
	Group    GroupRef // the source in lower case, as CloudStack ignores case; empty when it is a range
}

// protocolNames are the protocols that CloudStack may list by their number. It
// takes only some of them by name.
var protocolNames = [...]struct {
	name, number string
	named        bool
}{
	{"tcp", "6", true}, {"udp", "17", true}, {"icmp", "1", true},
	{"icmpv6", "58", false}, {"gre", "47", false}, {"esp", "50", false}, {"ah", "51", false}, {"ipip", "4", false},
}

// Key is the rule's identity: its protocol by name, ports 0 to 0 as the 0 to
// 65535 that CloudStack makes of them, its source masked. Its id, description and
// tags don't count. A range that can't be read stays as it is.
func (r SecurityGroupRule) Key() RuleKey {
	k := RuleKey{Protocol: cmp.Or(strings.ToLower(r.Protocol), "all")}
	for _, p := range protocolNames {
		if k.Protocol == p.number {
			k.Protocol = p.name
		}
	}
	switch k.Protocol {
	case "tcp", "udp":
		k.From, k.To = r.StartPort, r.EndPort
		if k.From == 0 && k.To == 0 {
			k.To = 65535
		}
	case "icmp":
		k.From, k.To = r.ICMPType, r.ICMPCode
	}
	if r.CIDR != "" {
		k.CIDR = masked(r.CIDR)
	} else {
		k.Group = GroupRef{Account: strings.ToLower(r.Account), Group: strings.ToLower(r.SecurityGroupName)}
	}
	return k
}

// masked is the range in its one spelling; an address alone is the range of it.
func masked(c CIDR) CIDR {
	if a, err := netip.ParseAddr(string(c)); err == nil {
		return CIDR(netip.PrefixFrom(a, a.BitLen()).String())
	}
	if p, err := ParseCIDR(string(c)); err == nil {
		return p
	}
	return c
}

// DiffRules tells what makes the rules that a group has, of one direction, those
// that are wanted: which to add, each once and in the order of want, and which
// to revoke and to keep, in the order of have and with their ids. Rules are
// compared by their keys. Adding before revoking leaves no gap in the traffic.
func DiffRules(want, have []SecurityGroupRule) (add, revoke, keep []SecurityGroupRule) {
	wanted, there := map[RuleKey]bool{}, map[RuleKey]bool{}
	for _, r := range want {
		wanted[r.Key()] = true
	}
	for _, r := range have {
		there[r.Key()] = true
		if wanted[r.Key()] {
			keep = append(keep, r)
		} else {
			revoke = append(revoke, r)
		}
	}
	for _, r := range want {
		if k := r.Key(); !there[k] {
			there[k] = true
			add = append(add, r)
		}
	}
	return add, revoke, keep
}

// PackRules are the commands that add rules to a group, as few as can be: one
// for all the sources of a protocol, its ports and a description. Send them one
// after the other, as the server locks the group for each. For the other
// direction, convert them: AuthorizeSecurityGroupEgress(command).
func PackRules(group ID, rules []SecurityGroupRule) []AuthorizeSecurityGroupIngress {
	type service struct {
		protocol, description string
		from, to              int
	}
	var commands []AuthorizeSecurityGroupIngress
	at := map[service]int{}
	for _, r := range rules {
		k := r.Key()
		s := service{k.Protocol, r.Description, k.From, k.To}
		i, known := at[s]
		if !known {
			i, at[s] = len(commands), len(commands)
			commands = append(commands, k.authorization(group, r.Description))
		}
		if k.CIDR != "" {
			commands[i].CIDRs = append(commands[i].CIDRs, k.CIDR)
		} else {
			commands[i].Groups = append(commands[i].Groups, GroupRef{Account: r.Account, Group: r.SecurityGroupName})
		}
	}
	return commands
}

// authorization is the command that lets a key's protocol and ports in, from no
// source yet.
func (k RuleKey) authorization(group ID, description string) AuthorizeSecurityGroupIngress {
	a := AuthorizeSecurityGroupIngress{SecurityGroupID: group, Protocol: k.Protocol, Description: description}
	for _, p := range protocolNames {
		if k.Protocol == p.name && !p.named {
			a.Protocol = p.number
		}
	}
	switch k.Protocol {
	case "tcp", "udp":
		a.StartPort, a.EndPort = Some(k.From), Some(k.To)
	case "icmp":
		a.ICMPType, a.ICMPCode = Some(k.From), Some(k.To)
	}
	return a
}
