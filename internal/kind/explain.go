package kind

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// preview makes the requests that an operation sends, in order. It sends none
// that changes anything.
type preview func(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.Request, error)

// only is the preview of an operation that sends one request.
func only[C cloudstack.Request](request request[C]) preview {
	return func(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.Request, error) {
		cmd, err := request(ctx, c, op)
		return []cloudstack.Request{cmd}, err
	}
}

// shown sets how an operation is explained, where it sends more than its one
// request or finds out what to send only from what lives by then.
func (cmd command) shown(p preview) command {
	cmd.preview = p
	return cmd
}

// Explain implements [provider.Explainer].
func (c *cloud) Explain(ctx context.Context, op provider.Op) ([]provider.Call, error) {
	cmd, err := c.operation(op)
	if err != nil {
		return nil, err
	}
	requests, err := cmd.preview(ctx, c, op)
	switch {
	case errors.Is(err, errNothingToDo):
		return nil, nil
	case err != nil:
		return nil, failedTo("find out what "+op.Address.String()+" "+op.Name+" would send", err)
	}
	calls := make([]provider.Call, len(requests))
	for i, request := range requests {
		if calls[i], err = c.callOf(request); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// ExplainTags implements [provider.Explainer].
func (c *cloud) ExplainTags(ctx context.Context, tagType, id string, gone, made map[string]string) ([]provider.Call, error) {
	var requests []cloudstack.Request
	add := func(gone, made map[string]string, tags cloudstack.Request) error {
		protections, err := c.protections(ctx, tagType, []string{id}, gone, made)
		for _, p := range protections {
			requests = append(requests, p)
		}
		requests = append(requests, tags)
		return err
	}
	if len(gone) > 0 {
		if err := add(gone, nil, deleteTags(tagType, []string{id}, gone)); err != nil {
			return nil, failedTo("find out what changing its tags would send", err)
		}
	}
	if len(made) > 0 {
		if err := add(nil, made, createTags(tagType, []string{id}, made)); err != nil {
			return nil, failedTo("find out what changing its tags would send", err)
		}
	}
	calls := make([]provider.Call, len(requests))
	for i, request := range requests {
		var err error
		if calls[i], err = c.callOf(request); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// hiddenParams are the parameters whose values may be secret.
var hiddenParams = []string{"userdata", "password"}

func (c *cloud) callOf(request cloudstack.Request) (provider.Call, error) {
	params, err := c.client.Encode(request)
	if err != nil {
		return provider.Call{}, err
	}
	call := provider.Call{Command: params.Get("command")}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		value := params.Get(name)
		switch {
		case name == "command":
			continue
		case slices.Contains(hiddenParams, name):
			value = "(hidden)"
		}
		call.Params = append(call.Params, provider.Param{Name: name, Value: value})
	}
	return call, nil
}
