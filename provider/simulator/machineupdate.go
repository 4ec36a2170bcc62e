package simulator

import "slices"

func updateVirtualMachine(c *call) (object, *apiError) {
	w, p := c.world, c.params
	m, err := c.machine("id")
	if err != nil {
		return nil, err
	}
	if m.State == stateError || m.State == stateExpunging || m.State == stateExpunged {
		return nil, opaque(csRuntime)
	}
	name, renamed := p["name"]
	if renamed {
		if err := c.checkName(name); err != nil {
			return nil, err
		}
		for _, id := range m.Networks {
			if o := w.hostNames[id+" "+name]; o != nil && o != m {
				return nil, opaque(csRuntime)
			}
		}
	}
	if err := checkUserData(p["userdata"]); err != nil {
		return nil, err
	}
	if p.has("securitygroupids") || p.has("securitygroupnames") {
		if m.State != stateStopped {
			return nil, opaque(csRuntime)
		}
		groups, err := c.groups(m.Account)
		if err != nil {
			return nil, err
		}
		w.joinGroups(m, groups)
	}
	if renamed && name != m.Name {
		w.rename(m, name)
		m.DisplayName = name
	}
	if v := p["displayname"]; v != "" {
		m.DisplayName = v
	}
	if v, ok := p["group"]; ok {
		m.Group = ""
		if v != "" {
			m.Group = w.instanceGroupNamed(m.Account, v).ID
		}
	}
	if v, ok := p["userdata"]; ok {
		m.UserData = v
	}
	if _, ok := p["deleteprotection"]; ok {
		m.Protected = p.bool("deleteprotection")
	}
	if details := p.details("details"); len(details) > 0 {
		m.Details = nil
		if err := c.chooseDetails(m); err != nil {
			return nil, err
		}
	} else if p.bool("cleanupdetails") {
		m.Details = nil
	}
	return c.shown(m, fullView), nil
}

func getVirtualMachineUserData(c *call) (object, *apiError) {
	m, err := c.machine("virtualmachineid")
	if err != nil {
		return nil, err
	}
	o := object{{"virtualmachineid", m.ID}}
	o.addIf("userdata", m.UserData)
	return object{{"virtualmachineuserdata", o}}, nil
}

func resetUserData(c *call) (object, *apiError) {
	m, err := c.machine("id")
	if err != nil {
		return nil, err
	}
	if m.State != stateStopped {
		return nil, invalid("VM userdata cannot be reset. VM should be in Stopped state")
	}
	if err := checkUserData(c.params["userdata"]); err != nil {
		return nil, err
	}
	m.UserData = c.params["userdata"]
	return c.shown(m, fullView), nil
}

func mayResetKey(_ *call, m *machine) *apiError {
	if m.State != stateStopped {
		return failJob(codeParameter, "VM instance %s should be stopped to do SSH Key reset", m.ID)
	}
	return nil
}

func resetKey(c *call, m *machine) *apiError {
	names := c.params.list("keypairs")
	if one := c.params["keypair"]; one != "" {
		names = append(names, one)
	}
	if len(names) == 0 {
		return failJob(codeParameter, "At least one keypair must be specified")
	}
	if err := c.world.setKeys(m, names); err != nil {
		return failJob(err.code, "%s", err.text)
	}
	return nil
}

// alreadyHas tells that a machine has the offering it is to be given.
func (c *call) alreadyHas(m *machine) string {
	return "Not upgrading vm " + c.world.describe(m) + " since it already has the requested service offering (" +
		withID(c.world.center.serviceOfferings, m.Offering).text("name") + ")"
}

func mayScale(c *call, m *machine) *apiError {
	switch {
	case m.Offering == c.params["serviceofferingid"]:
		return failJob(codeParameter, "%s", c.alreadyHas(m))
	case m.State == stateRunning:
		return failJob(codeInternal, "Dynamically scaling Instances is disabled for this zone, please contact your admin.")
	case m.State != stateStopped:
		return failJob(codeParameter, "Unable to scale %s", c.world.describe(m))
	}
	return nil
}

func scale(c *call, m *machine) *apiError {
	if m.State != stateStopped {
		return mayScale(c, m)
	}
	if err := c.resize(m); err != nil {
		return failJob(err.code, "%s", err.text)
	}
	return nil
}

// resize gives a machine another offering, if the limits of its account allow what it takes more.
func (c *call) resize(m *machine) *apiError {
	larger := *m
	if err := c.chooseOffering(&larger); err != nil {
		return err
	}
	if err := c.world.reserve(c.world.Accounts.get(m.Account), need{"cpu", larger.CPU - m.CPU}, need{"memory", larger.Memory - m.Memory}); err != nil {
		return err
	}
	m.Offering, m.CPU, m.Speed, m.Memory = larger.Offering, larger.CPU, larger.Speed, larger.Memory
	return nil
}

func changeServiceForVirtualMachine(c *call) (object, *apiError) {
	m, err := c.machine("id")
	if err != nil {
		return nil, err
	}
	switch {
	case m.Offering == c.params["serviceofferingid"]:
		return nil, invalid("%s", c.alreadyHas(m))
	case m.State != stateStopped:
		return nil, invalid("Unable to upgrade Instance %s  in state %s; make sure the Instance is stopped", c.world.describe(m), m.State)
	}
	if err := c.resize(m); err != nil {
		return nil, err
	}
	return c.shown(m, fullView), nil
}

func mayChangeAffinity(c *call, m *machine) *apiError {
	switch {
	case !c.params.has("affinitygroupids") && !c.params.has("affinitygroupnames"):
		return failJob(codeParameter, "affinitygroupids parameter or affinitygroupnames parameter must be given")
	case m.State != stateStopped:
		return failJob(codeParameter, "Unable update affinity groups of the virtual machine %s in state %s; make sure the virtual machine is "+
			"stopped and not in an error state before updating.", c.world.describe(m), m.State)
	}
	return nil
}

func changeAffinity(c *call, m *machine) *apiError {
	groups, err := c.affinityGroups(m.Account)
	if err != nil {
		return failJob(err.code, "%s", err.text)
	}
	m.AffinityGroups = slices.Clone(groups)
	return nil
}
