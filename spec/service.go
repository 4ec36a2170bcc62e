package spec

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/trueup/trueup/provider"
)

// protocolNumbers are IANA's numbers of the protocols that have a name in
// rules. CloudStack takes both and answers with what it was given.
var protocolNumbers = map[string]int{
	"icmp": 1, "ipip": 4, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "icmpv6": 58,
}

const allProtocols = "all"

// canonicalProtocol is the canonical name of a protocol: lower-case where it has one,
// else its number from 0 to 255.
func canonicalProtocol(text string) (string, error) {
	name := strings.ToLower(text)
	if _, ok := protocolNumbers[name]; ok || name == allProtocols {
		return name, nil
	}
	number, err := strconv.ParseUint(name, 10, 8)
	if err != nil {
		return "", fmt.Errorf("%s is no protocol: expected %s, or a number up to 255", quote(text), strings.Join(protocolNames(), ", "))
	}
	for name, n := range protocolNumbers {
		if n == int(number) {
			return name, nil
		}
	}
	return strconv.Itoa(int(number)), nil
}

func protocolNames() []string {
	return append(slices.Sorted(maps.Keys(protocolNumbers)), allProtocols)
}

// serve gives a rule without its other end for each range of ports.
//
//	tcp, udp       80   80-90   80,443   none: all
//	icmp, icmpv6   8:0 (type and code)   none: all
//	others         none
func serve(protocol, ports string, hasPorts bool) ([]provider.Rule, error) {
	name, err := canonicalProtocol(protocol)
	if err != nil {
		return nil, err
	}
	rule := provider.Rule{Protocol: name}
	switch {
	case rule.ICMP() && !hasPorts:
		rule.From, rule.To = -1, -1
		return []provider.Rule{rule}, nil
	case rule.ICMP():
		if rule.From, rule.To, err = icmpType(ports); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return []provider.Rule{rule}, nil
	case rule.Ports() && !hasPorts:
		rule.To = maxPort
		return []provider.Rule{rule}, nil
	case rule.Ports():
		var rules []provider.Rule
		for part := range strings.SplitSeq(ports, ",") {
			if rule.From, rule.To, err = portRange(strings.TrimSpace(part)); err != nil {
				return nil, err
			}
			rules = append(rules, rule)
		}
		return rules, nil
	case hasPorts:
		return nil, fmt.Errorf("%s has no ports; only tcp and udp have", name)
	}
	return []provider.Rule{rule}, nil
}

const maxPort = 65535

// portRange reads 80 or 80-90. CloudStack takes 0 alone for all ports, so this
// does as well.
func portRange(text string) (from, to int, err error) {
	first, last, isRange := strings.Cut(text, "-")
	if from, err = port(first); err != nil {
		return 0, 0, err
	}
	if to = from; isRange {
		if to, err = port(last); err != nil {
			return 0, 0, err
		}
	}
	switch {
	case from > to:
		return 0, 0, fmt.Errorf("the ports %s are upside down: write %d-%d", text, to, from)
	case to == 0:
		return 0, maxPort, nil
	}
	return from, to, nil
}

func port(text string) (int, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is no port: expected a number such as 80, or a range such as 8000-8100", quote(text))
	}
	if n > maxPort {
		return 0, fmt.Errorf("port %d: ports end at %d", n, maxPort)
	}
	return int(n), nil
}

// icmpType reads type:code. CloudStack takes -1 for any, in both or neither.
func icmpType(text string) (kind, code int, err error) {
	first, second, both := strings.Cut(text, ":")
	if !both {
		return 0, 0, fmt.Errorf("expected type and code such as 8:0, not %s", quote(text))
	}
	kind, err1 := strconv.Atoi(strings.TrimSpace(first))
	code, err2 := strconv.Atoi(strings.TrimSpace(second))
	if err1 != nil || err2 != nil || kind < -1 || kind > 255 || code < -1 || code > 255 {
		return 0, 0, fmt.Errorf("type and code are numbers from 0 to 255, or both -1 for any, not %s", quote(text))
	}
	if (kind == -1) != (code == -1) {
		return 0, 0, fmt.Errorf("type and code are -1, for any, both or neither")
	}
	return kind, code, nil
}

// prefixes reads the other end of a rule: a CIDR, or any, which is every
// address that the protocol can come from. Where only IPv4 is known, nothing else
// is taken.
func prefixes(protocol, text string, ipv4 bool) ([]netip.Prefix, error) {
	v4, v6 := netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	if strings.EqualFold(text, "any") {
		switch {
		case ipv4, protocol == "icmp":
			return []netip.Prefix{v4}, nil
		case protocol == "icmpv6":
			return []netip.Prefix{v6}, nil
		default:
			return []netip.Prefix{v4, v6}, nil
		}
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
			return nil, fmt.Errorf("%s is an address, not a range: write %s/%d for it alone", text, addr, addr.BitLen())
		}
		return nil, fmt.Errorf("%s is no CIDR such as 10.0.0.0/8, no group:NAME and not any", quote(text))
	}
	if addr := p.Addr(); addr.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(addr.Unmap(), p.Bits()-96)
	}
	if ipv4 && !p.Addr().Is4() {
		return nil, fmt.Errorf("%s is a range of IPv6 addresses; here are only those of IPv4", text)
	}
	if masked := p.Masked(); masked != p {
		return nil, fmt.Errorf("%s has host bits set: write %s", text, masked)
	}
	return []netip.Prefix{p}, nil
}
