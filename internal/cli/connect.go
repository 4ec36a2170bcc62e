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
	sort, flavour, _ := strings.Cut(name, ":")
	switch {
	case name == "", name == "cloudstack":
		return dial(p, o)
	case name == "simulator":
		return embed(ctx, p, simulator.CloudStack, dir)
	case sort == "simulator" && known(simulator.Flavour(flavour)):
		return embed(ctx, p, simulator.Flavour(flavour), dir)
	default:
		return nil, usagef("--cloud %q: expected cloudstack, simulator or simulator:exoscale", name)
	}
}

func known(f simulator.Flavour) bool { return f == simulator.CloudStack || f == simulator.Exoscale }

func open(client *cloudstack.Client) provider.Cloud {
	return kind.Open(client, kind.Source{Now: time.Now, Pick: rand.IntN})
}

func userAgent() cloudstack.Option { return cloudstack.WithUserAgent("trueup/" + version()) }
