package simulator

import (
	"net/netip"
	"strings"
)

func startFirewall(c *call) (*started, *apiError) {
	r, err := c.newRule("ipaddressid", purposeFirewall)
	if err != nil {
		return nil, err
	}
	return c.enterFirewall(r)
}

func startEgressFirewall(c *call) (*started, *apiError) {
	n, err := c.network("networkid")
	if err != nil {
		return nil, err
	}
	return c.enterFirewall(&netRule{
		row: row{ID: c.world.newID()}, Account: n.Account, Purpose: purposeFirewall, Egress: true, Network: n.ID,
		Protocol: strings.ToLower(c.params["protocol"]), DestCIDRs: c.params["destcidrlist"], State: "Active",
	})
}

// openFirewall lets everybody reach the ports of a new rule, unless a rule does that already.
func (c *call) openFirewall(r *netRule) {
	open := &netRule{
		row: row{ID: c.world.newID()}, Account: r.Account, Purpose: purposeFirewall, Network: r.Network, Address: r.Address,
		Protocol: r.Protocol, Start: r.Start, End: r.End, CIDRs: everywhere, State: "Active", Related: r.ID,
	}
	if c.world.conflict(open, csRuleConflict) == nil {
		c.world.NetRules.add(open)
	}
}

const everywhere = "0.0.0.0/0"

// enterFirewall reads CIDRs and ports. What leaves a network can only come from it.
func (c *call) enterFirewall(r *netRule) (*started, *apiError) {
	inside := netip.MustParsePrefix(c.world.Networks.get(r.Network).CIDR)
	r.CIDRs = everywhere
	if r.Egress {
		r.CIDRs = inside.String()
	}
	if given := c.params["cidrlist"]; given != "" {
		r.CIDRs = given
	}
	for _, cidr := range c.params.list("cidrlist") {
		p, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, refuse(codeParameter, csAPI, "Source cidrs formatting error %s", cidr)
		}
		if r.Egress && cidr != everywhere && (!inside.Contains(p.Addr()) || p.Bits() < inside.Bits()) {
			return nil, refuse(codeParameter, csAPI, "%s is not within the guest cidr %s", cidr, inside)
		}
	}
	var err *apiError
	switch r.Protocol {
	case "icmp":
		kind, code := c.params.int("icmptype", -1), c.params.int("icmpcode", -1)
		r.ICMPType, r.ICMPCode = &kind, &code
	case "tcp", "udp":
		r.Start, r.End = 1, 65535
		if c.params["startport"] != "" {
			if r.Start, r.End, err = c.ports("startport", "endport"); err != nil {
				return nil, err
			}
		}
	case "all":
	default:
		return nil, invalid("Protocol %s is not supported in this network", r.Protocol)
	}
	return c.enter(r, csRuleConflict)
}

func (w *world) renderFirewall(r *netRule) object {
	o := object{{"id", r.ID}, {"protocol", r.Protocol}}
	if r.Start > 0 {
		o.add("startport", r.Start)
		o.add("endport", r.End)
	}
	o.addIf("ipaddressid", r.Address)
	o.add("networkid", r.Network)
	traffic := "Egress"
	if a := w.Addresses.get(r.Address); a != nil {
		o.add("ipaddress", a.IP)
		traffic = "Ingress"
	}
	o.add("state", r.State)
	o.add("cidrlist", r.CIDRs)
	if r.ICMPType != nil {
		o.add("icmptype", *r.ICMPType)
		o.add("icmpcode", *r.ICMPCode)
	}
	return append(o, object{{"tags", w.bareTags(r.ID)}, {"destcidrlist", r.DestCIDRs}, {"traffictype", traffic}}...)
}
