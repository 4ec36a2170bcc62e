package simulator

import (
	"strconv"
	"strings"
)

// A command is one entry of the API, as data. What its parameters are is recorded (see [apis]); what they refer to stands in refs.
type command struct {
	name      string
	envelope  string            // the key of the answer where it is not the lower-case name and "response"
	upstream  bool              // Exoscale's cloud does not have it
	adminOnly bool              // an ordinary user is told that there is no such command (432)
	required  []string          // in the order in which CloudStack misses them
	refs      map[string]kind   // parameters that hold ids, and of what
	fields    map[string]string // what errors about length call a parameter, where that is not its name
	do        func(*call) (object, *apiError)

	// Asynchronous commands have no do.
	start      func(*call) (*started, *apiError) // at the call: checks, and makes what is made at once
	begin      func(*call)                       // optional: when the job gets to work
	work       func(*call) (object, *apiError)   // when the job ends
	undo       func(*world, *job)                // optional: when a job fails before its work, what was made at the call goes
	class      string                            // of the Java class, below org.apache.cloudstack.api.command
	adminClass string                            // where an administrator's job has another one
	instance   string                            // jobinstancetype
	slow       bool                              // takes half as long again as others
	events     string                            // type of its events, such as VM.CREATE
}

// started tells what the accepted call of an asynchronous command is about.
type started struct {
	resource  string // the job's instance
	anonymous bool   // the job does not show its instance's id
	creates   bool   // the answer names the resource beside the job
	answerID  string // where that is not the resource
}

func (c *command) async() bool { return c.start != nil }

// reads tells whether a command changes nothing.
func (c *command) reads() bool {
	return strings.HasPrefix(c.name, "list") || strings.HasPrefix(c.name, "get") || strings.HasPrefix(c.name, "query")
}

// answerKey is the single key of the answer.
func (c *command) answerKey() string {
	if c.envelope != "" {
		return c.envelope
	}
	return strings.ToLower(c.name) + "response"
}

// shortName is what errors call the command.
func (c *command) shortName() string { return strings.TrimSuffix(c.answerKey(), "response") }

func (c *command) fieldName(param string) string {
	if f, ok := c.fields[param]; ok {
		return f
	}
	return param
}

// check looks at a call's parameters before the command does, as CloudStack's dispatcher does.
func (c *call) check() *apiError {
	for name, value := range c.params {
		if name == "signature" || name == "apikey" {
			continue
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }) {
			return refuse(codeParameter, csAPI, "Received value containing illegal ASCII non-printable characters for parameter %s", name)
		}
	}
	api := c.world.center.apis[c.cmd.name]
	for _, name := range c.cmd.required {
		if !c.params.has(name) || c.cmd.refs[name] != "" && c.params[name] == "" {
			return refuse(codeParameter, csAPI, "Unable to execute API command %s due to missing parameter %s", c.cmd.shortName(), name)
		}
	}
	for _, p := range api.Params {
		value, given := c.params[p.Name]
		if !given {
			continue
		}
		switch p.Type {
		case "integer", "long", "short":
			if _, err := strconv.ParseInt(value, 10, 64); err != nil && value != "" {
				return refuse(codeParameter, csAPI, "Unable to execute API command %s due to invalid value %s for parameter %s", c.cmd.shortName(), value, p.Name)
			}
		case "string":
			if len([]rune(value)) > p.Length {
				return refuse(codeParameter, csAPI, "Unable to execute API command %s due to invalid value. Value greater than max allowed length %d for param: %s",
					c.cmd.shortName(), p.Length, c.cmd.fieldName(p.Name))
			}
			if hasWideRune(value) && !c.cmd.reads() {
				return opaque(csRuntime) // the database has no such characters
			}
		}
		if k := c.cmd.refs[p.Name]; k != "" {
			if err := c.checkRefs(k, p, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkRefs refuses ids of nothing. A number is taken as an id of CloudStack's database and not looked at here.
func (c *call) checkRefs(k kind, p apiParam, value string) *apiError {
	refs := []string{value}
	if p.Type == "list" {
		refs = c.params.list(p.Name)
	}
	for _, ref := range refs {
		if _, err := strconv.ParseInt(ref, 10, 64); err == nil || ref == "" {
			continue
		}
		if !c.world.exists(k, ref) {
			return refuse(codeParameter, csAPI, "Unable to execute API command %s due to invalid value. Invalid parameter %s value=%s due to "+
				"incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.",
				c.cmd.shortName(), p.Name, ref)
		}
	}
	return nil
}

// run answers a call.
func (c *call) run() (object, *apiError) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if !c.cmd.async() {
		o, err := c.done()
		if c.exoscale() {
			o = oldBooleans(o)
		}
		return o, err
	}
	s, err := c.cmd.start(c)
	if err != nil && !err.byJob {
		return nil, err
	}
	if s == nil {
		s = &started{}
	}
	j, refused := c.world.submit(c, s, err)
	if refused != nil {
		return nil, refused
	}
	var o object
	switch {
	case s.answerID != "":
		o.add("id", s.answerID)
	case s.creates:
		o.add("id", s.resource)
	}
	o.add("jobid", j.ID)
	return o, nil
}

// done does a command that has no job.
func (c *call) done() (object, *apiError) {
	do := func() (object, *apiError) {
		o, err := c.cmd.do(c)
		c.tellDone(o, err)
		return o, err
	}
	if c.fault != nil && c.fault.Do == Ignore {
		return c.world.pretend(do)
	}
	return do()
}

// succeeded is the answer of commands that have nothing to show.
func succeeded() object { return object{{"success", true}} }
