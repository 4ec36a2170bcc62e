package apply

import (
	"maps"
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// While the tag that tells an address is exchanged, a note on the anchor tells
// it: a run killed in between leaves a resource whose address is known.
func TestAddressIsKnownWhileItsTagChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.tags["UserVm v1"] = map[string]string{provider.TagStack: "shop", provider.TagAddress: "old"}
		p := &plan.Plan{Stack: "shop", Marks: []plan.Mark{{
			Address: provider.Address{Kind: "vm", Name: "new"}, ID: "v1", TagType: "UserVm",
			Have: map[string]string{provider.TagAddress: "old"}, Want: map[string]string{provider.TagAddress: "new"},
		}}}
		if r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l}); r.Ending() != Succeeded {
			t.Error(r.Err())
		}
		want := `createTags anchor map[trueup.note.vm.new:r1/0/v1]
deleteTags UserVm [v1] map[trueup.address:old]
createTags UserVm [v1] map[trueup.address:new]
deleteTags anchor map[trueup.note.vm.new:r1/0/v1]
`
		if got := history(cloud); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		release(t, cloud, l)
	})
}

// What the stack gives up loses the tag that claims it, and only that does.
func TestOnlyWhatLeavesLosesItsClaim(t *testing.T) {
	for _, leaves := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			have := map[string]string{provider.TagStack: "shop", provider.TagSpec: "1"}
			cloud.tags["UserVm v1"] = maps.Clone(have)
			p := &plan.Plan{Stack: "shop", Marks: []plan.Mark{{
				Address: provider.Address{Kind: "vm", Name: "web"}, ID: "v1", TagType: "UserVm", Have: have, Leaves: leaves,
			}}}
			if r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l}); r.Ending() != Succeeded {
				t.Error(r.Err())
			}
			want := "deleteTags UserVm [v1] map[trueup.spec:1]\n"
			if leaves {
				want = "deleteTags UserVm [v1] map[trueup.spec:1 trueup.stack:shop]\n"
			}
			if got := history(cloud); got != want {
				t.Errorf("leaves: %v: got\n%swant\n%s", leaves, got, want)
			}
			release(t, cloud, l)
		})
	}
}
