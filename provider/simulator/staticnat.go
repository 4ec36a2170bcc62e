package simulator

// staticNATOf finds the address that is bound to a machine.
func (w *world) staticNATOf(machineID string) *address {
	return w.boundTo[machineID]
}

// bind binds an address to a machine by static NAT, or frees it where the machine is nil.
func (w *world) bind(a *address, m *machine) {
	delete(w.boundTo, a.Machine)
	a.Machine, a.MachineIP = "", ""
	if m != nil {
		a.Machine, a.MachineIP = m.ID, w.NICs.get(m.NICs[0]).IP
		w.boundTo[m.ID] = a
	}
}

func enableStaticNat(c *call) (object, *apiError) {
	w := c.world
	a, err := c.address("ipaddressid")
	if err != nil {
		return nil, err
	}
	m, err := c.machine("virtualmachineid")
	if err != nil {
		return nil, err
	}
	bound := w.staticNATOf(m.ID)
	used := w.purposeOf(a)
	switch {
	case a.SourceNAT:
		return nil, invalid("Can't enable static, ip address %s is a sourceNat ip address", a.describe())
	case a.Network == "" || !w.isOn(m, a.Network):
		return nil, invalid("IP address %s and Instance %s are not in the same network", a.describe(), w.describe(m))
	case used != "":
		return nil, refuse(codeRuleConflict, csAPI, "Failed to enable static nat for the ip address %s as it already has %s rules assigned", a.describe(), used)
	case a.Machine != "" && a.Machine != m.ID:
		return nil, refuse(codeRuleConflict, csAPI, "Failed to enable static for the ip address %s and vm id=%d as it's already assigned to another vm", a.describe(), m.Num)
	case bound != nil:
		return nil, invalid("Failed to enable static nat on the  ip %s with Id %s as the vm %s with Id %s is already associated with another public ip %s with id %s",
			a.IP, a.ID, w.instanceName(m), m.ID, bound.IP, bound.ID)
	}
	w.bind(a, m)
	return succeeded(), nil
}

func startDisableStaticNat(c *call) (*started, *apiError) {
	a, err := c.address("ipaddressid")
	if err != nil {
		return nil, err
	}
	s := &started{resource: a.ID, anonymous: true}
	if a.Machine == "" {
		return s, failJob(codeParameter, "Specified IP address id is not associated with any vm Id")
	}
	return s, nil
}

func disableStaticNat(c *call) (object, *apiError) {
	a := c.world.Addresses.get(c.job.Resource)
	if a.Machine == "" {
		return nil, failJob(codeParameter, "Specified IP address id is not associated with any vm Id")
	}
	c.world.bind(a, nil)
	return succeeded(), nil
}
