package cloudstack

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Option sets up a [Client]; [New] fails on the first that is out of range.
type Option func(*config) error

// WithHTTPClient makes all calls through h: for a proxy, for a certificate of
// one's own, for a transport that records. Without a redirection policy of its
// own, redirections are refused. The default is net/http's own transport.
func WithHTTPClient(h *http.Client) Option {
	return func(c *config) error {
		if h == nil {
			return errors.New("WithHTTPClient: nil")
		}
		c.http = h
		return nil
	}
}

// WithClock replaces the machine's clock in expiry, retries and polling.
func WithClock(clock Clock) Option {
	return func(c *config) error {
		if clock == nil {
			return errors.New("WithClock: nil")
		}
		c.clock = clock
		return nil
	}
}

// WithRandom replaces the source of jitter, a number in [0,1).
func WithRandom(random func() float64) Option {
	return func(c *config) error {
		if random == nil {
			return errors.New("WithRandom: nil")
		}
		c.random = random
		return nil
	}
}

// WithLogger logs a line for each call: command, HTTP status, duration, attempt,
// job. The default logs nothing.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		if l == nil {
			return errors.New("WithLogger: nil")
		}
		c.log = l
		return nil
	}
}

// WithUserAgent sends this in the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(c *config) error {
		c.userAgent = agent
		return nil
	}
}

// WithPageSize lists this many things a call; the default is 500, the most that
// servers allow by default. A server that allows less is asked for less once it
// has said so.
func WithPageSize(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("WithPageSize(%d): at least 1", n)
		}
		c.pageSize = n
		return nil
	}
}

// WithRequestTimeout bounds one HTTP request with its answer; the default is a
// minute. It does not bound the wait for a job, nor the retries of a read.
func WithRequestTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("WithRequestTimeout(%v): more than 0", d)
		}
		c.requestTimeout = d
		return nil
	}
}

// WithJobTimeout bounds each wait for a job; 0, the default, leaves that to the
// context. A wait that ends so is a [WaitError], and the job goes on.
func WithJobTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("WithJobTimeout(%v): not below 0", d)
		}
		c.jobTimeout = d
		return nil
	}
}

// WithSignatureExpiry makes a signature worthless after d; the default is 10
// minutes. Negative signs in the way of CloudStack 4.0, which never expires.
func WithSignatureExpiry(d time.Duration) Option {
	return func(c *config) error {
		if d == 0 {
			return errors.New("WithSignatureExpiry(0): every call would come too late")
		}
		c.expiry = d
		return nil
	}
}

// MethodPolicy says which HTTP method carries a call.
type MethodPolicy uint8

const (
	// MethodAuto sends reads by GET unless they are long, and everything that may
	// change something by POST, which keeps secrets out of proxies' logs.
	MethodAuto MethodPolicy = iota
	// MethodGet sends everything by GET, for endpoints that know no other.
	MethodGet
	// MethodPost sends everything by POST.
	MethodPost
)

// WithMethod sets how calls are sent; the default is MethodAuto.
func WithMethod(m MethodPolicy) Option {
	return func(c *config) error {
		if m > MethodPost {
			return fmt.Errorf("WithMethod(%d): unknown", m)
		}
		c.method = m
		return nil
	}
}

// WithRetry sets how reads are retried; the default is [DefaultRetry].
func WithRetry(p RetryPolicy) Option {
	return func(c *config) error {
		if p.Max < 0 || p.Backoff == nil {
			return errors.New("WithRetry: Max below 0 or no Backoff")
		}
		c.retry = p
		return nil
	}
}

// WithPoll sets how jobs are asked about; the default is [DefaultPoll].
func WithPoll(p PollPolicy) Option {
	return func(c *config) error {
		if p.Backoff == nil || p.MaxErrors < 1 || p.Parallel < 1 {
			return errors.New("WithPoll: no Backoff, or MaxErrors or Parallel below 1")
		}
		c.poll = p
		return nil
	}
}
