package apply

import (
	"context"
	"fmt"
	"maps"

	"github.com/trueup/trueup/provider"
)

// ClaimedError is the end of a claim that another stack was quicker with: what
// was made is that stack's.
type ClaimedError struct{ Owner string }

func (e *ClaimedError) Error() string {
	return fmt.Sprintf("stack %s has claimed it: it is left to that stack", e.Owner)
}

func (e *ClaimedError) Unwrap() error { return provider.ErrExists }

// contest settles whose a resource is on which a tag of ours is in the way of
// another: the tag trueup.stack, which the cloud grants once, tells. What is
// ours gets the tags that it lacks. Of what is another's the note is closed, so
// that the next apply starts over.
func (f *flush) contest(ctx context.Context, e *entry) error {
	live, err := f.look(ctx, e)
	if err != nil {
		return err
	}
	if owner := live.Tags[provider.TagStack]; owner != "" && owner != f.stack {
		err := error(&ClaimedError{owner})
		if f.lease != nil {
			if unclosed := f.lease.drop(ctx, e.forget); unclosed != nil {
				err = fmt.Errorf("%w; close its note on the anchor: %w", err, unclosed)
			}
		}
		return err
	}
	old, missing := map[string]string{}, maps.Clone(e.create)
	for key, want := range e.create {
		have, there := live.Tags[key]
		if there && have != want {
			old[key] = have
		}
		if there && have == want {
			delete(missing, key)
		}
	}
	if len(old) > 0 {
		if err := f.keeper.DeleteTags(ctx, e.tagType, []string{e.id}, old); err != nil {
			return err
		}
	}
	return f.keeper.CreateTags(ctx, e.tagType, []string{e.id}, missing)
}

// look reads the resource of an entry.
func (f *flush) look(ctx context.Context, e *entry) (provider.Live, error) {
	snapshot, err := f.reader.Read(ctx, provider.Scope{Stack: f.stack, Kinds: []string{e.address.Kind}})
	if err != nil {
		return provider.Live{}, fmt.Errorf("look whose it is: %w", err)
	}
	for _, live := range snapshot.Resources {
		if live.Kind == e.address.Kind && live.ID == e.id {
			return live, nil
		}
	}
	return provider.Live{}, fmt.Errorf("look whose it is: %w", provider.ErrNotFound)
}
