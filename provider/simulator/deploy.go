package simulator

import (
	"encoding/base64"
	"regexp"
	"strings"
)

const userDataLength = 32768 // bytes, as base64

var hostName = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// checkName refuses what can't be a host name.
func (c *call) checkName(name string) *apiError {
	if hostName.MatchString(name) {
		return nil
	}
	return refuse(codeParameter, csAPI, "Unable to execute API command %s due to invalid value. Invalid value provided for API arg: name - "+
		"it can contain ASCII letters 'a' through 'z', the digits '0' through '9', and the hyphen ('-'), must be between 1 and 63 characters long, "+
		`and can't start or end with "-" and can't start with digit`, c.cmd.shortName())
}

// checkUserData refuses user data that is too long or not base64.
func checkUserData(data string) *apiError {
	if len(data) > userDataLength {
		return invalid("User data has exceeded configurable max length: %d", userDataLength)
	}
	if _, err := base64.StdEncoding.DecodeString(strings.TrimSpace(data)); err != nil {
		if _, err := base64.URLEncoding.DecodeString(data); err != nil {
			return invalid("User data is not base64 encoded.")
		}
	}
	return nil
}

// startDeploy makes the machine: stopped, with its name and address taken. All that a call can be refused for
// is checked here; whether the machine finds a host turns out later, in [deployed].
func startDeploy(c *call) (*started, *apiError) {
	w, p := c.world, c.params
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	name, named := p["name"]
	if named {
		if err := c.checkName(name); err != nil {
			return nil, err
		}
	}
	if p["templateid"] == "" {
		return nil, opaque(csRuntime)
	}
	if h := p["hypervisor"]; h != "" && !equalNames(h, hypervisor) {
		return nil, invalid("Hypervisor passed to the deployVm call, is different from the hypervisor type of the template")
	}
	m := &machine{
		Account: a.ID, User: c.userOf(a).ID, Name: name, DisplayName: p["displayname"], State: stateStopped, Zone: p["zoneid"],
		Template: p["templateid"], UserData: p["userdata"], Created: w.Now,
	}
	if err := c.chooseOffering(m); err != nil {
		return nil, err
	}
	for _, step := range []func(*machine) *apiError{c.choosePlace, c.chooseGroups, c.chooseAffinity, c.chooseKeys, c.chooseDetails, c.chooseID} {
		if err := step(m); err != nil {
			return nil, err
		}
	}
	if err := checkUserData(m.UserData); err != nil {
		return nil, err
	}
	if m.Name == "" {
		m.Name = "VM-" + m.ID
	}
	if m.DisplayName == "" {
		m.DisplayName = m.Name
	}
	networks, err := c.chooseNetworks(m)
	if err != nil {
		return nil, err
	}
	for _, n := range networks {
		if w.hostNames[n.ID+" "+m.Name] != nil {
			return nil, invalid("The vm with hostName %s already exists in the network domain: %s; network=%s", m.Name, n.Domain, n.Name)
		}
	}
	disk, err := c.chooseDisks()
	if err != nil {
		return nil, err
	}
	volumes, storage := int64(1), rootSize(int64(p.int("rootdisksize", 0)))
	if disk != nil {
		volumes, storage = volumes+1, storage+disk.Size
	}
	if err := w.reserve(a, append(m.needs(), need{"volume", volumes}, need{"primary_storage", storage >> 30})...); err != nil {
		return nil, err
	}
	return c.make(m, networks, disk)
}

// make enters the machine with nics, volumes and groups. An address that can't be had leaves it in state Error.
func (c *call) make(m *machine, networks []*network, disk *volume) (*started, *apiError) {
	w := c.world
	m.setDetail("deployvm", "true")
	w.addMachine(m)
	for _, n := range networks {
		m.Networks = append(m.Networks, n.ID)
		w.hostNames[n.ID+" "+m.Name] = m
	}
	if name := c.params["group"]; name != "" {
		m.Group = w.instanceGroupNamed(m.Account, name).ID
	}
	groups := m.Groups
	m.Groups = nil
	w.joinGroups(m, groups)
	w.addRootVolume(m, int64(c.params.int("rootdisksize", 0)))
	if disk != nil {
		disk.Account, disk.Zone, disk.Name = m.Account, m.Zone, "DATA-"+decimal(m.Num)
		w.Volumes.add(disk)
		w.plug(disk, m.ID)
	}
	for i, n := range networks {
		ip := w.freeIP(n)
		if asked := c.askedIP(); i == 0 && asked != "" {
			if ip = asked; !w.usableIP(n, asked) {
				w.setState(m, stateError)
				return nil, opaque(csZero)
			}
		}
		if ip == "" {
			w.setState(m, stateError)
			return nil, refuse(codeCapacity, csAPI, "Unable to acquire Guest IP address for network Network {%q:%q}", "name", n.Name)
		}
		w.addNIC(m, n, ip)
	}
	return &started{resource: m.ID, creates: true}, nil
}

// startingUp shows that a machine is about to run.
func startingUp(c *call) {
	m := c.world.Machines.get(c.job.Resource)
	if m != nil && (m.State == stateStopped || m.State == stateError) && c.params.unless("startvm") {
		c.world.setState(m, stateStarting)
	}
}

// deployed starts the new machine, or leaves it in state Error with its name.
func deployed(c *call) (object, *apiError) {
	w := c.world
	m := w.Machines.get(c.job.Resource)
	if m == nil || m.gone() {
		return nil, failJob(codeInternal, "Unable to orchestrate the start of VM instance")
	}
	if c.params.unless("startvm") {
		if err := w.boot(m, stateStopped, c.job.does(NoCapacity)); err != nil {
			return nil, err
		}
	}
	return c.shown(m, fullView), nil
}

// boot lets a machine run. One that finds no host, or all full, is left in state Error; the error tells of the state in which it was.
func (w *world) boot(m *machine, was string, full bool) *apiError {
	m.State = was
	host, err := w.canHost(m)
	if full {
		err = failJob(codeCapacity, "No destination found for a deployment for %s", w.describe(m))
	}
	if err != nil {
		if !m.EverRan {
			w.setState(m, stateError)
		}
		return err
	}
	m.Host, m.EverRan = host, true
	m.dropDetail("deployvm")
	w.setState(m, stateRunning)
	for _, id := range m.NICs {
		w.implement(w.Networks.get(w.NICs.get(id).Network))
	}
	w.readyVolumes(m)
	return nil
}
