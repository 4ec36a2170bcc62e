package crash

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// oddTime is a duration that nobody's clock should make: below nothing, or of
// hours.
var oddTime = regexp.MustCompile(`-\d+(\.\d+)?(ms|s|m|h)\b|\b\d+h\d+m|\b\d{4,}(\.\d+)?s\b`)

// TestClocksMayBeApartAndBeSet: the server's clock is minutes or hours off, and
// that of two runs, of which one waits for the other, is set to and fro all the
// time. That is no reason for anything.
func TestClocksMayBeApartAndBeSet(t *testing.T) {
	s := story{before: written(t, beforeUpdate), stack: written(t, afterUpdate), command: "apply"}
	want := s.unbroken(t)
	for name, off := range map[string]time.Duration{"minutes behind": -7 * time.Minute, "minutes ahead": 12 * time.Minute, "hours ahead": 5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				config := s.config()
				config.Now = func() time.Time { return time.Now().Add(off) }
				p := newPlayground(t, config)
				clock := setAgainAndAgain(t)
				p.wall = clock.now
				s.prepare(p)
				var runs []*run
				for number := range uint64(2) {
					runs = append(runs, p.start(number+2, s.stack, s.command, &wire{}, false))
				}
				for _, r := range runs {
					<-r.done
					said := r.out.String()
					if odd := oddTime.FindString(said); r.code != 0 || odd != "" || strings.Contains(said, "lost") {
						t.Errorf("exit code %d; it said %q:\n%s", r.code, odd, said)
					}
				}
				p.wall = nil
				s.same(t, p, want)
			})
		})
	}
}

// setClock is a time of day that somebody sets.
type setClock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *setClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

// setAgainAndAgain is a clock that is set by hours and days, to and fro, until the
// test is over.
func setAgainAndAgain(t *testing.T) *setClock {
	c, over := &setClock{}, make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-time.After(700 * time.Millisecond):
			case <-over:
				return
			}
			c.mu.Lock()
			c.off += []time.Duration{3 * time.Hour, -9 * time.Hour, 90 * 24 * time.Hour, -200 * 24 * time.Hour}[n%4]
			c.mu.Unlock()
		}
	})
	t.Cleanup(func() { close(over); all.Wait() })
	return c
}
