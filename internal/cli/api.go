package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/cloudstack"
)

type apiOptions struct {
	cloudOptions
	request
	wait     bool // for the job
	all      bool // pages
	describe bool // only the command
}

func apiCommand(p *process) *ucli.Command {
	c := command("api", "call any command of the cloud", "COMMAND [KEY=VALUE...]",
		"Calls a command of CloudStack's API and prints its answer as JSON, secrets included, since they were\nasked for. The server's own list of commands (listApis, kept for a day) tells of mistakes before\nanything is sent. What may change something is sent once.",
		[]string{
			"trueup api listZones",
			"trueup api listVirtualMachines --all state=Running",
			"trueup api --help deployVirtualMachine          # what it does and takes",
			"trueup api startVirtualMachine --wait id=6a1b7c9e-0f2d-4c7c-9a53-5a8d1c9d1f10",
		}, cloudFlags(), []ucli.Flag{
			&ucli.BoolFlag{Name: "wait", Usage: "wait for the job of an asynchronous command and print its result"},
			&ucli.BoolFlag{Name: "all", Usage: "follow a list over all its pages and print one list"},
			&ucli.BoolFlag{Name: describeFlag, Hidden: true},
		})
	c.Action = func(c *ucli.Context) error {
		o, err := readAPI(c)
		if err != nil {
			return err
		}
		return ended(attend(c.Context, p, o.timeout, func(ctx context.Context, _ *brake) error { return runAPI(ctx, p, o) }))
	}
	return c
}

func readAPI(c *ucli.Context) (apiOptions, error) {
	o := apiOptions{wait: c.Bool("wait"), all: c.Bool("all"), describe: c.Bool(describeFlag)}
	var err error
	if o.cloudOptions, err = readCloud(c); err != nil {
		return o, err
	}
	if !c.Args().Present() {
		return o, usagef("trueup api: which command? For example: trueup api listZones")
	}
	if o.describe {
		o.command = c.Args().First()
		return o, nil
	}
	o.request, err = readRequest(c.Args().Slice())
	return o, err
}

func runAPI(ctx context.Context, p *process, o apiOptions) (err error) {
	cloud, err := connect(ctx, p, o.cloudOptions, ".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	known := offer{client: cloud.client, account: cloud.account, cache: userCache(time.Now)}
	if o.describe {
		return describe(ctx, p, known, o.command)
	}
	checked, err := known.check(ctx, o)
	if err != nil {
		return err
	}
	for _, doubt := range checked.doubts {
		p.say("Warning: %s\n", doubt)
	}
	answer, err := checked.send(ctx, cloud.client, o)
	if err != nil {
		return err
	}
	return printJSON(p.stdout, answer)
}

// send calls the command and gives what is to be printed. With wait that is the
// result of the job that the answer names, also where the command asks for one.
func (r checkedRequest) send(ctx context.Context, client *cloudstack.Client, o apiOptions) (any, error) {
	if o.all && r.paged {
		return readPages(ctx, client, r.request)
	}
	answer, err := r.call(ctx, client)
	if err != nil || !o.wait {
		return answer, err
	}
	id, ok := answer["jobid"]
	if !ok { // synchronous
		return answer, nil
	}
	return r.await(ctx, client, cloudstack.ID(fmt.Sprint(id)))
}

// await waits for a job and gives its result.
func (r request) await(ctx context.Context, client *cloudstack.Client, id cloudstack.ID) (any, error) {
	for state, err := range client.Jobs().Await(ctx, []cloudstack.ID{id}) {
		var waiting *cloudstack.WaitError
		if errors.As(err, &waiting) {
			waiting.Command = r.command
			return nil, fmt.Errorf("%w; go on waiting with: trueup api --wait queryAsyncJobResult jobid=%s", err, id)
		}
		if err == nil {
			state.Command = r.command
			err = state.Err()
		}
		if err != nil {
			return nil, err
		}
		return parseJSON(state.Result)
	}
	return nil, ctx.Err()
}

// ended gives the end of a call its exit code, as everywhere else.
func ended(err error) error {
	switch {
	case errors.Is(err, errInterrupted):
		return err
	case errors.Is(err, cloudstack.ErrStillRunning):
		return &coded{code: exitRunning, err: err}
	case errors.Is(err, cloudstack.ErrAuth):
		return &coded{code: exitUsage, err: err}
	default:
		return err
	}
}

// printJSON writes a value as people read JSON. Numbers are as the server wrote
// them, keys by name.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
