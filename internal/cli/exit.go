package cli

import (
	"errors"
	"fmt"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// Exit codes are a promise to scripts.
const (
	exitDone        = 0
	exitError       = 1
	exitDiffers     = 2   // plan --detailed-exitcode: changes; drift: something differs
	exitRefused     = 3   // by a guard, a protection, a lease or a stale plan
	exitPartly      = 4   // some steps failed, some were done
	exitRunning     = 5   // jobs still running when time ran out
	exitUsage       = 64  // the YAML, the flags or the credentials are missing or wrong
	exitInterrupted = 130 // by a signal
)

// coded is an error with an exit code of its own. Without an err everything was
// said already.
type coded struct {
	code int
	err  error
}

func (c *coded) Error() string {
	if c.err == nil {
		return ""
	}
	return c.err.Error()
}

func (c *coded) Unwrap() error { return c.err }

// usagef is a mistake in the flags, the file or the credentials.
func usagef(format string, args ...any) error {
	return &coded{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// said ends a command with a code, without another word.
func said(code int) error { return &coded{code: code} }

// exitCode is the one place where an error becomes a code.
func exitCode(err error) int {
	var own *coded
	var issues spec.Issues
	var problems plan.Problems
	var held *apply.HeldError
	var foreign *apply.OriginError
	var running *provider.StillRunning
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
		return own.code
	case errors.As(err, &issues):
		return exitUsage
	case errors.As(err, &problems) && problems.Class() == plan.Mistake:
		return exitUsage
	case errors.As(err, &problems), errors.As(err, &held), errors.As(err, &foreign), errors.Is(err, apply.ErrLost):
		return exitRefused
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, provider.ErrCredentials):
		return exitUsage
	case errors.As(err, &running):
		return exitRunning
	default:
		return exitError
	}
}
