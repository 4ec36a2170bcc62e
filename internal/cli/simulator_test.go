package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/provider/simulator"
)

// simulatorFor reads the options of "trueup simulator" without running it.
func simulatorFor(t *testing.T, args ...string) (o simulatorOptions, err error) {
	t.Helper()
	c := simulatorCommand(&process{})
	c.Action = func(c *ucli.Context) error {
		o, err = readSimulator(c)
		return nil
	}
	app := &ucli.App{Commands: []*ucli.Command{c}}
	if err := app.Run(append([]string{"trueup", "simulator"}, args...)); err != nil {
		t.Fatal(err)
	}
	return o, err
}

// What the recorded stories are replayed against, in provider/simulator, is what the command runs without flags.
func TestSimulatorWithoutFlagsIsTheRecordedOne(t *testing.T) {
	o, err := simulatorFor(t)
	if err != nil {
		t.Fatal(err)
	}
	want := simulator.Config{Flavour: simulator.CloudStack, ExpungeDelay: simulator.DefaultExpungeDelay}
	if diff := cmp.Diff(want, o.config); diff != "" {
		t.Errorf("(-recorded +ours):\n%s", diff)
	}
}

func TestSimulatorReinstallsWhereToldTo(t *testing.T) {
	o, err := simulatorFor(t, "--reinstall")
	if err != nil || !o.config.Reinstall {
		t.Errorf("reinstall %v, %v", o.config.Reinstall, err)
	}
}
