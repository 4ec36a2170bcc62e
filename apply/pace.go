package apply

import (
	"errors"
	"slices"
	"time"

	"github.com/trueup/trueup/provider"
)

// pace finds out how many steps in flight make the server fastest. What it goes
// by is how long a step takes, its job and the wait for it included, beside the
// least that any step of the same command took: below the knee that grows little
// with the number in flight, beyond it the steps wait for each other and nothing
// gets done sooner. A refusal for the number of calls, or for being too busy,
// halves it at once.
//
// Only steps that were started since the pace changed last tell about it.
type pace struct {
	steady  bool    // it never changes
	most    int     // never more
	now     float64 // steps in flight
	changed time.Time
	least   map[string]time.Duration
	strains []float64 // of the steps that tell about the pace: their time by the least
}

const (
	firstPace = 16 // near the knee of a small management server
	// tolerated is how many times the least time a step may take: where a server
	// works at its fastest, they wait for each other about so long.
	tolerated = 4
	// A change is by these factors at most.
	slower, faster = 0.5, 1.5
	// fewest is how many steps tell about a pace, at least.
	fewest = 2
	// leastStep bounds from below what is taken for the time of a step: within
	// it, clocks and networks say more than the server does.
	leastStep = 50 * time.Millisecond
)

// newPace begins with as many as a small server stands, and changes with what it
// is told, up to most. A steady pace is most throughout.
func newPace(most int, steady bool) *pace {
	p := &pace{steady: steady, most: most, now: float64(most), least: map[string]time.Duration{}}
	if !steady {
		p.now = min(p.now, firstPace)
	}
	return p
}

// limit is how many steps may be in flight.
func (p *pace) limit() int { return max(1, int(p.now+0.5)) }

// ended takes note of a step that ended now with an error, if any.
func (p *pace) ended(command string, began, now time.Time, err error) {
	if p.steady {
		return
	}
	if busy(err) {
		if began.After(p.changed) {
			p.change(slower, now)
		}
		return
	}
	took := max(now.Sub(began), leastStep)
	if least, known := p.least[command]; !known || took < least {
		p.least[command] = took
	}
	if began.Before(p.changed) {
		return
	}
	p.strains = append(p.strains, float64(took)/float64(p.least[command]))
	if len(p.strains) >= max(fewest, p.limit()/2) {
		slices.Sort(p.strains)
		p.change(tolerated/p.strains[len(p.strains)/2], now)
	}
}

// change sets the pace that holds from now on.
func (p *pace) change(factor float64, now time.Time) {
	p.now = min(max(p.now*min(max(factor, slower), faster), 1), float64(p.most))
	p.changed, p.strains = now, nil
}

// busy reports whether an error says that the server has too much to do.
func busy(err error) bool {
	return errors.Is(err, provider.ErrThrottled) || errors.Is(err, provider.ErrUnreachable) || errors.Is(err, provider.ErrOutcomeUnknown)
}
