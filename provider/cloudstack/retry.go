package cloudstack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Backoff gives the wait before attempt n, counted from 0.
type Backoff func(n int) time.Duration

// Constant waits the same time always.
func Constant(d time.Duration) Backoff { return func(int) time.Duration { return d } }

// Fibonacci waits 0, 1, 1, 2, 3, 5 … units, most at the end.
func Fibonacci(unit, most time.Duration) Backoff {
	return func(n int) time.Duration {
		a, b := time.Duration(0), unit
		for range n {
			if a, b = b, a+b; a >= most {
				return most
			}
		}
		return min(a, most)
	}
}

// Exponential waits base, twice base, four times base …, most at the end.
func Exponential(base, most time.Duration) Backoff {
	return func(n int) time.Duration {
		d := base
		for range n {
			if d *= 2; d >= most {
				return most
			}
		}
		return min(d, most)
	}
}

// RetryPolicy says how reads are retried: after 429, 502, 503 and 504, time-outs
// and broken connections. What may change something is never sent twice.
type RetryPolicy struct {
	Max     int           // retries after the first attempt
	Backoff Backoff       // the wait before retry n, from 0; what the server asks for goes before it
	Jitter  float64       // 0.2 lengthens each wait by up to a fifth, at random
	MaxWait time.Duration // a server that asks for a longer wait gets no retry; 0 is no bound
}

// DefaultRetry retries five times, after half a second, a second, two seconds …,
// up to ten, lengthened by up to a fifth, and waits no longer than two minutes
// for a server that asks for it.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{Max: 5, Backoff: Exponential(500*time.Millisecond, 10*time.Second), Jitter: 0.2, MaxWait: 2 * time.Minute}
}

// repeat calls attempt until it works, fails for good, or the policy ends it.
// The error is that of the last attempt.
func (c *Client) repeat(ctx context.Context, attempt func(n int) error) error {
	for n := 0; ; n++ {
		err := attempt(n)
		if err == nil || ctx.Err() != nil || n >= c.retry.Max || !retriable(err) {
			return err
		}
		wait := RetryAfter(err)
		if c.retry.MaxWait > 0 && wait > c.retry.MaxWait {
			return err
		}
		if wait == 0 {
			wait = c.retry.Backoff(n)
		}
		wait += time.Duration(c.random() * c.retry.Jitter * float64(wait))
		if ended := c.clock.Sleep(ctx, wait); ended != nil {
			return fmt.Errorf("%w; while waiting to try again: %w", err, ended)
		}
	}
}

// retriable tells whether a read that failed so may work a moment later.
func retriable(err error) bool {
	if page, ok := errors.AsType[*HTTPError](err); ok {
		switch page.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	return errors.Is(err, ErrThrottled) || errors.Is(err, ErrUnavailable)
}

// askedWait is how long a 429 asks to wait: by its header, whose time is that of
// the clock which dates the answer, or by CloudStack's text "please retry after
// [4480] ms".
func askedWait(h http.Header, text string, now time.Time) time.Duration {
	if after := h.Get("Retry-After"); after != "" {
		if s, err := strconv.Atoi(after); err == nil && s >= 0 {
			return time.Duration(s) * time.Second
		}
		if server, err := http.ParseTime(h.Get("Date")); err == nil {
			now = server
		}
		if t, err := http.ParseTime(after); err == nil && t.After(now) {
			return t.Sub(now)
		}
	}
	if m := retryAfterText.FindStringSubmatch(text); m != nil {
		if ms, err := strconv.Atoi(m[1]); err == nil {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return 0
}

var retryAfterText = regexp.MustCompile(`retry after \[(\d{1,9})\] ms`)
