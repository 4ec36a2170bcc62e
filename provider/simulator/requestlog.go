package simulator

import (
	"maps"
	"time"
)

// A Request is what the simulator keeps of a request that it was sent.
type Request struct {
	Seq      int64             // from 1, in the order in which requests began
	Command  string            // as it was sent; empty where there was none
	Params   map[string]string // without key and signature
	Account  string            // who signed; empty where the signature was refused
	Status   int               // of the answer; 0 while there is none
	Began    time.Time         // by the simulator's clock
	Answered time.Time
}

// logged is how many requests are kept; when there are more, the older half is forgotten.
const logged = 1 << 17

// record begins an entry of the request log; s.mu is held.
func (s *Server) record(raw map[string]string) *Request {
	if len(s.log) >= logged {
		s.log = append([]*Request(nil), s.log[logged/2:]...)
	}
	s.calls++
	p := lowered(raw)
	for _, name := range []string{"apikey", "signature", "command", "response"} {
		delete(p, name)
	}
	q := &Request{Seq: s.calls, Command: raw["command"], Params: p, Began: s.now()}
	s.log = append(s.log, q)
	return q
}

// Requests returns the requests so far, in the order in which they began.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.log))
	for i, q := range s.log {
		out[i] = *q
		out[i].Params = maps.Clone(q.Params)
	}
	return out
}
