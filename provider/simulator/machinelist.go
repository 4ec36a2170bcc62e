package simulator

import (
	"slices"
	"strings"
)

func listVirtualMachines(c *call) (object, *apiError) {
	v, err := c.view()
	if err != nil {
		return nil, err
	}
	if c.params["id"] != "" && c.params["ids"] != "" {
		return nil, invalid("Specify either id or ids but not both parameters")
	}
	candidates, err := c.candidates()
	if err != nil {
		return nil, err
	}
	passes, err := c.machineFilter()
	if err != nil {
		return nil, err
	}
	found := candidates
	if passes != nil {
		found = nil
		for _, m := range candidates {
			if passes(m) {
				found = append(found, m)
			}
		}
	}
	var shown object
	return page(c, "virtualmachine", found, func(m *machine) object {
		shown = c.world.renderMachine(shown[:0], m, v)
		return shown
	})
}

// candidates are the machines that a list may show, in the order of their creation: those it names by id, or all. Only administrators see
// destroyed ones.
func (c *call) candidates() ([]*machine, *apiError) {
	visible, err := c.scope()
	if err != nil {
		return nil, err
	}
	ids := c.params.list("ids")
	if id := c.params["id"]; id != "" {
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		return slices.DeleteFunc(c.world.Machines.some(ids), func(m *machine) bool {
			return !visible(m.Account) || m.State == stateExpunged || m.gone() && !c.admin()
		}), nil
	}
	var accounts []string
	for _, a := range c.world.Accounts.Rows {
		if visible(a.ID) {
			accounts = append(accounts, a.ID)
		}
	}
	return c.world.machines.list(accounts, c.admin()), nil
}

// machineFilter makes one test out of all that a list of machines was asked for; it is nil where all are wanted.
func (c *call) machineFilter() (func(*machine) bool, *apiError) {
	w, p := c.world, c.params
	var tests []func(*machine) bool
	byTag, err := c.tagFilter()
	if err != nil {
		return nil, err
	}
	if byTag != nil {
		tests = append(tests, func(m *machine) bool { return byTag(m.ID) })
	}
	if name, named := p["name"]; named {
		tests = append(tests, func(m *machine) bool { return strings.EqualFold(m.Name, name) })
	}
	when := func(param string, test func(m *machine, v string) bool) {
		if v := p[param]; v != "" {
			tests = append(tests, func(m *machine) bool { return test(m, v) })
		}
	}
	when("state", func(m *machine, v string) bool { return stateMatches(v, m.State) })
	when("keyword", func(m *machine, v string) bool {
		return contains(m.Name, v) || contains(m.DisplayName, v) || contains(m.State, v)
	})
	when("zoneid", func(m *machine, v string) bool { return m.Zone == v })
	when("templateid", func(m *machine, v string) bool { return m.Template == v })
	when("serviceofferingid", func(m *machine, v string) bool { return m.Offering == v })
	when("groupid", func(m *machine, v string) bool { return m.Group == v })
	when("userid", func(m *machine, v string) bool { return m.User == v })
	when("securitygroupid", func(m *machine, v string) bool { return slices.Contains(m.Groups, v) })
	when("affinitygroupid", func(m *machine, v string) bool { return slices.Contains(m.AffinityGroups, v) })
	when("keypair", func(m *machine, v string) bool { return slices.Contains(m.Keys, v) })
	when("hypervisor", func(_ *machine, v string) bool { return equalNames(v, hypervisor) })
	when("haenable", func(_ *machine, v string) bool { return !strings.EqualFold(v, "true") })
	when("networkid", func(m *machine, v string) bool { return w.isOn(m, v) })
	if len(tests) == 0 {
		return nil, nil
	}
	return func(m *machine) bool {
		for _, passes := range tests {
			if !passes(m) {
				return false
			}
		}
		return true
	}, nil
}

// stateMatches reads the state filter: Present means not destroyed. Nonsense matches nothing.
func stateMatches(wanted, state string) bool {
	return strings.EqualFold(wanted, state) ||
		strings.EqualFold(wanted, "Present") && state != stateDestroyed && state != stateExpunging
}

func (w *world) isOn(m *machine, network string) bool {
	return slices.ContainsFunc(m.NICs, func(id string) bool { return w.NICs.get(id).Network == network })
}
