package simulator

import (
	"fmt"
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
	left := 0
	for _, m := range w.Machines.Rows {
		if m.Account == p.Account && m.State != stateExpunged {
			left++
		}
	}
	if left > 0 && !c.params.bool("cleanup") {
		return nil, failJob(codeInternal, "Can't delete the project yet because it has %d VirtualMachine to clean up", left)
	}
	w.dropTags(p.ID)
	w.Projects.remove(p.ID)
	return succeeded(), nil
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
		{"tags", w.renderTags(p.ID)},
	}...)
	o = append(o, w.renderUsage(a)...)
	o.add("created", wireTime(p.Created))
	return o
}
