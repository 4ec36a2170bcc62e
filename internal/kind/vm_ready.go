package kind

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

const (
	readyTimeout = provider.Duration(5 * time.Minute) // where the file says none
	dialTime     = 5 * time.Second                    // for one attempt
	dialPause    = 2 * time.Second                    // between attempts
	lookEvery    = 10                                 // attempts at an address before it is read again
)

// ready waits until a machine answers on a port. It calls no command of the
// cloud's; its job is in no list.
func ready() command {
	return command{
		preview: func(context.Context, *cloud, provider.Op) ([]cloudstack.Request, error) { return nil, nil },
		start: func(_ context.Context, _ *cloud, op provider.Op) (provider.Job, error) {
			return provider.Job{Resource: op.ID, Op: op}, nil
		},
		wait: func(ctx context.Context, c *cloud, job provider.Job, _ ...cloudstack.AwaitOption) (provider.Result, error) {
			return provider.Result{ID: job.Resource, LiveName: job.Op.LiveName}, c.awaitReady(ctx, job)
		},
	}
}

// awaitReady dials the machine's port until it answers or the time that the file
// gives it is over. The error of a context that ends before is
// [provider.StillRunning].
func (c *cloud) awaitReady(ctx context.Context, job provider.Job) error {
	asked, _ := job.Op.Fields["ready"].(provider.Fields)
	port, _ := asked["tcp"].(int64)
	timeout, _ := asked["timeout"].(provider.Duration)
	limit := time.Duration(cmp.Or(timeout, readyTimeout))
	began := c.source.Now()
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	var address string
	var why error
	for n := 0; ; n++ {
		if n%lookEvery == 0 {
			found, err := c.machineAddress(waiting, job.Resource)
			switch {
			case err == nil:
				address = net.JoinHostPort(found, strconv.FormatInt(port, 10))
			case waiting.Err() == nil:
				return err
			}
		}
		if address != "" {
			failed := c.dial(waiting, address)
			if failed == nil {
				return nil
			}
			if waiting.Err() == nil || why == nil {
				why = failed
			}
		}
		if pause(waiting, dialPause) {
			continue
		}
		if ctx.Err() != nil {
			return &provider.StillRunning{Job: job, After: c.source.Now().Sub(began), Cause: context.Cause(ctx)}
		}
		return notReady(address, limit, why)
	}
}

// dial tries a connection once.
func (c *cloud) dial(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := c.source.Dial(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// machineAddress is where a machine is reached: by its public address, where
// static NAT gives it one, or else by that of its default nic.
func (c *cloud) machineAddress(ctx context.Context, id string) (string, error) {
	m, err := c.machine(ctx, id, "nics")
	if err != nil {
		return "", err
	}
	if m.PublicIP != "" {
		return string(m.PublicIP), nil
	}
	for _, nic := range m.Nics {
		if ip := cmp.Or(nic.IPAddress, nic.IP6Address); nic.IsDefault && ip != "" {
			return string(ip), nil
		}
	}
	return "", fmt.Errorf("the machine has no address on its default nic")
}

// notReady says why a machine can't be used.
func notReady(address string, after time.Duration, why error) error {
	text, advice := "", "look at the machine's console"
	switch {
	case errors.Is(why, syscall.ECONNREFUSED):
		text, advice = "it refuses the connection", "nothing listens on the port: look at the machine's console"
	case errors.Is(why, syscall.EHOSTUNREACH), errors.Is(why, syscall.ENETUNREACH):
		text, advice = "there is no route to it from here", "run trueup where the machine can be reached, or leave ready out"
	case errors.Is(why, context.DeadlineExceeded), errors.Is(why, syscall.ETIMEDOUT):
		text, advice = "it does not answer", "does a security group let this host in? Does the machine run? Look at its console"
	case why != nil:
		text = why.Error()
	}
	return &failed{why: fmt.Sprintf("%s is not ready after %s", address, provider.Duration(after)), cause: errors.New(text), advice: advice}
}

// pause waits and reports whether ctx was still good at the end.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
