package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/simulator"
)

type simulatorOptions struct {
	listen string
	config simulator.Config
}

func simulatorCommand(p *process) *ucli.Command {
	c := command("simulator", "run a simulated CloudStack", "",
		"Serves CloudStack's API from memory until it is told to stop, and prints where and with which keys\nas one line of JSON: endpoint, key and secret of an ordinary user, adminKey and adminSecret.\n\n"+
			"A fault file, for --faults, says in YAML what goes wrong and when:\n\n"+simulator.FaultFileHelp(),
		[]string{
			"trueup simulator                                  # any free port",
			"trueup simulator --listen 127.0.0.1:8080 --state cloud.json",
			"trueup simulator --flavour exoscale --seed 7",
			"trueup simulator --latency recorded --size 500 --faults faults.yaml",
		}, []ucli.Flag{
			&ucli.StringFlag{Name: "listen", Value: "127.0.0.1:0", Usage: "serve on `ADDRESS`"},
			&ucli.StringFlag{Name: "flavour", Value: string(simulator.CloudStack), Usage: "speak the `DIALECT` cloudstack or exoscale"},
			&ucli.StringFlag{Name: "state", DefaultText: "in memory only", Usage: "keep the cloud in `FILE`"},
			&ucli.Uint64Flag{Name: "seed", Usage: "draw ids, keys and durations from `N`"},
			&ucli.IntFlag{Name: "size", Usage: "begin with `N` machines"},
			&ucli.StringFlag{Name: "latency", Value: "none", Usage: "answer after `TIME`: none, recorded (as the recorded server did), recorded:N (as one that N jobs saturate, not 16) or a duration such as 40ms"},
			&ucli.DurationFlag{Name: "expunge-delay", Value: simulator.DefaultExpungeDelay, Usage: "expunge destroyed machines after `DURATION`"},
			&ucli.StringFlag{Name: "rate-limit", DefaultText: "none", Usage: "throttle ordinary users, as in `CALLS/DURATION`: 25/10s"},
			&ucli.StringFlag{Name: "faults", Usage: "let go wrong what the YAML `FILE` says"},
			&ucli.BoolFlag{Name: "reinstall", Usage: "let restoreVirtualMachine work; on the recorded server it fails"},
		})
	c.Action = func(c *ucli.Context) error {
		o, err := readSimulator(c)
		if err != nil {
			return err
		}
		return runSimulator(c.Context, p, o)
	}
	return c
}

func readSimulator(c *ucli.Context) (simulatorOptions, error) {
	o := simulatorOptions{
		listen: c.String("listen"),
		config: simulator.Config{
			Flavour:      simulator.Flavour(c.String("flavour")),
			State:        c.String("state"),
			Seed:         c.Uint64("seed"),
			Size:         c.Int("size"),
			ExpungeDelay: c.Duration("expunge-delay"),
			Reinstall:    c.Bool("reinstall"),
		},
	}
	var err error
	switch {
	case c.Args().Present():
		return o, usagef("trueup simulator takes no arguments")
	case !known(o.config.Flavour):
		return o, usagef("--flavour %q: expected cloudstack or exoscale", o.config.Flavour)
	case o.config.Size < 0:
		return o, usagef("--size %d: expected 0 or more", o.config.Size)
	case o.config.ExpungeDelay < 0:
		return o, usagef("--expunge-delay %s: a duration can't be negative", o.config.ExpungeDelay)
	}
	if o.config.Latency, err = simulator.ParseLatency(c.String("latency")); err != nil {
		return o, usagef("--latency: %w", err)
	}
	if o.config.RateLimit, err = readRateLimit(c.String("rate-limit")); err != nil {
		return o, err
	}
	o.config.Faults, err = readFaults(c.String("faults"))
	return o, err
}

// readRateLimit reads "25/10s".
func readRateLimit(text string) (simulator.RateLimit, error) {
	if text == "" {
		return simulator.RateLimit{}, nil
	}
	number, span, _ := strings.Cut(text, "/")
	calls, err := strconv.Atoi(number)
	if err == nil && calls > 0 {
		if window, err := time.ParseDuration(span); err == nil && window > 0 {
			return simulator.RateLimit{Calls: calls, Window: window}, nil
		}
	}
	return simulator.RateLimit{}, usagef("--rate-limit %q: expected CALLS/DURATION, such as 25/10s", text)
}

func readFaults(name string) (*simulator.Faults, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("--faults: %w", err)
	}
	faults, err := simulator.ReadFaults(name, data)
	if err != nil {
		return nil, usagef("--faults: %w", err)
	}
	return faults, nil
}

// runSimulator serves until the first signal.
func runSimulator(ctx context.Context, p *process, o simulatorOptions) error {
	ctx, _, release := interruptible(ctx, p)
	defer release()
	server, err := simulator.New(o.config)
	if err != nil {
		return err
	}
	if notice := server.Notice(); notice != "" {
		fmt.Fprintln(p.stderr, notice)
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
