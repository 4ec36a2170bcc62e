package apply

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider"
)

func TestSettleWaitsForWhatAnEarlierRunNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{
			"trueup.note.vm.a": "r0/1", "trueup.note.vm.b": "r0/2", "trueup.note.vm.c": "r0/1", "trueup.note.vm.d": "nonsense", "trueup.own.key.k": "x",
		}}
		cloud.jobs[JobID("r0", provider.Address{Kind: "vm", Name: "a"}, 1)] = &fakeJob{ends: time.Now().Add(time.Minute)}
		cloud.jobs[JobID("r0", provider.Address{Kind: "vm", Name: "b"}, 2)] = &fakeJob{ends: time.Now().Add(2 * time.Minute), err: errors.New("no capacity")}
		l := leased(t, cloud)
		began := time.Now()
		if err := Settle(t.Context(), cloud, l); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 119*time.Second || took > 2*time.Minute {
			t.Errorf("settled after %s", took)
		}
		release(t, cloud, l)
	})
}

func TestSettleSaysWhatIsStillRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{"trueup.note.vm.a": "r0/1"}}
		cloud.jobs[JobID("r0", provider.Address{Kind: "vm", Name: "a"}, 1)] = &fakeJob{ends: time.Now().Add(time.Hour)}
		l := leased(t, cloud)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := Settle(ctx, cloud, l)
		var running *provider.StillRunning
		if !errors.As(err, &running) || !strings.Contains(err.Error(), "vm/a: begun by an earlier run: still running after 1m0s") {
			t.Errorf("error %v", err)
		}
		release(t, cloud, l)
	})
}
