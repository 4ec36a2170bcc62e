package cli

import (
	"cmp"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// Program is the program in a world that its caller makes: the network, chance
// and the process that it takes itself for. No signal reaches it. [Main] is that
// of a real process.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            []string  // "NAME=value", as of [os.Environ]
	Random         io.Reader // what the ids of runs are made of
	// Transport carries every call to a cloud that isn't embedded.
	Transport http.RoundTripper
	// Choose gives a number from 0 to n-1, at several places at once: for the
	// choice among free addresses and for jitter.
	Choose func(n int) int
	// Wall is the time of day, which may be set at any moment; [time.Now] where nil.
	Wall func() time.Time
	// Dial connects to the ports of machines, to see whether they are ready.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// PID is the process that others on this host look for to learn whether a
	// holder of a lease lives.
	PID int
}

// Main runs the program and returns its exit code. args holds the program's name
// first. When ctx is done it leaves at once.
func (w Program) Main(ctx context.Context, args []string) int {
	p := &process{
		stdin: w.Stdin, stdout: w.Stdout, stderr: w.Stderr, env: w.Env, random: w.Random,
		interrupts: func() (<-chan os.Signal, func()) { return nil, func() {} },
		transport:  w.Transport, choose: w.Choose, wall: w.Wall, dial: w.Dial, pid: w.PID,
	}
	return p.main(ctx, args)
}

// chance gives a number from 0 to n-1.
func (p *process) chance(n int) int {
	if p.choose == nil {
		return rand.IntN(n)
	}
	return p.choose(n)
}

// connectTo opens a connection to a machine.
func (p *process) connectTo(ctx context.Context, network, address string) (net.Conn, error) {
	if p.dial == nil {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	return p.dial(ctx, network, address)
}

// processID is the process that a lease names.
func (p *process) processID() int { return cmp.Or(p.pid, os.Getpid()) }

// now is the time of day.
func (p *process) now() time.Time {
	if p.wall == nil {
		return time.Now()
	}
	return p.wall()
}

// clock is the machine's, with another time of day.
type clock struct{ now func() time.Time }

func (c clock) Now() time.Time { return c.now() }

func (clock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// network are the client's options for a world whose network, or time of day,
// isn't the machine's own.
func (p *process) network() []cloudstack.Option {
	var options []cloudstack.Option
	if p.wall != nil {
		options = append(options, cloudstack.WithClock(clock{p.wall}))
	}
	if p.transport == nil {
		return options
	}
	const fine = 1 << 20
	return append(options,
		cloudstack.WithHTTPClient(&http.Client{Transport: p.transport}),
		cloudstack.WithRandom(func() float64 { return float64(p.chance(fine)) / fine }))
}
