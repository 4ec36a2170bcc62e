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
//     gathers, [One] wants exactly one, and [Whole] reads again a list that
//     changed under its hands.
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
// # Resources
//
// [List], [Get] and [Delete] work by example: Get(ctx, c, SecurityGroup{Name:
// "lb"}) is the group of that name. [Authorize] adds rules to a security group and
// gives the group with all its rules, [DiffRules] tells which to add and which to
// revoke, and [PackRules] with how few commands; see CloudStack's own chapter on
// [security groups]. [Client.ElasticIPs] moves public addresses between machines in the two
// ways that clouds have, see [elastic IPs]; [GuestConfig] is what a machine needs
// inside. [Client.APIs] asks the server what it offers.
//
// # Credentials and traces
//
// [FromEnv] makes a client of the environment and the files that the cs tool and
// CloudMonkey use; [Lookup.Find] tells what it found, and where. [WithLogger] logs
// a line a call, and every exchange whole at [LevelTrace]; [WithTraceWriter], or the
// variable TRUEUP_TRACE or EXOSCALE_TRACE, writes every exchange. Secrets are
// replaced in all of them.
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
//
// [security groups]: https://docs.cloudstack.apache.org/en/latest/adminguide/networking_and_traffic.html#security-groups
// [elastic IPs]: https://docs.cloudstack.apache.org/en/latest/adminguide/networking_and_traffic.html#about-elastic-ips
package cloudstack

//go:generate go run ./internal/gen -apis ../../testdata/golden/listApis.json -out .
