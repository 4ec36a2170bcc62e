package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// look is one stack compared with its cloud, or why it could not be.
type look struct {
	path  string  // as the user gave it
	stack *loaded // nil where it could not be read
	// simulated is set where the cloud was an embedded simulator.
	simulated bool
	made      *plan.Plan // what differs
	// abandoned are stacks of the account that are not among the given ones. The
	// first look at an account has them, and only where several were given: who
	// looks at one says nothing of others.
	abandoned []plan.Owner
	project   provider.Named // that they are in
	err       error
}

// lookAt compares several stacks with the cloud, in parallel, and changes
// nothing. The cloud is read once for all stacks of an account. The looks are in
// the order of the paths.
func lookAt(ctx context.Context, p *process, stacks stackOptions, cloud cloudOptions) []look {
	looks := make([]look, len(stacks.paths))
	each(len(looks), func(i int) {
		l := &looks[i]
		l.path = stacks.paths[i]
		l.stack, l.err = load(p, stacks, l.path)
	})
	clouds := map[home][]*look{}
	for i := range looks {
		l := &looks[i]
		if l.err != nil {
			continue
		}
		_, embedded, err := whichCloud(p.env, cloud, l.stack.dir)
		switch {
		case err != nil:
			l.err = err
		case embedded:
			at := home{l.stack.dir, l.stack.Project.String()}
			clouds[at] = append(clouds[at], l)
		default:
			at := home{"", l.stack.Project.String()}
			clouds[at] = append(clouds[at], l)
		}
	}
	several := len(looks) > 1 && !slices.ContainsFunc(looks, func(l look) bool { return l.stack == nil })
	for _, at := range slices.SortedFunc(maps.Keys(clouds), compareHomes) {
		if err := lookTogether(ctx, p, cloud, at.dir, clouds[at], several); err != nil {
			failTogether(clouds[at], err)
		}
	}
	return looks
}

// home is whose things are read together: the directory of an embedded
// simulator, "" for the one real cloud, and a project, "" for the account itself.
type home struct{ dir, project string }

func compareHomes(a, b home) int {
	return cmp.Or(cmp.Compare(a.dir, b.dir), cmp.Compare(a.project, b.project))
}

// sharedError is one failure of several looks, which is said once.
type sharedError struct {
	error
	paths []string
}

func (e *sharedError) Unwrap() error { return e.error }

func failTogether(looks []*look, err error) {
	shared := &sharedError{error: err}
	for _, l := range looks {
		shared.paths = append(shared.paths, l.path)
		if l.err == nil {
			l.err = shared
		}
	}
}

// lookTogether compares the stacks of one account with one reading of it, and
// where several were given looks for abandoned ones. Its error is that of all of
// them.
func lookTogether(ctx context.Context, p *process, o cloudOptions, dir string, looks []*look, several bool) (err error) {
	cloud, err := connect(ctx, p, o, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	if err := cloud.enter(ctx, p, looks[0].stack); err != nil {
		return err
	}
	scope := looks[0].stack.Scope()
	for _, l := range looks[1:] {
		scope = scope.And(l.stack.Scope())
	}
	snapshot, err := cloud.Read(ctx, scope)
	if err != nil {
		return fmt.Errorf("read the cloud: %w", err)
	}
	each(len(looks), func(i int) {
		looks[i].simulated = cloud.embedded
		looks[i].made, looks[i].err = looks[i].differences(snapshot)
	})
	if several {
		looks[0].project = cloud.project
		looks[0].abandoned = abandoned(plan.TakeInventory(kind.All(), snapshot), names(looks))
	}
	return nameAuthors(ctx, cloud.Cloud, looks)
}

func (l *look) differences(snapshot *provider.Snapshot) (*plan.Plan, error) {
	return plan.Make(l.stack.Stack, kind.All(), snapshot, plan.Options{Compare: true, Origin: l.stack.origin})
}

// names are the stacks' names.
func names(looks []*look) []string {
	var all []string
	for _, l := range looks {
		all = append(all, l.stack.Name)
	}
	return all
}

// each does something n times, on all processors.
func each(n int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error { do(i); return nil })
	}
	_ = g.Wait() // do has no error
}
