// Package provider is the vocabulary that every other package speaks: what a
// resource is and which fields it has, what lives in a cloud, which operations
// change it, and the [Cloud] interface through which all of that is reached.
//
// It knows no kind by name and no wire format. A kind is a [Kind], a table of
// [Field] values and [Operation] values; decoding, validation, diff, impact,
// documentation, schema and masking all come from that table. Values stand in
// one canonical form on both sides ([Value]), so that comparing what is wanted
// with what is there has no special cases.
//
// The package does no I/O.
package provider
