package cloudstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// JobStatus is where a job stands. Numbers that the package doesn't know are
// kept and print as numbers; such a job is waited for like a pending one.
type JobStatus int

// The states of a job.
const (
	Pending   JobStatus = 0
	Succeeded JobStatus = 1
	Failed    JobStatus = 2
	Cancelled JobStatus = 3
)

// String names the status.
func (s JobStatus) String() string {
	switch s {
	case Pending:
		return "pending"
	case Succeeded:
		return "succeeded"
	case Failed:
		return "failed"
	case Cancelled:
		return "cancelled"
	}
	return strconv.Itoa(int(s))
}

// JobState is what the server says of a job at one moment: listAsyncJobs and
// queryAsyncJobResult.
type JobState struct {
	ID                   ID              `cs:"jobid"`
	Status               JobStatus       `cs:"jobstatus"`
	Command              string          `cs:"cmd"`             // the server's class, such as "org.apache….DeployVMCmdByAdmin"
	InstanceID           ID              `cs:"jobinstanceid"`   // what it is about
	InstanceType         string          `cs:"jobinstancetype"` // such as "VirtualMachine"
	Progress             int             `cs:"jobprocstatus"`   // no sign of the end: that is Status
	Result               json.RawMessage `cs:"jobresult"`       // nil while pending
	ResultCode           int             `cs:"jobresultcode"`
	ResultType           string          `cs:"jobresulttype"` // "object" or "text"
	Created              time.Time       `cs:"created"`
	Completed            time.Time       `cs:"completed"`
	Account              string          `cs:"account"`
	AccountID            ID              `cs:"accountid"`
	UserID               ID              `cs:"userid"`
	DomainID             ID              `cs:"domainid"`
	DomainPath           string          `cs:"domainpath"`
	ManagementServerID   ID              `cs:"managementserverid"`
	ManagementServerName string          `cs:"managementservername"`

	// Settled says that a [Settler] saw the job's work done: the server was not
	// asked for the job itself, and there is no Result.
	Settled bool
}

// Done tells whether the job has ended.
func (s JobState) Done() bool {
	return s.Status == Succeeded || s.Status == Failed || s.Status == Cancelled
}

// Err is the failure of a job that failed or was cancelled, an [APIError]; nil
// for any other.
func (s JobState) Err() error {
	// "org.apache.cloudstack.api.command.user.vm.DeployVMCmdByAdmin" is DeployVM.
	command, _, _ := strings.Cut(s.Command[strings.LastIndexByte(s.Command, '.')+1:], "Cmd")
	return s.failure(command)
}

func (s JobState) failure(command string) error {
	inside, said := s.result()
	failure := inside.failure()
	switch {
	case failure != nil:
	case s.Status == Cancelled:
		failure = &APIError{Text: "the job was cancelled"}
	case s.Status == Failed:
		failure = &APIError{Code: ErrorCode(s.ResultCode), Text: "the job failed without a reason"}
		if said != "" {
			failure.Text = said
		}
	default:
		return nil
	}
	failure.Command, failure.JobID, failure.ResourceID = orUnknown(command), s.ID, s.InstanceID
	return failure
}

// result is the job's result: an object, or a text.
func (s JobState) result() (inside object, said string) {
	v, err := parse(s.Result)
	if err != nil {
		return nil, ""
	}
	switch x := v.(type) {
	case map[string]any:
		return x, ""
	case string:
		return nil, x
	}
	return nil, text(v)
}

// Job is a command that runs in the cloud and gives an R. It holds nothing that
// has to be released, may be dropped at any time, and taken up again by
// [Resume].
type Job[R any] struct {
	c        *Client
	command  string
	id       ID
	resource ID
	ended    *JobState // when the answer to the command said so already
	final    *R        // when that answer was the result itself
}

// ID is the job's id, as the server answered it. Where that is not the one sent
// with [CustomJobID], the server doesn't know such ids. It is empty when the
// server answered with the result at once.
func (j *Job[R]) ID() ID { return j.id }

// ResourceID is the id of what a create command makes, which the server gives
// out before it is made; empty for other commands.
func (j *Job[R]) ResourceID() ID { return j.resource }

// Wait waits for the end of the job, together with all other jobs that are
// waited for through this client, and gives its result. Ending ctx ends the
// wait with a [WaitError] that holds the job's id; the job goes on.
func (j *Job[R]) Wait(ctx context.Context, opts ...AwaitOption) (R, error) {
	switch {
	case j.final != nil:
		return *j.final, nil
	case j.ended != nil:
		return j.Decode(*j.ended)
	}
	if j.c.jobTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.c.jobTimeout)
		defer cancel()
	}
	for state, err := range j.c.jobs.Await(ctx, []ID{j.id}, opts...) {
		if err != nil {
			return *new(R), j.waitError(err)
		}
		return j.Decode(state)
	}
	return *new(R), j.waitError(ctx.Err())
}

// waitError adds what the handle knows.
func (j *Job[R]) waitError(err error) error {
	if w, ok := errors.AsType[*WaitError](err); ok {
		w.Command, w.ResourceID = j.command, j.resource
		return w
	}
	if api, ok := errors.AsType[*APIError](err); ok {
		return fmt.Errorf("%s: job %s: %w", orUnknown(j.command), j.id, api)
	}
	return &WaitError{Command: j.command, JobID: j.id, ResourceID: j.resource, Err: err}
}

// Poll asks the server once for the job.
func (j *Job[R]) Poll(ctx context.Context) (JobState, error) {
	switch {
	case j.final != nil:
		return JobState{Status: Succeeded}, nil
	case j.ended != nil:
		return *j.ended, nil
	}
	state, err := j.c.job(ctx, j.id)
	if err != nil {
		return JobState{ID: j.id}, j.waitError(err)
	}
	return state, nil
}

// Watch asks for the job again and again and yields each answer, the end
// included, which ends the loop. An error doesn't end it: the loop may go on,
// and the job is asked for again; only the end of ctx does. Breaking off stops
// the asking and nothing else. To wait for many jobs use [JobWatcher.Await].
func (j *Job[R]) Watch(ctx context.Context) iter.Seq2[JobState, error] {
	return func(yield func(JobState, error) bool) {
		for n := 0; ; n++ {
			if j.final == nil && j.ended == nil {
				if err := j.c.clock.Sleep(ctx, j.c.poll.Backoff(n)); err != nil {
					yield(JobState{ID: j.id}, j.waitError(err))
					return
				}
			}
			state, err := j.Poll(ctx)
			if !yield(state, err) || ctx.Err() != nil || state.Done() {
				return
			}
		}
	}
}

// Decode gives the result in the state of a job that has ended, or its failure
// as an [APIError]. The result of a state that is Settled is the zero R.
func (j *Job[R]) Decode(s JobState) (R, error) {
	if j.final != nil {
		return *j.final, nil
	}
	var zero R
	if err := s.failure(j.command); err != nil {
		return zero, err
	}
	if !s.Done() {
		return zero, &WaitError{Command: j.command, JobID: j.id, ResourceID: j.resource, Err: fmt.Errorf("its status is %s", s.Status)}
	}
	inside, said := s.result()
	_, isSuccess := any(zero).(Success)
	if s.Settled || isSuccess && inside["success"] == nil {
		return zero, nil
	}
	if said != "" {
		return zero, &ProtocolError{Command: j.command, JobID: j.id, Err: fmt.Errorf("it is %q", excerpt(said, 40))}
	}
	return decodeResult[R](inside, j.command, j.id)
}

// Resume is the handle of a job that was started before, perhaps by another
// process. The command only fixes the result's type; its fields don't count.
func Resume[R any](c *Client, id ID, cmd AsyncCommand[R]) *Job[R] {
	j := &Job[R]{c: c, id: id}
	if info, err := describe(cmd); err == nil {
		j.command = info.Name
	}
	return j
}

// ResumeRaw is the handle of a job whose command the package has no type for;
// the result is the JSON of what the job gave.
func ResumeRaw(c *Client, id ID) *Job[json.RawMessage] {
	return &Job[json.RawMessage]{c: c, id: id}
}

// JobOf is the last job about a resource, for a handle whose id is lost; without
// one the error is of the class ErrNotFound. Newer servers only (resourceid and
// resourcetype of queryAsyncJobResult; 4.23 has them, for "VirtualMachine").
func (c *Client) JobOf(ctx context.Context, resourceType string, resource ID) (JobState, error) {
	query := QueryAsyncJobResult{ResourceType: resourceType, ResourceID: resource}
	state, err := Call(ctx, c, query)
	if err == nil && state.nothing() {
		err = &notFoundError{command: query.Info().Name}
	}
	return state, err
}

// job asks for one job.
func (c *Client) job(ctx context.Context, id ID) (JobState, error) {
	query := QueryAsyncJobResult{JobID: id}
	state, err := Call(ctx, c, query)
	if err == nil && state.nothing() {
		err = &ProtocolError{Command: query.Info().Name, JobID: id, Err: errors.New("the answer is about no job")}
	}
	if state.ID == "" {
		state.ID = id
	}
	return state, err
}

// nothing tells of an empty answer, which would pass for a pending job.
func (s JobState) nothing() bool { return s.ID == "" && s.Command == "" && !s.Done() }
