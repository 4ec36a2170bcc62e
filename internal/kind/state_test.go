package kind

import (
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// A job's age is by the clock of the server that dates it, whatever ours says.
func TestAJobIsAsOldAsItsServerSays(t *testing.T) {
	ahead := func() time.Time { return time.Now().Add(3 * time.Hour) }
	faults := &simulator.Faults{Faults: []simulator.Fault{{Do: simulator.EndlessJob, Command: "createAffinityGroup"}}}
	inCloud(t, simulator.Config{Now: ahead, Faults: faults}, func(b *bench) {
		job, err := cloudstack.Start(b.t.Context(), b.client, cloudstack.CreateAffinityGroup{Name: "apart", Type: "host anti-affinity"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second)
		state, err := cloudstack.ResumeRaw(b.client, job.ID()).Poll(b.t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := jobWords(state, b.client.ServerTime()), "the server says that the job is pending, 1m30s old"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got, want := jobWords(state, time.Now()), "the server says that the job is pending, 0s old"; got != want {
			t.Errorf("by a clock that is behind: got %q, want %q", got, want)
		}
	})
}
