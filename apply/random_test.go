package apply

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// TestAnyGraphRunsInOrder runs 1,000 random graphs of steps that succeed, fail,
// are refused, are lost or wait, under random limits, with and without a lease,
// ended gently or at once, some in turns and with pauses, and watches from outside: needs are done before,
// limits hold, every step ends once, what is not started names the step that kept it, creates are noted,
// no turn is begun once one has failed.
func TestAnyGraphRunsInOrder(t *testing.T) {
	for seed := range uint64(1000) {
		synctest.Test(t, func(t *testing.T) { runRandom(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func runRandom(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	cloud := newCloud()
	p := randomPlan(rnd, cloud)
	byID := map[string]*plan.Step{}
	for i := range p.Steps {
		byID[p.Steps[i].ID] = &p.Steps[i]
	}
	opts := Options{Run: "r1", Parallel: 1 + rnd.IntN(6)}
	if rnd.IntN(2) == 0 {
		opts.Lease = leased(t, cloud)
	}
	if rnd.IntN(5) == 0 {
		stop := make(chan struct{})
		time.AfterFunc(time.Duration(rnd.IntN(120))*time.Second, func() { close(stop) })
		opts.Stop = stop
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if rnd.IntN(10) == 0 {
		time.AfterFunc(time.Duration(rnd.IntN(120))*time.Second, cancel)
	}
	phases, running, open, serial := map[string]Phase{}, 0, 0, map[string]int{}
	for _, s := range p.Steps {
		if !s.Last {
			open++
		}
	}
	failed := false // before the barrier
	halted, ended := map[string]bool{}, map[string]time.Time{}
	opts.Observe = func(e Event) {
		if e.Step == nil {
			return
		}
		s, before := e.Step, phases[e.Step.ID]
		if before.Final() {
			t.Errorf("%s ended twice: %s, %s", s.ID, before, e.Phase)
		}
		phases[s.ID] = e.Phase
		switch {
		case e.Text != "": // it is tried again, in its turn
			running--
			serial[s.Serial]--
			phases[s.ID] = ""
		case e.Phase == Started:
			running++
			serial[s.Serial]++
			for _, need := range s.Needs {
				if phases[need] != Done {
					t.Errorf("%s started while its need %s was %q", s.ID, need, phases[need])
				}
			}
			for _, need := range s.Needs {
				if since := e.At.Sub(ended[need]); since < time.Duration(s.Pause) {
					t.Errorf("%s started %s after %s, before its pause of %s was over", s.ID, since, need, s.Pause)
				}
			}
			if s.Turn != "" && halted[s.Turn] {
				t.Errorf("%s began a turn after one had failed", s.ID)
			}
			if s.Last && (open > 0 || failed) {
				t.Errorf("%s started with %d steps open, failure %v", s.ID, open, failed)
			}
			if running > opts.Parallel || s.Serial != "" && serial[s.Serial] > 1 {
				t.Errorf("%s: %d in flight of %d, %d of %q", s.ID, running, opts.Parallel, serial[s.Serial], s.Serial)
			}
			if s.Creates && opts.Lease != nil && cloud.onAnchor(provider.NoteKey(provider.TagNote, s.Op.Address)) == "" {
				t.Errorf("%s started without a note", s.ID)
			}
		case e.Phase.Final():
			ended[s.ID] = e.At
			halted[s.Turn] = halted[s.Turn] || e.Phase == Failed || e.Phase == Running
			if before != "" {
				running--
				serial[s.Serial]--
			}
			if !s.Last {
				open--
				failed = failed || e.Phase == Failed
			}
		}
		if e.Phase == NotStarted && e.Cause != "" {
			if cause := phases[e.Cause]; cause == Done || cause == NotStarted || !cause.Final() {
				t.Errorf("%s not started because of %s, which is %q", s.ID, e.Cause, cause)
			}
			if !leadsTo(byID, e.Cause, s) && !keepsTurn(byID, e.Cause, s) && !s.Last {
				t.Errorf("%s does not depend on %s", s.ID, e.Cause)
			}
		}
	}
	r := Run(ctx, cloud, p, opts)
	for i, o := range r.Outcomes {
		if o.Step != &p.Steps[i] || !o.Phase.Final() || o.Phase != phases[o.Step.ID] {
			t.Errorf("outcome %d: %s %q, last event %q", i, o.Step.ID, o.Phase, phases[o.Step.ID])
		}
		if o.Phase == NotStarted && o.Cause == "" && r.Ended == nil {
			t.Errorf("%s was not started for no reason", o.Step.ID)
		}
	}
	if opts.Lease == nil {
		return
	}
	left := release(t, cloud, opts.Lease)
	if ctx.Err() != nil {
		return // it left at once: notes stay open, as they must
	}
	for _, o := range r.Outcomes {
		note := left[provider.NoteKey(provider.TagNote, o.Step.Op.Address)]
		if o.Step.Creates && (o.Phase == Done || o.Phase == NotStarted || errors.Is(o.Err, errRefused)) && note != "" {
			t.Errorf("%s is %s, and its note %q stays open", o.Step.ID, o.Phase, note)
		}
		if o.Step.Creates && o.Phase == Done && cloud.tagsOf(o.ID)[provider.TagStack] != "shop" {
			t.Errorf("%s is not claimed", o.Step.ID)
		}
	}
}

var errRefused = fmt.Errorf("refused: %w", provider.ErrExists)

func randomPlan(rnd *rand.Rand, cloud *fakeCloud) *plan.Plan {
	var steps []plan.Step
	n := 1 + rnd.IntN(30)
	last := n - rnd.IntN(n/3+1)
	for i := range n {
		op := []string{"create", "set", "stop", "start"}[rnd.IntN(4)]
		if i >= last {
			op = "delete"
		}
		s := step(fmt.Sprintf("t/s%02d %s", i, op))
		for j := range i {
			if rnd.IntN(5) == 0 {
				s.Needs = append(s.Needs, steps[j].ID)
			}
		}
		if rnd.IntN(4) == 0 {
			s.Serial = fmt.Sprintf("t/g%d", rnd.IntN(2))
		}
		if rnd.IntN(4) == 0 && op != "delete" {
			s.Turn = fmt.Sprintf("t/turn%d", rnd.IntN(2))
		}
		if rnd.IntN(8) == 0 {
			s.Pause = provider.Duration(rnd.IntN(90)) * provider.Duration(time.Second)
		}
		b := behaviour{takes: time.Duration(rnd.IntN(60)) * time.Second}
		switch rnd.IntN(14) {
		case 0:
			b.fail = errors.New("job failed")
		case 1:
			b.refuse = errRefused
		case 2:
			b.lost = true
		case 3:
			b.unsent = true
		case 4:
			b.fail = fmt.Errorf("in use: %w", provider.ErrHeld)
		case 5:
			b.fail, b.once = fmt.Errorf("unfit: %w", provider.ErrTryAnother), true
		}
		cloud.script[s.Op.Address.String()] = b
		steps = append(steps, s)
	}
	return planOf(steps...)
}

// keepsTurn reports whether a step keeps turns of its declaration from being
// begun, and with them another step.
func keepsTurn(steps map[string]*plan.Step, cause string, to *plan.Step) bool {
	for _, s := range steps {
		if s.Turn != "" && s.Turn == steps[cause].Turn && (s == to || leadsTo(steps, s.ID, to)) {
			return true
		}
	}
	return false
}

// leadsTo reports whether a step needs another, however far.
func leadsTo(steps map[string]*plan.Step, from string, to *plan.Step) bool {
	for _, need := range to.Needs {
		if need == from || leadsTo(steps, from, steps[need]) {
			return true
		}
	}
	return false
}
