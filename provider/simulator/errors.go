package simulator

import "fmt"

// Error codes of CloudStack's API; the code is the HTTP status too.
const (
	codeUnauthorized  = 401
	codeThrottled     = 429
	codeParameter     = 431
	codeUnsupported   = 432
	codeInternal      = 530
	codeAccount       = 531
	codeAccountLimit  = 532
	codeCapacity      = 533
	codeResourceLimit = 535
	codeInUse         = 536
	codeRuleConflict  = 537
)

// Exception codes, sent as cserrorcode: they name the exception class inside the server.
const (
	csNone             = -1 // the field is left out
	csZero             = 0
	csRuntime          = 4250
	csAccountLimit     = 4280
	csInvalidParameter = 4350
	csRuleConflict     = 4360
	csPermission       = 4365
	csAPI              = 9999
)

// internalText is what CloudStack tells an ordinary user instead of the message of an exception that it did not expect.
const internalText = "Internal error executing command, please contact your system administrator"

// An apiError is a refusal in CloudStack's form.
type apiError struct {
	code, cs int
	text     string
	uuids    []object // uuidList: the ids that the text is about
	byJob    bool     // the call itself succeeds and its job fails with this error
}

func (e *apiError) Error() string { return fmt.Sprintf("%d: %s", e.code, e.text) }

// refuse makes an error that the call itself answers.
func refuse(code, cs int, format string, args ...any) *apiError {
	return &apiError{code: code, cs: cs, text: fmt.Sprintf(format, args...)}
}

// invalid is CloudStack's InvalidParameterValueException, by far its most common refusal.
func invalid(format string, args ...any) *apiError {
	return refuse(codeParameter, csInvalidParameter, format, args...)
}

// failJob makes an error that the job of an accepted call ends with.
func failJob(code int, format string, args ...any) *apiError {
	return &apiError{code: code, cs: csAPI, text: fmt.Sprintf(format, args...), byJob: true}
}

// opaque is the answer to an exception that the server hides from ordinary users.
func opaque(cs int) *apiError { return refuse(codeInternal, cs, "%s", internalText) }

var errCredentials = &apiError{code: codeUnauthorized, cs: csNone, text: "unable to verify user credentials and/or request signature"}

// object returns the error as the content of an answer's envelope.
func (e *apiError) object(json bool) object {
	var o object
	if json {
		uuids := e.uuids
		if uuids == nil {
			uuids = []object{}
		}
		o.add("uuidList", uuids)
	}
	o.add("errorcode", e.code)
	if e.cs != csNone {
		o.add("cserrorcode", e.cs)
	}
	o.add("errortext", e.text)
	return o
}

// jobObject returns the error as the result of a job.
func (e *apiError) jobObject() object {
	return object{{"errorcode", e.code}, {"errortext", e.text}}
}
