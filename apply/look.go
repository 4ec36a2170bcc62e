package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
)

// State is what the anchor of a stack says about it: what runs, and what was
// begun and is not finished.
type State struct {
	// Holder of the lease; nil where nobody holds it.
	Holder *Holder
	// Begun are the creates that are noted, by address.
	Begun []Begun
	// Outages are the machines that a run has stopped to start them again.
	Outages []provider.Address
}

// Begun is a create that may have begun.
type Begun struct {
	Address provider.Address
	Run     string // that noted it
	Job     string // of the cloud, where it came so far
	Pending bool   // the job runs now
}

// lookTime is how long a job is waited for to see whether it is pending.
const lookTime = time.Second

// Look reads what the anchor of a stack says, and asks for the jobs that are
// noted on it. It changes nothing. A stack without an anchor has nothing begun.
func Look(ctx context.Context, cloud provider.Cloud, stack string) (*State, error) {
	anchor, err := find(ctx, cloud, stack)
	if errors.Is(err, provider.ErrNotFound) {
		return &State{}, nil
	}
	if err != nil {
		return nil, err
	}
	state := StateOf(anchor)
	noted := (&Lease{anchor: anchor}).noted()
	wait, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	waitAll(wait, cloud, nil, noted)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("ask for the jobs of stack %s: %w", stack, context.Cause(ctx))
	}
	for i, s := range noted {
		var running *provider.StillRunning
		state.Begun[i].Pending = errors.As(s.err, &running) || errors.Is(s.err, context.DeadlineExceeded)
	}
	return state, nil
}

// StateOf is what an anchor says by itself: of what was begun nobody is asked
// whether it is pending.
func StateOf(anchor provider.Anchor) *State {
	state := &State{}
	if anchor.Tags[provider.TagLease] != "" {
		holder := holderOf(anchor)
		state.Holder = &holder
	}
	for _, key := range slices.Sorted(maps.Keys(anchor.Tags)) {
		if rest, ok := strings.CutPrefix(key, provider.TagOutage); ok {
			kind, name, _ := strings.Cut(rest, ".")
			state.Outages = append(state.Outages, provider.Address{Kind: kind, Name: name})
		}
	}
	for _, s := range (&Lease{anchor: anchor}).noted() {
		n, _ := parseNote(anchor.Tags[provider.NoteKey(provider.TagNote, s.job.Op.Address)]) // parsed before
		state.Begun = append(state.Begun, Begun{Address: s.job.Op.Address, Run: n.run, Job: s.job.ID})
	}
	return state
}
