package simulator

import "slices"

var algorithms = []string{"roundrobin", "leastconn", "source"}

func startLoadBalancer(c *call) (*started, *apiError) {
	r, err := c.newRule("publicipid", purposeLoadBalancing)
	if err != nil {
		return nil, err
	}
	p := c.params
	if r.Start, r.End, err = c.ports("publicport", "publicport"); err != nil {
		return nil, err
	}
	if r.PrivateStart, r.PrivateEnd, err = c.ports("privateport", "privateport"); err != nil {
		return nil, err
	}
	if r.Algorithm = p["algorithm"]; !slices.Contains(algorithms, r.Algorithm) {
		return nil, invalid("Invalid algorithm: %s", r.Algorithm)
	}
	r.Balances = r.Protocol
	if r.Protocol != "udp" {
		r.Protocol = "tcp"
	}
	r.Name, r.Description, r.CIDRs, r.State = p["name"], p["description"], p["cidrlist"], "Add"
	return c.enter(r, csAPI)
}

// startMembers checks the machines that are to be balanced over, or no longer.
func startMembers(c *call) (*started, *apiError) {
	r, err := c.rule(purposeLoadBalancing, "load balancer rule")
	if err != nil {
		return nil, err
	}
	s := &started{resource: r.ID, anonymous: true}
	if !c.params.has("virtualmachineids") && !c.params.has("vmidipmap") {
		return s, failJob(codeParameter, "Both instanceids and vmidipmap  can't be null")
	}
	for _, ref := range c.params.list("virtualmachineids") {
		m := c.world.Machines.find(ref)
		switch {
		case m == nil || m.gone():
			return s, failJob(codeParameter, "Invalid instance id: %s", ref)
		case !c.mayUse(m.Account):
			return nil, errNotOurs
		}
	}
	return s, nil
}

func assignMembers(c *call) (object, *apiError) {
	w := c.world
	r := w.NetRules.get(c.job.Resource)
	var joining []string
	for _, ref := range c.params.list("virtualmachineids") {
		m := w.Machines.find(ref)
		switch {
		case slices.Contains(r.Members, m.ID):
			return nil, failJob(codeInternal, "Failed to assign load balancer rule due to: VM %d with %s is already mapped to load balancer.",
				m.Num, w.NICs.get(m.NICs[0]).IP)
		case !w.isOn(m, r.Network):
			return nil, failJob(codeParameter, "VM %s cannot be added because it doesn't belong to load balancer's network", m.ID)
		}
		joining = append(joining, m.ID)
	}
	r.Members = append(r.Members, joining...)
	r.State = "Active"
	return succeeded(), nil
}

func removeMembers(c *call) (object, *apiError) {
	w := c.world
	r := w.NetRules.get(c.job.Resource)
	for _, ref := range c.params.list("virtualmachineids") {
		m := w.Machines.find(ref)
		if !slices.Contains(r.Members, m.ID) {
			return nil, failJob(codeParameter, "Invalid load balancer rule id or vm id: %s", ref)
		}
		r.Members = slices.DeleteFunc(r.Members, func(id string) bool { return id == m.ID })
	}
	return succeeded(), nil
}

// updateLoadBalancer changes the rule. Of one without a protocol it fails all the same: the recorded server trips over that.
func updateLoadBalancer(c *call) (object, *apiError) {
	r := c.world.NetRules.get(c.job.Resource)
	if v := c.params["algorithm"]; v != "" {
		r.Algorithm = v
	}
	if v := c.params["name"]; v != "" {
		r.Name = v
	}
	if v := c.params["description"]; v != "" {
		r.Description = v
	}
	if v := c.params["cidrlist"]; v != "" {
		r.CIDRs = v
	}
	if v := c.params["protocol"]; v != "" {
		r.Balances = v
	}
	if r.Balances == "" {
		return nil, failJob(codeInternal, `Cannot invoke "String.equals(Object)" because the return value of "com.cloud.network.dao.LoadBalancerVO.getLbProtocol()" is null`)
	}
	return object{{"loadbalancer", c.world.renderLoadBalancer(r)}}, nil
}

// listMembers shows the machines behind a load balancer. applied=false asks for those that are not.
func listMembers(c *call) (object, *apiError) {
	w := c.world
	r, err := c.rule(purposeLoadBalancing, "load balancer rule")
	if err != nil {
		return nil, err
	}
	applied := c.params.unless("applied")
	var found []*machine
	for _, m := range w.Machines.Rows {
		if !m.gone() && w.isOn(m, r.Network) && slices.Contains(r.Members, m.ID) == applied {
			found = append(found, m)
		}
	}
	return page(c, "loadbalancerruleinstance", found, func(m *machine) object { return w.renderMachine(nil, m, fullView) })
}

func (w *world) renderLoadBalancer(r *netRule) object {
	a := w.Addresses.get(r.Address)
	o := object{{"id", r.ID}, {"name", r.Name}}
	o.addIf("description", r.Description)
	o = append(o, object{
		{"publicipid", a.ID}, {"publicip", a.IP}, {"publicport", decimal(int64(r.Start))}, {"privateport", decimal(int64(r.PrivateStart))},
		{"algorithm", r.Algorithm}, {"networkid", r.Network},
	}...)
	o.addIf("cidrlist", r.CIDRs)
	o.addIf("protocol", r.Balances)
	o = append(o, w.fullyOwnedBy(r.Account)...)
	return append(o, object{
		{"state", r.State}, {"zoneid", a.Zone}, {"zonename", w.center.zoneName(a.Zone)}, {"tags", w.bareTags(r.ID)},
	}...)
}
