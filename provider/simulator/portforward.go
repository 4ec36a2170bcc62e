package simulator

func startForward(c *call) (*started, *apiError) {
	r, err := c.newRule("ipaddressid", purposeForwarding)
	if err != nil {
		return nil, err
	}
	m, err := c.machine("virtualmachineid")
	if err != nil {
		return nil, err
	}
	if !c.world.isOn(m, r.Network) {
		return nil, invalid("Unable to create port forwarding rule: the machine is not on the address's network")
	}
	if r.Protocol != "tcp" && r.Protocol != "udp" {
		return nil, invalid("Protocol %s is not supported in this network", r.Protocol)
	}
	if r.Start, r.End, err = c.ports("publicport", "publicendport"); err != nil {
		return nil, err
	}
	if r.PrivateStart, r.PrivateEnd, err = c.ports("privateport", "privateendport"); err != nil {
		return nil, err
	}
	if r.End-r.Start != r.PrivateEnd-r.PrivateStart {
		return nil, invalid("Source port and destination port ranges should be of equal sizes.")
	}
	r.Machine, r.CIDRs = m.ID, c.params["cidrlist"]
	return c.enter(r, csRuleConflict)
}

func (w *world) renderForward(r *netRule) object {
	m, n := w.Machines.get(r.Machine), w.Networks.get(r.Network)
	o := object{
		{"id", r.ID}, {"privateport", decimal(int64(r.PrivateStart))}, {"privateendport", decimal(int64(r.PrivateEnd))},
		{"protocol", r.Protocol}, {"publicport", decimal(int64(r.Start))}, {"publicendport", decimal(int64(r.End))},
		{"virtualmachineid", m.ID}, {"virtualmachinename", m.Name}, {"virtualmachinedisplayname", m.DisplayName},
		{"ipaddressid", r.Address}, {"ipaddress", w.Addresses.get(r.Address).IP}, {"state", r.State}, {"cidrlist", r.CIDRs},
		{"tags", w.bareTags(r.ID)},
	}
	for _, id := range m.NICs {
		if x := w.NICs.get(id); x.Network == n.ID {
			o.add("vmguestip", x.IP)
		}
	}
	return append(o, object{{"networkid", n.ID}, {"networkname", n.Name}}...)
}
