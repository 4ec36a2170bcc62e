package provider

import "context"

// Explainer is what a [Cloud] may be beside: it tells what an operation would
// send, without sending anything that changes something.
type Explainer interface {
	// Explain returns the calls of an operation, in order. Ids in the
	// operation may be made up where nothing lives yet: they come back as they
	// are.
	Explain(ctx context.Context, op Op) ([]Call, error)
	// ExplainTags returns the calls that delete tags and create others.
	ExplainTags(ctx context.Context, tagType, id string, gone, made map[string]string) ([]Call, error)
}

// Call is one command to a cloud's API as it goes over the wire.
type Call struct {
	Command string // "deployVirtualMachine"
	Params  []Param
}

// Param is one parameter of a call. Of a secret one the value is a placeholder.
type Param struct{ Name, Value string }
