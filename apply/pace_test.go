package apply

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
)

// paced tells a pace of steps that begin and end one after the other, each of
// which takes as long as it does with so many in flight.
func paced(p *pace, steps int, took func(inFlight int) time.Duration, err error) {
	now := time.Now()
	for range steps {
		began := now.Add(time.Millisecond)
		now = began.Add(took(p.limit()))
		p.ended("deployVirtualMachine", began, now, err)
	}
}

func TestThePaceFindsTheKnee(t *testing.T) {
	for _, knee := range []int{4, 16, 64} {
		// Up to the knee a step takes a second; beyond it they wait in line.
		server := func(inFlight int) time.Duration {
			return time.Second * time.Duration(max(inFlight, knee)) / time.Duration(knee)
		}
		p := newPace(200, false)
		p.ended("deployVirtualMachine", time.Now(), time.Now().Add(time.Second), nil)
		paced(p, 500, server, nil)
		if got := p.limit(); got < knee || got > 5*knee {
			t.Errorf("a knee of %d: %d in flight", knee, got)
		}
	}
}

func TestThePaceNeverLeavesItsBounds(t *testing.T) {
	for _, most := range []int{1, 3, 16, 40} {
		p := newPace(most, false)
		paced(p, 300, func(int) time.Duration { return time.Second }, nil)
		if p.limit() != most {
			t.Errorf("a server that stands everything: %d of %d", p.limit(), most)
		}
		paced(p, 300, func(int) time.Duration { return time.Hour }, nil)
		if p.limit() != 1 {
			t.Errorf("a server that stands nothing: %d", p.limit())
		}
	}
}

func TestAServerThatIsTooBusyHalvesThePaceOnceForWhatWasInFlight(t *testing.T) {
	for _, class := range []error{provider.ErrThrottled, provider.ErrUnreachable, provider.ErrOutcomeUnknown} {
		p := newPace(64, false)
		began := time.Now()
		for i := range 16 {
			p.ended("stopVirtualMachine", began, began.Add(time.Duration(i)*time.Millisecond), fmt.Errorf("refused: %w", class))
		}
		if p.limit() != 8 {
			t.Errorf("%v: %d in flight", class, p.limit())
		}
	}
	p := newPace(64, false)
	p.ended("stopVirtualMachine", time.Now(), time.Now(), errors.New("no capacity"))
	if p.limit() != 16 {
		t.Errorf("a failure of its own: %d in flight", p.limit())
	}
}

func TestASteadyPaceStays(t *testing.T) {
	p := newPace(48, true)
	paced(p, 100, func(int) time.Duration { return time.Hour }, provider.ErrThrottled)
	if p.limit() != 48 {
		t.Errorf("%d in flight", p.limit())
	}
}
