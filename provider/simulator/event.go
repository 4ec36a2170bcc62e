package simulator

import (
	"slices"
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
	Kind        string
	State       string // Scheduled or Completed
	Parent      string `json:",omitempty"`
	Created     time.Time
}

// eventsKept is how many events there are at most; when there are more a tenth is forgotten.
const eventsKept = 10000

// scheduleEvent tells that a job was submitted. It returns the event's id, or nothing where the command has no events.
func (w *world) scheduleEvent(j *job) string {
	kind := w.center.commands[j.Command].events
	if kind == "" {
		return ""
	}
	return w.addEvent(&event{
		Type: kind, Level: "INFO", Description: "Scheduled " + j.Command, Account: j.Account, User: j.User, Resource: j.Resource, Kind: j.Kind,
		State: "Scheduled",
	})
}

// endEvent tells how a job ended.
func (w *world) endEvent(j *job, failure *apiError) {
	kind := w.center.commands[j.Command].events
	if kind == "" {
		return
	}
	e := &event{
		Type: kind, Level: "INFO", Description: "Successfully completed " + j.Command, Account: j.Account, User: j.User, Resource: j.Resource,
		Kind: j.Kind, State: "Completed", Parent: j.Event,
	}
	if failure != nil {
		e.Level, e.Description = "ERROR", "Error while "+j.Command+": "+failure.text
	}
	w.addEvent(e)
}

// callEvent tells of a command without a job.
func (c *call) callEvent(failure *apiError) {
	if c.cmd.events == "" {
		return
	}
	e := &event{
		Type: c.cmd.events, Level: "INFO", Description: "Successfully completed " + c.cmd.name, Account: c.account.ID, User: c.user.ID,
		Resource: c.params["id"], State: "Completed",
	}
	if failure != nil {
		e.Level, e.Description = "ERROR", "Error while "+c.cmd.name+": "+failure.text
	}
	c.world.addEvent(e)
}

func (w *world) addEvent(e *event) string {
	e.ID, e.Created = w.newID(), w.Now
	w.Events.add(e)
	if len(w.Events.Rows) > eventsKept {
		w.Events.dropFirst(eventsKept / 10)
	}
	return e.ID
}

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
	var found []*event
	for _, e := range slices.Backward(c.world.Events.Rows) {
		if visible(e.Account) && (p["type"] == "" || p["type"] == e.Type) && (p["level"] == "" || p["level"] == e.Level) &&
			(p["id"] == "" || p["id"] == e.ID) && (p["resourceid"] == "" || p["resourceid"] == e.Resource) &&
			!e.Created.Before(since) && (until.IsZero() || !e.Created.After(until)) && c.keyword(e.Type, e.Description) {
			found = append(found, e)
		}
	}
	return page(c, "event", found, c.world.renderEvent)
}

func (w *world) renderEvent(e *event) object {
	o := object{{"id", e.ID}, {"username", w.Users.get(e.User).Name}, {"type", e.Type}, {"level", e.Level}, {"description", e.Description}}
	o = append(o, w.fullyOwnedBy(e.Account)...)
	o.addIf("resourceid", e.Resource)
	o.addIf("resourcetype", e.Kind)
	o = append(o, object{{"created", wireTime(e.Created)}, {"state", e.State}}...)
	o.addIf("parentid", e.Parent)
	return o
}
