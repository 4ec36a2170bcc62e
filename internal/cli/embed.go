package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// stateDir is the directory beside a stack in which an embedded simulator keeps
// its state.
const stateDir = ".trueup"

// embed runs a simulator in this process, with its state beside the stack, and
// says so. It has no port: only this process reaches it.
func embed(ctx context.Context, p *process, flavour simulator.Flavour, dir string) (*connection, error) {
	state := stateFile(dir, flavour)
	if err := makeStateDir(filepath.Dir(state)); err != nil {
		return nil, fmt.Errorf("embedded simulator: %w", err)
	}
	server, err := simulator.New(simulator.Config{Flavour: flavour, State: state, Reinstall: true})
	if err != nil {
		return nil, fmt.Errorf("embedded simulator: %w", err)
	}
	c, err := openEmbedded(ctx, p, server, flavour)
	if err != nil {
		return nil, err
	}
	if notice := server.Notice(); notice != "" {
		fmt.Fprintln(p.stderr, notice)
	}
	p.say("Using the embedded simulator, not a real cloud; its state is in %s\n", shorten(state))
	return c, nil
}

// embedAside is embed for who only looks: nothing is locked, written or said, and
// what changes is forgotten.
func embedAside(ctx context.Context, p *process, flavour simulator.Flavour, dir string) (*connection, error) {
	server, err := simulator.New(simulator.Config{Flavour: flavour, State: stateFile(dir, flavour), Reinstall: true, Aside: true})
	if err != nil {
		return nil, fmt.Errorf("embedded simulator: %w", err)
	}
	return openEmbedded(ctx, p, server, flavour)
}

// stateFile is where the simulator of a stack in dir keeps its state.
func stateFile(dir string, flavour simulator.Flavour) string {
	return filepath.Join(dir, stateDir, string(flavour)+".json")
}

// openEmbedded opens the way to a simulator in this process.
func openEmbedded(ctx context.Context, p *process, server *simulator.Server, flavour simulator.Flavour) (*connection, error) {
	service := server.ListenInMemory()
	end := func() error { return shutDown(ctx, service, server) }
	user := server.User()
	client, err := cloudstack.New(service.URL,
		cloudstack.Credentials{APIKey: cloudstack.Secret(user.Key), SecretKey: cloudstack.Secret(user.Secret)},
		cloudstack.WithHTTPClient(service.Client()), userAgent())
	if err != nil {
		return nil, errors.Join(err, end())
	}
	p.dial = answering // its machines are nowhere
	return &connection{Cloud: p.open(client, cloudstack.Project{}), client: client, account: simulated(flavour), embedded: true, Close: end}, nil
}

// answering is what every port of a simulated machine does.
func answering(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	return here, there.Close()
}

// makeStateDir makes the directory, with a .gitignore that keeps it out of the
// stack's repository.
func makeStateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o644)
}

// drainTime is how long answers that are being given may take at the end.
const drainTime = 5 * time.Second

// shutDown ends a simulator, whether or not ctx is done.
func shutDown(ctx context.Context, service *simulator.Service, server *simulator.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(service.Close(ctx), server.Close())
}

// shorten writes a path relative to where the user is, where that is shorter.
func shorten(path string) string {
	cwd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(cwd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
