package apply

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/trueup/trueup/provider"
)

// find reads the anchor of a stack; [provider.ErrNotFound] if there is none.
func find(ctx context.Context, keeper provider.Keeper, stack string) (provider.Anchor, error) {
	anchors, err := keeper.Anchors(ctx)
	if err != nil {
		return provider.Anchor{}, fmt.Errorf("read the anchors: %w", err)
	}
	return anchorOf(anchors, stack)
}

// anchorOf picks the anchor of a stack; [provider.ErrNotFound] if it is not there.
func anchorOf(anchors []provider.Anchor, stack string) (provider.Anchor, error) {
	for _, a := range anchors {
		if a.Stack == stack {
			return a, nil
		}
	}
	return provider.Anchor{}, fmt.Errorf("anchor of stack %s: %w", stack, provider.ErrNotFound)
}

// findOrMake reads the anchor of a stack and makes it if there is none. Any
// number may do so at once: names of security groups are unique.
func findOrMake(ctx context.Context, keeper provider.Keeper, stack string) (provider.Anchor, error) {
	a, err := find(ctx, keeper, stack)
	if !errors.Is(err, provider.ErrNotFound) {
		return a, err
	}
	a, err = keeper.CreateAnchor(ctx, stack)
	if errors.Is(err, provider.ErrExists) || errors.Is(err, provider.ErrOutcomeUnknown) {
		return find(ctx, keeper, stack)
	}
	if err != nil {
		return a, fmt.Errorf("make the anchor %s%s: %w", provider.AnchorPrefix, stack, err)
	}
	return a, nil
}

// maxTags is how many tags go into one call.
const maxTags = 100

// put makes the anchor carry the wanted tags, whatever their values are now:
// old values are deleted, then all are created, many in one call. Known is what
// the anchor was last seen to carry; where that turns out to be wrong, it is read.
// Once put returns nil the tags are there.
func (l *Lease) put(ctx context.Context, want, known map[string]string) error {
	for part := range chunks(want) {
		if err := l.putPart(ctx, part, known); err != nil {
			return err
		}
	}
	return nil
}

// chunks splits tags into parts that fit into a call.
func chunks(tags map[string]string) iter.Seq[map[string]string] {
	return func(yield func(map[string]string) bool) {
		for keys := range slices.Chunk(slices.Sorted(maps.Keys(tags)), maxTags) {
			part := make(map[string]string, len(keys))
			for _, key := range keys {
				part[key] = tags[key]
			}
			if !yield(part) {
				return
			}
		}
	}
}

// putPart is put for as many tags as fit into a call.
func (l *Lease) putPart(ctx context.Context, want, known map[string]string) error {
	var err error
	for range 3 {
		old, missing := map[string]string{}, map[string]string{}
		for key, value := range want {
			have, there := known[key]
			if there && have != value {
				old[key] = have
			}
			if have != value {
				missing[key] = value
			}
		}
		if len(missing) == 0 {
			return nil
		}
		if len(old) > 0 {
			err = l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.id}, old)
		} else {
			err = nil
		}
		if err == nil {
			err = l.keeper.CreateTags(ctx, provider.AnchorTagType, []string{l.id}, missing)
		}
		if err == nil || !reread(err) {
			return err
		}
		anchor, unread := find(ctx, l.keeper, l.stack)
		if unread != nil {
			return unread
		}
		known = anchor.Tags
	}
	return err
}

// drop removes tags from the anchor. Those that are gone already, or have
// another value by now, are no error.
func (l *Lease) drop(ctx context.Context, gone map[string]string) error {
	for part := range chunks(gone) {
		err := l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.id}, part)
		if errors.Is(err, provider.ErrOutcomeUnknown) {
			err = l.keeper.DeleteTags(ctx, provider.AnchorTagType, []string{l.id}, part)
		}
		if err != nil && !errors.Is(err, provider.ErrConflict) && !errors.Is(err, provider.ErrNotFound) {
			return err
		}
	}
	return nil
}

// reread reports whether an error means that what is known of the tags is
// out of date.
func reread(err error) bool {
	return errors.Is(err, provider.ErrExists) || errors.Is(err, provider.ErrConflict) ||
		errors.Is(err, provider.ErrNotFound) || errors.Is(err, provider.ErrOutcomeUnknown)
}
