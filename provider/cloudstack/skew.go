package cloudstack

import (
	"errors"
	"net/http"
	"time"
)

// heard takes note of the server's clock, which every answer tells to the second.
func (c *Client) heard(h http.Header) {
	if server, err := http.ParseTime(h.Get("Date")); err == nil {
		c.ahead.Store(int64(server.Sub(c.clock.Now())))
	}
}

// ServerTime is the time by the server's clock, as far as the last answer told it:
// what it dates its jobs by. It may be a second late.
func (c *Client) ServerTime() time.Time {
	return c.clock.Now().Add(time.Duration(c.ahead.Load()))
}

// expiresAt is when the signature of a call that is sent now expires. The server
// looks at its own clock: where that is ahead of ours it counts. It takes what
// expires late, too, as a clock makes it that is ahead of the server's.
func (c *Client) expiresAt(now time.Time) time.Time {
	return now.Add(max(0, time.Duration(c.ahead.Load()))).Add(c.expiry)
}

// expired tells whether a call was refused as its signature had expired by the
// server's clock, and can be signed anew: ours was not known to be behind, or was
// set back meanwhile. Nothing was done then.
func (c *Client) expired(signed params, o callOptions, h http.Header, err error) bool {
	refusal, ok := errors.AsType[*APIError](err)
	if !ok || refusal.Code != http.StatusUnauthorized || !o.expires.IsZero() || c.expiry <= 0 {
		return false
	}
	expires, unset := time.Parse(wireTime, signed["expires"])
	server, untold := http.ParseTime(h.Get("Date"))
	return unset == nil && untold == nil && expires.Before(server)
}
