package apply

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
)

func TestSettleWaitsForWhatAnEarlierRunNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{
			"trueup.note.vm.a": "r0/1", "trueup.note.vm.b": "r0/2", "trueup.note.vm.d": "nonsense", "trueup.own.key.k": "x",
		}}
		cloud.jobs[JobID("r0", provider.Address{Kind: "vm", Name: "a"}, 1)] = &fakeJob{ends: time.Now().Add(time.Minute)}
		cloud.jobs[JobID("r0", provider.Address{Kind: "vm", Name: "b"}, 2)] = &fakeJob{ends: time.Now().Add(2 * time.Minute), err: errors.New("no capacity")}
		l := leased(t, cloud)
		began := time.Now()
		if err := Settle(t.Context(), cloud, l, SettleOptions{}); err != nil {
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
		err := Settle(ctx, cloud, l, SettleOptions{})
		var running *provider.StillRunning
		if !errors.As(err, &running) || !strings.Contains(err.Error(), "vm/a: begun by an earlier run: still running after 1m") {
			t.Errorf("error %v", err)
		}
		release(t, cloud, l)
	})
}

func TestWhatTheCloudDoesNotKnowIsAskedForAgainAfterTheSettlingTime(t *testing.T) {
	once := provider.Kinds{{Name: "key", UniqueName: true}, {Name: "host", Repeatable: true}}
	late := provider.Address{Kind: "vm", Name: "late"}
	for _, c := range []struct {
		name   string
		notes  map[string]string
		knows  time.Duration // when the cloud comes to know the job of vm/late; 0 is never
		before time.Duration // since the lease was taken
		want   time.Duration // from then on
		told   []provider.Address
	}{
		{"never sent", map[string]string{"trueup.note.vm.late": "r0/1"}, 0, 0, 60 * time.Second, []provider.Address{late}},
		{"made, as its marker shows", map[string]string{"trueup.note.net.back": "r0/1"}, 0, 0, 0, nil},
		{"still on its way", map[string]string{"trueup.note.vm.late": "r0/1"}, 30 * time.Second, 0, 90 * time.Second, []provider.Address{late}},
		{"a name that is granted once", map[string]string{"trueup.note.key.ops": "r0/1"}, 0, 0, 0, nil},
		{"a name that nothing else can have", map[string]string{"trueup.note.host.web": "r0/1"}, 0, 0, 0, nil},
		{"asked late", map[string]string{"trueup.note.vm.late": "r0/1"}, 0, 2 * time.Minute, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newCloud()
				cloud.latency = 0
				cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: c.notes}
				cloud.lives = []provider.Live{{Kind: "net", ID: "n1", Marker: "shop/net/back"}, {Kind: "vm", ID: "v1", Marker: "other/vm/late"}}
				l := leased(t, cloud)
				time.Sleep(c.before)
				if c.knows > 0 {
					time.AfterFunc(c.knows, func() {
						cloud.mu.Lock()
						defer cloud.mu.Unlock()
						cloud.jobs[JobID("r0", late, 1)] = &fakeJob{ends: time.Now().Add(time.Minute)}
					})
				}
				var told []provider.Address
				began := time.Now()
				err := Settle(t.Context(), cloud, l, SettleOptions{Kinds: once, Observe: func(a []provider.Address, _ time.Duration) { told = a }})
				if err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != c.want {
					t.Errorf("settled after %s, want %s", took, c.want)
				}
				if diff := cmp.Diff(c.told, told); diff != "" {
					t.Errorf("undecided (-want +got):\n%s", diff)
				}
				release(t, cloud, l)
			})
		})
	}
}

// A create of an earlier run that may still be on its way may have been quicker
// than ours: then what refuses ours is no stranger.
func TestARefusalLeavesTheNoteWhereACreateOfAnEarlierRunMayHaveArrived(t *testing.T) {
	once := provider.Kinds{{Name: "key", UniqueName: true}}
	note := provider.NoteKey(provider.TagNote, provider.Address{Kind: "key", Name: "ops"})
	for _, c := range []struct {
		name    string
		earlier bool          // an earlier run has noted it
		after   time.Duration // the lease was taken
		refusal error
		open    bool
	}{
		{"taken", true, 0, provider.ErrExists, true},
		{"no quota left", true, 0, provider.ErrQuota, true},
		{"taken, once nothing can be on its way", true, settlingTime, provider.ErrExists, false},
		{"taken, by no earlier run", false, 0, provider.ErrExists, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newCloud()
				cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{}}
				if c.earlier {
					cloud.anchors["shop"].Tags[note] = "r0/1"
				}
				l := leased(t, cloud)
				if err := Settle(t.Context(), cloud, l, SettleOptions{Kinds: once}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(c.after)
				cloud.script["key/ops"] = behaviour{refuse: c.refusal}
				r := Run(t.Context(), cloud, planOf(step("key/ops create")), Options{Run: "r1", Lease: l})
				if got := brief(r); got != "key/ops create=failed" {
					t.Error(got)
				}
				if open := cloud.onAnchor(note) != ""; open != c.open {
					t.Errorf("the note is open: %v", open)
				}
				release(t, cloud, l)
			})
		})
	}
}
