package provider

import (
	"context"
	"time"
)

// Historian is what a [Cloud] may be beside: it tells who did what.
type Historian interface {
	// History returns the last thing that happened to each of the subjects, in
	// their order: zero where the cloud tells nothing. It reads the cloud's
	// recent history only. Where the role may not read it, the error is
	// ErrForbidden.
	History(ctx context.Context, subjects []Subject) ([]Event, error)
}

// Subject is a resource whose history is asked for.
type Subject struct {
	ID   string // "" where it is gone, and only its name is known
	Name string // in the cloud
}

// Event is something that somebody did to a resource.
type Event struct {
	User string    `json:"user"`
	Time time.Time `json:"time"`
	Type string    `json:"event"` // CloudStack's: "VM.STOP"
}
