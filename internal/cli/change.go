package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// changeOptions are those of the commands that change a cloud.
type changeOptions struct {
	stackOptions
	cloudOptions
	command     string // its name
	yes         bool
	noLease     bool
	lockTimeout time.Duration
	parallel    int
	steady      bool // parallel is what is in flight, rather than the most
	maxDeletes  int
	targets     []string
	excludes    []string
	adopt       bool
	passwordsTo string
	jsonEvents  bool
	reports     reportOptions
	saved       *plan.Saved // the plan that is to be applied, if it is a saved one
}

func yesFlag() ucli.Flag {
	return &ucli.BoolFlag{Name: "yes", Usage: "do not ask; guards and protections hold all the same"}
}

func changeFlags() []ucli.Flag {
	return []ucli.Flag{
		yesFlag(),
		&ucli.IntFlag{Name: "parallel", Value: defaultParallel, Usage: "have at most `N` steps in flight"},
		&ucli.DurationFlag{Name: "lock-timeout", DefaultText: "do not wait", Usage: "wait for `DURATION` while another run holds the stack's lease"},
		&ucli.BoolFlag{Name: "no-lease", Usage: "take no lease: nothing keeps a second run from doing the same at once"},
		reportFlag(),
		&ucli.BoolFlag{Name: "json-events", Usage: "write what happens to stdout as JSON, one object a line, and all else to stderr"},
	}
}

// defaultParallel is the most that a run tries: beyond it answers of a large
// management server, too, take longer than they save.
const defaultParallel = 64

func readChange(c *ucli.Context) (changeOptions, error) {
	o := changeOptions{
		command:     c.Command.Name,
		yes:         c.Bool("yes"),
		noLease:     c.Bool("no-lease"),
		lockTimeout: c.Duration("lock-timeout"),
		parallel:    c.Int("parallel"),
		maxDeletes:  -1,
		passwordsTo: c.String("passwords-to"),
		jsonEvents:  c.Bool("json-events"),
	}
	var err error
	if o.stackOptions, err = oneStack(c); err != nil {
		return o, err
	}
	if o.cloudOptions, err = readCloud(c); err != nil {
		return o, err
	}
	if o.reports, err = readReports(c); err != nil {
		return o, err
	}
	switch {
	case o.parallel < 1:
		return o, usagef("--parallel %d: expected 1 or more", o.parallel)
	case o.lockTimeout < 0:
		return o, usagef("--lock-timeout %s: a duration can't be negative", o.lockTimeout)
	}
	return o, nil
}

// change is one apply or destroy under way.
type change struct {
	*process
	changeOptions
	stack  *loaded
	cloud  *connection
	make   planner
	brake  *brake
	holder apply.Holder
	lease  *apply.Lease  // nil with --no-lease
	result io.Writer     // where the plan and the report go
	found  report.Result // what the reports are written from
	seen   seen          // the cloud before the run
	// journals is set where the run leaves a journal beside the stack.
	journals bool
}

// runChange takes a stack from its file to the end of a run, and reports on it.
func runChange(ctx context.Context, p *process, brake *brake, o changeOptions, make planner) error {
	if err := mustBeAsked(p, o.command, o.yes); err != nil {
		return err
	}
	c := &change{process: p, changeOptions: o, make: make, brake: brake, result: p.stdout, journals: true}
	if o.jsonEvents {
		c.result = p.stderr
	}
	c.found = *newResult(o.command, o.paths[0])
	err := c.begin(ctx)
	finish(&c.found, err)
	return conclude(p, o.reports, err, &c.found)
}

// begin takes the lease, if one is to be taken, and runs the change.
func (c *change) begin(ctx context.Context) (err error) {
	p, o := c.process, c.changeOptions
	if c.stack, err = load(p, o.stackOptions, o.paths[0]); err != nil {
		return err
	}
	c.stack.about(&c.found)
	if c.holder, err = newHolder(p); err != nil {
		return err
	}
	if c.cloud, err = connectFor(ctx, p, o.cloudOptions, c.stack); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.cloud.Close()) }()
	c.found.Simulated = c.cloud.embedded
	c.seen.Reader = c.cloud
	if o.noLease {
		_, err = c.run(ctx)
		return err
	}
	return c.leased(ctx)
}

// leased runs the change while the lease is held.
func (c *change) leased(ctx context.Context) error {
	var unread error
	err := c.cloud.talk.during("Taking the stack's lease", func() (err error) {
		c.lease, err = apply.Acquire(ctx, c.cloud, c.stack.Name, c.holder, apply.LeaseOptions{
			Timeout: c.lockTimeout,
			Alive:   alive,
			Origin:  c.stack.origin,
			Once:    provider.NamesTag(c.stack.Prefix),
			Anchors: func(ctx context.Context) (anchors []provider.Anchor, err error) {
				anchors, unread = c.seen.readAhead(ctx, c.stack.Scope())
				return anchors, unread
			},
			Observe:   func(h apply.Holder) { c.cloud.talk.say("Waiting for %s", h) },
			Wall:      c.now,
			Throttled: c.cloud.talk.throttled,
		})
		return err
	})
	if errors.Is(err, provider.ErrForbidden) && unread == nil {
		return &coded{exitRefused, fmt.Errorf("%w; where no group can be made, --no-lease goes without a lease", err)}
	}
	if err != nil {
		return err
	}
	done, err := c.run(ctx)
	return errors.Join(err, c.giveBack(ctx, done && err == nil))
}

// giveBack releases the lease, whether or not ctx is done. A stack of which
// nothing is left loses its anchor too.
func (c *change) giveBack(ctx context.Context, destroyed bool) error {
	ctx, cancel := leaving(ctx)
	defer cancel()
	return c.cloud.talk.during("Giving the stack's lease back", func() error {
		if destroyed {
			_, err := c.lease.ReleaseAndDelete(ctx)
			return err
		}
		return c.lease.Release(ctx)
	})
}

const (
	// giveBackTime is how long giving the lease back may take: throttled, it
	// waits for its turn.
	giveBackTime = 2 * time.Minute
	// leaveTime is how long it may take once the command was to be over.
	leaveTime = 10 * time.Second
)

// leaving is the context of what is done at the end of a command, whether or not
// ctx is done, and not for long once it is.
func leaving(ctx context.Context) (context.Context, context.CancelFunc) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTime)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(leaveTime):
			cancel()
		case <-last.Done():
		}
	})
	return last, func() { stop(); cancel() }
}

// run settles what an earlier run left, plans, asks, applies and looks whether
// it came true. destroyed reports that the stack is to be gone.
func (c *change) run(ctx context.Context) (destroyed bool, err error) {
	if c.lease != nil && c.lease.Unsettled() {
		c.seen.ahead = false // what is settled may change it
		err := c.cloud.talk.during("Waiting for what an earlier run began", func() error {
			return apply.Settle(ctx, c.cloud, c.lease, apply.SettleOptions{Kinds: kind.All(), Observe: c.undecided})
		})
		if err != nil {
			return false, fmt.Errorf("wait for what an earlier run began: %w", err)
		}
	}
	made, err := c.plan(ctx)
	c.found.Plan = made
	if made != nil && (err == nil || made.Problems.Class() == plan.Refused) {
		fmt.Fprint(c.result, render.Plan(made, screen(c.result, c.env)))
	}
	if err != nil {
		return false, err
	}
	if made.Empty() && len(made.Marks) == 0 {
		return made.Destroy, nil
	}
	if !c.yes && !made.Empty() {
		yes, err := confirm(ctx, c.process, c.question(made))
		if err != nil {
			return false, err
		}
		if !yes {
			return false, errors.New("nothing was changed: the answer was not yes")
		}
	}
	if err := c.execute(ctx, made); err != nil {
		return false, err
	}
	return made.Destroy, nil
}

// plan makes the plan, and returns it also where it is refused. Of a saved one
// it makes sure that it is still the same. Where members of a count are about to
// go down, it looks whether the others are ready, and plans again with who isn't.
func (c *change) plan(ctx context.Context) (*plan.Plan, error) {
	opts := plan.Options{MaxDeletes: c.maxDeletes, Targets: c.targets, Excludes: c.excludes, Adopt: c.adopt}
	if c.saved != nil {
		opts = c.saved.Options
	}
	made, err := checkedPlan(ctx, &c.seen, c.stack, c.make, opts, plan.ToApply)
	if err == nil && c.saved != nil {
		err = c.saved.Stale(made)
	}
	if err != nil || len(made.Probes) == 0 {
		return made, err
	}
	err = c.cloud.talk.during("Looking whether the others are ready", func() error {
		opts.Unready = apply.Probe(ctx, c.cloud, made)
		return ctx.Err()
	})
	if err != nil || len(opts.Unready) == 0 {
		return made, err
	}
	return checkedPlan(ctx, &c.seen, c.stack, c.make, opts, plan.ToApply)
}

// undecided says why a run that follows a killed one begins later.
func (c *change) undecided(creates []provider.Address, wait time.Duration) {
	c.cloud.talk.say("Waiting %s: an earlier run may have sent what makes %s", wait.Round(time.Second), joinAddresses(creates))
}

// joinAddresses names some resources, and says how many more there are.
func joinAddresses(addresses []provider.Address) string {
	const named = 3
	var names []string
	for _, a := range addresses[:min(named, len(addresses))] {
		names = append(names, a.String())
	}
	text := strings.Join(names, ", ")
	if more := len(addresses) - named; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func (c *change) question(made *plan.Plan) string {
	if made.Destroy {
		return fmt.Sprintf("Destroy all of stack %s?", c.stack.Name)
	}
	return fmt.Sprintf("Apply this to stack %s?", c.stack.Name)
}
