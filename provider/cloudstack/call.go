package cloudstack

import (
	"context"
	"errors"
	"net/url"
	"reflect"
)

// Call runs a command and gives its result; for an asynchronous one that is its
// job's, waited for. Use [Start] to have the job in hand meanwhile.
func Call[R any](ctx context.Context, c *Client, cmd Command[R], opts ...CallOption) (R, error) {
	info, err := describe(cmd)
	if err != nil {
		return *new(R), err
	}
	inside, err := c.do(ctx, cmd, opts)
	if err != nil {
		return *new(R), err
	}
	// Releases differ in which commands make a job: the answer tells.
	if info.Async || inside.isJob() {
		job, err := newJob[R](c, info.Name, inside, opts)
		if err != nil {
			return *new(R), err
		}
		return job.Wait(ctx)
	}
	r, err := decodeResult[R](inside, info.Name, "")
	if info.Mutating && errors.Is(err, ErrProtocol) {
		err = &UncertainError{Command: info.Name, Err: err}
	}
	return r, err
}

// isJob tells of an answer that it names a job and nothing else but what the
// job is about.
func (o object) isJob() bool {
	for k := range o {
		if k != "jobid" && k != "id" {
			return false
		}
	}
	return o["jobid"] != nil
}

// Exec runs a command that only works or doesn't, and waits for its job when it
// is asynchronous.
func Exec(ctx context.Context, c *Client, cmd Command[Success], opts ...CallOption) error {
	_, err := Call(ctx, c, cmd, opts...)
	return err
}

// Start sends an asynchronous command and gives its job, which runs in the
// cloud. Nothing waits for it until [Job.Wait] or [JobWatcher.Await].
func Start[R any](ctx context.Context, c *Client, cmd AsyncCommand[R], opts ...CallOption) (*Job[R], error) {
	inside, err := c.do(ctx, cmd, opts)
	if err != nil {
		return nil, err
	}
	return newJob[R](c, cmd.Info().Name, inside, opts)
}

// newJob is the handle of the job that an answer names, or of the result that
// it is already.
func newJob[R any](c *Client, command string, inside object, opts []CallOption) (*Job[R], error) {
	j := &Job[R]{c: c, command: command, id: ID(text(inside["jobid"])), resource: ID(text(inside["id"]))}
	if j.id == "" { // some servers answer at once with the result
		final, err := decodeResult[R](inside, command, "")
		if refused, ok := errors.AsType[*APIError](err); ok {
			return nil, refused
		}
		if err != nil || len(inside) == 0 {
			cause := &ProtocolError{Command: command, Err: errors.New("neither a job nor a result in it")}
			return nil, &UncertainError{Command: command, JobID: collectOptions(opts).jobID, Err: cause}
		}
		j.final = &final
		return j, nil
	}
	var s JobState
	if err := decode(map[string]any(inside), &s); err == nil && s.Done() {
		j.ended = &s
	}
	return j, nil
}

// do validates, encodes and sends.
func (c *Client) do(ctx context.Context, cmd Request, opts []CallOption) (object, error) {
	if err := Validate(cmd); err != nil {
		return nil, err
	}
	p, err := c.encode(cmd)
	if err != nil {
		return nil, err
	}
	return c.exchange(ctx, cmd.Info(), p, collectOptions(opts))
}

// encode is [encode] with the client's project, where the command takes one and
// doesn't name it.
func (c *Client) encode(cmd Request) (params, error) {
	p, err := encode(cmd)
	if err != nil || c.project == "" || p["projectid"] != "" {
		return p, err
	}
	if reflect.Indirect(reflect.ValueOf(cmd)).FieldByName("ProjectID").IsValid() {
		p["projectid"] = string(c.project)
	}
	return p, nil
}

// Encode is as the function [Encode], with what the client itself adds.
func (c *Client) Encode(r Request, opts ...CallOption) (url.Values, error) {
	values, err := Encode(r, opts...)
	if err != nil {
		return nil, err
	}
	p, err := c.encode(r)
	if project := p["projectid"]; project != "" {
		values.Set("projectid", project)
	}
	return values, err
}

// decodeResult decodes what a command or a job gives.
func decodeResult[R any](inside object, command string, job ID) (R, error) {
	r, err := result[R](inside)
	if err == nil {
		return r, nil
	}
	if refused, ok := errors.AsType[*APIError](err); ok {
		refused.Command, refused.JobID = command, job
		return r, refused
	}
	return r, &ProtocolError{Command: command, JobID: job, Err: err}
}
