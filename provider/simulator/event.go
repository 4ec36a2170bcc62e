package simulator

import (
	"slices"
	"strings"
	"time"
)

// An event is a line of the account's history.
type event struct {
	row
	Type        string
	Level       string
	Description string
	Account     string
	User        string
	Resource    string
	Kind        string // of the resource
	State       string // Scheduled, Started or Completed
	Parent      string `json:",omitempty"` // the one that told that the job was scheduled
	Created     time.Time
}

const (
	eventScheduled = "Scheduled"
	eventStarted   = "Started"
	eventCompleted = "Completed"
)

// eventsKept is how many events there are at most; when there are more a tenth is forgotten.
const eventsKept = 10000

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// tell adds an event about a job; it does nothing for commands without events. That a job was scheduled is told to the owner of what it is
// about, whoever asked for it; how it went on is told to the caller.
func (w *world) tell(j *job, state, level string, describe func(eventKind) string) {
	kind := w.center.commands[j.Command].events
	if kind == "" {
		return
	}
	k, account := eventKinds[kind], j.Account
	if _, owner := w.aboutResource(k.resource, j.Resource); state == eventScheduled && owner != "" {
		account = owner
	}
	e := w.addEvent(&event{
		Type: kind, Level: level, Description: describe(k), Account: account, User: j.User, Resource: j.Resource, Kind: k.resource,
		State: state, Parent: j.Event,
	})
	if state == eventScheduled {
		j.Event = e.ID
	}
}

// tellScheduled tells that a job was submitted.
func (w *world) tellScheduled(j *job) {
	w.tell(j, eventScheduled, "INFO", func(k eventKind) string {
		if j.Resource == "" {
			return capital(k.doing)
		}
		return capital(k.doing) + " with ID: " + j.Resource
	})
}

// tellStarted tells that a job got to work.
func (w *world) tellStarted(id string) {
	if j := w.Jobs.get(id); j != nil && j.Status == jobPending {
		w.tell(j, eventStarted, "INFO", func(k eventKind) string { return capital(k.about(j.Resource)) })
	}
}

// tellEnded tells how a job ended. Why it failed stands in its result only.
func (w *world) tellEnded(j *job, failure *apiError) {
	level, said := "INFO", "Successfully completed "
	if failure != nil {
		level, said = "ERROR", "Error while "
	}
	w.tell(j, eventCompleted, level, func(k eventKind) string { return said + k.about(j.Resource) })
}

// tellDone tells of a command without a job: of the resource that it named or made.
func (c *call) tellDone(answer object, failure *apiError) {
	if c.cmd.events == "" {
		return
	}
	k := eventKinds[c.cmd.events]
	resource := c.params["id"]
	for _, f := range answer {
		if made, ok := f.value.(object); ok && resource == "" {
			resource = made.text("id")
		}
	}
	level, said := "INFO", "Successfully completed "
	if failure != nil {
		level, said = "ERROR", "Error while "
	}
	c.world.addEvent(&event{
		Type: c.cmd.events, Level: level, Description: said + k.about(resource), Account: c.account.ID, User: c.user.ID, Resource: resource,
		Kind: k.resource, State: eventCompleted,
	})
}

func (w *world) addEvent(e *event) *event {
	e.ID, e.Created = w.newID(), w.Now
	w.Events.add(e)
	if len(w.Events.Rows) > eventsKept {
		w.Events.dropFirst(eventsKept / 10)
	}
	return e
}

// listEvents shows events by second, the last one first; what happened within a second is in the order in which it did.
func listEvents(c *call) (object, *apiError) {
	p := c.params
	visible, err := c.scope()
	if err != nil {
		return nil, err
	}
	since, err := c.date("startdate")
	if err != nil {
		return nil, err
	}
	until, err := c.date("enddate")
	if err != nil {
		return nil, err
	}
	is := func(name, value string) bool { return p[name] == "" || strings.EqualFold(p[name], value) }
	var found []*event
	for _, e := range c.world.Events.Rows {
		if visible(e.Account) && is("type", e.Type) && is("level", e.Level) && is("state", e.State) && is("id", e.ID) &&
			is("resourceid", e.Resource) && is("resourcetype", e.Kind) && (is("startid", e.ID) || is("startid", e.Parent)) &&
			!p.bool("archived") && !e.Created.Before(since) && (until.IsZero() || !e.Created.After(until)) &&
			c.keyword(e.Type, e.Description, e.Level) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b *event) int { return b.Created.Truncate(time.Second).Compare(a.Created.Truncate(time.Second)) })
	return page(c, "event", found, c.world.renderEvent)
}

func (w *world) renderEvent(e *event) object {
	o := object{{"id", e.ID}, {"username", w.Users.get(e.User).Name}, {"type", e.Type}, {"level", e.Level}, {"description", e.Description}}
	o = append(o, w.fullyOwnedBy(e.Account)...)
	if e.Resource != "" {
		o.add("resourceid", e.Resource)
		o.addIf("resourcetype", e.Kind)
		name, _ := w.aboutResource(e.Kind, e.Resource)
		o.addIf("resourcename", name)
	}
	o = append(o, object{{"created", wireTime(e.Created)}, {"state", e.State}}...)
	o.addIf("parentid", e.Parent)
	return o
}

// aboutResource tells name and owner of what an event is about. Removed machines, networks and volumes are still known, other things are not.
func (w *world) aboutResource(kind, id string) (name, owner string) {
	switch kind {
	case "AffinityGroup":
		if g := w.AffinityGroups.get(id); g != nil {
			return g.Name, g.Account
		}
	case "FirewallRule", "LoadBalancerRule", "PortForwardingRule":
		if r := w.NetRules.get(id); r != nil {
			return r.Name, r.Account
		}
	case "IpAddress":
		if a := w.Addresses.get(id); a != nil {
			return a.IP, a.Account
		}
	case "Network":
		if n := w.Networks.get(id); n != nil {
			return n.Name, n.Account
		}
	case "Project":
		if p := w.Projects.get(id); p != nil {
			return p.Name, p.Owner
		}
	case "SecurityGroup":
		if g := w.Groups.get(id); g != nil {
			return g.Name, g.Account
		}
	case "SSHKeyPair":
		if k := w.Keys.get(id); k != nil {
			return k.Name, k.Account
		}
	case "VirtualMachine":
		if m := w.Machines.get(id); m != nil {
			return m.Name, m.Account
		}
	case "Volume":
		if v := w.Volumes.get(id); v != nil {
			return v.Name, v.Account
		}
	}
	return "", ""
}

func listEventTypes(c *call) (object, *apiError) {
	return object{{"count", len(c.world.center.eventTypes)}, {"eventtype", c.world.center.eventTypes}}, nil
}
