package simulator

import "slices"

const defaultGroup = "default"

// A securityGroup is a named set of rules; names are unique in an account, ignoring case.
type securityGroup struct {
	row
	Account     string
	Name        string
	Description string
	Rules       []string // ids, in the order of their making
}

func (w *world) addDefaultGroup(a *account) {
	w.Groups.add(&securityGroup{row: row{ID: w.newID()}, Account: a.ID, Name: defaultGroup, Description: "Default Security Group"})
}

// groupNamed finds an account's group by name. CloudStack's database compares names without regard to case.
func (w *world) groupNamed(accountID, name string) *securityGroup {
	for _, g := range w.Groups.Rows {
		if g.Account == accountID && equalNames(g.Name, name) {
			return g
		}
	}
	return nil
}

func createSecurityGroup(c *call) (object, *apiError) {
	w := c.world
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	name := c.params["name"]
	if w.groupNamed(a.ID, name) != nil {
		return nil, invalid("Unable to create security group, a group with name %s already exists.", name)
	}
	g := w.Groups.add(&securityGroup{row: row{ID: w.newID()}, Account: a.ID, Name: name, Description: c.params["description"]})
	return object{{"securitygroup", w.renderGroup(g, groupListed)}}, nil
}

func deleteSecurityGroup(c *call) (object, *apiError) {
	w := c.world
	var g *securityGroup
	switch id, name := c.params["id"], c.params["name"]; {
	case id == "" && name == "":
		return nil, invalid("Either id or name parameter is required by deleteSecurityGroup command")
	case id != "" && name != "":
		return nil, invalid("name and id parameters are mutually exclusive")
	case id != "":
		g = w.Groups.find(id)
	default:
		a, err := c.owner()
		if err != nil {
			return nil, err
		}
		if g = w.groupNamed(a.ID, name); g == nil {
			return nil, invalid("Unable to find security group by name %s for the account id=%d", name, a.Num)
		}
	}
	switch {
	case g == nil:
		return nil, invalid("Unable to find network group: %s; failed to delete group.", c.params["id"])
	case !c.mayUse(g.Account):
		return nil, errNotOurs
	case g.Name == defaultGroup:
		return nil, invalid("The network group default is reserved")
	case len(w.machinesOf[g.ID]) > 0:
		return nil, refuse(codeInUse, csAPI, "Cannot delete group when it's in use by virtual machines")
	case slices.ContainsFunc(w.Rules.Rows, func(r *securityRule) bool { return r.Source == g.ID }):
		return nil, refuse(codeInUse, csAPI, "Cannot delete group when there are security rules that allow this group")
	}
	w.removeGroup(g)
	return succeeded(), nil
}

// removeGroup removes a group with its rules, and rules of others that name it.
func (w *world) removeGroup(g *securityGroup) {
	for _, r := range slices.Clone(w.Rules.Rows) {
		if r.Group == g.ID || r.Source == g.ID {
			w.removeRuleOf(w.Groups.get(r.Group), r)
		}
	}
	w.dropTags(g.ID)
	w.Groups.remove(g.ID)
}

func updateSecurityGroup(c *call) (object, *apiError) {
	g := c.world.Groups.find(c.params["id"])
	if g == nil || !c.mayUse(g.Account) {
		return nil, errNotOurs
	}
	name := c.params["name"]
	switch other := c.world.groupNamed(g.Account, name); {
	case g.Name == defaultGroup:
		return nil, invalid("The default security group cannot be renamed")
	case other != nil && other != g:
		return nil, invalid("A security group with name %s already exists.", name)
	case name != "":
		g.Name = name
	}
	return object{{"securitygroup", c.world.renderGroup(g, groupListed)}}, nil
}

func listSecurityGroups(c *call) (object, *apiError) {
	w := c.world
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var of *machine
	if ref := c.params["virtualmachineid"]; ref != "" {
		if of = w.Machines.find(ref); of == nil {
			return object{}, nil
		}
	}
	name, named := c.params["securitygroupname"]
	var found []*securityGroup
	for _, g := range w.Groups.Rows {
		if keep(g.Account, g.ID, g.Name) && c.keyword(g.Name) && (!named || equalNames(g.Name, name)) && (of == nil || slices.Contains(of.Groups, g.ID)) {
			found = append(found, g)
		}
	}
	return page(c, "securitygroup", found, func(g *securityGroup) object { return w.renderGroup(g, groupListed) })
}

// groupView is how much of a group an answer shows.
type groupView int

const (
	groupListed    groupView = iota // everything
	groupOfMachine                  // no rules, no domain: inside a machine
)

func (w *world) renderGroup(g *securityGroup, view groupView) object {
	o := make(object, 0, 12)
	o = append(o, object{{"id", g.ID}, {"name", g.Name}}...)
	o.addIf("description", g.Description)
	if view == groupOfMachine {
		o = append(o, w.ownedBy(g.Account)...)
		return append(o, object{{"ingressrule", []object{}}, {"egressrule", []object{}}, {"tags", []object{}}, {"virtualmachineids", []string{}}}...)
	}
	o = append(o, w.fullyOwnedBy(g.Account)...)
	ingress, egress := []object{}, []object{}
	for _, id := range g.Rules {
		if r := w.Rules.get(id); r.Egress {
			egress = append(egress, w.renderRule(r, true))
		} else {
			ingress = append(ingress, w.renderRule(r, true))
		}
	}
	members := slices.DeleteFunc(slices.Clone(w.machinesOf[g.ID]), (*machine).gone)
	slices.SortFunc(members, func(a, b *machine) int { return int(a.Num - b.Num) })
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	return append(o, object{
		{"ingressrule", ingress}, {"egressrule", egress}, {"tags", w.ownedTags(g.ID)},
		{"virtualmachinecount", len(ids)}, {"virtualmachineids", ids},
	}...)
}
