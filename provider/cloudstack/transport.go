package cloudstack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

const (
	maxGET    = 2048     // bytes of a URL; longer reads go by POST
	maxAnswer = 64 << 20 // bytes of an answer; longer ones are refused
)

// exchange sends the parameters of a command and gives the inside of the
// answer. Reads are repeated by the retry policy; anything else is sent once,
// and where its answer is lost the error is an [UncertainError].
func (c *Client) exchange(ctx context.Context, info CommandInfo, p params, o callOptions) (object, error) {
	o.apply(p)
	var inside object
	attempt := func(n int) (err error) {
		inside, err = c.attempt(ctx, info, p, o, n)
		return err
	}
	if !info.Mutating {
		err := c.repeat(ctx, attempt)
		return inside, err
	}
	err := attempt(0)
	if err != nil && outcomeUnknown(err) {
		err = &UncertainError{Command: info.Name, JobID: o.jobID, Err: err}
	}
	return inside, err
}

// outcomeUnknown tells of an error of a command that was to change something
// whether the change may have been made: unless the request surely never left,
// or the server, or something on the way, surely refused it.
func outcomeUnknown(err error) bool {
	switch e := err.(type) {
	case *TransportError:
		return !e.unsent
	case *HTTPError:
		return e.Status/100 == 2 || e.Status/100 == 5
	case *ProtocolError:
		return true
	}
	return false
}

// attempt signs and sends once, or once more where the signature was sent too late
// by the server's clock.
func (c *Client) attempt(ctx context.Context, info CommandInfo, p params, o callOptions, n int) (object, error) {
	inside, again, err := c.try(ctx, info, p, o, n)
	if again {
		inside, _, err = c.try(ctx, info, p, o, n)
	}
	return inside, err
}

// try signs and sends once, logs, and opens the answer.
func (c *Client) try(ctx context.Context, info CommandInfo, p params, o callOptions, n int) (inside object, expired bool, err error) {
	start := c.clock.Now()
	signed := c.signed(p, o.expires, start)
	req, err := c.newRequest(ctx, info, signed)
	if err != nil {
		return nil, false, err
	}
	status, header, body, err := c.send(ctx, req)
	if err != nil {
		err = c.transportError(ctx, info.Name, err)
	}
	took := c.clock.Now().Sub(start)
	c.traceExchange(ctx, req.Method, signed, status, took, body, err)
	if err == nil {
		c.heard(header)
		inside, err = c.open(info.Name, status, header, body)
	}
	c.logCall(ctx, info.Name, n, status, took, inside, err)
	return inside, c.expired(signed, o, header, err), err
}

// signed is p with what every call carries, and its signature.
func (c *Client) signed(p params, expires, now time.Time) params {
	s := make(params, len(p)+5)
	for k, v := range p {
		s[k] = v
	}
	s["response"] = "json"
	s["apikey"] = c.keys.APIKey.Reveal()
	if expires.IsZero() && c.expiry > 0 {
		expires = c.expiresAt(now)
	}
	if s["expires"] == "" && !expires.IsZero() {
		s["signatureversion"] = "3"
		s["expires"] = expires.UTC().Format(wireTime)
	}
	s["signature"] = sign(s, c.keys.SecretKey)
	return s
}

func (c *Client) newRequest(ctx context.Context, info CommandInfo, p params) (*http.Request, error) {
	wire := p.wire()
	post := c.method == MethodPost || c.method == MethodAuto && (info.Mutating || len(c.endpoint.String())+1+len(wire) > maxGET)
	u := *c.endpoint
	method, body := http.MethodGet, io.Reader(nil)
	if post {
		method, body = http.MethodPost, strings.NewReader(wire)
	} else {
		u.RawQuery = wire
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", info.Name, withoutURL(err))
	}
	if post {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	return req, nil
}

// unsentError is a failure before anything was sent.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// send makes one HTTP request within the request time-out and reads its answer
// whole.
func (c *Client) send(ctx context.Context, req *http.Request) (status int, h http.Header, body []byte, err error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, nil, unsentError{err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.requestTimeout, fmt.Errorf("none within %v: %w", c.requestTimeout, context.DeadlineExceeded))
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if c.neverConnected(err, connected.Load()) {
			err = unsentError{err}
		}
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return resp.StatusCode, resp.Header, nil, fmt.Errorf("while the answer was read: %w", err)
	}
	if len(body) > maxAnswer {
		return resp.StatusCode, resp.Header, nil, fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20)
	}
	return resp.StatusCode, resp.Header, body, nil
}

// neverConnected tells whether a failed request surely never left: dialling or
// the TLS handshake failed, or net/http's own transport got no connection. Of
// another transport only the former is known.
func (c *Client) neverConnected(err error, connected bool) bool {
	if _, ok := c.http.Transport.(*http.Transport); ok {
		return !connected
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// transportError says what happened without the URL, which net/http puts into
// its errors and which carries key and signature.
func (c *Client) transportError(ctx context.Context, command string, err error) error {
	_, unsent := errors.AsType[unsentError](err)
	err = withoutURL(err)
	if said := c.scrub(err.Error()); said != err.Error() {
		err = errors.New(said)
	}
	return &TransportError{Command: command, Host: c.endpoint.Host, Err: err, unsent: unsent, gaveUp: ctx.Err() != nil}
}

// withoutURL is the cause inside net/http's and our own wrapping.
func withoutURL(err error) error {
	if u, ok := errors.AsType[unsentError](err); ok {
		err = u.error
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// scrub removes the client's own keys, in the clear or escaped, and signatures
// from a text that somebody else made, such as a proxy's page that repeats the
// URL.
func (c *Client) scrub(s string) string {
	for _, secret := range []Secret{c.keys.APIKey, c.keys.SecretKey} {
		s = strings.ReplaceAll(s, secret.Reveal(), redacted)
		s = strings.ReplaceAll(s, url.QueryEscape(secret.Reveal()), redacted)
	}
	return signatureText.ReplaceAllString(s, "${1}"+redacted)
}

var signatureText = regexp.MustCompile(`(?i)(signature=)[^&"'<>\s]*`)

// open finds the inside of an answer, or the error in it.
func (c *Client) open(command string, status int, h http.Header, body []byte) (object, error) {
	inside, unexpected, err := openEnvelope(command, body)
	if err != nil {
		if status == http.StatusOK && (errors.Is(err, errCutOff) && len(body) > 0) {
			return nil, &TransportError{Command: command, Host: c.endpoint.Host, Err: err}
		}
		return nil, &HTTPError{
			Command: command, Host: c.endpoint.Host, Status: status, Excerpt: excerpt(c.scrub(string(body[:min(len(body), 4096)])), 200),
			Wait: askedWait(h, "", c.clock.Now()), Err: err,
		}
	}
	if unexpected != "" && unexpected != "errorresponse" {
		c.log.Debug("unusual envelope", "command", command, "key", unexpected)
	}
	if failure := inside.failure(); failure != nil {
		failure.Command, failure.HTTPStatus = command, status
		failure.Text = c.scrub(failure.Text)
		if failure.Code == 429 {
			failure.Wait = askedWait(h, failure.Text, c.clock.Now())
		}
		if failure.Code == 401 {
			failure.Hint = c.authHint(h)
		}
		return nil, failure
	}
	if status >= 400 {
		return nil, &HTTPError{Command: command, Host: c.endpoint.Host, Status: status, Wait: askedWait(h, "", c.clock.Now()), Err: errors.New("an error without a description")}
	}
	return inside, nil
}

// authHint is what else a 401 may come from: our clock, when it is far off the
// server's, or a command that the server doesn't have.
func (c *Client) authHint(h http.Header) string {
	if server, err := http.ParseTime(h.Get("Date")); err == nil && c.expiry > 0 {
		if skew := c.clock.Now().Sub(server); skew.Abs() > c.expiry/2 {
			return fmt.Sprintf("this machine's clock is %v off the server's, and signatures expire after %v", skew.Round(time.Second).Abs(), c.expiry)
		}
	}
	return "check the key and the secret key for " + c.endpoint.Host + "; a command that the server doesn't have is refused in the same words"
}
