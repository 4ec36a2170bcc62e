package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// identity is a live resource.
type identity struct{ kind, id string }

// stillThere are the resources that a run has deleted, by what the cloud said, and
// that a reading shows all the same. It goes by ids: what has given its name back,
// or is noted as ours no longer, no plan would find under its address. An id that
// is in use again, by this run or by another stack, is that of a public address.
func stillThere(report *apply.Report, snapshot *provider.Snapshot, stack string) []plan.Change {
	deleted, made := map[identity]provider.Address{}, map[identity]bool{}
	for _, o := range report.Outcomes {
		op := o.Step.Op
		switch k := kind.All().Get(op.Kind); {
		case o.Phase != apply.Done || k == nil:
		case o.Step.Creates:
			made[identity{op.Kind, o.ID}] = true
		case o.Step.Ends && slices.Contains([]string{last(k.Deletion), last(k.BrokenDeletion)}, op.Name):
			deleted[identity{op.Kind, o.ID}] = op.Address
		}
	}
	owners := plan.OwnersOf(kind.All(), snapshot)
	var changes []plan.Change
	for _, live := range snapshot.Resources {
		id := identity{live.Kind, live.ID}
		address, gone := deleted[id]
		owner, _ := owners.Of(&live)
		if gone && !made[id] && (owner == "" || owner == stack) {
			changes = append(changes, plan.Change{Address: address, ID: live.ID, Action: plan.Delete, Impact: plan.DeleteAll, Cause: plan.Pending})
		}
	}
	return changes
}

func last(operations []string) string {
	if len(operations) == 0 {
		return ""
	}
	return operations[len(operations)-1]
}

// own notes again that what is still there is the stack's, where a note on the
// anchor alone tells that: the next run is to delete it.
func (c *change) own(ctx context.Context, made *plan.Plan, there []plan.Change) error {
	notes := map[string]string{}
	for _, m := range made.Marks {
		is := func(c plan.Change) bool { return c.Address == m.Address && c.Action == plan.Delete }
		if !m.Gone || !slices.ContainsFunc(there, is) {
			continue
		}
		for key, value := range m.NotesHave {
			if strings.HasPrefix(key, provider.TagOwn) {
				notes[key] = value
			}
		}
	}
	if len(notes) == 0 || c.lease == nil {
		return nil
	}
	ctx, cancel := leaving(ctx)
	defer cancel()
	if err := c.lease.Note(ctx, notes); err != nil {
		return fmt.Errorf("note that what is still there is the stack's: %w", err)
	}
	return nil
}
