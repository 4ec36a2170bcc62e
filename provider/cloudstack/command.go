package cloudstack

import (
	"maps"
	"reflect"
	"strings"
	"time"
)

// Request is a command to the server with its parameters: one of the structs of
// this package, or a pointer to one.
type Request interface {
	// Info describes the command, not the parameters.
	Info() CommandInfo
}

// CommandInfo is what is known of a command without asking a server. What a
// server itself says of its commands is in its [Catalog].
type CommandInfo struct {
	Name        string // as on the wire, such as "deployVirtualMachine"
	Description string // one line, from the server that the package is generated from
	Async       bool   // it answers a job, which gives the result later
	Mutating    bool   // it may change something: it goes by POST and is never sent twice
	Paged       bool   // it takes page and pagesize
}

// Command is a request with one result, synchronous or not, of the type R.
type Command[R any] interface {
	Request
	result() R
}

// AsyncCommand is a [Command] that answers a job.
type AsyncCommand[R any] interface {
	Command[R]
	async()
}

// ListCommand is a request that lists values of the type T.
type ListCommand[T any] interface {
	Request
	item() T
}

// Sync marks a request as synchronous with a result of the type R. Embed it
// first in a struct to add a command that the package lacks:
//
//	type ListCustomThings struct {
//		cloudstack.Lists[Thing]
//		Name string `cs:"name"`
//	}
type Sync[R any] struct{}

func (Sync[R]) result() (r R) { return r }
func (Sync[R]) answer() any   { return *new(R) }

// Async marks a request as asynchronous; its job's result is of the type R.
type Async[R any] struct{}

func (Async[R]) result() (r R) { return r }
func (Async[R]) answer() any   { return *new(R) }
func (Async[R]) async()        {}

// Lists marks a request as a list of values of the type T.
type Lists[T any] struct{}

func (Lists[T]) item() (t T) { return t }
func (Lists[T]) answer() any { return *new(T) }

// Answer is the zero value of what a request gives: of its result, of its job's
// result, or of one item of its list. It is nil for a request that embeds none
// of [Sync], [Async] and [Lists].
func Answer(r Request) any {
	if _, err := describe(r); err != nil {
		return nil
	}
	if a, ok := r.(interface{ answer() any }); ok {
		return a.answer()
	}
	return nil
}

// Success is the result of a command that only works or doesn't. [Call] turns
// success=false into an error, so that a Success in hand is one.
type Success struct {
	DisplayText string `cs:"displaytext"` // what the server remarks, usually nothing
}

// CallOption changes one call.
type CallOption func(*callOptions)

type callOptions struct {
	jobID   ID
	expires time.Time
	extra   map[string]string
}

// CustomJobID makes an asynchronous command run under a job id of the caller's
// choice, a UUID that was never used before (customjobid; recorded from
// CloudStack 4.23, open to ordinary users). After a lost answer the job can be
// asked for under this id. Don't send one a second time: the server does the
// work again before it refuses. A server that doesn't know the parameter
// answers with a job id of its own: see [Job.ID].
func CustomJobID(id ID) CallOption { return func(o *callOptions) { o.jobID = id } }

// Expires makes the call's signature valid until t, in place of the client's
// own expiry.
func Expires(t time.Time) CallOption { return func(o *callOptions) { o.expires = t } }

// Extra sends a parameter that the request has no field for, or sends one of
// its fields with a value that the field can't have, such as an empty string.
func Extra(name, value string) CallOption {
	return func(o *callOptions) {
		if o.extra == nil {
			o.extra = map[string]string{}
		}
		o.extra[name] = value
	}
}

func collectOptions(opts []CallOption) callOptions {
	var o callOptions
	for _, set := range opts {
		if set != nil {
			set(&o)
		}
	}
	return o
}

// apply puts what the options add into the parameters of a call.
func (o callOptions) apply(p params) {
	maps.Copy(p, o.extra)
	if o.jobID != "" {
		p["customjobid"] = string(o.jobID)
	}
}

// describe is r.Info, or an error where r is nil or a nil pointer.
func describe(r Request) (CommandInfo, error) {
	if r == nil {
		return CommandInfo{}, &ValidationError{Reason: "the request is nil"}
	}
	if v := reflect.ValueOf(r); v.Kind() == reflect.Pointer && v.IsNil() {
		return CommandInfo{}, &ValidationError{Reason: "the request is a nil " + v.Type().String()}
	}
	return r.Info(), nil
}

// isRead tells whether a command only reads: by CloudStack's naming, those that
// list, get or query; but getUploadParams… makes what is to be uploaded.
func isRead(command string) bool {
	if strings.HasPrefix(command, "getUploadParams") {
		return false
	}
	for _, verb := range []string{"list", "get", "query"} {
		if strings.HasPrefix(command, verb) {
			return true
		}
	}
	return false
}
