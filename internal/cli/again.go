package cli

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
)

// tryingAgain tells why nothing happens while the client repeats what it reads. It
// is handed a line for each call, and says so once one has failed twice, and not
// again before calls come through.
type tryingAgain struct {
	say func(format string, args ...any)

	mu   sync.Mutex // calls end at any time
	said bool
}

// Enabled implements [slog.Handler].
func (*tryingAgain) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelDebug
}

// Handle implements [slog.Handler].
func (a *tryingAgain) Handle(_ context.Context, line slog.Record) error {
	var status, retry int64
	var command, reason string
	line.Attrs(func(attr slog.Attr) bool {
		switch attr.Key {
		case "command":
			command = attr.Value.String()
		case "status":
			status = attr.Value.Int64()
		case "retry":
			retry = attr.Value.Int64()
		case "error":
			reason = attr.Value.String()
		}
		return true
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case status == http.StatusOK:
		a.said = false
	case a.said || retry == 0 || reason == "" || status == http.StatusTooManyRequests: // which is told otherwise
	default:
		a.said = true
		a.say("Trying again: %s", strings.TrimPrefix(reason, command+": "))
	}
	return nil
}

// WithAttrs implements [slog.Handler].
func (a *tryingAgain) WithAttrs([]slog.Attr) slog.Handler { return a }

// WithGroup implements [slog.Handler].
func (a *tryingAgain) WithGroup(string) slog.Handler { return a }
