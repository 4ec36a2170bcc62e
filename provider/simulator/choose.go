package simulator

import (
	"slices"
	"strings"
)

// userOf is the user whose machine a new one is: the caller, or the first user of the account that an administrator named.
func (c *call) userOf(a *account) *user {
	if a.Project == "" && a != c.account {
		for _, u := range c.world.Users.Rows {
			if u.Account == a.ID {
				return u
			}
		}
	}
	return c.user
}

// askedIP is the address that the machine's first nic is to have; empty where any will do.
func (c *call) askedIP() string {
	if ip := c.params["ipaddress"]; ip != "" {
		return ip
	}
	if list := c.params.maps("iptonetworklist"); len(list) > 0 {
		return list[0]["ip"]
	}
	return ""
}

func (c *call) chooseOffering(m *machine) *apiError {
	o := withID(c.world.center.serviceOfferings, c.params["serviceofferingid"])
	m.Offering = o.text("id")
	details := c.params.details("details")
	if o.text("iscustomized") == "true" {
		custom := params{"cpu": details["cpuNumber"], "speed": details["cpuSpeed"], "memory": details["memory"]}
		m.CPU, m.Speed, m.Memory = int64(custom.int("cpu", 0)), int64(custom.int("speed", 0)), int64(custom.int("memory", 0))
		if m.CPU <= 0 || m.Speed <= 0 || m.Memory <= 0 {
			return invalid("Need to specify custom parameter values cpu, cpu speed and memory when using custom offering")
		}
		return nil
	}
	for _, name := range []string{"cpuNumber", "cpuSpeed", "memory"} {
		if details[name] != "" {
			return invalid("cpuNumber or cpuSpeed or memory should not be specified for static service offering")
		}
	}
	m.size(o)
	return nil
}

// size takes cores, speed and memory from an offering.
func (m *machine) size(offering object) {
	fixed := params{"cpu": offering.text("cpunumber"), "speed": offering.text("cpuspeed"), "memory": offering.text("memory")}
	m.CPU, m.Speed, m.Memory = int64(fixed.int("cpu", 0)), int64(fixed.int("speed", 0)), int64(fixed.int("memory", 0))
}

// choosePlace checks that the template is in the zone.
func (c *call) choosePlace(m *machine) *apiError {
	for _, t := range c.world.center.templates {
		if t.text("id") == m.Template && t.text("zoneid") == m.Zone {
			return nil
		}
	}
	return invalid("The template %s is not available for use", m.Template)
}

// chooseDisks checks the size of the root disk, and makes the data disk that a disk offering asks for; nil where none does.
func (c *call) chooseDisks() (*volume, *apiError) {
	w, p := c.world, c.params
	if v, ok := p["rootdisksize"]; ok && int64(p.int("rootdisksize", 0))<<30 < templateSize {
		return nil, invalid("Root disk size should be a positive number of GB that the template fits into; %s is not", v)
	}
	offering := withID(w.center.diskOfferings, p["diskofferingid"])
	if offering == nil {
		return nil, nil
	}
	size, err := diskSize(offering, p)
	if err != nil {
		return nil, err
	}
	return &volume{row: row{ID: w.newID()}, Offering: offering.text("id"), Size: size, Device: 1, State: volumeAllocated, Created: w.Now}, nil
}

func (c *call) chooseGroups(m *machine) *apiError {
	w, p := c.world, c.params
	ids, byName := p.list("securitygroupids"), p.list("securitygroupnames")
	switch {
	case len(ids) > 0 && len(byName) > 0:
		return invalid("securitygroupids parameter is mutually exclusive with securitygroupnames parameter")
	case m.Zone != securityZoneID && (len(ids) > 0 || len(byName) > 0):
		return invalid("Can't create vm with security groups; security group feature is not enabled per zone")
	case m.Zone != securityZoneID:
		return nil
	}
	groups, err := c.groups(m.Account)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		groups = []string{w.groupNamed(m.Account, defaultGroup).ID}
	}
	m.Groups = groups
	return nil
}

// groups reads the security groups that a call names, by id or by name.
func (c *call) groups(owner string) ([]string, *apiError) {
	w := c.world
	var out []string
	for _, ref := range c.params.list("securitygroupids") {
		g := w.Groups.find(ref)
		if g == nil || !c.mayUse(g.Account) {
			return nil, errNotOurs
		}
		if !slices.Contains(out, g.ID) {
			out = append(out, g.ID)
		}
	}
	for _, name := range c.params.list("securitygroupnames") {
		g := w.groupNamed(owner, name)
		if g == nil {
			return nil, invalid("Unable to find group by name %s", name)
		}
		if !slices.Contains(out, g.ID) {
			out = append(out, g.ID)
		}
	}
	return out, nil
}

func (c *call) chooseAffinity(m *machine) *apiError {
	groups, err := c.affinityGroups(m.Account)
	m.AffinityGroups = groups
	return err
}

// affinityGroups reads the affinity groups that a call names, by id or by name.
func (c *call) affinityGroups(owner string) ([]string, *apiError) {
	w := c.world
	if len(c.params.list("affinitygroupids")) > 0 && len(c.params.list("affinitygroupnames")) > 0 {
		return nil, invalid("affinitygroupids parameter is mutually exclusive with affinitygroupnames parameter")
	}
	var out []string
	for _, ref := range c.params.list("affinitygroupids") {
		g := w.AffinityGroups.find(ref)
		if g == nil || !c.mayUse(g.Account) {
			return nil, errNotOurs
		}
		out = append(out, g.ID)
	}
	for _, name := range c.params.list("affinitygroupnames") {
		g := w.affinityGroupNamed(owner, name)
		if g == nil {
			return nil, invalid("Unable to find affinity group by name %s", name)
		}
		out = append(out, g.ID)
	}
	return out, nil
}

// chooseKeys takes the key pairs; what they put into the machine shows among its details.
func (c *call) chooseKeys(m *machine) *apiError {
	names := c.params.list("keypairs")
	if one := c.params["keypair"]; one != "" {
		names = append(names, one)
	}
	if len(names) == 0 {
		return nil
	}
	return c.world.setKeys(m, names)
}

func (w *world) setKeys(m *machine, names []string) *apiError {
	var public []string
	for _, n := range names {
		k := w.keyNamed(m.Account, n)
		if k == nil {
			return invalid("Not all specified keypairs exist")
		}
		public = append(public, k.PublicKey)
	}
	m.Keys = names
	m.setDetail("SSH.PublicKey", strings.Join(public, "\n"))
	m.setDetail("SSH.KeyPairNames", strings.Join(names, ","))
	return nil
}

// chooseDetails takes what the caller wants to be kept with the machine.
func (c *call) chooseDetails(m *machine) *apiError {
	given := c.params.details("details")
	names := make([]string, 0, len(given))
	for k := range given {
		if strings.HasPrefix(k, "extraconfig") {
			return invalid("detail name should not start with extraconfig")
		}
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		m.setDetail(k, given[k])
	}
	return nil
}

// chooseID draws the machine's id; an administrator may name it.
func (c *call) chooseID(m *machine) *apiError {
	id := c.params["customid"]
	switch {
	case id == "":
		id = c.world.newID()
	case !c.admin():
		return refuse(codeAccount, csPermission, "Please check your permissions, you are not allowed to create/update custom id")
	case !isUUID(id):
		return invalid("UUID: %s is not valid", id)
	case c.world.Machines.get(id) != nil:
		return invalid("UUID: %s already exists so can't create/update with custom id", id)
	}
	m.ID = id
	return nil
}

// chooseNetworks finds where to connect the machine: the shared network of its zone, the networks named, or the account's only one.
func (c *call) chooseNetworks(m *machine) ([]*network, *apiError) {
	w := c.world
	refs := c.params.list("networkids")
	for _, x := range c.params.maps("iptonetworklist") {
		refs = append(refs, x["networkid"])
	}
	if m.Zone == securityZoneID && len(refs) == 0 {
		return []*network{w.Networks.get(sharedNetworkID)}, nil
	}
	var out []*network
	for _, ref := range refs {
		n := w.Networks.find(ref)
		switch {
		case n == nil || n.Removed:
			return nil, invalid("Unable to find network by id %s", ref)
		case !n.Shared && !c.mayUse(n.Account):
			return nil, errNotOurs
		case m.Zone == securityZoneID && !n.Shared:
			return nil, invalid("Can specify only Shared or L2 Guest networks when deploy vm in Advance Security Group enabled zone")
		case n.Zone != m.Zone:
			return nil, invalid("Network id=%d doesn't belong to zone %s", n.Num, m.Zone)
		case !slices.Contains(out, n):
			out = append(out, n)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	for _, n := range w.Networks.Rows {
		if n.Account == m.Account && n.Zone == m.Zone && !n.Removed {
			out = append(out, n)
		}
	}
	switch len(out) {
	case 1:
		return out, nil
	case 0:
		if err := w.reserve(w.Accounts.get(m.Account), need{"network", 1}); err != nil {
			return nil, err
		}
		return []*network{w.addNetwork(m.Account, m.Zone, withName(w.center.networkOfferings, isolatedOffering),
			w.Accounts.get(m.Account).Name+"-network", w.Accounts.get(m.Account).Name+"-network")}, nil
	default:
		return nil, invalid("More than 1 default Isolated networks are found for account %s; please specify networkIds", w.Accounts.get(m.Account).Name)
	}
}
