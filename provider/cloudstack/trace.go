package cloudstack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// LevelTrace is the level at which a logger gets every request and answer
// whole, secrets replaced: below debug, so that it is asked for on purpose.
const LevelTrace = slog.LevelDebug - 4

// tracer writes requests and answers where and while it is told to.
type tracer struct {
	on     atomic.Bool
	mu     sync.Mutex // guards w: an exchange is written whole
	w      io.Writer
	prefix string
}

// WithTraceWriter writes every request and answer to w, each line behind the
// prefix, secrets replaced; [Client.SetTrace] turns that off and on again.
func WithTraceWriter(w io.Writer, prefix string) Option {
	return func(c *config) error {
		if w == nil {
			return fmt.Errorf("WithTraceWriter: nil")
		}
		c.trace = &tracer{w: w, prefix: prefix}
		c.trace.on.Store(true)
		return nil
	}
}

// SetTrace turns the writing of requests and answers on or off, at any time. It
// does nothing without [WithTraceWriter].
func (c *Client) SetTrace(on bool) {
	if c.trace != nil {
		c.trace.on.Store(on)
	}
}

// traceExchange writes a request and its answer to the trace writer and to the
// logger, as far as they want it.
func (c *Client) traceExchange(ctx context.Context, method string, p params, status int, took time.Duration, body []byte, err error) {
	written := c.trace != nil && c.trace.on.Load()
	logged := c.log.Enabled(ctx, LevelTrace)
	if !written && !logged {
		return
	}
	request, answer := redactParams(p), c.redactBody(body)
	if err != nil {
		answer = err.Error()
	}
	if logged {
		c.log.LogAttrs(ctx, LevelTrace, "cloudstack exchange", slog.String("method", method), slog.String("request", request),
			slog.Int("status", status), slog.Duration("took", took), slog.String("answer", answer))
	}
	if written {
		c.trace.write(fmt.Sprintf("> %s %s %s", method, c.Endpoint(), request), fmt.Sprintf("< %d %v %s", status, took.Round(time.Millisecond), answer))
	}
}

func (t *tracer) write(lines ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(t.prefix + strings.ReplaceAll(line, "\n", "\n"+t.prefix) + "\n")
	}
	io.WriteString(t.w, b.String())
}

// secretNames are the parameters and answers' keys whose values are replaced in
// traces; so is everything whose name has one of secretParts in it.
var (
	secretNames = []string{"apikey", "signature", "sessionkey", "token"}
	secretParts = []string{"secret", "password", "private", "userdata", "apikey"}
)

func isSecret(name string) bool {
	name = strings.ToLower(name)
	for _, n := range secretNames {
		if name == n {
			return true
		}
	}
	for _, part := range secretParts {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// redactParams is the request as text, by name, secrets replaced.
func redactParams(p params) string {
	var parts []string
	for _, name := range p.sortedNames() {
		value := p[name]
		if isSecret(name) && value != "" {
			value = redacted
		}
		parts = append(parts, fmt.Sprintf("%s=%q", name, value))
	}
	return strings.Join(parts, " ")
}

// redactBody is an answer as text, secrets replaced: JSON by its keys, anything
// else only as far as it begins and without the client's own keys.
func (c *Client) redactBody(body []byte) string {
	v, err := parse(body)
	if err != nil {
		return excerpt(c.scrub(string(body[:min(len(body), 4096)])), 512)
	}
	out, err := json.Marshal(redactValue(v))
	if err != nil {
		return redacted
	}
	return c.scrub(string(out))
}

func redactValue(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, y := range x {
			if isSecret(k) && isScalar(y) && text(y) != "" {
				out[k] = redacted
			} else {
				out[k] = redactValue(y)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = redactValue(y)
		}
		return out
	}
	return v
}

func isScalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}
