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
	if err := c.firewallTraffic(r); err != nil {
		return nil, err
	}
	return c.enter(r, csRuleConflict)
}

// firewallTraffic reads protocol and ports, or type and code. A rule without ports is about all of them.
func (c *call) firewallTraffic(r *netRule) (err *apiError) {
	p := c.params
	switch icmp := r.Protocol == "icmp"; {
	case !icmp && r.Protocol != "tcp" && r.Protocol != "udp" && !(r.Protocol == "all" && r.Egress):
		return invalid("Protocol %s is not supported in this network", r.Protocol)
	case icmp && (p["startport"] != "" || p["endport"] != ""):
		return invalid("Can't specify start/end port when protocol is ICMP")
	case !icmp && (p["icmptype"] != "" || p["icmpcode"] != ""):
		return invalid("Can specify icmpCode and icmpType for ICMP protocol only")
	case icmp:
		kind, code := p.int("icmptype", -1), p.int("icmpcode", -1)
		if kind < -1 || kind > 255 {
			return invalid("Invalid icmp type; should belong to [0-255] range")
		}
		if code < -1 || code > 16 || kind == -1 && code != -1 {
			return invalid("Invalid icmp code; should belong to [0-16] range and can be defined when icmpType belongs to [0-40] range")
		}
		r.ICMPType, r.ICMPCode = &kind, &code
	case r.Protocol != "all" && p["startport"] != "":
		r.Start, r.End, err = c.ports("startport", "endport")
	}
	return err
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
