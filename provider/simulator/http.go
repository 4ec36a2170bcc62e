package simulator

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxURI  = 8192    // bytes of path and query
	maxForm = 1 << 20 // bytes of a form
)

// ServeHTTP answers one request at any path, as the recorded server's web server and its API servlet do.
// A fault may end a connection without an answer: it panics with [http.ErrAbortHandler], which net/http understands.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.config.Now().UTC().Format(http.TimeFormat))
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
	q, a := s.answer(raw)
	defer s.answered(q, a)
	if err := wait(r.Context(), a.delay); err != nil {
		return // the client is gone
	}
	if a.fault.misbehave(w, r, a) {
		return
	}
	a.write(w, r, &s.buffers)
}

func writeHTML(w http.ResponseWriter, status int, page string) {
	w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	io.WriteString(w, page) // a failure means that the client is gone
}

// encode puts an answer into the form that was asked for, JSON or else XML, and appends it to b.
func (a *reply) encode(b []byte, key string, content object, err *apiError, asJSON bool) {
	a.status = http.StatusOK
	if err != nil {
		content = err.object(asJSON)
		a.status = err.code
		if err.cs != csNone {
			a.description = err.text
		}
	}
	if asJSON {
		a.contentType = "application/json;charset=utf-8"
		a.body = appendJSON(b, object{{key, content}})
		return
	}
	a.contentType = "text/xml;charset=utf-8"
	b = append(append(b, `<?xml version="1.0" encoding="UTF-8"?><`...), key...)
	if err == nil {
		b = append(b, ` cloud-stack-version="`+serverVersion+`"`...)
	}
	b = append(b, '>')
	for _, f := range content {
		b = appendXML(b, f.name, f.value)
	}
	a.body = append(b, "</"+key+">"...)
}

// compressed is the least length of a body that is worth compressing.
const compressed = 32

func (a reply) write(w http.ResponseWriter, r *http.Request, b *buffers) {
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
		b.compress(w, a.body)
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
