package cli

import (
	"context"
	"encoding/json"
	"errors"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/simulator"
)

type simulatorOptions struct {
	listen string
	config simulator.Config
}

func simulatorCommand(p *process) *ucli.Command {
	c := command("simulator", "run a simulated CloudStack", "",
		"Serves CloudStack's API from memory until it is told to stop, and prints where and with which keys\nas one line of JSON: endpoint, key and secret of an ordinary user, adminKey and adminSecret.",
		[]string{
			"trueup simulator                                  # any free port",
			"trueup simulator --listen 127.0.0.1:8080 --state cloud.json",
			"trueup simulator --flavour exoscale --seed 7",
		}, []ucli.Flag{
			&ucli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "serve on `ADDRESS`"},
			&ucli.StringFlag{Name: "flavour", Value: string(simulator.CloudStack), Usage: "speak the `DIALECT` cloudstack or exoscale"},
			&ucli.StringFlag{Name: "state", Usage: "keep the cloud in `FILE` (default: in memory only)"},
			&ucli.Uint64Flag{Name: "seed", Usage: "draw ids, keys and durations from `N`"},
			&ucli.DurationFlag{Name: "expunge-delay", Value: simulator.DefaultExpungeDelay, Usage: "expunge destroyed machines after `DURATION`"},
		})
	c.Action = func(c *ucli.Context) error {
		if c.Args().Present() {
			return usagef("trueup simulator takes no arguments")
		}
		return runSimulator(c.Context, p, simulatorOptions{
			listen: c.String("listen"),
			config: simulator.Config{
				Flavour:      simulator.Flavour(c.String("flavour")),
				State:        c.String("state"),
				Seed:         c.Uint64("seed"),
				ExpungeDelay: c.Duration("expunge-delay"),
			},
		})
	}
	return c
}

// runSimulator serves until the first signal.
func runSimulator(ctx context.Context, p *process, o simulatorOptions) error {
	ctx, _, release := interruptible(ctx, p)
	defer release()
	server, err := simulator.New(o.config)
	if err != nil {
		return err
	}
	service, err := server.Listen(o.listen)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	if err = announce(p, service.URL, server); err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, shutDown(ctx, service, server))
}

// announce prints where the simulator is and who may use it.
func announce(p *process, endpoint string, s *simulator.Server) error {
	user, admin := s.User(), s.Admin()
	return json.NewEncoder(p.stdout).Encode(struct {
		Endpoint    string `json:"endpoint"`
		Key         string `json:"key"`
		Secret      string `json:"secret"`
		AdminKey    string `json:"adminKey"`
		AdminSecret string `json:"adminSecret"`
	}{endpoint, user.Key, user.Secret, admin.Key, admin.Secret})
}
