package apply

import (
	"errors"
	"slices"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// pacing are the numbers in flight of a run. A server has a knee for steps that a
// hypervisor or a router works on, and a much higher one for those that end in a
// moment; each class finds its own.
type pacing struct{ slow, light *pace }

func newPacing(most int, steady bool) pacing {
	return pacing{slow: newPace(most, leastSlow, steady), light: newPace(most, leastLight, steady)}
}

func (p pacing) of(s *plan.Step) *pace {
	if s.Slow {
		return p.slow
	}
	return p.light
}

// room reports whether a step of any class may be started.
func (p pacing) room() bool { return p.slow.room() || p.light.room() }

// limit is how many steps may be in flight together.
func (p pacing) limit() int { return p.slow.limit() + p.light.limit() }

// throttled takes note that a call was refused for the number of calls.
func (p pacing) throttled(sent, now time.Time) {
	for _, class := range []*pace{p.slow, p.light} {
		class.ended("", sent, now, provider.ErrThrottled)
	}
}

// pace finds out how many steps in flight make the server fastest. What it goes
// by is how long a step takes, its job and the wait for it included, beside the
// least that any step of the same command took: below the knee that grows little
// with the number in flight, beyond it the steps wait for each other and nothing
// gets done sooner. A refusal for the number of calls, or for being too busy,
// halves it at once.
//
// It goes in rounds: a round is as many steps as may be in flight, begun since
// the pace changed last, and its slower part decides.
//
//	opening   the first round begins with few; each answer that comes about as
//	          quickly as the first lets one more go, so that neither a small
//	          server is flooded nor a large one left idle until jobs end
//	rising    up to twice as many a round, while the steps hardly wait
//	level     a little more or fewer, so that they wait as long as it is good
type pace struct {
	active  int           // steps in flight
	steady  bool          // it never changes
	most    int           // never more
	floor   time.Duration // no step is taken to be quicker
	now     float64       // steps in flight
	changed time.Time
	least   map[string]time.Duration // that a step took, by command
	quick   map[string]time.Duration // that an answer took, by command
	strains []float64                // of the steps of this round: their time by the least
	phase   phase
}

type phase int

const (
	opening phase = iota
	rising
	level
)

const (
	firstPace = 8  // what any server stands
	firstMost = 32 // before a step has ended: beyond the knee of a small server
	// An answer lets one more go that takes at most so many times the least, and
	// no longer than that: a server that is busy with other things answers all
	// calls late.
	prompt, promptly = 2, 500 * time.Millisecond
	// calm is how many times the least time a step may take while the pace rises;
	// tolerated, once it is level: where a server works at its fastest, steps wait
	// for each other about so long. Beyond alarming it is halved at once.
	calm, tolerated, alarming = 2, 3, 6
	// A change is by these factors at most, and by those once it is level.
	slower, faster         = 0.5, 2
	littleLess, littleMore = 0.75, 1.35
	// fewest is how many steps tell about a pace, at least.
	fewest = 2
	// These bound from below what is taken for the time of a step: within them,
	// the ticks at which jobs are asked for say more than the server does.
	leastSlow, leastLight = 1500 * time.Millisecond, 500 * time.Millisecond
)

// newPace begins with as many as a small server stands, and changes with what it
// is told, up to most; floor is what a step takes at least. A steady pace is most throughout.
func newPace(most int, floor time.Duration, steady bool) *pace {
	p := &pace{steady: steady, most: most, floor: floor, now: float64(most), least: map[string]time.Duration{}, quick: map[string]time.Duration{}}
	if !steady {
		p.now = min(p.now, firstPace)
	}
	return p
}

// room reports whether one more step may be started.
func (p *pace) room() bool { return p.active < p.limit() }

// limit is how many steps may be in flight.
func (p *pace) limit() int { return max(1, int(p.now+0.5)) }

// answered takes note of a step whose command was answered now.
func (p *pace) answered(command string, began, now time.Time) {
	if p.steady || p.phase != opening {
		return
	}
	took := now.Sub(began)
	if quick, known := p.quick[command]; !known || took < quick {
		p.quick[command] = took
	}
	if took <= min(prompt*p.quick[command], promptly) {
		p.now = min(p.now+1, max(p.now, firstMost), float64(p.most))
	}
}

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
	took := max(now.Sub(began), p.floor)
	if least, known := p.least[command]; !known || took < least {
		p.least[command] = took
	}
	if began.Before(p.changed) {
		return
	}
	strain := float64(took) / float64(p.least[command])
	p.strains = append(p.strains, strain)
	n := len(p.strains)
	whole := p.limit()
	if p.phase != level {
		whole = whole * 3 / 4
	}
	if n < fewest || n < whole && strain <= alarming { // so slow that the rest can't change the verdict
		return
	}
	slices.Sort(p.strains)
	p.change(p.factor(p.strains[n*3/4]), now)
}

// factor is what the pace is to be changed by at the end of a round of such a
// strain.
func (p *pace) factor(strain float64) float64 {
	if p.phase != level && strain <= calm {
		p.phase = rising
		return calm / strain
	}
	if p.phase != level {
		p.phase = level
		return min(tolerated/strain, 1)
	}
	if strain > alarming {
		return tolerated / strain
	}
	return min(max(tolerated/strain, littleLess), littleMore)
}

// change sets the pace that holds from now on.
func (p *pace) change(factor float64, now time.Time) {
	p.now = min(max(p.now*min(max(factor, slower), faster), 1), float64(p.most))
	p.changed, p.strains = now, nil
	p.phase = max(p.phase, rising)
}

// busy reports whether an error says that the server has too much to do.
func busy(err error) bool {
	return errors.Is(err, provider.ErrThrottled) || errors.Is(err, provider.ErrUnreachable) || errors.Is(err, provider.ErrOutcomeUnknown)
}
