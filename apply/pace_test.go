package apply

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

const deploy = "deployVirtualMachine"

// paced tells a pace of steps that begin and end one after the other, each of
// which takes as long as it does with so many in flight.
func paced(p *pace, steps int, took func(inFlight int) time.Duration, err error) {
	now := time.Now()
	for range steps {
		began := now.Add(time.Millisecond)
		now = began.Add(took(p.limit()))
		p.ended(deploy, began, now, err)
	}
}

func TestThePaceFindsTheKnee(t *testing.T) {
	for _, knee := range []int{2, 4, 8, 16, 32, 64} {
		// Up to the knee a step takes two seconds; beyond it they wait in line.
		server := func(inFlight int) time.Duration {
			return 2 * time.Second * time.Duration(max(inFlight, knee)) / time.Duration(knee)
		}
		p := newPace(200, leastSlow, false)
		p.ended(deploy, time.Now(), time.Now().Add(2*time.Second), nil)
		paced(p, 1000, server, nil)
		if got := p.limit(); got < knee || got > 4*knee {
			t.Errorf("a knee of %d: %d in flight", knee, got)
		}
	}
}

// TestPromptAnswersLetMoreGo: before a step has ended, answers tell how busy the
// server is.
func TestPromptAnswersLetMoreGo(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers func(n int) time.Duration
		want    int
	}{
		{"all as quick as the first", func(int) time.Duration { return 200 * time.Millisecond }, firstMost},
		{"each later than the one before", func(n int) time.Duration { return time.Duration(200+100*n) * time.Millisecond }, firstPace + 3},
		{"all late", func(int) time.Duration { return 2 * time.Second }, firstPace},
	} {
		p, began := newPace(200, leastSlow, false), time.Now()
		for n := range 100 {
			p.answered(deploy, began, began.Add(c.answers(n)))
		}
		if p.limit() != c.want {
			t.Errorf("%s: %d in flight, want %d", c.name, p.limit(), c.want)
		}
		paced(p, 100, func(int) time.Duration { return time.Minute }, nil)
		found := p.limit()
		p.answered(deploy, began, began.Add(time.Millisecond))
		if p.limit() != found {
			t.Errorf("%s: once steps have ended an answer still counts", c.name)
		}
	}
}

// TestOneStepThatTakesVeryLongEndsTheRound: the rest of a flood is not waited for.
func TestOneStepThatTakesVeryLongEndsTheRound(t *testing.T) {
	p, began := newPace(200, leastSlow, false), time.Now()
	p.ended(deploy, began, began.Add(2*time.Second), nil)
	p.ended(deploy, began, began.Add(14*time.Second), nil)
	if p.limit() != firstPace/2 {
		t.Errorf("%d in flight, want %d", p.limit(), firstPace/2)
	}
}

func TestThePaceNeverLeavesItsBounds(t *testing.T) {
	for _, most := range []int{1, 3, 16, 40} {
		p := newPace(most, leastSlow, false)
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
		p := newPace(64, leastSlow, false)
		began := time.Now()
		for i := range 16 {
			p.ended("stopVirtualMachine", began, began.Add(time.Duration(i)*time.Millisecond), fmt.Errorf("refused: %w", class))
		}
		if p.limit() != firstPace/2 {
			t.Errorf("%v: %d in flight", class, p.limit())
		}
	}
	p := newPace(64, leastSlow, false)
	p.ended("stopVirtualMachine", time.Now(), time.Now(), errors.New("no capacity"))
	if p.limit() != firstPace {
		t.Errorf("a failure of its own: %d in flight", p.limit())
	}
}

func TestASteadyPaceStays(t *testing.T) {
	p := newPace(48, leastSlow, true)
	paced(p, 100, func(int) time.Duration { return time.Hour }, provider.ErrThrottled)
	p.answered(deploy, time.Now(), time.Now())
	if p.limit() != 48 {
		t.Errorf("%d in flight", p.limit())
	}
}

// TestSlowAndLightStepsHaveAPaceEach: what rules stand says nothing of machines.
func TestSlowAndLightStepsHaveAPaceEach(t *testing.T) {
	p := newPacing(64, false)
	slow, light := p.of(&plan.Step{Slow: true}), p.of(&plan.Step{})
	paced(light, 300, func(int) time.Duration { return time.Millisecond }, nil)
	if light.limit() != 64 || slow.limit() != firstPace {
		t.Errorf("%d light and %d slow in flight, want 64 and %d", light.limit(), slow.limit(), firstPace)
	}
	p.throttled(time.Now().Add(time.Hour), time.Now().Add(2*time.Hour))
	if light.limit() != 32 || slow.limit() != firstPace/2 {
		t.Errorf("refused for the number of calls: %d light and %d slow in flight", light.limit(), slow.limit())
	}
}
