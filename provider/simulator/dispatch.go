package simulator

import (
	"slices"
	"strings"
	"time"
)

// A reply is an answer ready to be sent.
type reply struct {
	status      int
	contentType string
	description string // X-Description: the text of an error
	body        []byte
	delay       time.Duration // before it is sent
	fault       *Fault        // what goes wrong with sending it, if anything
	writes      bool          // it is about a change
}

// answer runs the command that a request asks for, and keeps the request in the log.
func (s *Server) answer(raw map[string]string) (*Request, reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.record(raw)
	w := s.world
	w.settle(s.now())
	s.history.add(w)

	cmd := w.center.commands[raw["command"]]
	a := reply{writes: cmd != nil && !cmd.reads()}
	if a.writes {
		s.writing++
	}
	key, content, err := s.handle(cmd, raw, q, &a)
	a.delay += s.config.Latency.answerTime(cmd, q.Params, listed(content), s.writing)
	a.encode(s.buffers.body(listed(content)), key, content, err, strings.EqualFold(raw["response"], "json"))
	return q, a
}

// answered completes a request's entry in the log when its answer was sent.
func (s *Server) answered(q *Request, a reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.writes {
		s.writing--
	}
	s.buffers.keep(a.body)
	q.Status, q.Answered = a.fault.status(a.status), s.now()
}

// listed counts the things that an answer lists.
func listed(content object) int {
	for _, f := range content {
		if list, ok := f.value.(*items); ok {
			return list.count
		}
	}
	return 0
}

// mayCall reports whether the role of an account has a command.
func (w *world) mayCall(cmd *command, a *account) bool {
	return a.Type == accountAdmin || !cmd.adminOnly && !slices.Contains(w.config.Forbidden, cmd.name)
}

// handle finds the user of a request and runs its command. It returns the key of the answer and its content.
func (s *Server) handle(cmd *command, raw map[string]string, q *Request, a *reply) (string, object, *apiError) {
	w := s.world
	name, named := raw["command"]
	key := "errorresponse"
	switch {
	case !named && len(raw) > 0:
		key = "null"
	case cmd != nil:
		key = cmd.answerKey()
	}
	u, err := w.authenticate(raw)
	if err != nil {
		return key, nil, err
	}
	owner := w.Accounts.get(u.Account)
	q.Account = owner.Name
	if err := w.limiter.count(owner, w.Now); err != nil {
		return key, nil, err
	}
	if cmd == nil {
		if owner.Type != accountAdmin && w.center.known[name] {
			return "errorresponse", nil, unavailable(name, owner)
		}
		return key, nil, errCredentials
	}
	if !w.mayCall(cmd, owner) {
		return "errorresponse", nil, unavailable(name, owner)
	}
	params := lowered(raw)
	x := s.faulty.next(name, owner.Name, params, w.Now)
	if err := x.refusal(name); err != nil {
		return key, nil, err
	}
	a.fault = x
	c := &call{world: w, cmd: cmd, params: params, user: u, account: owner, fault: x.job()}
	if x != nil {
		if s.prevent(c, x, a) {
			return key, nil, x.error()
		}
	}
	if err := s.keep(c, raw); err != nil {
		return key, nil, err
	}
	content, err := c.run()
	if err == nil && x.is(RefuseAfter) {
		err = x.error()
	}
	return key, content, err
}

func unavailable(name string, a *account) *apiError {
	return refuse(codeUnsupported, csAPI, "The API [%s] does not exist or is not available for the account %s.", name, a.Name)
}

// prevent does what a fault does before the call, and tells whether the call is not to be done.
func (s *Server) prevent(c *call, x *Fault, a *reply) bool {
	switch x.Do {
	case Reset, Hang, ThrottleHTTP, Unavailable, Page:
		return true
	case Delay:
		a.delay += x.For
	case StaleRead:
		c.stale = s.history.before(s.world.Now, x.For)
	case ShiftPage:
		c.shifted = c.params.int("page", 1) > 1
	case Foreign:
		for _, f := range x.Changes {
			s.foreign(f)
		}
	}
	return false
}

// foreign makes a change for somebody else. One that is refused changes nothing.
func (s *Server) foreign(f Change) {
	name := f.As
	if name == "" {
		name = adminAccount
	}
	w := s.world
	owner, cmd := w.accountNamed(name), w.center.commands[f.Command]
	if owner == nil || cmd == nil {
		return
	}
	raw := map[string]string{"command": f.Command}
	for k, v := range f.Params {
		raw[k] = v
		if name, ok := strings.CutPrefix(v, "name:"); ok {
			raw[k] = w.idOf(cmd.refs[k], name)
		}
	}
	c := &call{world: w, cmd: cmd, params: lowered(raw), account: owner}
	for _, u := range w.Users.Rows {
		if u.Account == owner.ID {
			c.user = u
		}
	}
	if s.keep(c, raw) == nil {
		c.run() // nobody waits for the answer
	}
}

// keep writes a call that may change the world to the state file, before it does. What can't be written is refused.
func (s *Server) keep(c *call, raw map[string]string) *apiError {
	if s.journal == nil || c.cmd.reads() {
		return nil
	}
	params := map[string]string{}
	for name, value := range raw {
		if l := strings.ToLower(name); l != "apikey" && l != "signature" && l != "signatureversion" && l != "expires" && l != "response" {
			params[name] = value
		}
	}
	if err := s.journal.write(change{At: s.world.Now, User: c.user.ID, Params: params, Fault: c.fault}); err != nil {
		return refuse(codeInternal, csAPI, "the simulator cannot keep this: %v", err)
	}
	return nil
}
