package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/trueup/trueup/apply"
)

// talk says what a command is about while nothing else shows it: as lines on w,
// or among the events of a run while one goes on. The zero talk is silent.
type talk struct {
	w io.Writer

	mu    sync.Mutex        // lines come from timers and from the lease's beats, too
	run   func(apply.Event) // nil outside a run
	depth int               // how many things are being done, each as a part of the one before
}

// say writes a line.
func (t *talk) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.run != nil:
		t.run(apply.Event{At: time.Now(), Text: text})
	case t.w != nil:
		fmt.Fprintln(t.w, text)
	}
}

// event shows an event of the run.
func (t *talk) event(e apply.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.run(e)
}

// show hands what is said to a run from now on, or, where it is nil, back to w.
func (t *talk) show(run func(apply.Event)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.run = run
}

// stillEvery is how often something that goes on is mentioned again.
const stillEvery = 30 * time.Second

// during does work and says what it is, once that takes noticeably long, and
// from time to time that it goes on. Of a part of it that speaks for itself it
// says nothing.
func (t *talk) during(what string, work func() error) error {
	began, over := time.Now(), make(chan struct{})
	depth := t.enter(1)
	defer t.enter(-1)
	var told sync.WaitGroup
	told.Go(func() {
		next := time.NewTimer(apply.Noticeable)
		defer next.Stop()
		for again := false; ; again = true {
			select {
			case <-next.C:
				text := what
				if again {
					text = fmt.Sprintf("%s (%s so far)", what, time.Since(began).Round(time.Second))
				}
				if t.enter(0) == depth {
					t.say("%s", text)
				}
				next.Reset(stillEvery)
			case <-over:
				return
			}
		}
	})
	defer told.Wait()
	defer close(over)
	return work()
}

// enter goes so far into what is being done, and gives how deep that is.
func (t *talk) enter(step int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.depth += step
	return t.depth
}

// throttled says that the cloud refuses calls for their number.
func (t *talk) throttled(wait time.Duration) {
	if wait >= apply.Noticeable {
		t.say("The cloud refuses more calls for now: waiting %s", wait.Round(time.Second))
	}
}
