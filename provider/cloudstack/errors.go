package cloudstack

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// The classes of failure. Every error of this package that belongs to one says
// so to errors.Is; what a caller decides, it decides by these and never by text.
var (
	// ErrNotFound: what was asked for does not exist, or not for this account.
	ErrNotFound = errors.New("not found")
	// ErrAmbiguous: several things match where one was asked for.
	ErrAmbiguous = errors.New("several match")
	// ErrExists: a thing of that name, or that rule or tag, is there already.
	ErrExists = errors.New("exists already")
	// ErrInUse: other resources still use the thing.
	ErrInUse = errors.New("in use")
	// ErrConflict: the thing is in a state, or has a rule, that this does not go with.
	ErrConflict = errors.New("conflict")
	// ErrQuota: a limit of the account is reached.
	ErrQuota = errors.New("limit reached")
	// ErrCapacity: the cloud has no room at the moment.
	ErrCapacity = errors.New("no capacity")
	// ErrInvalid: a parameter is missing, malformed or not allowed.
	ErrInvalid = errors.New("invalid")
	// ErrUnsupported: this server or zone can't do it.
	ErrUnsupported = errors.New("not supported")
	// ErrAuth: the keys or the signature are not accepted, or the server does not
	// know the command: it answers both in the same way.
	ErrAuth = errors.New("not authenticated")
	// ErrForbidden: the user may not do this.
	ErrForbidden = errors.New("forbidden")
	// ErrThrottled: too many calls; [RetryAfter] tells how long to wait.
	ErrThrottled = errors.New("too many calls")
	// ErrUnavailable: the server can't be reached or says that it can't serve. A
	// command that changes something has then surely not been done.
	ErrUnavailable = errors.New("unavailable")
	// ErrInternal: the server failed, and says nothing to decide by.
	ErrInternal = errors.New("internal failure")
	// ErrNotBegun: the command was refused before it was begun, and nothing came of
	// it. An error may belong to another class beside this one.
	ErrNotBegun = errors.New("not begun")
	// ErrOutcomeUnknown: a command that may change something was sent and its
	// answer is lost. Ask for its job, or look, before doing it again.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrStillRunning: waiting for a job ended before the job did.
	ErrStillRunning = errors.New("still running")
	// ErrJobFailed: the command was accepted and its job failed.
	ErrJobFailed = errors.New("job failed")
	// ErrProtocol: the answer is not one of a CloudStack server.
	ErrProtocol = errors.New("not understood")
)

// UUIDItem is a resource that an error is about.
type UUIDItem struct {
	UUID             ID     `cs:"uuid"`
	Description      string `cs:"description"`
	SerialVersionUID int64  `cs:"serialversionuid"`
}

// APIError is a failure that the server reports, of a call or of a job.
type APIError struct {
	Command    string        // the command that failed
	HTTPStatus int           // of the answer; 0 for a job
	Code       ErrorCode     // usually the same as HTTPStatus; 0 for success=false
	CSCode     CSErrorCode   // the server's exception; 0 when it doesn't say
	Text       string        // the server's words
	UUIDs      []UUIDItem    // the resources that it is about
	JobID      ID            // the job that failed, or that was to be made; may be empty
	ResourceID ID            // what the failed job was about, when the server says
	Wait       time.Duration // what a 429 says to wait; 0 when it doesn't
	Hint       string        // what we know beyond the server's words; may be empty
}

// Error tells command, codes by name, and the server's words.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString(e.Command)
	if e.JobID != "" && e.HTTPStatus == 0 {
		fmt.Fprintf(&b, ": job %s failed", e.JobID)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": %s", e.Code)
	}
	if e.CSCode != 0 && e.CSCode != csServerAPI {
		fmt.Fprintf(&b, " (%s)", e.CSCode)
	}
	b.WriteString(": " + e.Text)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Is tells whether the error belongs to a class.
func (e *APIError) Is(class error) bool {
	switch class {
	case ErrJobFailed:
		return e.JobID != "" && e.HTTPStatus == 0
	case ErrNotBegun:
		return e.notBegun()
	}
	return class == e.class()
}

// notBegun tells that the server refused the call while it read its parameters,
// one of which is missing, malformed or the id of nothing. Such words are the same
// for all commands. Whatever else a server refuses, by other words or other codes,
// may have left something behind: it has made the machine before it says that the
// id of its job is taken (530).
func (e *APIError) notBegun() bool {
	return e.HTTPStatus == 431 && e.Code == 431 && e.CSCode == csServerAPI && unread.MatchString(e.Text)
}

var unread = regexp.MustCompile(`^Unable to execute API command \w+ due to (missing parameter|invalid value)\b`)

// TransportError is a call without an answer of the server's: not reached, cut
// off, timed out. It names the host, never the address with its key and
// signature.
type TransportError struct {
	Command string
	Host    string
	Err     error // the cause
	unsent  bool  // the request surely never left
	gaveUp  bool  // the caller's context ended it
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("%s: no answer from %s: %v", e.Command, e.Host, e.Err)
}

// Unwrap gives the cause, such as context.DeadlineExceeded.
func (e *TransportError) Unwrap() error { return e.Err }

// Is says ErrUnavailable, unless the caller itself gave up.
func (e *TransportError) Is(class error) bool { return class == ErrUnavailable && !e.gaveUp }

var (
	htmlPage  = regexp.MustCompile(`(?i)^\s*<(!doctype html|html|head|body)\b`)
	htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>\s*(.*?)\s*</title>|<h1[^>]*>\s*(.*?)\s*</h1>`)
	htmlTag   = regexp.MustCompile(`<[^>]*>?`)
)

// pageText is what a page of HTML calls itself, or else what there is to read on
// it: the rest is for browsers.
func pageText(page string) string {
	if title := htmlTitle.FindStringSubmatch(page); title != nil {
		return cmp.Or(title[1], title[2])
	}
	return strings.Join(strings.Fields(htmlTag.ReplaceAllString(page, " ")), " ")
}

// HTTPError is an answer that is not CloudStack's: a proxy's page of HTML, a
// redirection, a server that is something else.
type HTTPError struct {
	Command string
	Host    string
	Status  int
	Excerpt string        // the beginning of the body, without keys
	Wait    time.Duration // Retry-After; 0 without
	Err     error         // why the body is not understood
}

func (e *HTTPError) Error() string {
	s := fmt.Sprintf("%s: %s answers with HTTP status %d and not as CloudStack does: ", e.Command, e.Host, e.Status)
	switch {
	case htmlPage.MatchString(e.Excerpt):
		s += fmt.Sprintf("with a web page, %q", pageText(e.Excerpt))
	case e.Excerpt != "":
		s += fmt.Sprintf("%v: %q", e.Err, e.Excerpt)
	default:
		s += e.Err.Error()
	}
	switch {
	case e.Status == 404 || e.Status == 405 || e.Status/100 == 3:
		s += "; is the endpoint right? It usually ends in /client/api"
	case e.Status == 413 || e.Status == 414:
		s += "; the request is too long for the server"
	}
	return s
}

// Unwrap gives what made the body unreadable.
func (e *HTTPError) Unwrap() error { return e.Err }

// Is tells the class by the HTTP status.
func (e *HTTPError) Is(class error) bool {
	switch {
	case class == ErrProtocol:
		return true
	case e.Status == 401:
		return class == ErrAuth
	case e.Status == 403:
		return class == ErrForbidden
	case e.Status == 429:
		return class == ErrThrottled
	case e.Status/100 == 5:
		return class == ErrUnavailable
	}
	return false
}

// ProtocolError is an answer of CloudStack's that makes no sense here.
type ProtocolError struct {
	Command string
	JobID   ID // the job whose result it is; may be empty
	Err     error
}

func (e *ProtocolError) Error() string {
	if e.JobID != "" {
		return fmt.Sprintf("%s: the result of job %s is not understood: %v", e.Command, e.JobID, e.Err)
	}
	return fmt.Sprintf("%s: the answer is not understood: %v", e.Command, e.Err)
}

// Unwrap gives the reason.
func (e *ProtocolError) Unwrap() error { return e.Err }

// Is says ErrProtocol.
func (e *ProtocolError) Is(class error) bool { return class == ErrProtocol }

// UncertainError is a command that may change something, that was sent, and
// whose answer is lost. It may have been done, be running, or never have
// arrived. With [CustomJobID] its JobID can be asked for.
type UncertainError struct {
	Command string
	JobID   ID    // the id of our choosing; empty without one
	Err     error // what happened to the answer
}

func (e *UncertainError) Error() string {
	s := fmt.Sprintf("%s: sent, and its answer is lost, so that it may or may not have been done: %v", e.Command, e.Err)
	if e.JobID != "" {
		s += fmt.Sprintf("; ask for job %s before sending it again", e.JobID)
	}
	return s
}

// Unwrap gives what happened to the answer, such as context.Canceled, without
// the class of it: ErrUnavailable would say that nothing was done.
func (e *UncertainError) Unwrap() error {
	switch cause := e.Err.(type) {
	case *TransportError:
		return cause.Err
	case *HTTPError:
		return cause.Err
	}
	return e.Err
}

// Is says ErrOutcomeUnknown.
func (e *UncertainError) Is(class error) bool { return class == ErrOutcomeUnknown }

// WaitError is the end of waiting for a job that has not ended, or of which it
// is not known: the caller gave up, time ran out, the server can't be asked.
type WaitError struct {
	Command    string // the command, when known
	JobID      ID
	ResourceID ID    // what the job is about, when known
	Err        error // why waiting ended
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("%s: job %s may still be running: %v", orUnknown(e.Command), e.JobID, e.Err)
}

// Unwrap gives the reason, such as context.Canceled.
func (e *WaitError) Unwrap() error { return e.Err }

// Is says ErrStillRunning.
func (e *WaitError) Is(class error) bool { return class == ErrStillRunning }

func orUnknown(command string) string {
	if command == "" {
		return "a command"
	}
	return command
}

// AmbiguousError is several matches where one was asked for.
type AmbiguousError struct {
	Command string
	Matches int
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s: %d match where one was asked for; name it by its id", e.Command, e.Matches)
}

// Is says ErrAmbiguous.
func (e *AmbiguousError) Is(class error) bool { return class == ErrAmbiguous }

// ValidationError is a request that was not sent because no server would take it.
type ValidationError struct {
	Command string
	Field   string // the parameter's wire name; may be empty
	Reason  string
}

func (e *ValidationError) Error() string {
	s := "not sent"
	if e.Command != "" {
		s = e.Command + ": " + s
	}
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Reason
}

// Is says ErrInvalid and ErrNotBegun.
func (e *ValidationError) Is(class error) bool { return class == ErrInvalid || class == ErrNotBegun }

// notFoundError is a list that ought to have had one item.
type notFoundError struct{ command string }

func (e *notFoundError) Error() string       { return e.command + ": nothing matches" }
func (e *notFoundError) Is(class error) bool { return class == ErrNotFound }

// RetryAfter is how long the server asks to wait before the next call; 0 when
// err says nothing about it.
func RetryAfter(err error) time.Duration {
	if api, ok := errors.AsType[*APIError](err); ok {
		return api.Wait
	}
	if page, ok := errors.AsType[*HTTPError](err); ok {
		return page.Wait
	}
	return 0
}
