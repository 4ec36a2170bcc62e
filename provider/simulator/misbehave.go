package simulator

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// misbehave sends a request's answer wrongly, or not at all. It tells whether it did.
func (x *Fault) misbehave(w http.ResponseWriter, r *http.Request, a reply) bool {
	if x == nil {
		return false
	}
	switch x.Do {
	case LoseAnswer:
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		panic(http.ErrAbortHandler)
	case Hang:
		if x.For > 0 {
			wait(r.Context(), x.For) // the connection ends either way
		} else {
			<-r.Context().Done()
		}
		panic(http.ErrAbortHandler)
	case ThrottleHTTP:
		w.Header().Set("Retry-After", strconv.Itoa(int(x.wait(time.Second).Round(time.Second)/time.Second)))
		proxyAnswer(w, http.StatusTooManyRequests, "429 Too Many Requests")
	case Unavailable:
		proxyAnswer(w, http.StatusServiceUnavailable, "503 Service Unavailable")
	case Page:
		proxyAnswer(w, http.StatusOK, "Please log in")
	case Truncate:
		w.Header().Set("Content-Type", a.contentType)
		w.WriteHeader(a.status)
		w.Write(a.body[:len(a.body)/2]) // a failure means that the client is gone
	default:
		return false
	}
	return true
}

// status is what the log keeps as the status of an answer: 0 where none was sent.
func (x *Fault) status(otherwise int) int {
	if x == nil {
		return otherwise
	}
	switch x.Do {
	case LoseAnswer, Reset, Hang:
		return 0
	case ThrottleHTTP:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	case Page:
		return http.StatusOK
	default:
		return otherwise
	}
}

// reset lets TCP end a connection with a reset.
func reset(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return
	}
	if c, ok := conn.(*net.TCPConn); ok {
		c.SetLinger(0) // without it the connection just ends
	}
	conn.Close()
}

func proxyAnswer(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	w.Write([]byte("<html>\n<head><title>" + title + "</title></head>\n<body><h1>" + title + "</h1></body>\n</html>\n")) // a failure means that the client is gone
}
