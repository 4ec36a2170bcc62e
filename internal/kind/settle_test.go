package kind

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// TestManyDeploymentsAreSettledTogether: jobs that end together are not asked
// for one by one.
func TestManyDeploymentsAreSettledTogether(t *testing.T) {
	inCloud(t, simulator.Config{Latency: simulator.Latency{Job: 100 * time.Millisecond}}, func(b *bench) {
		const machines = 40
		fields := machineIn(b, "sg1", nil)
		results := make([]provider.Result, machines)
		errs := make([]error, machines)
		var wg sync.WaitGroup
		for i := range machines {
			op := provider.Op{
				Kind: "vm", Name: "deploy", LiveName: fmt.Sprintf("web-%d", i), Fields: fields,
				JobID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1),
			}
			job, err := b.cloud.Start(b.t.Context(), op)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() { results[i], errs[i] = b.cloud.Wait(b.t.Context(), job) })
		}
		wg.Wait()
		for i, r := range results {
			if errs[i] != nil || r.ID == "" || r.LiveName != fmt.Sprintf("web-%d", i) {
				t.Errorf("machine %d: %+v, %v", i, r, errs[i])
			}
		}
		calls := map[string]int{}
		for _, q := range b.sim.Requests() {
			calls[q.Command]++
		}
		if asked := calls["queryAsyncJobResult"]; asked > machines/4 {
			t.Errorf("%d jobs were asked for one by one: %v", asked, calls)
		}
	})
}

// TestTagsAreSettledTogether: so are jobs that tag, but for the one that the
// listing does not show to have done its work.
func TestTagsAreSettledTogether(t *testing.T) {
	inCloud(t, simulator.Config{Latency: simulator.Latency{Job: 100 * time.Millisecond}}, func(b *bench) {
		const groups, taken = 12, 7
		var ids []string
		for i := range groups {
			op := provider.Op{Kind: "securityGroup", Name: "create", LiveName: fmt.Sprintf("g%d", i), Fields: provider.Fields{}}
			job, err := b.cloud.Start(b.t.Context(), op)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, job.Resource)
		}
		tag := func(i int, value string) error {
			return b.cloud.CreateTags(b.t.Context(), "SecurityGroup", ids[i:i+1], map[string]string{"k": value})
		}
		if err := tag(taken, "somebody's"); err != nil {
			t.Fatal(err)
		}
		before := len(b.sim.Requests())
		errs := make([]error, groups)
		var wg sync.WaitGroup
		for i := range groups {
			wg.Go(func() { errs[i] = tag(i, fmt.Sprint(i)) })
		}
		wg.Wait()
		for i, err := range errs {
			if errors.Is(err, provider.ErrExists) != (i == taken) || err != nil != (i == taken) {
				t.Errorf("group %d: %v", i, err)
			}
		}
		calls := map[string]int{}
		for _, q := range b.sim.Requests()[before:] {
			calls[q.Command]++
		}
		if asked := calls["queryAsyncJobResult"]; asked > 2 {
			t.Errorf("%d jobs were asked for one by one: %v", asked, calls)
		}
	})
}

func TestWhatAMachineShows(t *testing.T) {
	toRun, toRest := provider.Op{}, provider.Op{Fields: provider.Fields{"power": stopped}}
	vm := func(state string) cloudstack.VirtualMachine { return cloudstack.VirtualMachine{State: state} }
	secret := cloudstack.VirtualMachine{State: "Running", PasswordEnabled: true}
	for _, c := range []struct {
		what string
		got  bool
		want bool
	}{
		{"deployed", isDeployed(toRun, vm("Running")), true},
		{"deployed, on its way", isDeployed(toRun, vm("Stopped")), false},
		{"deployed, to stay stopped", isDeployed(toRest, vm("Stopped")), true},
		{"deployment failed", isDeployed(toRun, vm("Error")), false},
		{"deployed with a password to be told", isDeployed(toRun, secret), false},
		{"started", isStarted(toRun, vm("Running")), true},
		{"starting", isStarted(toRun, vm("Starting")), false},
		{"stopped", isStopped(toRun, vm("Stopped")), true},
		{"stopping", isStopped(toRun, vm("Stopping")), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
}
