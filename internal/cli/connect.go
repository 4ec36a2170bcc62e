package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// connection is a way to a cloud, which says so where reading takes long. Close
// ends an embedded simulator.
type connection struct {
	provider.Cloud
	client  *cloudstack.Client
	account account
	talk    talk
	// project is the one that was entered; zero is the account itself.
	project provider.Named
	// embedded is set where the cloud is a simulator in this process.
	embedded bool
	Close    func() error
}

// Read implements [provider.Reader].
func (c *connection) Read(ctx context.Context, scope provider.Scope) (snapshot *provider.Snapshot, err error) {
	err = c.during(ctx, "Reading the cloud", func() error {
		snapshot, err = c.Cloud.Read(ctx, scope)
		return err
	})
	return snapshot, err
}

// Catalogue implements [provider.Reader].
func (c *connection) Catalogue(ctx context.Context, wanted provider.Wanted) (catalogue *provider.Catalogue, err error) {
	err = c.during(ctx, "Reading what the cloud offers", func() error {
		catalogue, err = c.Cloud.Catalogue(ctx, wanted)
		return err
	})
	return catalogue, err
}

// during reads, waiting while the cloud refuses calls for their number.
func (c *connection) during(ctx context.Context, what string, read func() error) error {
	return c.talk.during(what, func() error { return apply.Patiently(ctx, c.talk.throttled, read) })
}

// account names a server and a user of it. It holds no secret key, but an API
// key: it is not for people to read.
type account string

// connect finds out which cloud is meant and opens the way to it. dir is where
// an embedded simulator keeps its state. Nothing is called yet.
func connect(ctx context.Context, p *process, o cloudOptions, dir string) (c *connection, err error) {
	flavour, embedded, err := whichCloud(p.env, o, dir)
	switch {
	case err != nil:
		return nil, err
	case embedded:
		c, err = embed(ctx, p, flavour, dir)
	default:
		c, err = dial(p, o)
	}
	if err != nil {
		return nil, err
	}
	c.talk.w = p.stderr
	return c, nil
}

// cloudMark is the file in a stack's state directory that says which cloud the
// stack belongs to: trueup init with a simulator writes it. No repository has it.
const cloudMark = "cloud"

// cloudNamed is the cloud that flag or environment name, "" where neither does.
func cloudNamed(env environment, o cloudOptions) string {
	return cmp.Or(o.cloud, env.get("TRUEUP_CLOUD"))
}

// whichCloud tells whether an embedded simulator is meant, and of which flavour:
// the flag says so, else the environment, else the mark beside the stack in dir.
func whichCloud(env environment, o cloudOptions, dir string) (flavour simulator.Flavour, embedded bool, err error) {
	name := cloudNamed(env, o)
	if name == "" && o.endpoint == "" && o.profile == "" {
		mark, err := os.ReadFile(filepath.Join(dir, stateDir, cloudMark))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", false, err
		}
		name = strings.TrimSpace(string(mark))
	}
	sort, dialect, _ := strings.Cut(name, ":")
	switch {
	case name == "", name == "cloudstack":
		return "", false, nil
	case name == "simulator":
		return simulator.CloudStack, true, nil
	case sort == "simulator" && known(simulator.Flavour(dialect)):
		return simulator.Flavour(dialect), true, nil
	default:
		return "", false, usagef("--cloud %q: expected cloudstack, simulator or simulator:exoscale", name)
	}
}

// accountOf names the account that connect would use for the working directory,
// without connecting.
func accountOf(env environment, o cloudOptions) (account, error) {
	flavour, embedded, err := whichCloud(env, o, ".")
	if err != nil {
		return "", err
	}
	if embedded {
		return simulated(flavour), nil
	}
	profile, err := findProfile(env, o)
	return accountIn(profile), err
}

func accountIn(p cloudstack.Profile) account {
	return account(p.Endpoint + " " + p.APIKey.Reveal())
}

// simulated is the account in an embedded simulator. Each build may know other
// commands.
func simulated(f simulator.Flavour) account {
	return account("simulator " + string(f) + " " + version())
}

func known(f simulator.Flavour) bool { return f == simulator.CloudStack || f == simulator.Exoscale }

// open makes a cloud of a client, in the project that the client works in.
func (p *process) open(client *cloudstack.Client, project cloudstack.Project) provider.Cloud {
	return kind.Open(client, kind.Source{Now: time.Now, Pick: p.chance, Dial: p.connectTo, Project: project})
}

func userAgent() cloudstack.Option { return cloudstack.WithUserAgent("trueup/" + version()) }
