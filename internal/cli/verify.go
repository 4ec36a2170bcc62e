package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// seen is a way to read a cloud that remembers what it has read.
type seen struct {
	provider.Reader
	snapshot *provider.Snapshot
	ahead    bool // the snapshot is what the next Read is to return
}

func (s *seen) Read(ctx context.Context, scope provider.Scope) (_ *provider.Snapshot, err error) {
	if s.ahead {
		s.ahead = false
		return s.snapshot, nil
	}
	s.snapshot, err = s.Reader.Read(ctx, scope)
	return s.snapshot, err
}

// readAhead reads what the next Read is to return, and gives the anchors in it.
func (s *seen) readAhead(ctx context.Context, scope provider.Scope) ([]provider.Anchor, error) {
	snapshot, err := s.Read(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("read the cloud: %w", err)
	}
	s.ahead = true
	return snapshot.Anchors, nil
}

// fields are names of fields by resource.
type fields map[provider.Address]map[string]bool

// lags are how long a listing may be behind what the server has acknowledged,
// and when it is read again meanwhile. A server whose database is replicated
// lists a machine a moment after it has made it.
var lags = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}

// verify reads again what the run has touched and returns what still differs in
// the fields that it set, of the resources all of whose steps were done: what the
// server accepted and did not do. What differs at first is looked at again until
// no listing could still be behind. What was to go and didn't is noted as the
// stack's again.
func (c *change) verify(ctx context.Context, made *plan.Plan, report *apply.Report) ([]plan.Change, error) {
	unmet, err := c.unmet(ctx, made, report)
	for _, lag := range lags {
		if err != nil || len(unmet) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return unmet, nil
		case <-time.After(lag):
		}
		unmet, err = c.unmet(ctx, made, report)
	}
	if err == nil {
		err = c.own(ctx, made, unmet)
	}
	return unmet, err
}

// unmet is what a single reading shows to differ.
//
// What the books have changed is read again too: what an open note of an earlier
// run showed to be ours is so by its tags now, and without both it is nobody's.
func (c *change) unmet(ctx context.Context, made *plan.Plan, report *apply.Report) ([]plan.Change, error) {
	set := setBy(report)
	if len(set) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	scope := c.scopeOf(set, made.Marks)
	newer, err := c.cloud.Read(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("look whether everything came true: read the cloud: %w", err)
	}
	again, err := c.make(c.stack.Stack, kind.All(), c.seen.snapshot.With(newer, scope.Kinds), plan.Options{Compare: true, Origin: c.stack.origin})
	if err != nil {
		return nil, fmt.Errorf("look whether everything came true: %w", err)
	}
	unmet := set.differing(again)
	for _, there := range stillThere(report, newer, c.stack.Name) {
		if !slices.ContainsFunc(unmet, func(c plan.Change) bool { return c.Address == there.Address && c.Action == plan.Delete }) {
			unmet = append(unmet, there)
		}
	}
	slices.SortStableFunc(unmet, func(a, b plan.Change) int { return provider.CompareAddress(a.Address, b.Address) })
	return unmet, nil
}

// differing are the changes of a plan that are about the fields, together with
// what it leaves as it can't be changed any more.
func (set fields) differing(p *plan.Plan) []plan.Change {
	var unmet []plan.Change
	for _, change := range slices.Concat(p.Changes, p.Left) {
		known, touched := set[change.Address]
		if !touched {
			continue
		}
		if change.Action != plan.Create && change.Action != plan.Delete {
			change.Fields = slices.DeleteFunc(slices.Clone(change.Fields), func(f plan.FieldChange) bool { return !known[f.Name] })
			if len(change.Fields) == 0 {
				continue
			}
		}
		same := func(c plan.Change) bool { return c.Address == change.Address }
		if i := slices.IndexFunc(unmet, same); i >= 0 {
			unmet[i].Fields = append(unmet[i].Fields, change.Fields...)
			continue
		}
		unmet = append(unmet, change)
	}
	return unmet
}

// setBy are the fields that a run has set, of the resources all of whose steps
// were done.
func setBy(report *apply.Report) fields {
	set := fields{}
	for _, o := range report.Outcomes {
		address := o.Step.Op.Address
		if set[address] == nil {
			set[address] = map[string]bool{}
		}
		for name := range o.Step.Op.Fields {
			set[address][name] = true
		}
	}
	for _, o := range report.Outcomes {
		if o.Phase != apply.Done {
			delete(set, o.Step.Op.Address)
		}
	}
	return set
}

// scopeOf is what a snapshot must hold to tell how some fields are, and what the
// books were to say.
func (c *change) scopeOf(set fields, marks []plan.Mark) provider.Scope {
	scope := provider.Scope{Stack: c.stack.Name, Declared: map[string]map[string]bool{}}
	for address, names := range set {
		if scope.Declared[address.Kind] == nil {
			scope.Declared[address.Kind] = map[string]bool{}
		}
		maps.Copy(scope.Declared[address.Kind], names)
	}
	for _, m := range marks {
		if scope.Declared[m.Address.Kind] == nil {
			scope.Declared[m.Address.Kind] = map[string]bool{}
		}
	}
	scope.Kinds = slices.Sorted(maps.Keys(scope.Declared))
	return scope
}
