package cloudstack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Client calls one CloudStack server as one user. Make it with [New]. It may be
// used from many goroutines at once, keeps none of its own running, and holds
// no state but the connections of its HTTP client and what [JobWatcher] knows
// of the jobs that somebody waits for.
type Client struct {
	endpoint *url.URL
	keys     Credentials
	config
	jobs    *JobWatcher
	maxPage atomic.Int64 // the largest page that the server has allowed, once it refused a larger one; 0 before
	ahead   atomic.Int64 // nanoseconds that the server's clock is ahead of ours, by its last answer
}

// config is what options set.
type config struct {
	http           *http.Client
	clock          Clock
	random         func() float64 // in [0,1), for jitter
	log            *slog.Logger
	trace          *tracer // nil without a writer
	userAgent      string
	pageSize       int
	requestTimeout time.Duration
	jobTimeout     time.Duration // 0 is none
	expiry         time.Duration // negative signs without expiry
	method         MethodPolicy
	retry          RetryPolicy
	poll           PollPolicy
	project        ID // whose things are listed and made; "" is the account itself
}

// InProject is a client that works in a project: what it lists is the project's,
// and what it makes belongs to it. Every command that takes a projectid and
// doesn't name one is given it. Jobs stay those of the account, which started
// them.
func (c *Client) InProject(id ID) *Client {
	inside := &Client{endpoint: c.endpoint, keys: c.keys, config: c.config}
	inside.project = id
	inside.maxPage.Store(c.maxPage.Load())
	inside.ahead.Store(c.ahead.Load())
	inside.jobs = newJobWatcher(inside)
	return inside
}

// New makes a client for the API at endpoint, such as
// "https://cloud.example.org/client/api". It connects to nothing; it fails on a
// malformed endpoint, an empty key or an option out of range.
func New(endpoint string, keys Credentials, opts ...Option) (*Client, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	if keys.APIKey == "" || keys.SecretKey == "" {
		return nil, errors.New("cloudstack: the API key or the secret key is empty")
	}
	c := &Client{endpoint: u, keys: keys, config: config{
		http:           &http.Client{Transport: newTransport()},
		clock:          systemClock{},
		random:         rand.Float64,
		log:            slog.New(slog.DiscardHandler),
		userAgent:      "trueup-cloudstack",
		pageSize:       500,
		requestTimeout: time.Minute,
		expiry:         10 * time.Minute,
		retry:          DefaultRetry(),
		poll:           DefaultPoll(),
	}}
	for _, set := range opts {
		if err := set(&c.config); err != nil {
			return nil, fmt.Errorf("cloudstack: %w", err)
		}
	}
	c.http = withoutRedirects(c.http)
	c.jobs = newJobWatcher(c)
	return c, nil
}

// parseEndpoint checks an endpoint without showing what it may carry: somebody's
// endpoint may hold a password.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("cloudstack: the endpoint is not a URL such as https://cloud.example.org/client/api")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("cloudstack: the endpoint on %s must end with its path: no user, query or fragment", u.Host)
	}
	return u, nil
}

// newTransport is net/http's default transport, set up for calls in parallel to
// one host.
func newTransport() http.RoundTripper {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := base.Clone()
	t.MaxIdleConnsPerHost = 64
	// Shorter than the 30 s of CloudStack's own server: a command that meets a
	// connection in the moment of its closing has an unknown outcome.
	t.IdleConnTimeout = 15 * time.Second
	return t
}

// withoutRedirects is the client with redirections refused, unless it has a
// policy of its own: a redirection would carry key and signature to another
// place, and turns a POST into a GET.
func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	if own.Transport == nil {
		own.Transport = http.DefaultTransport
	}
	if own.CheckRedirect == nil {
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &own
}

// Jobs is the client's watcher of jobs, the one that [Call] and [Job.Wait] wait with.
func (c *Client) Jobs() *JobWatcher { return c.jobs }

// Endpoint is where the client calls, without anything secret.
func (c *Client) Endpoint() string { return c.endpoint.String() }

// String names the client by its endpoint. Formatted in any way, a client shows
// neither of its keys.
func (c *Client) String() string { return "cloudstack client of " + c.endpoint.Host }

// Format prints what String gives, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// Clock is time as the client sees it.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or until ctx is done; then it gives ctx.Err().
	Sleep(ctx context.Context, d time.Duration) error
}

// systemClock is the machine's clock.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
