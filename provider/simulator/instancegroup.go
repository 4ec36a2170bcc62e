package simulator

// An instanceGroup is a name that machines share; it has no other effect.
type instanceGroup struct {
	row
	Account string
	Name    string
}

// instanceGroupNamed finds a group, or makes it: naming one at a machine is enough.
func (w *world) instanceGroupNamed(accountID, name string) *instanceGroup {
	for _, g := range w.InstanceGroups.Rows {
		if g.Account == accountID && equalNames(g.Name, name) {
			return g
		}
	}
	return w.InstanceGroups.add(&instanceGroup{row: row{ID: w.newID()}, Account: accountID, Name: name})
}

func listInstanceGroups(c *call) (object, *apiError) {
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var found []*instanceGroup
	for _, g := range c.world.InstanceGroups.Rows {
		if keep(g.Account, g.ID, g.Name) && c.keyword(g.Name) {
			found = append(found, g)
		}
	}
	return page(c, "instancegroup", found, func(g *instanceGroup) object {
		return append(object{{"id", g.ID}, {"name", g.Name}}, c.world.fullyOwnedBy(g.Account)...)
	})
}
