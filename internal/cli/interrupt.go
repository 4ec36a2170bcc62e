package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Causes of a context's end.
var (
	errInterrupted = errors.New("interrupted")
	errTimeUp      = errors.New("the time given by --timeout is over")
)

// brake turns signals into an end: while a run is protected the first one closes
// Stop, so that what runs is waited for, and the second ends the context; at any
// other time the first one ends the context.
type brake struct {
	Stop chan struct{}

	mu        sync.Mutex // signals come while the command goes on
	protected bool
}

// protect makes the next signal a gentle one.
func (b *brake) protect(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.protected = on
}

// interruptible returns a context that a signal ends; after that another signal
// ends the program. release must be called.
func interruptible(ctx context.Context, p *process) (_ context.Context, b *brake, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	b = &brake{Stop: make(chan struct{})}
	signals, end := p.interrupts()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer end()
		stopped := false
		for {
			select {
			case <-signals:
			case <-ctx.Done():
				return
			}
			b.mu.Lock()
			gentle := b.protected && !stopped
			b.mu.Unlock()
			if !gentle {
				cancel(errInterrupted)
				return
			}
			stopped = true
			close(b.Stop)
		}
	}()
	return ctx, b, func() { cancel(nil); <-gone }
}

// attend runs a command's work in a context that a signal or --timeout ends.
// Where that is why the work failed, the error says so.
func attend(ctx context.Context, p *process, timeout time.Duration, work func(context.Context, *brake) error) error {
	ctx, b, release := interruptible(ctx, p)
	defer release()
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errTimeUp)
		defer cancel()
	}
	err := work(ctx, b)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		if cause := context.Cause(ctx); cause != nil {
			return fmt.Errorf("%w: %w", cause, err)
		}
	}
	return err
}
