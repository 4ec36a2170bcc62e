package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

func TestEveryErrorHasItsExitCode(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{provider.ErrUnreachable, 1},
		{said(exitDiffers), 2},
		{plan.Problems{{Class: plan.Refused}}, 3},
		{&apply.HeldError{}, 3},
		{&apply.OriginError{}, 3},
		{apply.ErrLost, 3},
		{&provider.StillRunning{Cause: context.DeadlineExceeded}, 5},
		{errTimeUp, 1},
		{&provider.StillRunning{Cause: errInterrupted}, 130},
		{usagef("wrong"), 64},
		{spec.Issues{{}}, 64},
		{plan.Problems{{Class: plan.Refused}, {Class: plan.Mistake}}, 64},
		{provider.ErrCredentials, 64},
		{errInterrupted, 130},
		{errors.Join(said(exitPartly), errors.New("could not look again")), 4},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v: exit code %d, want %d", test.err, got, test.want)
		}
		if test.err == nil {
			continue
		}
		if got := exitCode(fmt.Errorf("wrapped: %w", test.err)); got != test.want {
			t.Errorf("%v, wrapped: exit code %d, want %d", test.err, got, test.want)
		}
	}
}

func TestVerdictOfARun(t *testing.T) {
	outcomes := func(phases ...apply.Phase) []apply.Outcome {
		var all []apply.Outcome
		for _, p := range phases {
			all = append(all, apply.Outcome{Phase: p, Step: &plan.Step{}})
		}
		return all
	}
	for _, test := range []struct {
		name  string
		run   apply.Report
		unmet bool
		want  int
	}{
		{"done", apply.Report{Outcomes: outcomes(apply.Done)}, false, 0},
		{"waiting is no failure", apply.Report{Outcomes: outcomes(apply.Done, apply.Waiting)}, false, 0},
		{"failed", apply.Report{Outcomes: outcomes(apply.Failed, apply.NotStarted)}, false, 1},
		{"partly", apply.Report{Outcomes: outcomes(apply.Done, apply.Failed)}, false, 4},
		{"accepted but not done", apply.Report{Outcomes: outcomes(apply.Done)}, true, 4},
		{"jobs running", apply.Report{Outcomes: outcomes(apply.Done, apply.Running)}, false, 5},
		{"out of time", apply.Report{Outcomes: outcomes(apply.Done, apply.Running), Interrupted: true, Ended: errTimeUp}, false, 5},
		{"interrupted", apply.Report{Outcomes: outcomes(apply.Done, apply.NotStarted), Interrupted: true, Ended: apply.ErrStopped}, false, 130},
	} {
		if got := exitCode(verdict(&test.run, test.unmet)); got != test.want {
			t.Errorf("%s: exit code %d, want %d", test.name, got, test.want)
		}
	}
}
