package kind

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// classes is what each class of the client's errors means to whoever runs a
// plan, and what a person can do about it. The first that fits counts.
var classes = [...]struct {
	client, provider error // provider is nil where nobody decides by it
	advice           string
}{
	{cloudstack.ErrOutcomeUnknown, provider.ErrOutcomeUnknown, "run the same command again: it looks first whether this was done"},
	{cloudstack.ErrAuth, provider.ErrCredentials, "check the endpoint, the key and the secret key"},
	{cloudstack.ErrForbidden, provider.ErrForbidden, "ask the cloud's administrator for a role that may do this"},
	{cloudstack.ErrThrottled, provider.ErrThrottled, "lower --parallel, or ask the cloud's administrator for more calls"},
	{cloudstack.ErrQuota, provider.ErrQuota, "delete what isn't needed, or ask the cloud's administrator for a higher limit"},
	{cloudstack.ErrNotFound, provider.ErrNotFound, "it may have been deleted meanwhile: plan again"},
	{cloudstack.ErrExists, provider.ErrExists, "choose another name, or look whose it is"},
	{cloudstack.ErrConflict, provider.ErrConflict, "somebody else may have changed it meanwhile: plan again"},
	{cloudstack.ErrUnavailable, provider.ErrUnreachable, "check the endpoint and the network, and try again"},
	{cloudstack.ErrProtocol, provider.ErrUnreachable, adviceOnPages},
	{cloudstack.ErrInUse, nil, "look what still uses it"},
	{cloudstack.ErrCapacity, nil, "the cloud has no room for it now: try again later, in another zone, or with a smaller offering"},
	{cloudstack.ErrUnsupported, nil, "this cloud can't do it: change the stack file"},
	{cloudstack.ErrInvalid, nil, "change the stack file"},
}

// failure is the error of an operation, with the class by which a caller
// decides; nil for nil. It doesn't say what was tried: whoever runs the plan
// puts address and command before it, and its advice behind it.
func (c *cloud) failure(op provider.Op, err error) error {
	if err == nil {
		return nil
	}
	f := understand(err)
	if k, ok := c.kinds[op.Kind]; ok {
		operation, _ := k.Operation(op.Name)
		f.command = operation.Command
	}
	return f
}

// failedTo is the error of what is tried without an operation: it says
// everything itself. It is nil for nil.
func failedTo(try string, err error) error {
	if err == nil {
		return nil
	}
	f := understand(err)
	if f.advice == "" {
		return fmt.Errorf("%s: %w", try, f)
	}
	return fmt.Errorf("%s: %w; %s", try, f, f.advice)
}

// understand finds the class of an error.
func understand(err error) *failed {
	if f, ok := errors.AsType[*failed](err); ok {
		return f
	}
	f := &failed{cause: err}
	if _, ok := errors.AsType[*provider.StillRunning](err); ok {
		return f
	}
	for _, class := range classes {
		if !errors.Is(err, class.client) {
			continue
		}
		f.class, f.advice = class.provider, class.advice
		if hinted(err) {
			f.advice = ""
		}
		// ErrNotFound of a wait is about the job; this is what the job was about.
		if f.class == provider.ErrNotFound && errors.Is(err, cloudstack.ErrJobFailed) {
			f.class = nil
		}
		break
	}
	switch answer, ok := errors.AsType[*cloudstack.APIError](err); {
	case isPage(err):
		f.advice = adviceOnPages
	case ok && f.advice == "" && answer.Hint == "" && answer.Code == codeInternal:
		f.advice = "that is all the cloud tells: try again, and if it stays so, ask its administrator to look into the management server's log"
	}
	return f
}

// codeInternal is CloudStack's for what it can't or won't explain (530).
const codeInternal = 530

// hinted reports whether the client says already what to do about the error.
func hinted(err error) bool {
	answer, ok := errors.AsType[*cloudstack.APIError](err)
	return ok && answer.Hint != ""
}

// isPage reports whether something else answered in CloudStack's place: its
// status says nothing about what was asked.
func isPage(err error) bool {
	_, ok := errors.AsType[*cloudstack.HTTPError](err)
	return ok
}

const adviceOnPages = "check that the endpoint is CloudStack's API and that no proxy answers in its place"

// as gives a refusal one of provider's classes, or none, and words that say
// why it came to it.
func as(class error, why string, refusal error) error {
	f := understand(refusal)
	return &failed{why: why, class: class, cause: refusal, advice: f.advice}
}

// advising gives an error of ours other advice than its class has.
func advising(err error, advice string) error {
	f := *understand(err)
	f.advice = advice
	return &f
}

// failed is an error of a Cloud.
type failed struct {
	command string // as the cause begins, to be left out; may be empty
	why     string // what we know beyond the cause; may be empty
	class   error  // one of provider's, or nil
	cause   error
	advice  string // may be empty
}

func (f *failed) Error() string {
	text := strings.TrimPrefix(f.cause.Error(), f.command+": ")
	if f.why != "" {
		return f.why + ": " + text
	}
	return text
}

// Advice says what to do about it, "" where nobody knows.
func (f *failed) Advice() string { return f.advice }

// RetryAfter is how long the cloud asks to wait before the next call.
func (f *failed) RetryAfter() time.Duration { return cloudstack.RetryAfter(f.cause) }

// Is tells that nothing was begun, whatever else the error is.
func (f *failed) Is(target error) bool {
	return target == provider.ErrNotBegun && errors.Is(f.cause, cloudstack.ErrNotBegun)
}

func (f *failed) Unwrap() []error {
	if f.class == nil {
		return []error{f.cause}
	}
	return []error{f.class, f.cause}
}

// refused reports whether the cloud itself has said no to what was asked, so
// that it was surely not done, for a reason other than who asks and how often.
func refused(err error) bool {
	if _, ok := errors.AsType[*cloudstack.APIError](err); !ok {
		return false
	}
	for _, other := range []error{cloudstack.ErrOutcomeUnknown, cloudstack.ErrStillRunning, cloudstack.ErrAuth, cloudstack.ErrForbidden, cloudstack.ErrThrottled, cloudstack.ErrUnavailable} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}
