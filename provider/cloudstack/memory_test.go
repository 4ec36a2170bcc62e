package cloudstack_test

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// memory is a network of pipes between net/http's own client and server, for
// synctest bubbles, where sockets would stop the clock.
type memory struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error   { m.once.Do(func() { close(m.done) }); return nil }
func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// dial connects to the server, unless ctx ends first.
func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case m.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveInMemory serves a handler until the test's end, and gives a client of it.
// With a dial of the test's own, the client connects by that.
func serveInMemory(t *testing.T, h http.Handler, dial func(context.Context, string, string) (net.Conn, error), opts ...cloudstack.Option) *cloudstack.Client {
	m := &memory{conns: make(chan net.Conn), done: make(chan struct{})}
	if dial == nil {
		dial = m.dial
	}
	server := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(m)
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return newClient(t, "http://cloud.test/client/api", append([]cloudstack.Option{cloudstack.WithHTTPClient(&http.Client{Transport: transport})}, opts...)...)
}
