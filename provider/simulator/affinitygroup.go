package simulator

import (
	"slices"
	"strings"
)

// An affinityGroup tells where its machines run in relation to each other.
type affinityGroup struct {
	row
	Account     string
	Name        string
	Description string
	Type        string
}

const antiAffinity = "host anti-affinity"

// affinityTypes are what listAffinityGroupTypes shows; the server knows one more, for dedicated hosts.
var affinityTypes = []string{antiAffinity, "host affinity", "non-strict host anti-affinity", "non-strict host affinity"}

func (w *world) affinityGroupNamed(accountID, name string) *affinityGroup {
	for _, g := range w.AffinityGroups.Rows {
		if g.Account == accountID && equalNames(g.Name, name) {
			return g
		}
	}
	return nil
}

func startCreateAffinityGroup(c *call) (*started, *apiError) {
	w := c.world
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	name, kind := c.params["name"], c.params["type"]
	if !slices.Contains(affinityTypes, kind) {
		return nil, invalid("Unable to create affinity group, invalid affinity group type: %s. Valid values are non-strict host affinity,"+
			"host affinity,host anti-affinity,ExplicitDedication,non-strict host anti-affinity", kind)
	}
	if w.affinityGroupNamed(a.ID, name) != nil {
		return nil, invalid("Unable to create affinity group, a group with name %s already exists.", name)
	}
	g := w.AffinityGroups.add(&affinityGroup{row: row{ID: w.newID()}, Account: a.ID, Name: name, Description: c.params["description"], Type: kind})
	return &started{resource: g.ID, anonymous: true, creates: true}, nil
}

func createdAffinityGroup(c *call) (object, *apiError) {
	g := c.world.AffinityGroups.get(c.job.Resource)
	if g == nil {
		return nil, failJob(codeInternal, "Failed to create affinity group entity")
	}
	return object{{"affinitygroup", c.world.renderAffinityGroup(g)}}, nil
}

func startDeleteAffinityGroup(c *call) (*started, *apiError) {
	w := c.world
	var g *affinityGroup
	switch id, name := c.params["id"], c.params["name"]; {
	case id != "" && name != "":
		return nil, failJob(codeParameter, "name and id parameters are mutually exclusive")
	case id == "" && name == "":
		return nil, failJob(codeParameter, "Either id or name parameter is required by deleteAffinityGroup command")
	case id != "":
		g = w.AffinityGroups.find(id)
	default:
		a, err := c.owner()
		if err != nil {
			return nil, err
		}
		if g = w.affinityGroupNamed(a.ID, c.params["name"]); g == nil {
			return nil, failJob(codeParameter, "Unable to find affinity group %s", c.params["name"])
		}
	}
	if g == nil || !c.mayUse(g.Account) {
		return nil, errNotOurs
	}
	return &started{resource: g.ID, anonymous: true}, nil
}

// deleteAffinityGroup deletes a group with machines in it too; they just leave it.
func deleteAffinityGroup(c *call) (object, *apiError) {
	w := c.world
	g := w.AffinityGroups.get(c.job.Resource)
	if g == nil {
		return nil, failJob(codeParameter, "Unable to find affinity group %s", c.params["name"])
	}
	for _, m := range w.Machines.Rows {
		m.AffinityGroups = slices.DeleteFunc(m.AffinityGroups, func(id string) bool { return id == g.ID })
	}
	w.AffinityGroups.remove(g.ID)
	return succeeded(), nil
}

func listAffinityGroups(c *call) (object, *apiError) {
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var of *machine
	if ref := c.params["virtualmachineid"]; ref != "" {
		if of = c.world.Machines.find(ref); of == nil {
			return object{}, nil
		}
	}
	var found []*affinityGroup
	for _, g := range c.world.AffinityGroups.Rows {
		if keep(g.Account, g.ID, g.Name) && c.keyword(g.Name) && (c.params["type"] == "" || strings.EqualFold(c.params["type"], g.Type)) &&
			(of == nil || slices.Contains(of.AffinityGroups, g.ID)) {
			found = append(found, g)
		}
	}
	return page(c, "affinitygroup", found, c.world.renderAffinityGroup)
}

func listAffinityGroupTypes(c *call) (object, *apiError) {
	return page(c, "affinityGroupType", affinityTypes, func(t string) object { return object{{"type", t}} })
}

func (w *world) renderAffinityGroup(g *affinityGroup) object {
	o := object{{"id", g.ID}, {"name", g.Name}}
	o.addIf("description", g.Description)
	o = append(o, w.fullyOwnedBy(g.Account)...)
	o.add("type", g.Type)
	var ids []string
	for _, m := range w.Machines.Rows {
		if !m.gone() && slices.Contains(m.AffinityGroups, g.ID) {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) > 0 {
		o.add("virtualmachineIds", ids)
	}
	return o
}
