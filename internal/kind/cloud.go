package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// Source is what a cloud takes from its surroundings.
type Source struct {
	// Now is the clock.
	Now func() time.Time
	// Pick returns a random number in [0,n). It is safe for concurrent use.
	Pick func(n int) int
	// Dial connects to a machine's port, to see whether it is ready.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Project is the one that the client works in; zero where it is none.
	Project cloudstack.Project
}

// Open makes a [provider.Cloud] of all kinds over a client. It calls nothing.
func Open(client *cloudstack.Client, source Source) provider.Cloud {
	c := &cloud{
		client:          client,
		source:          source,
		kinds:           map[string]kind{},
		machinesSettled: newSettling(machinesByID(client)),
		account:         newFact[string](),
		expunge:         newFact[bool](),
		sharedAddress:   newFact[bool](),
		canReserve:      newFact[bool](),
		anchors:         newPassingFact[[]provider.Anchor](source.Now),
		free:            newPassingFact[freeAddresses](source.Now),
		canProtect:      newFact[bool](),
		diskSizes:       newFact[map[cloudstack.ID]provider.Size](),
		handedOut:       map[string]bool{},
		told:            map[string]string{},
	}
	c.groupsSettled = newSettling(groupsByID(client, c.owned))
	for _, k := range all() {
		c.kinds[k.Name] = k
	}
	return c
}

// cloud is a CloudStack server as one account sees it.
type cloud struct {
	client *cloudstack.Client
	source Source
	kinds  map[string]kind

	// Jobs that end together are settled together, by what they are about.
	machinesSettled *settling[cloudstack.VirtualMachine]
	groupsSettled   *settling[cloudstack.SecurityGroup]

	// What doesn't change is asked once.
	account       fact[string]                          // the account's name
	expunge       fact[bool]                            // whether the account may expunge machines itself
	sharedAddress fact[bool]                            // see [provider.Capabilities]
	canReserve    fact[bool]                            // whether the server has reserveIpAddress
	canProtect    fact[bool]                            // whether the server can protect machines from being destroyed
	diskSizes     fact[map[cloudstack.ID]provider.Size] // of the disk offerings that have one of their own

	// What several creations that are prepared one after the other go by.
	anchors fact[[]provider.Anchor]
	free    fact[freeAddresses]

	mu        sync.Mutex                      // guards what follows: several creations are prepared, and waited for, at a time
	handedOut map[string]bool                 // ids of free addresses that were chosen already
	told      map[string]string               // markers of what earlier runs have made, by id, as the jobs told
	roots     map[cloudstack.ID]cloudstack.ID // machines' root volumes, as far as they were listed
}

// operation finds how an operation is sent.
func (c *cloud) operation(op provider.Op) (command, error) {
	k, ok := c.kinds[op.Kind]
	if !ok {
		return command{}, fmt.Errorf("%s: there is no kind %q", op.Address, op.Kind)
	}
	cmd, ok := k.commands[op.Name]
	if !ok {
		return command{}, fmt.Errorf("%s: the kind %s has no operation %q", op.Address, op.Kind, op.Name)
	}
	return cmd, nil
}

// Prepare implements [provider.Operator].
func (c *cloud) Prepare(ctx context.Context, op provider.Op) (string, error) {
	prepare := c.kinds[op.Kind].prepare
	if prepare == nil {
		return "", nil
	}
	id, err := prepare(ctx, c, op)
	return id, c.failure(op, err)
}

// Start implements [provider.Operator].
func (c *cloud) Start(ctx context.Context, op provider.Op) (provider.Job, error) {
	cmd, err := c.operation(op)
	if err != nil {
		return provider.Job{}, err
	}
	job, err := cmd.start(ctx, c, op)
	if err == nil {
		return job, nil
	}
	if err = c.reconsider(ctx, cmd, op, err); err == nil {
		return provider.Job{Resource: op.ID, Op: op, Done: true}, nil
	}
	return provider.Job{}, c.failure(op, err)
}

// Wait implements [provider.Operator]. A job without an operation's name, noted
// by an earlier run, is only waited for, and its resource is marked.
func (c *cloud) Wait(ctx context.Context, job provider.Job) (provider.Result, error) {
	result := provider.Result{ID: job.Resource, LiveName: job.Op.LiveName}
	if job.Done {
		return result, nil
	}
	since := c.source.Now()
	if job.Op.Name == "" {
		made, err := c.waitNoted(ctx, job)
		result.ID = cmp.Or(made.ID, result.ID)
		return result, c.failure(job.Op, c.waitFailure(job, since, err))
	}
	cmd, err := c.operation(job.Op)
	switch {
	case err != nil:
		return provider.Result{}, err
	case cmd.wait == nil:
		return provider.Result{}, noJob(job.Op)
	}
	var opts []cloudstack.AwaitOption
	if cmd.settle != nil {
		option, done := cmd.settle(c, job)
		defer done()
		opts = append(opts, option)
	}
	made, err := cmd.wait(ctx, c, job, opts...)
	switch {
	case err == nil && made.ID != "":
		return made, nil
	case errors.Is(err, cloudstack.ErrJobFailed): // and not that the job isn't known
		err = c.reconsider(ctx, cmd, job.Op, err)
	}
	if err == nil { // seen, or so already, and not answered
		return result, nil
	}
	return provider.Result{}, c.failure(job.Op, c.waitFailure(job, since, err))
}

// waitNoted waits for the creation that an earlier run noted. What its job has
// made carries the run's marker from then on: of an address that nobody chose
// beforehand nothing else tells whose it is.
func (c *cloud) waitNoted(ctx context.Context, job provider.Job) (provider.Result, error) {
	k := c.kinds[job.Op.Kind]
	if k.Kind == nil {
		return provider.Result{}, fmt.Errorf("there is no kind %q", job.Op.Kind)
	}
	create := k.commands[k.Creation[0]]
	if create.wait == nil {
		return provider.Result{}, noJob(job.Op)
	}
	made, err := create.wait(ctx, c, job)
	if err == nil && made.ID != "" && job.Op.Marker != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.told[made.ID] = job.Op.Marker
	}
	return made, err
}

// mark gives what earlier runs have made their markers, where it has none.
func (c *cloud) mark(resources []provider.Live) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, l := range resources {
		if l.Marker == "" {
			resources[i].Marker = c.told[l.ID]
		}
	}
}

// reconsider returns nil for a refusal of what is so already, and otherwise the
// refusal, explained where the operation can.
func (c *cloud) reconsider(ctx context.Context, cmd command, op provider.Op, refusal error) error {
	if errors.Is(refusal, errNothingToDo) {
		return nil
	}
	if !refused(refusal) {
		return refusal
	}
	if cmd.already != nil {
		if is, err := cmd.already(ctx, c, op, refusal); err != nil {
			return fmt.Errorf("%w; looking whether it is so already: %w", refusal, err)
		} else if is {
			return nil
		}
	}
	if cmd.explain != nil {
		return cmd.explain(ctx, c, op, refusal)
	}
	return refusal
}

// waitFailure turns the end of a wait into [provider.StillRunning] where the
// job goes on.
func (c *cloud) waitFailure(job provider.Job, since time.Time, err error) error {
	if _, ok := errors.AsType[*cloudstack.WaitError](err); ok {
		return &provider.StillRunning{Job: job, After: c.source.Now().Sub(since), Cause: err}
	}
	return err
}
