package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/provider"
)

// flush writes some entries of the book, with as few calls as it takes. Every
// entry ends with its own error. The order is such that a resource tells at
// any instant whose it is: notes leave the anchor last.
type flush struct {
	reader  provider.Reader
	keeper  provider.Keeper
	stack   string
	lease   *Lease
	known   map[string]string // on the anchor
	entries []*entry
}

func (f *flush) run(ctx context.Context) {
	if err := f.lease.hold(ctx); err != nil {
		for _, e := range f.entries {
			e.err = fmt.Errorf("keep the books: %w", err)
		}
		return
	}
	f.put(ctx, "note that it changes", func(e *entry) map[string]string { return e.guard.tags() })
	together(f.groups(func(e *entry) map[string]string { return e.remove }), func(group []*entry) { f.remove(ctx, group) })
	together(f.groups(func(e *entry) map[string]string { return e.create }), func(group []*entry) { f.create(ctx, group) })
	f.put(ctx, "note what it is", func(e *entry) map[string]string { return e.note })
	f.forget(ctx)
}

// together does something for several groups at once, so that their jobs are
// waited for together.
func together(groups [][]*entry, do func(group []*entry)) {
	var calls errgroup.Group
	calls.SetLimit(tagging)
	for _, group := range groups {
		calls.Go(func() error {
			do(group)
			return nil
		})
	}
	_ = calls.Wait() // every entry has its own error
}

// tagging is how many groups are tagged at once.
const tagging = 8

// groups gathers the entries that need the same tags on resources of the same
// type, in the order of the first of each.
func (f *flush) groups(of func(*entry) map[string]string) [][]*entry {
	var groups [][]*entry
	index := map[string]int{}
	for _, e := range f.entries {
		tags := of(e)
		if e.err != nil || len(tags) == 0 {
			continue
		}
		key := e.tagType
		for _, k := range slices.Sorted(maps.Keys(tags)) {
			key += "\x00" + k + "\x00" + tags[k]
		}
		i, there := index[key]
		if !there {
			i = len(groups)
			index[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// remove deletes tags that all of the group carry. What is gone already or was
// changed by somebody shows when the new ones are created.
func (f *flush) remove(ctx context.Context, group []*entry) {
	err := f.keeper.DeleteTags(ctx, group[0].tagType, ids(group), group[0].remove)
	if err != nil && !reread(err) {
		fail(group, fmt.Errorf("remove %s: %w", keys(group[0].remove), err))
	}
}

// create makes tags on all of the group. A call does it for all or for none:
// where one of them is in the way, the group is halved until it stands alone.
func (f *flush) create(ctx context.Context, group []*entry) {
	tags := group[0].create
	err := f.keeper.CreateTags(ctx, group[0].tagType, ids(group), tags)
	if errors.Is(err, provider.ErrOutcomeUnknown) {
		if err = f.keeper.CreateTags(ctx, group[0].tagType, ids(group), tags); errors.Is(err, provider.ErrExists) {
			err = nil // the first time it did
		}
	}
	switch {
	case err == nil:
	case len(group) > 1 && reread(err):
		f.create(ctx, group[:len(group)/2])
		f.create(ctx, group[len(group)/2:])
	default:
		if errors.Is(err, provider.ErrExists) {
			err = f.contest(ctx, group[0])
		}
		if err != nil {
			fail(group, fmt.Errorf("create %s: %w", keys(tags), err))
		}
	}
}

// put writes on the anchor what the entries say.
func (f *flush) put(ctx context.Context, what string, of func(*entry) map[string]string) {
	want := map[string]string{}
	var group []*entry
	for _, e := range f.entries {
		if e.err == nil && len(of(e)) > 0 {
			maps.Copy(want, of(e))
			group = append(group, e)
		}
	}
	if len(want) == 0 {
		return
	}
	if err := f.lease.put(ctx, want, f.known); err != nil {
		fail(group, fmt.Errorf("%s on the anchor: %w", what, err))
	}
}

// forget removes from the anchor what no longer stands for anything.
func (f *flush) forget(ctx context.Context) {
	gone := map[string]string{}
	var group []*entry
	for _, e := range f.entries {
		if e.err == nil && len(e.forget) > 0 {
			maps.Copy(gone, e.forget)
			group = append(group, e)
		}
	}
	if len(gone) == 0 {
		return
	}
	if err := f.lease.drop(ctx, gone); err != nil {
		fail(group, fmt.Errorf("close its note on the anchor: %w", err))
	}
}

func fail(group []*entry, err error) {
	for _, e := range group {
		e.err = err
	}
}

func ids(group []*entry) []string {
	list := make([]string, len(group))
	for i, e := range group {
		list[i] = e.id
	}
	return list
}

func keys(tags map[string]string) string {
	return strings.Join(slices.Sorted(maps.Keys(tags)), ", ")
}
