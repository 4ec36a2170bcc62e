// Package simulator is an Apache CloudStack API server in memory, with an optional file behind it.
//
// It answers as a recorded CloudStack 4.23 does: the same commands, parameters, fields, refusals and texts, for any client.
// Signatures are verified, asynchronous commands have jobs, machines go through their states, and what a destroyed
// machine holds stays held until it is expunged. Its data centre is the recorded one: the zone sg1 with security
// groups, the zone adv1 with isolated networks, and two ordinary accounts beside the administrator's.
//
// A [Server] is an [http.Handler]. It has no goroutine of its own: what is to happen later stands in an agenda, and whatever is
// due happens before the next request is answered. The clock is injected and [Server.Advance] moves it ahead.
// Ids, keys and the time that jobs take are drawn from the seed, so that one seed and one order of requests make one cloud.
//
// The package shares nothing with the client in provider/cloudstack, on purpose: a mistake must not be made twice and pass.
package simulator
