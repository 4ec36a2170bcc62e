package cli

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// connection is a way to a cloud. Close ends an embedded simulator.
type connection struct {
	provider.Cloud
	Close func() error
}

// connect finds out which cloud is meant and opens the way to it. dir is where
// an embedded simulator keeps its state. Nothing is called yet.
func connect(ctx context.Context, p *process, o cloudOptions, dir string) (*connection, error) {
	name := o.cloud
	if name == "" {
		name = p.env.get("TRUEUP_CLOUD")
	}
	make, flavour, flavoured := strings.Cut(name, ":")
	switch {
	case make == "simulator":
		if !flavoured {
			flavour = string(simulator.CloudStack)
		}
		return embed(ctx, p, simulator.Flavour(flavour), dir)
	case name == "" || name == "cloudstack":
		return dial(p.env, o)
	default:
		return nil, usagef("--cloud %q: expected cloudstack, simulator or simulator:exoscale", name)
	}
}

// dial opens the way to a real cloud.
func dial(env environment, o cloudOptions) (*connection, error) {
	found, err := findCredentials(env, o)
	if err != nil {
		return nil, err
	}
	cloud, err := open(found)
	if err != nil {
		return nil, usagef("%w", err)
	}
	return &connection{Cloud: cloud, Close: func() error { return nil }}, nil
}

func open(c credentials, opts ...cloudstack.Option) (provider.Cloud, error) {
	opts = append(opts, cloudstack.WithUserAgent("trueup/"+version()))
	client, err := cloudstack.New(c.endpoint, cloudstack.Credentials{APIKey: c.key, SecretKey: c.secret}, opts...)
	if err != nil {
		return nil, err
	}
	return kind.Open(client, kind.Source{Now: time.Now, Pick: rand.IntN}), nil
}
