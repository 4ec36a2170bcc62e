// Package kind knows the kinds of resources that a CloudStack cloud has: for
// each, its table ([provider.Kind]), how it is listed, and the commands of its
// operations; and [Open], the [provider.Cloud] made of them over a client.
//
// Everything that depends on a kind is here, and nothing else is: no diff, no
// order, no waiting but for the cloud's answer. A new kind is a file and a line
// in the list of all.go.
package kind

import (
	"cmp"
	"context"
	"errors"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// kind is one sort of resource: its table, and what a table can't hold.
type kind struct {
	*provider.Kind
	// list reads all resources of the kind that the account can see, whoever
	// owns them, in any order.
	list func(ctx context.Context, s *survey) ([]provider.Live, error)
	// prepare chooses what the creation will use; nil where there is nothing
	// to choose: see [provider.Operator].
	prepare func(ctx context.Context, c *cloud, op provider.Op) (id string, err error)
	// state says in words in which state a resource is; nil where it has none.
	state func(ctx context.Context, c *cloud, id string) (string, error)
	// commands has how each operation of the table is sent, by its name.
	commands map[string]command
}

// noted reports whether only the anchors tell whose a resource is, or the anchors
// come with the listing anyway.
func (k kind) noted() bool { return k.TagType == "" || k.NoteID || k.TagType == provider.AnchorTagType }

// command is how one operation is sent to the cloud.
type command struct {
	// start sends it and returns once the cloud has accepted it.
	start func(ctx context.Context, c *cloud, op provider.Op) (provider.Job, error)
	// wait returns what the job brought about; nil where start is all.
	wait func(ctx context.Context, c *cloud, job provider.Job, opts ...cloudstack.AwaitOption) (provider.Result, error)
	// settle lets a listing of what the job is about tell that it succeeded; nil
	// where only the job's answer tells.
	settle func(c *cloud, job provider.Job) (option cloudstack.AwaitOption, done func())
	// already reports, after a refusal, whether what was asked for is so all
	// the same: the rule is there, the machine is gone. Nil: a refusal is one.
	already func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error)
	// explain makes a refusal clearer, or of another class; nil leaves it.
	explain func(ctx context.Context, c *cloud, op provider.Op, refusal error) error
	// preview tells what start would send.
	preview preview
}

// shownBy sets how the machine shows that the job for it succeeded.
func (cmd command) shownBy(shows func(provider.Op, cloudstack.VirtualMachine) bool) command {
	cmd.settle = func(c *cloud, job provider.Job) (cloudstack.AwaitOption, func()) {
		return c.machinesSettled.await(job, shows)
	}
	return cmd
}

// shownByGroup sets how the security group shows that the job for it succeeded.
func (cmd command) shownByGroup(shows func(provider.Op, cloudstack.SecurityGroup) bool) command {
	cmd.settle = func(c *cloud, job provider.Job) (cloudstack.AwaitOption, func()) {
		return c.groupsSettled.await(job, shows)
	}
	return cmd
}

// unless sets what makes a refusal no failure.
func (cmd command) unless(already func(context.Context, *cloud, provider.Op, error) (bool, error)) command {
	cmd.already = already
	return cmd
}

// because sets what explains a refusal.
func (cmd command) because(explain func(context.Context, *cloud, provider.Op, error) error) command {
	cmd.explain = explain
	return cmd
}

// notFound counts as done what was to be removed and isn't there any more.
func notFound(_ context.Context, _ *cloud, _ provider.Op, refusal error) (bool, error) {
	return errors.Is(refusal, cloudstack.ErrNotFound), nil
}

// request makes the request of an operation, asking the cloud where the
// operation alone doesn't tell everything.
type request[C any] func(ctx context.Context, c *cloud, op provider.Op) (C, error)

// errNothingToDo is the error of a request that there is no need to send.
var errNothingToDo = errors.New("there is nothing to do")

// noJob is the error of waiting for what is done in the call itself.
func noJob(op provider.Op) error {
	return as(provider.ErrNotFound, op.Name+" makes no job", cloudstack.ErrNotFound)
}

// plain is a request that the operation alone makes.
func plain[C any](of func(op provider.Op) C) request[C] {
	return func(_ context.Context, _ *cloud, op provider.Op) (C, error) { return of(op), nil }
}

// call is an operation that is done when the cloud has answered. result tells
// what came of it; nil stands for the resource that the operation is about.
func call[C cloudstack.Command[R], R any](request request[C], result func(R) (provider.Result, error)) command {
	return command{preview: only(request), start: func(ctx context.Context, c *cloud, op provider.Op) (provider.Job, error) {
		cmd, err := request(ctx, c, op)
		if err != nil {
			return provider.Job{}, err
		}
		answer, err := cloudstack.Call(ctx, c.client, cloudstack.Command[R](cmd))
		if err != nil {
			return provider.Job{}, err
		}
		made, err := outcome(op, answer, result)
		return provider.Job{Resource: made.ID, Op: op, Done: true}, err
	}}
}

// job is an operation that the cloud does in a job of its own, which has the
// id that the operation asks for. result is as for call.
func job[C cloudstack.AsyncCommand[R], R any](request request[C], result func(R) (provider.Result, error)) command {
	return command{
		preview: only(request),
		start: func(ctx context.Context, c *cloud, op provider.Op) (provider.Job, error) {
			cmd, err := request(ctx, c, op)
			if err != nil {
				return provider.Job{}, err
			}
			var opts []cloudstack.CallOption
			if op.JobID != "" {
				opts = append(opts, cloudstack.CustomJobID(cloudstack.ID(op.JobID)))
			}
			started, err := cloudstack.Start(ctx, c.client, cloudstack.AsyncCommand[R](cmd), opts...)
			if err != nil {
				return provider.Job{}, err
			}
			resource := cmp.Or(op.ID, string(started.ResourceID()))
			if id := started.ID(); id != "" {
				return provider.Job{ID: string(id), Resource: resource, Op: op}, nil
			}
			// A server that has no job for it has answered with the result.
			answer, err := started.Wait(ctx)
			if err != nil {
				return provider.Job{}, err
			}
			made, err := outcome(op, answer, result)
			return provider.Job{Resource: made.ID, Op: op, Done: true}, err
		},
		wait: func(ctx context.Context, c *cloud, job provider.Job, opts ...cloudstack.AwaitOption) (provider.Result, error) {
			var cmd C
			answer, err := cloudstack.Resume(c.client, cloudstack.ID(job.ID), cloudstack.AsyncCommand[R](cmd)).Wait(ctx, opts...)
			if err != nil {
				return provider.Result{}, err
			}
			return outcome(job.Op, answer, result)
		},
	}
}

func outcome[R any](op provider.Op, answer R, result func(R) (provider.Result, error)) (provider.Result, error) {
	if result == nil {
		return provider.Result{ID: op.ID, LiveName: op.LiveName}, nil
	}
	return result(answer)
}
