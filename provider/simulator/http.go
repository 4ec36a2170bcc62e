package simulator

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxURI  = 8192    // bytes of path and query
	maxForm = 1 << 20 // bytes of a form
)

// serve answers a request as the recorded server's web server and its API servlet do.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, POST, TRACE, OPTIONS")
		w.WriteHeader(http.StatusOK)
		return
	case http.MethodPut, http.MethodDelete:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	default:
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	if len(r.URL.RequestURI()) > maxURI {
		writeHTML(w, http.StatusRequestURITooLong, "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>")
		return
	}
	raw := map[string]string{}
	readParams(raw, r.URL.RawQuery)
	if r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
		if err != nil {
			return // the client is gone
		}
		if len(body) > maxForm {
			writeHTML(w, http.StatusNotFound, "<html>\n<head>\n<title>Error 404 Not Found</title>\n</head>\n<body><h2>HTTP ERROR 404 Not Found</h2>\n</body>\n</html>\n")
			return
		}
		readParams(raw, string(body))
	}
	a := s.answer(raw)
	a.write(w, r)
}

func writeHTML(w http.ResponseWriter, status int, page string) {
	w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	io.WriteString(w, page) // a failure means that the client is gone
}

// A reply is an answer ready to be sent.
type reply struct {
	status      int
	contentType string
	description string // X-Description: the text of an error
	body        []byte
}

// answer runs the command that a request asks for.
func (s *Server) answer(raw map[string]string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.record(raw)
	defer func() { q.Answered = s.now() }()
	s.world.settle(s.now())
	asJSON := strings.EqualFold(raw["response"], "json")
	key, content, err := s.handle(raw, q)
	q.Status = http.StatusOK
	if err != nil {
		q.Status, content = err.code, err.object(asJSON)
	}
	return encode(key, content, err, asJSON)
}

// handle finds the user and the command of a request and runs it. It returns the key of the answer and its content.
func (s *Server) handle(raw map[string]string, q *Request) (string, object, *apiError) {
	w := s.world
	name, named := raw["command"]
	cmd := w.center.commands[name]
	key := "errorresponse"
	switch {
	case !named:
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
	if cmd == nil {
		return key, nil, errCredentials
	}
	if cmd.adminOnly && owner.Type != accountAdmin {
		return "errorresponse", nil, refuse(codeUnsupported, csAPI, "The API [%s] does not exist or is not available for the account %s.", name, owner.Name)
	}
	c := &call{world: w, cmd: cmd, params: lowered(raw), user: u, account: owner}
	if err := s.keep(c, raw); err != nil {
		return key, nil, err
	}
	content, err := c.run()
	return key, content, err
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
	if err := s.journal.write(change{At: s.world.Now, User: c.user.ID, Params: params}); err != nil {
		return refuse(codeInternal, csAPI, "the simulator cannot keep this: %v", err)
	}
	return nil
}

// encode puts an answer into the form that was asked for: JSON, or else XML.
func encode(key string, content object, err *apiError, asJSON bool) reply {
	a := reply{status: http.StatusOK}
	if err != nil {
		a.status = err.code
		if err.cs != csNone {
			a.description = err.text
		}
	}
	if asJSON {
		a.contentType = "application/json;charset=utf-8"
		a.body = appendJSON(make([]byte, 0, 1024), object{{key, content}})
		return a
	}
	a.contentType = "text/xml;charset=utf-8"
	b := []byte(`<?xml version="1.0" encoding="UTF-8"?><` + key)
	if err == nil {
		b = append(b, ` cloud-stack-version="`+serverVersion+`"`...)
	}
	b = append(b, '>')
	for _, f := range content {
		b = appendXML(b, f.name, f.value)
	}
	a.body = append(b, "</"+key+">"...)
	return a
}

// compressed is the least length of a body that is worth compressing.
const compressed = 32

func (a reply) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-XSS-Protection", "1;mode=block")
	h.Set("Content-Security-Policy", "style-src=self")
	if a.description != "" {
		h.Set("X-Description", headerText(a.description))
	}
	if a.status == http.StatusOK {
		h.Set("Vary", "Accept-Encoding, User-Agent")
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(a.body) > compressed && r.Method != http.MethodHead {
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(a.status)
		z := gzip.NewWriter(w)
		z.Write(a.body) // a failure means that the client is gone
		z.Close()
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(a.body) // a failure means that the client is gone
	}
}

// headerText makes a text fit for a header.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, s)
}
