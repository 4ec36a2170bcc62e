package apply

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/trueup/trueup/provider"
)

func TestWhatAnotherStackHasClaimedIsLeftToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.tag("id-of-vm/web", provider.TagStack, "elsewhere")
		l := leased(t, cloud)
		r := Run(t.Context(), cloud, planOf(step("vm/web create")), Options{Run: "r1", Lease: l})
		var claimed *ClaimedError
		if !errors.As(r.Err(), &claimed) || claimed.Owner != "elsewhere" {
			t.Errorf("error %v", r.Err())
		}
		if tags := cloud.tagsOf("id-of-vm/web"); len(tags) != 1 || tags[provider.TagStack] != "elsewhere" {
			t.Errorf("tags %v", tags)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestWhatIsOursAlreadyGetsTheTagsThatItLacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.tag("id-of-vm/web", provider.TagStack, "shop")
		cloud.tag("id-of-vm/web", provider.TagSpec, "of an earlier apply")
		l := leased(t, cloud)
		r := Run(t.Context(), cloud, planOf(step("vm/web create")), Options{Run: "r1", Lease: l})
		if err := r.Err(); err != nil {
			t.Error(err)
		}
		if tags := cloud.tagsOf("id-of-vm/web"); tags[provider.TagStack] != "shop" || tags[provider.TagSpec] != "1" {
			t.Errorf("tags %v", tags)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}
