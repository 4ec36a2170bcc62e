package kind

import "context"

// fact is something about the cloud that doesn't change while we look, or is to
// be looked at but once: it is asked for by whoever needs it first, while the
// others wait, as long as their contexts are good.
type fact[T any] struct {
	turn  chan struct{} // holds one token: who has it may look and ask
	known bool
	value T
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
	if f.known {
		return f.value, nil
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
