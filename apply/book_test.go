package apply

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestEqualCreatesShareTheirBookkeeping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		before := cloud.count("")
		var steps []plan.Step
		for i := range 200 {
			s := step(fmt.Sprintf("vm/web-%d create", i))
			cloud.script[s.Op.Address.String()] = behaviour{takes: 3 * time.Second}
			steps = append(steps, s)
		}
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l})
		if err := r.Err(); err != nil {
			t.Fatal(err)
		}
		// 13 waves of 16 take 40 s: at most a flush of two calls every two
		// seconds; the notes of 200 creates, and four beats of two calls.
		if calls := cloud.count("") - before - 200; calls > 2*20+3+2*4 {
			t.Errorf("%d calls of bookkeeping for 200 equal machines", calls)
		}
		if notes := cloud.count("createTags SecurityGroup [anchor-2] map[trueup.note."); notes > 3 {
			t.Errorf("%d calls noted 200 creates", notes)
		}
		for _, s := range steps {
			if tags := cloud.tagsOf("id-of-" + s.Op.Address.String()); tags[provider.TagStack] != "shop" || tags[provider.TagSpec] != "1" {
				t.Errorf("tags of %s: %v", s.Op.Address, tags)
			}
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestFlushesKeepTheirDistanceWhileStepsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var steps []plan.Step
		for i := range 8 {
			s := step(fmt.Sprintf("vm/web-%d set", i))
			cloud.script[s.Op.Address.String()] = behaviour{takes: time.Duration(i+1) * time.Second}
			steps = append(steps, s)
		}
		var flushes []time.Time
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Observe: func(e Event) {
			if strings.HasPrefix(e.Text, "bookkeeping: ") {
				flushes = append(flushes, e.At)
			}
		}})
		if r.Err() != nil || len(flushes) < 3 {
			t.Fatalf("%d flushes: %v", len(flushes), r.Err())
		}
		for i := 1; i < len(flushes)-1; i++ { // the last is at once, when nothing else runs
			if apart := flushes[i].Sub(flushes[i-1]); apart < flushPause {
				t.Errorf("flush %d came after %s", i, apart)
			}
		}
	})
}

// history is the calls of a run, but for the lease's own, as one text.
func history(cloud *fakeCloud) string {
	cloud.mu.Lock()
	defer cloud.mu.Unlock()
	var calls []string
	for _, call := range cloud.calls {
		if !strings.Contains(call, provider.TagLease) && !strings.Contains(call, provider.TagInfo) &&
			!strings.Contains(call, provider.TagBeat) && !strings.HasPrefix(call, "anchors") && !strings.HasPrefix(call, "createAnchor") {
			calls = append(calls, strings.ReplaceAll(call, "SecurityGroup [anchor-2]", "anchor"))
		}
	}
	return strings.Join(calls, "\n") + "\n"
}

func TestWhatIsNotFinishedIsOwnedButNotTakenForApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.script["group/web rule"] = behaviour{takes: time.Second, fail: errors.New("bad rule")}
		cloud.script["group/old rule"] = behaviour{takes: time.Second, fail: errors.New("bad rule")}
		cloud.tag("id-of-group/old", provider.TagSpec, "0")
		p := planOf(step("group/web create"), step("group/web rule", "group/web create"), step("group/old rule"))
		Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if got := fmt.Sprint(cloud.tagsOf("id-of-group/web")); got != "map[trueup.stack:shop]" {
			t.Errorf("new, unfinished: %s", got)
		}
		if got := fmt.Sprint(cloud.tagsOf("id-of-group/old")); got != "map[trueup.spec:0]" {
			t.Errorf("changed, unfinished: %s", got)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestMarksWithoutStepsAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{
			"trueup.own.key.ops": "k1 old", "trueup.note.vm.web": "r0/1", "trueup.own.key.gone": "k2 old",
		}}
		l := leased(t, cloud)
		p := &plan.Plan{Stack: "shop", Marks: []plan.Mark{
			{Address: provider.Address{Kind: "key", Name: "gone"}, Gone: true, NotesHave: map[string]string{"trueup.own.key.gone": "k2 old"}},
			{
				Address: provider.Address{Kind: "key", Name: "ops"}, ID: "k1",
				NotesHave: map[string]string{"trueup.own.key.ops": "k1 old"}, NotesWant: map[string]string{"trueup.own.key.ops": "k1 new"},
			},
			{
				Address: provider.Address{Kind: "vm", Name: "web"}, ID: "v1", TagType: "UserVm",
				Want: map[string]string{provider.TagStack: "shop"}, NotesHave: map[string]string{"trueup.note.vm.web": "r0/1"},
			},
		}}
		r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded {
			t.Error(r.Err())
		}
		want := `createTags anchor map[trueup.note.key.ops:r1/0/k1]
createTags UserVm [v1] map[trueup.stack:shop]
deleteTags anchor map[trueup.own.key.ops:k1 old]
createTags anchor map[trueup.own.key.ops:k1 new]
deleteTags anchor map[trueup.note.key.ops:r1/0/k1 trueup.note.vm.web:r0/1 trueup.own.key.gone:k2 old]
`
		if got := history(cloud); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		if left, want := release(t, cloud, l), map[string]string{"trueup.own.key.ops": "k1 new"}; !maps.Equal(left, want) {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestAReplacedResourceIsTaggedUnderItsNewID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		p := planOf(step("net/back remove"), step("net/back create", "net/back remove"))
		p.Marks[0].NotesWant = map[string]string{"trueup.own.net.back": "%id% x"}
		r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded || cloud.count("deleteTags Thing") > 0 {
			t.Errorf("%v\n%s", r.Err(), history(cloud))
		}
		if left := release(t, cloud, l); left["trueup.own.net.back"] != "id-of-net/back x" || len(left) != 1 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestATagInTheWayIsNamedAndStopsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		var steps []plan.Step
		for i := range 9 {
			steps = append(steps, step(fmt.Sprintf("vm/web-%d create", i)))
		}
		cloud.tag("id-of-vm/web-4", provider.TagStack, "another")
		r := Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Lease: l})
		if len(r.Bookkeeping) != 1 || !strings.HasPrefix(r.Bookkeeping[0].Error(), "vm/web-4: create trueup.spec, trueup.stack: ") || r.Ending() != FailedSome {
			t.Errorf("ending %q: %v", r.Ending(), r.Bookkeeping)
		}
		if left := slices.Sorted(maps.Keys(release(t, cloud, l))); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestWithoutALeaseWhatNeedsAnAnchorIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		p := planOf(step("key/ops create"), step("vm/web create"))
		p.Marks[0].NotesWant = map[string]string{"trueup.own.key.ops": "%id%"}
		r := Run(t.Context(), cloud, p, Options{Run: "r1"})
		if len(r.Bookkeeping) != 1 || !strings.Contains(r.Bookkeeping[0].Error(), "key/ops: there is no anchor") || cloud.count("createTags SecurityGroup") > 0 {
			t.Errorf("bookkeeping: %v", r.Bookkeeping)
		}
		if tags := cloud.tagsOf("id-of-vm/web"); tags[provider.TagStack] != "shop" {
			t.Errorf("tags of vm/web: %v", tags)
		}
	})
}

func TestWhatWaitsKeepsTheAnchorUntilItIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.script["network/back"] = behaviour{takes: time.Second, fail: provider.ErrHeld, once: true}
		p := planOf(step("network/back delete"))
		p.Steps[0].Op.ID = "n1"
		l := leased(t, cloud)
		Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if deleted, err := l.ReleaseAndDelete(t.Context()); deleted || err != nil || cloud.onAnchor("trueup.own.network.back") != "n1" {
			t.Fatalf("deleted %v, %v, noted %q", deleted, err, cloud.onAnchor("trueup.own.network.back"))
		}
		p.Marks[0].NotesHave = map[string]string{"trueup.own.network.back": "n1"}
		l = leased(t, cloud)
		Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if deleted, err := l.ReleaseAndDelete(t.Context()); !deleted || err != nil || len(cloud.anchors) > 0 {
			t.Errorf("deleted %v, %v, anchors %v", deleted, err, cloud.anchors)
		}
	})
}

func TestBookkeepingAsksAgainWhereAnAnswerWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		lost := map[string]bool{}
		cloud.broken = func(call string) error { // the first answer to every write of tags
			if lost[call] || !strings.Contains(call, "Tags") || strings.Contains(call, provider.TagBeat) {
				return nil
			}
			lost[call] = true
			return provider.ErrOutcomeUnknown
		}
		p := planOf(step("vm/a create"), step("vm/b stop"), step("vm/b start", "vm/b stop"))
		p.Marks[0].NotesWant = map[string]string{"trueup.own.vm.a": "%id%"}
		cloud.tag("id-of-vm/b", provider.TagSpec, "0")
		r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded || len(lost) < 6 {
			t.Errorf("%d answers were lost: %v", len(lost), r.Err())
		}
		if got := fmt.Sprint(cloud.tagsOf("id-of-vm/a"), cloud.tagsOf("id-of-vm/b")); got != "map[trueup.spec:1 trueup.stack:shop] map[trueup.spec:1]" {
			t.Errorf("tags: %s", got)
		}
		if left := release(t, cloud, l); len(left) != 1 || left["trueup.own.vm.a"] != "id-of-vm/a" {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

// TestBooksTakeASmallShareOfASlowServersTime: the pause after a flush grows with
// the time that it took.
func TestBooksTakeASmallShareOfASlowServersTime(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		100 * time.Millisecond: flushPause,
		5 * time.Second:        20 * time.Second,
	} {
		b := newBook(&plan.Plan{})
		b.last = b.began.Add(took)
		if got := b.pause(); got != want {
			t.Errorf("after a flush of %s: %s, want %s", took, got, want)
		}
	}
}
