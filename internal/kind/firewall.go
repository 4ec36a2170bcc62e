package kind

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// The firewall of an isolated network's router: what may come in at an address,
// and what may leave the network. CloudStack keeps one rule for each protocol and
// range of ports, with a list of CIDRs, and can't change one: it is removed and
// made anew.

func firewallField(direction, add, remove, doc string) provider.Field {
	return provider.Field{
		Name: "firewall", Code: "fw", Type: provider.Rules, Direction: direction, IPv4: true, Whole: true, Add: add, Remove: remove, Doc: doc,
	}
}

func exclusiveField() provider.Field {
	return provider.Field{
		Name: "exclusive", Code: "ex", Type: provider.Boolean, Setting: true, Default: true,
		Doc: "Whether rules that the file doesn't name are removed (the default) or left in place and listed.",
	}
}

// openIngress and closeIngress are the operations of an address's firewall.
func openIngress() command {
	return job(plain(func(op provider.Op) cloudstack.CreateFirewallRule {
		r := wholeRule(op)
		return cloudstack.CreateFirewallRule{
			IPAddressID: cloudstack.ID(op.ID), Protocol: r.protocol, StartPort: r.start, EndPort: r.end,
			ICMPType: r.icmpType, ICMPCode: r.icmpCode, CIDRs: r.cidrs,
		}
	}), nil).unless(func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
		listed, err := firewallThere(ctx, c, refusal, cloudstack.ListFirewallRules{IPAddressID: cloudstack.ID(op.ID)})
		return covers(ingressRules(listed), rules(op, "firewall")), err
	})
}

func closeIngress() command {
	return job(plain(func(op provider.Op) cloudstack.DeleteFirewallRule {
		return cloudstack.DeleteFirewallRule{ID: ruleID(op, "firewall")}
	}), nil).unless(notFound)
}

// openEgress and closeEgress are the operations of a network's firewall. What a
// rule names is where the traffic goes; it may come from the whole network.
func openEgress() command {
	return job(plain(func(op provider.Op) cloudstack.CreateEgressFirewallRule {
		r := wholeRule(op)
		cmd := cloudstack.CreateEgressFirewallRule{
			NetworkID: cloudstack.ID(op.ID), Protocol: r.protocol, StartPort: r.start, EndPort: r.end,
			ICMPType: r.icmpType, ICMPCode: r.icmpCode, DestCIDRs: r.cidrs,
		}
		if slices.Equal(cmd.DestCIDRs, []cloudstack.CIDR{everywhere}) {
			cmd.DestCIDRs = nil // as servers that know no destinations have it
		}
		return cmd
	}), nil).unless(func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
		listed, err := firewallThere(ctx, c, refusal, cloudstack.ListEgressFirewallRules{NetworkID: cloudstack.ID(op.ID)})
		if err != nil || listed == nil {
			return false, err
		}
		n, err := cloudstack.One(ctx, c.client, cloudstack.ListNetworks{ID: cloudstack.ID(op.ID)})
		return err == nil && covers(egressRules(listed, n.CIDR), rules(op, "firewall")), err
	})
}

func closeEgress() command {
	return job(plain(func(op provider.Op) cloudstack.DeleteEgressFirewallRule {
		return cloudstack.DeleteEgressFirewallRule{ID: ruleID(op, "firewall")}
	}), nil).unless(notFound)
}

const everywhere cloudstack.CIDR = "0.0.0.0/0"

// firewallThere lists the rules where a new one was refused for its ports (537).
func firewallThere(ctx context.Context, c *cloud, refusal error, list cloudstack.ListCommand[cloudstack.FirewallRule]) ([]cloudstack.FirewallRule, error) {
	if !errors.Is(refusal, cloudstack.ErrConflict) {
		return nil, nil
	}
	return collect(ctx, c.client, list)
}

// covers reports whether all that is wanted is among the rules.
func covers(listed, wanted []provider.Rule) bool {
	return !slices.ContainsFunc(wanted, func(w provider.Rule) bool {
		return !slices.ContainsFunc(listed, func(l provider.Rule) bool { return l.String() == w.String() })
	})
}

// routerRule is a rule as the commands take it.
type routerRule struct {
	protocol           string
	start, end         cloudstack.Opt[int]
	icmpType, icmpCode cloudstack.Opt[int]
	cidrs              []cloudstack.CIDR
}

// wholeRule makes one rule of an operation's, which differ in their CIDRs only.
func wholeRule(op provider.Op) routerRule {
	var whole routerRule
	for _, r := range rules(op, "firewall") {
		whole.protocol = r.Protocol
		switch {
		case r.Ports():
			whole.start, whole.end = cloudstack.Some(max(r.From, 1)), cloudstack.Some(r.To)
		case r.ICMP():
			whole.icmpType, whole.icmpCode = cloudstack.Some(r.From), cloudstack.Some(r.To)
		}
		whole.cidrs = append(whole.cidrs, cloudstack.CIDR(r.CIDR.String()))
	}
	return whole
}

// firewalls are listed rules by the id of what they belong to.
func (s *survey) firewalls(ctx context.Context, list cloudstack.ListCommand[cloudstack.FirewallRule], of func(cloudstack.FirewallRule) cloudstack.ID) (map[cloudstack.ID][]cloudstack.FirewallRule, error) {
	listed, err := collect(ctx, s.client, list)
	by := map[cloudstack.ID][]cloudstack.FirewallRule{}
	for _, r := range listed {
		by[of(r)] = append(by[of(r)], r)
	}
	return by, err
}

// ingressRules brings listed rules of an address into canonical form.
func ingressRules(listed []cloudstack.FirewallRule) []provider.Rule {
	return routerRules(listed, func(r cloudstack.FirewallRule) (string, string) { return r.CIDRs, "" })
}

// egressRules is as ingressRules for a network of that range. A rule for a part
// of the network says so: no file can declare it.
func egressRules(listed []cloudstack.FirewallRule, network cloudstack.CIDR) []provider.Rule {
	return routerRules(listed, func(r cloudstack.FirewallRule) (string, string) {
		if r.CIDRs == "" || r.CIDRs == string(network) || r.CIDRs == string(everywhere) {
			return r.DestCIDRs, ""
		}
		return r.DestCIDRs, "(only from " + r.CIDRs + ")"
	})
}

func routerRules(listed []cloudstack.FirewallRule, ends func(cloudstack.FirewallRule) (cidrs, only string)) []provider.Rule {
	rules := []provider.Rule{}
	for _, l := range listed {
		r := provider.Rule{Protocol: strings.ToLower(l.Protocol), ID: string(l.ID)}
		switch {
		case r.Ports() && l.StartPort <= 1 && (l.EndPort == 0 || l.EndPort == maxPort):
			r.To = maxPort
		case r.Ports():
			r.From, r.To = l.StartPort, l.EndPort
		case r.ICMP():
			r.From, r.To = l.ICMPType, l.ICMPCode
		}
		var cidrs string
		cidrs, r.Only = ends(l)
		for cidr := range strings.SplitSeq(cmp.Or(cidrs, string(everywhere)), ",") {
			prefix, err := netip.ParsePrefix(strings.TrimSpace(cidr))
			if err != nil { // as little as CloudStack checks, and never declared
				r.Only = cidr
			}
			r.CIDR = prefix.Masked()
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, provider.CompareRule)
	return rules
}

const maxPort = 65535

// checkFirewall refuses rules that the router can't keep.
func checkFirewall(f provider.Fields) []provider.FieldError {
	rules, _ := f["firewall"].([]provider.Rule)
	var errs []provider.FieldError
	for _, r := range rules {
		switch {
		case r.Ports() && r.From == 0 && r.To != maxPort:
			errs = append(errs, complain("firewall", "%s: there is no port 0", r)...)
		case r.Ports() && r.From == 1 && r.To == maxPort:
			errs = append(errs, complain("firewall", "%s: write %s alone, which is all of its ports", r, r.Protocol)...)
		case !r.Ports() && r.Protocol != "icmp" && r.Protocol != "all":
			errs = append(errs, complain("firewall", "%s: a router's firewall knows tcp, udp, icmp and all", r)...)
		}
	}
	return append(errs, checkOverlaps(rules)...)
}

// checkOverlaps refuses ranges of ports of which one is a part of another:
// CloudStack takes each port once.
func checkOverlaps(rules []provider.Rule) []provider.FieldError {
	var errs []provider.FieldError
	for i, a := range rules {
		for _, b := range rules[i+1:] {
			if a.Ports() && a.Protocol == b.Protocol && a.Service() != b.Service() && a.From <= b.To && b.From <= a.To {
				errs = append(errs, complain("firewall", "%s and %s overlap: CloudStack takes a port of an address once; write ranges that don't", a.Service(), b.Service())...)
			}
		}
	}
	return slices.Compact(errs)
}
