package apply

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trueup/trueup/provider"
)

func TestLookTellsWhatRunsAndWhatIsBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		a, b := provider.Address{Kind: "vm", Name: "a"}, provider.Address{Kind: "vm", Name: "b"}
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{
			"trueup.lease": "r1", "trueup.info.r1": "who=ada; host=h; pid=7",
			"trueup.note.vm.a": "r0/1", "trueup.note.vm.b": "r0/2", "trueup.outage.vm.c": "r0",
		}}
		cloud.jobs[JobID("r0", a, 1)] = &fakeJob{ends: time.Now().Add(time.Hour)}
		before := cloud.count("createTags") + cloud.count("deleteTags")
		got, err := Look(t.Context(), cloud, "shop")
		if err != nil {
			t.Fatal(err)
		}
		want := &State{
			Holder:  &Holder{Run: "r1", Who: "ada", Host: "h", PID: 7},
			Begun:   []Begun{{a, "r0", JobID("r0", a, 1), true}, {b, "r0", JobID("r0", b, 2), false}},
			Outages: []provider.Address{{Kind: "vm", Name: "c"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("state (-want +got):\n%s", diff)
		}
		if cloud.count("createTags")+cloud.count("deleteTags") != before {
			t.Error("looking changed something")
		}
		if none, err := Look(t.Context(), cloud, "elsewhere"); err != nil || !cmp.Equal(none, &State{}) {
			t.Errorf("a stack without an anchor: %+v, %v", none, err)
		}
	})
}
