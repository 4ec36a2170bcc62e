package cloudstack

import (
	"context"
	"log/slog"
	"time"
)

// logCall writes one line for an HTTP request: what, how long, with what
// result; never parameters.
func (c *Client) logCall(ctx context.Context, command string, retry, status int, took time.Duration, inside object, err error) {
	level := slog.LevelDebug
	if err != nil {
		level = slog.LevelInfo
	}
	if !c.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{slog.String("command", command), slog.Int("status", status), slog.Duration("took", took)}
	if retry > 0 {
		attrs = append(attrs, slog.Int("retry", retry))
	}
	if id := text(inside["jobid"]); id != "" {
		attrs = append(attrs, slog.String("job", id))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	c.log.LogAttrs(ctx, level, "cloudstack call", attrs...)
}
