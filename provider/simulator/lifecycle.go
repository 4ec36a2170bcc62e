package simulator

import "slices"

// machine finds the machine that a parameter names, if the caller may use it.
func (c *call) machine(param string) (*machine, *apiError) {
	m := c.world.Machines.find(c.params[param])
	if m == nil {
		return nil, invalid("Unable to find a virtual machine with specified id")
	}
	if !c.mayUse(m.Account) {
		return nil, errNotOurs
	}
	return m, nil
}

// startMachineJob makes the start of a command about one machine out of the check for what its job would be refused for.
// The check looks at the moment of the call, as CloudStack does, however many jobs are before it.
func startMachineJob(param string, check func(*call, *machine) *apiError) func(*call) (*started, *apiError) {
	return func(c *call) (*started, *apiError) {
		m, err := c.machine(param)
		if err != nil {
			return nil, err
		}
		s := &started{resource: m.ID, anonymous: c.cmd.instance == ""}
		if m.State == stateExpunged {
			return s, failJob(codeParameter, "unable to find a virtual machine with id %d", m.Num)
		}
		if check == nil {
			return s, nil
		}
		return s, check(c, m)
	}
}

// machineJob makes the work of a command about one machine.
func machineJob(do func(*call, *machine) *apiError, v view) func(*call) (object, *apiError) {
	return func(c *call) (object, *apiError) {
		m := c.world.Machines.get(c.job.Resource)
		if m.State == stateExpunged {
			return nil, failJob(codeParameter, "unable to find a virtual machine with id %d", m.Num)
		}
		if err := do(c, m); err != nil {
			return nil, err
		}
		return c.shown(m, v), nil
	}
}

func mayStart(c *call, m *machine) *apiError {
	switch {
	case m.State == stateRunning:
		return failJob(codeParameter, "The virtual machine %s (%s) is already running", m.ID, m.DisplayName)
	case m.gone():
		return failJob(codeInternal, "Unable to orchestrate the start of VM instance {%q:%q,%q:%q}.", "instanceName", c.world.instanceName(m), "uuid", m.ID)
	}
	return nil
}

// start lets a machine run. One in state Error is deployed once more.
func start(c *call, m *machine) *apiError {
	if m.gone() {
		return mayStart(c, m)
	}
	was := stateStopped
	if !m.EverRan {
		was = stateError
	}
	if m.State == stateRunning {
		return nil
	}
	return c.world.boot(m, was, c.job.does(NoCapacity))
}

func stopping(c *call) {
	if m := c.world.Machines.get(c.job.Resource); m != nil && m.State == stateRunning {
		c.world.setState(m, stateStopping)
	}
}

// stop stops a machine. One that is stopped, destroyed or in Error stays as it is, and that is no failure.
func stop(c *call, m *machine) *apiError {
	if m.State == stateRunning || m.State == stateStopping {
		m.Host = 0
		c.world.setState(m, stateStopped)
	}
	return nil
}

func mayReboot(_ *call, m *machine) *apiError {
	if m.State != stateRunning {
		return failJob(codeParameter, "The Instance %s (%s) is not running, unable to reboot it", m.ID, m.DisplayName)
	}
	return nil
}

func reboot(_ *call, m *machine) *apiError {
	if m.State != stateRunning {
		return failJob(codeInternal, "Unable to retrieve host with id null")
	}
	return nil
}

func mayDestroy(c *call, m *machine) *apiError {
	switch {
	case c.params.bool("expunge") && !c.admin():
		return failJob(codeInternal, "Account does not have permission for expunging.")
	case m.Protected:
		return failJob(codeParameter, "Instance [id = %s, name = %s] has delete protection enabled and cannot be deleted.", m.ID, c.world.instanceName(m))
	}
	return nil
}

// destroy stops a machine and takes it from its owner's sight. It keeps its name, groups, static NAT and network until it is expunged.
func destroy(c *call) (object, *apiError) {
	w := c.world
	m := w.Machines.get(c.job.Resource)
	if m.State == stateExpunged {
		return nil, failJob(codeParameter, "unable to find a virtual machine with id %d", m.Num)
	}
	if !m.gone() {
		state := stateDestroyed
		if m.State == stateError {
			state = stateExpunging
		}
		w.setState(m, state)
		m.Host = 0
		m.Leaves = w.Now.Add(w.config.ExpungeDelay)
		w.schedule(m.Leaves, machineLeaves, m.ID)
	}
	if c.params.bool("expunge") {
		w.expunge(m)
		return object{{"virtualmachine", object{
			{"securitygroup", []object{}}, {"nic", []object{}}, {"affinitygroup", []object{}}, {"deleteprotection", false}, {"tags", []object{}},
		}}}, nil
	}
	return c.shown(m, fullView), nil
}

func mayExpunge(c *call, m *machine) *apiError {
	switch {
	case !c.admin():
		return failJob(codeInternal, "Expunging a vm can only be done by an Admin. Or when the allow.user.expunge.recover.vm key is set.")
	case !m.gone():
		return failJob(codeParameter, "Please destroy vm with specified id before expunging")
	}
	return nil
}

func expungeNow(c *call) (object, *apiError) {
	c.world.expunge(c.world.Machines.get(c.job.Resource))
	return succeeded(), nil
}

func recoverVirtualMachine(c *call) (object, *apiError) {
	if !c.admin() {
		return nil, refuse(codeAccount, csPermission, "Recovering a vm can only be done by an Admin. Or when the allow.user.expunge.recover.vm key is set.")
	}
	m, err := c.machine("id")
	if err != nil {
		return nil, err
	}
	if m.State != stateDestroyed {
		return nil, invalid("vm with id %s cannot be recovered", m.ID)
	}
	if err := c.world.reserve(c.world.Accounts.get(m.Account), m.needs()...); err != nil {
		return nil, err
	}
	c.world.setState(m, stateStopped)
	return c.shown(m, fullView), nil
}

// restore fails as it does in the recorded server, whose hypervisor cannot reinstall; see Config.Reinstall.
func restore(c *call, m *machine) *apiError {
	switch {
	case m.State != stateRunning && m.State != stateStopped:
		return failJob(codeInternal, "Vm %s currently in %s state, restore vm can only execute when VM in Running or Stopped", m.ID, m.State)
	case !c.world.config.Reinstall:
		return failJob(codeInternal, "Index 0 out of bounds for length 0")
	}
	if t := c.params["templateid"]; t != "" {
		m.Template = t
	}
	for _, v := range slices.Clone(c.world.disksOf[m.ID]) {
		if v.Root {
			size := v.Size
			c.world.removeVolume(v)
			c.world.addRootVolume(m, size>>30)
		}
	}
	c.world.readyVolumes(m)
	m.Updated = c.world.Now
	return nil
}
