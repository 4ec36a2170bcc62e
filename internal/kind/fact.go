package kind

import (
	"context"
	"time"
)

// fact is something about the cloud that doesn't change while we look, or is to
// be looked at but once: it is asked for by whoever needs it first, while the
// others wait, as long as their contexts are good.
type fact[T any] struct {
	turn  chan struct{} // holds one token: who has it may look and ask
	known bool
	value T
	// Where now is set, what is known is good for a moment since it was asked.
	now   func() time.Time
	asked time.Time
}

// moment is how long what changes is taken to be as it was.
const moment = 5 * time.Second

// newPassingFact is of something that changes: several who ask one after the other
// are told alike.
func newPassingFact[T any](now func() time.Time) fact[T] {
	f := newFact[T]()
	f.now = now
	return f
}

func newFact[T any]() fact[T] {
	f := fact[T]{turn: make(chan struct{}, 1)}
	f.turn <- struct{}{}
	return f
}

// get returns the fact, asking for it if need be. A failure to ask is not kept.
func (f *fact[T]) get(ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	select {
	case <-f.turn:
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
	defer func() { f.turn <- struct{}{} }()
	if f.known && (f.now == nil || f.now().Sub(f.asked) < moment) {
		return f.value, nil
	}
	if f.now != nil {
		f.asked = f.now()
	}
	value, err := ask(ctx)
	if err == nil {
		f.known, f.value = true, value
	}
	return value, err
}

// tell makes the fact known to who has seen it by the way.
func (f *fact[T]) tell(value T) {
	select {
	case <-f.turn:
		f.known, f.value = true, value
		f.turn <- struct{}{}
	default: // somebody is asking
	}
}

// forget makes whoever needs the fact next ask for it.
func (f *fact[T]) forget() {
	<-f.turn
	f.known = false
	f.turn <- struct{}{}
}
