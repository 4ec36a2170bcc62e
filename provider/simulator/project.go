package simulator

import (
	"fmt"
	"slices"
	"time"
)

// A project owns things through an account of its own, which its owner may use.
type project struct {
	row
	Name        string
	DisplayText string
	Owner       string // account
	Account     string // the project's
	Created     time.Time
}

func startCreateProject(c *call) (*started, *apiError) {
	w := c.world
	for _, p := range w.Projects.Rows {
		if equalNames(p.Name, c.params["name"]) {
			return nil, invalid("Project with name %s already exists in domain id=1", c.params["name"])
		}
	}
	p := w.Projects.add(&project{
		row: row{ID: w.newID()}, Name: c.params["name"], DisplayText: c.params["displaytext"], Owner: c.account.ID, Created: w.Now,
	})
	if p.DisplayText == "" {
		p.DisplayText = p.Name
	}
	a := w.Accounts.add(&account{
		row: row{ID: w.newID()}, Name: fmt.Sprintf("PrjAcct-%s-%d", p.Name, p.Num), Type: accountProject, Project: p.ID, Created: w.Now,
	})
	p.Account = a.ID
	w.addDefaultGroup(a)
	return &started{resource: p.ID, anonymous: true, creates: true}, nil
}

func createdProject(c *call) (object, *apiError) {
	if c.world.Projects.get(c.job.Resource) == nil {
		return nil, failJob(codeInternal, "Failed to create a project")
	}
	return object{{"project", c.world.renderProject(c.world.Projects.get(c.job.Resource))}}, nil
}

// project finds the project that a parameter names, if it is the caller's.
func (c *call) project() (*project, *apiError) {
	p := c.world.Projects.find(c.params["id"])
	if p == nil {
		return nil, invalid("Unable to find the project id=%s", c.params["id"])
	}
	if !c.mayUse(p.Account) {
		return nil, errNotOurs
	}
	return p, nil
}

func startProject(c *call) (*started, *apiError) {
	p, err := c.project()
	if err != nil {
		return nil, err
	}
	return &started{resource: p.ID, anonymous: true}, nil
}

func updateProject(c *call) (object, *apiError) {
	p := c.world.Projects.get(c.job.Resource)
	if p == nil {
		return nil, failJob(codeParameter, "Unable to find the project")
	}
	if v := c.params["displaytext"]; v != "" {
		p.DisplayText = v
	}
	if v := c.params["name"]; v != "" {
		p.Name = v
	}
	return object{{"project", c.world.renderProject(p)}}, nil
}

// deleteProject fails while the project has machines, destroyed ones that were not expunged yet included.
func deleteProject(c *call) (object, *apiError) {
	w := c.world
	p := w.Projects.get(c.job.Resource)
	if p == nil {
		return nil, failJob(codeParameter, "The project doesn't exist in the system")
	}
	left := len(w.machines.list([]string{p.Account}, true))
	if left > 0 && !c.params.bool("cleanup") {
		return nil, failJob(codeInternal, "Can't delete the project yet because it has %d VirtualMachine to clean up", left)
	}
	w.endProject(p)
	return succeeded(), nil
}

// endProject removes a project and all that it owns. Its account stays: jobs and machines that were tell of it.
func (w *world) endProject(p *project) {
	of := p.Account
	for _, m := range slices.Clone(w.machines.list([]string{of}, true)) {
		w.expunge(m)
	}
	for _, v := range w.Volumes.Rows {
		if v.Account == of && !v.Removed {
			w.removeVolume(v)
		}
	}
	for _, n := range w.Networks.Rows {
		if n.Account == of && !n.Removed {
			w.removeNetwork(n)
		}
	}
	for _, a := range w.Addresses.Rows {
		if a.Account == of {
			w.release(a)
		}
	}
	for _, g := range slices.Clone(w.Groups.Rows) {
		if g.Account == of {
			w.removeGroup(g)
		}
	}
	w.Keys.Rows = slices.DeleteFunc(w.Keys.Rows, func(k *sshKey) bool { return k.Account == of })
	w.AffinityGroups.Rows = slices.DeleteFunc(w.AffinityGroups.Rows, func(g *affinityGroup) bool { return g.Account == of })
	w.Keys.reindex()
	w.AffinityGroups.reindex()
	w.dropTags(p.ID)
	w.Projects.remove(p.ID)
	w.Accounts.get(of).Ended = p.Name
}

func listProjects(c *call) (object, *apiError) {
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var found []*project
	for _, p := range c.world.Projects.Rows {
		if keep(p.Owner, p.ID, p.Name) && c.keyword(p.Name, p.DisplayText) {
			found = append(found, p)
		}
	}
	return page(c, "project", found, c.world.renderProject)
}

func (w *world) renderProject(p *project) object {
	a := w.Accounts.get(p.Account)
	o := object{{"id", p.ID}, {"name", p.Name}, {"displaytext", p.DisplayText}, {"domainid", domainID}, {"domain", domainName}}
	o = append(o, object{
		{"owner", []object{{{"account", w.Accounts.get(p.Owner).Name}}}}, {"projectaccountname", a.Name}, {"state", "Active"},
		{"tags", w.ownedTags(p.ID)},
	}...)
	o = append(o, w.renderUsage(a)...)
	o.add("created", wireTime(p.Created))
	return o
}
