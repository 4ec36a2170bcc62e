// Package cloudstack is a client of the Apache CloudStack API.
//
// # Requests and answers
//
// A request is a plain struct, by value or by pointer, whose type fixes the type
// of its answer: [Call] of a [DeployVirtualMachine] gives a [VirtualMachine].
//
//	c, err := cloudstack.New("https://cloud.example.org/client/api", cloudstack.Credentials{APIKey: key, SecretKey: secret})
//	vm, err := cloudstack.Call(ctx, c, cloudstack.DeployVirtualMachine{
//		ZoneID: zone, ServiceOfferingID: offering, TemplateID: template, Name: "web-1",
//	})
//
// Answers hold values, not pointers; an [Opt] is used where absent and zero
// differ, in requests always for optional numbers and booleans: StartPort:
// cloudstack.Some(0). A list in a request is not sent when nil and sent empty,
// which clears, when empty. [Encode] shows what a request would send, [Validate]
// what a server would refuse in it.
//
// # Ways to call
//
//   - [Call] gives the result, of an asynchronous command that of its job.
//   - [Exec] is Call for commands that only work or don't.
//   - [Start] gives a [Job] at once, with the job's id and the id of what is being
//     made; [Job.Wait], [Job.Poll] and [Job.Watch] follow it, [Resume] takes it up
//     again in another process.
//   - [All] and [Pages] list, page by page as the loop asks for them; [Collect]
//     gathers, [One] wants exactly one.
//   - [Client.Raw] calls commands that the package has no type for.
//
// [CustomJobID], [Expires] and [Extra] change one call.
//
// # Jobs
//
// All jobs that are waited for through one client are asked about together, by
// one call a tick: see [JobWatcher]. Await takes many at once, and lets a
// [Settler] tell of several by one listing of its own.
//
// # Errors
//
// What the server reports is an [APIError], with the server's codes by name. What
// a caller decides by is its class, with errors.Is: [ErrNotFound], [ErrExists],
// [ErrInUse], [ErrConflict], [ErrQuota], [ErrCapacity], [ErrInvalid],
// [ErrUnsupported], [ErrAuth], [ErrForbidden], [ErrThrottled], [ErrUnavailable].
//
// Reads are repeated after 429, 502, 503, 504, time-outs and broken connections.
// A command that may change something is sent once: when its answer is lost, the
// error is an [UncertainError] of the class [ErrOutcomeUnknown], with the job id
// that [CustomJobID] chose. A wait that ends before its job does is a
// [WaitError] of the class [ErrStillRunning], with the job's id. No error, log
// line or formatted value shows a key, a signature, a password or user data.
package cloudstack

//go:generate go run ./internal/gen -apis ../../testdata/golden/listApis.json -out .
