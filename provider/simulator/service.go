package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// apiPath is where CloudStack serves its API; the simulator answers at any path.
const apiPath = "/client/api"

// A Service is a server that can be reached.
type Service struct {
	URL string // the endpoint to give to a client

	client *http.Client
	http   *http.Server
	served chan error
}

// Listen serves on an address of TCP, such as "127.0.0.1:0" for any free port.
func (s *Server) Listen(addr string) (*Service, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve the simulator: %w", err)
	}
	return s.serveOn(l, "http://"+l.Addr().String()+apiPath, &http.Client{Transport: &http.Transport{}}), nil
}

// ListenInMemory serves without a network: only the service's own client reaches it. Its connections block in a way that
// testing/synctest understands.
func (s *Server) ListenInMemory() *Service {
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return l.dial(ctx) }
	return s.serveOn(l, "http://simulator.invalid"+apiPath, &http.Client{Transport: &http.Transport{DialContext: dial}})
}

func (s *Server) serveOn(l net.Listener, url string, client *http.Client) *Service {
	v := &Service{URL: url, client: client, served: make(chan error, 1)}
	v.http = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, MaxHeaderBytes: 1 << 20}
	go func() { v.served <- v.http.Serve(l) }()
	return v
}

// Client returns an HTTP client that reaches the service. Its connections are closed by Close.
func (v *Service) Client() *http.Client { return v.client }

// Close takes no more requests and waits for those at work, until ctx is done; then it breaks them off.
func (v *Service) Close(ctx context.Context) error {
	v.client.CloseIdleConnections()
	err := v.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("drain the simulator: %w", err), v.http.Close())
	}
	if served := <-v.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// A pipeListener accepts the other ends of pipes.
type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "simulator", Net: "memory"} }
