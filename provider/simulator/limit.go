package simulator

import (
	"fmt"
	"slices"
	"strconv"
)

// resourceTypes are what CloudStack counts, by the number it calls them.
var resourceTypes = [...]string{
	"user_vm", "public_ip", "volume", "snapshot", "template", "project", "network", "vpc", "cpu", "memory",
	"primary_storage", "secondary_storage", "backup", "backup_storage", "bucket", "object_storage", "gpu",
}

const unlimited = -1

// projectLimits are what a project may have unless somebody changed it.
var projectLimits = map[string]int64{
	"user_vm": 20, "public_ip": 20, "volume": 20, "snapshot": 20, "template": 20, "network": 20, "vpc": 20, "cpu": 40, "memory": 40960,
	"primary_storage": 200, "secondary_storage": 400, "backup": 20, "backup_storage": 400, "bucket": 20, "object_storage": 400, "gpu": 20,
}

// limit returns how much of a resource an account may have, or unlimited.
func (w *world) limit(a *account, resource string) int64 {
	if n, ok := a.Limits[resource]; ok {
		return n
	}
	if a.Project != "" {
		if n, ok := projectLimits[resource]; ok {
			return n
		}
		return unlimited
	}
	if n, ok := w.config.Limits[resource]; ok && a.Type == accountUser {
		return n
	}
	return unlimited
}

// usage counts what an account has of a resource. What is destroyed and not yet expunged counts no more.
func (w *world) usage(a *account, resource string) int64 {
	var n int64
	switch resource {
	case "user_vm", "cpu", "memory":
		for _, m := range w.machines.present[a.ID] {
			switch resource {
			case "user_vm":
				n++
			case "cpu":
				n += m.CPU
			case "memory":
				n += m.Memory
			}
		}
	case "public_ip":
		for _, x := range w.Addresses.Rows {
			if x.Account == a.ID {
				n++
			}
		}
	case "volume", "primary_storage":
		for _, v := range w.Volumes.Rows {
			if m := w.Machines.get(v.Machine); v.Account != a.ID || v.Removed || v.Root && m != nil && m.gone() {
				continue
			}
			if resource == "volume" {
				n++
			} else {
				n += v.Size >> 30
			}
		}
	case "network":
		for _, x := range w.Networks.Rows {
			if x.Account == a.ID && !x.Removed {
				n++
			}
		}
	case "project":
		for _, p := range w.Projects.Rows {
			if p.Owner == a.ID {
				n++
			}
		}
	}
	return n
}

// A need is what something takes of a resource: GiB of primary_storage, MB of memory, a number of everything else.
type need struct {
	resource string
	amount   int64
}

// needs of a machine, without its volumes.
func (m *machine) needs() []need { return []need{{"user_vm", 1}, {"cpu", m.CPU}, {"memory", m.Memory}} }

// reserve refuses what would go over an account's limit. Addresses have a code and a text of their own.
func (w *world) reserve(a *account, needs ...need) *apiError {
	for _, n := range needs {
		limit := w.limit(a, n.resource)
		if limit == unlimited || n.amount <= 0 {
			continue
		}
		used := w.usage(a, n.resource)
		if used+n.amount <= limit {
			continue
		}
		if n.resource == "public_ip" {
			return refuse(codeAccountLimit, csAccountLimit, "Maximum number of public IP addresses for account: %s has been exceeded.", a.Name)
		}
		whose := "Account"
		if a.Project != "" {
			whose = "Project"
		}
		say := decimal
		if n.resource == "primary_storage" {
			say = func(gib int64) string { return fmt.Sprintf("(%.2f GB) %d", float64(gib), gib<<30) }
		}
		return refuse(codeResourceLimit, csAPI, "Maximum amount of resources of Type = '%s', tag = 'null' for %s Name = %s in Domain Id = 1 is exceeded: "+
			"%s Resource Limit = %s, Current %s Resource Amount = %s, Current %s Resource Reservation = %s, Requested Resource Amount = %s.",
			n.resource, whose, a.Name, whose, say(limit), whose, say(used), whose, decimal(0), say(n.amount))
	}
	return nil
}

// reserveInJob is reserve for what a job does.
func (w *world) reserveInJob(a *account, needs ...need) *apiError {
	err := w.reserve(a, needs...)
	if err != nil {
		err.byJob = true
	}
	return err
}

// listResourceLimits shows the limits of an account; the recorded server shows the caller's own even where a project is named.
func listResourceLimits(c *call) (object, *apiError) {
	a := c.account
	if c.params["projectid"] == "" {
		var err *apiError
		if a, err = c.owner(); err != nil {
			return nil, err
		}
	}
	if t := c.params.int("resourcetype", 0); t < 0 || t >= len(resourceTypes) {
		return nil, invalid("Please specify a valid resource type.")
	}
	if name := c.params["resourcetypename"]; name != "" && !slices.Contains(resourceTypes[:], name) {
		return nil, invalid("Please specify a valid resource type name.")
	}
	var types []int
	for i, name := range resourceTypes {
		wanted := c.params["resourcetype"] == "" || c.params["resourcetype"] == strconv.Itoa(i)
		if given := c.params["resourcetypename"]; given != "" {
			wanted = given == name
		}
		if wanted {
			types = append(types, i)
		}
	}
	return page(c, "resourcelimit", types, func(i int) object {
		return append(c.world.fullyOwnedBy(a.ID), object{
			{"resourcetype", strconv.Itoa(i)}, {"resourcetypename", resourceTypes[i]}, {"max", c.world.limit(a, resourceTypes[i])},
		}...)
	})
}

func updateResourceLimit(c *call) (object, *apiError) {
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	i := c.params.int("resourcetype", -1)
	if i < 0 || i >= len(resourceTypes) {
		return nil, invalid("Please specify correct resource type")
	}
	if a.Limits == nil {
		a.Limits = map[string]int64{}
	}
	a.Limits[resourceTypes[i]] = int64(c.params.int("max", unlimited))
	return object{{"resourcelimit", append(c.world.fullyOwnedBy(a.ID), object{
		{"resourcetype", strconv.Itoa(i)}, {"resourcetypename", resourceTypes[i]}, {"max", c.world.limit(a, resourceTypes[i])},
	}...)}}, nil
}

// usageFields are the resources that accounts and projects show, in the order in which an account shows them.
var usageFields = []struct{ resource, name string }{
	{"user_vm", "vm"}, {"public_ip", "ip"}, {"volume", "volume"}, {"snapshot", "snapshot"}, {"backup", "backup"},
	{"backup_storage", "backupstorage"}, {"template", "template"}, {"project", "project"}, {"network", "network"}, {"vpc", "vpc"},
	{"cpu", "cpu"}, {"memory", "memory"}, {"gpu", "gpu"}, {"primary_storage", "primarystorage"},
	{"secondary_storage", "secondarystorage"}, {"bucket", "bucket"}, {"object_storage", "objectstorage"},
}

// renderUsage shows limit, total and what is left of every resource.
func (w *world) renderUsage(a *account) object {
	var o object
	for _, f := range usageFields {
		if f.resource == "project" && a.Project != "" {
			continue
		}
		limit, used := w.limit(a, f.resource), w.usage(a, f.resource)
		limitText, left, total := "Unlimited", "Unlimited", any(used)
		if limit != unlimited {
			limitText, left = decimal(limit), decimal(limit-used)
		}
		if f.resource == "secondary_storage" {
			total = number("0.0")
			if limit != unlimited {
				left = decimal(limit) + ".0"
			}
		}
		o = append(o, object{{f.name + "limit", limitText}, {f.name + "total", total}, {f.name + "available", left}}...)
		if f.resource == "template" {
			running := w.countState(a, stateRunning)
			o.add("vmstopped", int(w.usage(a, "user_vm"))-running)
			o.add("vmrunning", running)
		}
	}
	return o
}

func (w *world) countState(a *account, states ...string) int {
	n := 0
	for _, m := range w.machines.present[a.ID] {
		if slices.Contains(states, m.State) {
			n++
		}
	}
	return n
}
