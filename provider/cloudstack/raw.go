package cloudstack

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
)

// Raw calls any command of the server, one that this package has no type for
// included, and gives the inside of the answer's envelope as JSON. Command names
// that begin with list, get or query are reads; all others are sent once, by
// POST. An asynchronous command answers its job's id: see
// [Client.RawResult] and [ResumeRaw].
func (c *Client) Raw(ctx context.Context, command string, p url.Values, opts ...CallOption) (json.RawMessage, error) {
	inside, err := c.rawObject(ctx, command, p, opts)
	if err != nil {
		return nil, err
	}
	return inside.raw()
}

func (c *Client) rawObject(ctx context.Context, command string, values url.Values, opts []CallOption) (object, error) {
	p, err := rawParams(command, values)
	if err != nil {
		return nil, err
	}
	return c.exchange(ctx, CommandInfo{Name: command, Mutating: !isRead(command)}, p, collectOptions(opts))
}

// rawParams are the parameters of a command of any kind, the last value of each;
// what is dangerous is refused here, too.
func rawParams(command string, values url.Values) (params, error) {
	if command == "" {
		return nil, &ValidationError{Reason: "no command"}
	}
	p := params{"command": command}
	for name, v := range values {
		if len(v) > 0 {
			p[name] = v[len(v)-1]
		}
	}
	if command == "deleteTags" && !p.has("tags") {
		return nil, DeleteTags{}.check()
	}
	return p, nil
}

// RawResult is [Client.Raw] that waits for the job where the answer names one,
// and gives the job's result then.
func (c *Client) RawResult(ctx context.Context, command string, p url.Values, opts ...CallOption) (json.RawMessage, error) {
	inside, err := c.rawObject(ctx, command, p, opts)
	if err != nil {
		return nil, err
	}
	if !inside.isJob() {
		return inside.raw()
	}
	job := ResumeRaw(c, ID(text(inside["jobid"])))
	job.command, job.resource = command, ID(text(inside["id"]))
	return job.Wait(ctx)
}

// RawList reads any list over all its pages and yields the JSON of each item.
func (c *Client) RawList(ctx context.Context, command string, p url.Values, opts ...CallOption) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		params, err := rawParams(command, p)
		if err != nil {
			yield(nil, err)
			return
		}
		info := CommandInfo{Name: command, Mutating: !isRead(command), Paged: true}
		for page, err := range c.pages(ctx, info, params, collectOptions(opts)) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range page.Items {
				if raw, err := json.Marshal(item); !yield(raw, err) || err != nil {
					return
				}
			}
		}
	}
}
