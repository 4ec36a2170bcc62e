package cli

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// process is what a command has of the world: streams, environment, signals,
// randomness. Results go to stdout, everything said about them to stderr.
type process struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            environment
	random         io.Reader
	// interrupts subscribes to the signals that ask the program to end. Until
	// then, and once end was called, they end it at once.
	interrupts func() (signals <-chan os.Signal, end func())
	// See [Program]; the zero values are the machine's own.
	transport http.RoundTripper
	choose    func(n int) int
	wall      func() time.Time
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	pid       int
}

// environment holds variables as "NAME=value"; of a repeated name the last
// counts.
type environment []string

func (e environment) get(name string) string {
	value, _ := e.lookup(name)
	return value
}

// first is the first of the variables that is set.
func (e environment) first(names ...string) string {
	for _, name := range names {
		if v := e.get(name); v != "" {
			return v
		}
	}
	return ""
}

func (e environment) lookup(name string) (value string, ok bool) {
	for _, pair := range e {
		if v, is := strings.CutPrefix(pair, name+"="); is {
			value, ok = v, true
		}
	}
	return value, ok
}
