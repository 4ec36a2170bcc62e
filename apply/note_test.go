package apply

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider"
)

func TestANoteComesBeforeAndLeavesAfterItsTag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.prepare = func(op provider.Op) (string, error) { return "free-1", nil }
		Run(t.Context(), cloud, planOf(step("ip/front create")), Options{Run: "r1", Lease: l})
		release(t, cloud, l)
		want := `createTags anchor map[trueup.note.ip.front:r1/1/free-1]
start ip/front create
createTags Thing [free-1] map[trueup.spec:1 trueup.stack:shop]
deleteTags anchor map[trueup.note.ip.front:r1/1/free-1]
`
		if got := history(cloud); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func TestARefusedCreateClosesItsNoteFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.script["group/web"] = behaviour{refuse: provider.ErrExists}
		r := Run(t.Context(), cloud, planOf(step("group/web create")), Options{Run: "r1", Lease: l, Observe: func(e Event) {
			if e.Phase == Failed && cloud.onAnchor("trueup.note.group.web") != "" {
				t.Error("the note is open when the failure is told")
			}
		}})
		if got, want := brief(r), "group/web create=failed"; got != want || !errors.Is(r.Err(), provider.ErrExists) {
			t.Errorf("%s: %v", got, r.Err())
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

// Only a refusal that tells for sure that nothing was made closes the note: what
// else it may have left behind is found by it.
func TestARefusalThatMayHaveLeftSomethingLeavesTheNote(t *testing.T) {
	invalid, gone := errors.New("431 Param: Invalid value"), fmt.Errorf("no such network: %w", provider.ErrNotFound)
	for _, c := range []struct {
		refusal error
		note    string
	}{
		{invalid, "r1/1"}, {gone, "r1/1"}, {fmt.Errorf("%w: %w", provider.ErrNotBegun, invalid), ""}, {fmt.Errorf("%w: %w", provider.ErrNotBegun, gone), ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			cloud.script["net/back"] = behaviour{refuse: c.refusal}
			r := Run(t.Context(), cloud, planOf(step("net/back create")), Options{Run: "r1", Lease: l})
			if note := release(t, cloud, l)["trueup.note.net.back"]; note != c.note || r.Outcomes[0].Phase != Failed {
				t.Errorf("%v: %s, note %q, want %q", c.refusal, brief(r), note, c.note)
			}
			began := time.Now()
			next, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
			if err == nil {
				err = Settle(t.Context(), cloud, next, SettleOptions{})
			}
			if err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(began) >= settlingTime; waited != (c.note != "") {
				t.Errorf("%v: the next run waits for it: %v", c.refusal, waited)
			}
			release(t, cloud, next)
		})
	}
}

func TestAnUnfitChoiceIsMadeAgain(t *testing.T) {
	for attempts, want := range map[int]Phase{1: Done, 2: Done, 3: Failed} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			chosen := 0
			cloud.prepare = func(op provider.Op) (string, error) {
				chosen++
				cloud.mu.Lock()
				defer cloud.mu.Unlock()
				if chosen > attempts {
					cloud.script["ip/front"] = behaviour{takes: time.Second}
				}
				return fmt.Sprintf("free-%d", chosen), nil
			}
			cloud.script["ip/front"] = behaviour{takes: time.Second, fail: fmt.Errorf("is source NAT: %w", provider.ErrTryAnother)}
			r := Run(t.Context(), cloud, planOf(step("ip/front create"), step("ip/front attach", "ip/front create")), Options{Run: "r1", Lease: l})
			if r.Outcomes[0].Phase != want {
				t.Errorf("%d unfit: %s", attempts, brief(r))
			}
			if want == Done && cloud.started[len(cloud.started)-1].ID != fmt.Sprintf("free-%d", attempts+1) {
				t.Errorf("%d unfit: attached %s", attempts, cloud.started[len(cloud.started)-1].ID)
			}
			if left := release(t, cloud, l); len(left) > 0 {
				t.Errorf("%d unfit: left on the anchor: %v", attempts, left)
			}
		})
	}
}

func TestALostAnswerIsAskedForAndNeverSentAgain(t *testing.T) {
	for _, c := range []struct {
		behaviour behaviour
		want      Phase
		note      string
	}{
		{behaviour{lost: true, takes: time.Minute}, Done, ""},
		{behaviour{lost: true, takes: time.Minute, fail: errors.New("no capacity")}, Failed, "r1/1"},
		{behaviour{unsent: true}, Failed, "r1/1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			cloud.script["vm/web"] = c.behaviour
			r := Run(t.Context(), cloud, planOf(step("vm/web create")), Options{Run: "r1", Lease: l})
			if r.Outcomes[0].Phase != c.want || cloud.count("start") != 1 {
				t.Errorf("%+v: %s, sent %d times", c.behaviour, brief(r), cloud.count("start"))
			}
			if c.behaviour.unsent && (!errors.Is(r.Err(), provider.ErrOutcomeUnknown) || !strings.Contains(r.Err().Error(), "the next apply will look")) {
				t.Errorf("error %v", r.Err())
			}
			if note := release(t, cloud, l)["trueup.note.vm.web"]; note != c.note {
				t.Errorf("%+v: note %q", c.behaviour, note)
			}
		})
	}
}

func TestNotesOfAnEarlierRunAreReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{
			"trueup.note.vm.a": "r0/1", "trueup.note.vm.b": "r0/2", "trueup.info.r0": "who=bob", "trueup.beat.r0.4": "1",
		}}
		l := leased(t, cloud)
		cloud.anchors["shop"].Tags["trueup.note.vm.b"] = "changed by hand"
		r := Run(t.Context(), cloud, planOf(step("vm/a create"), step("vm/b create"), step("vm/c create")), Options{Run: "r1", Lease: l})
		if r.Ending() != Succeeded {
			t.Error(r.Err())
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestANoteOfAnEarlierRunThatThePlanClosesIsReplacedAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.anchors["shop"] = provider.Anchor{Stack: "shop", ID: "anchor-2", Tags: map[string]string{"trueup.note.vm.a": "r0/1"}}
		l := leased(t, cloud)
		p := planOf(step("vm/a create"))
		p.Marks[0].NotesHave = map[string]string{"trueup.note.vm.a": "r0/1"}
		if r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l}); r.Ending() != Succeeded {
			t.Error(r.Err())
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestNotesThatCannotBeWrittenKeepTheirCreates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.broken = func(call string) error {
			if strings.Contains(call, provider.TagNote) && strings.HasPrefix(call, "create") {
				return provider.ErrForbidden
			}
			return nil
		}
		r := Run(t.Context(), cloud, planOf(step("vm/a create"), step("vm/b set")), Options{Run: "r1", Lease: l})
		if got, want := brief(r), "vm/a create=failed, vm/b set=done"; got != want || cloud.count("start vm/a") > 0 {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		release(t, cloud, l)
	})
}

func TestACreateThatMayHaveMadeSomethingStaysNoted(t *testing.T) {
	for _, refusal := range []error{provider.ErrUnreachable, provider.ErrNotFound, errors.New("internal error")} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			cloud.script["vm/web"] = behaviour{refuse: refusal}
			r := Run(t.Context(), cloud, planOf(step("vm/web create")), Options{Run: "r1", Lease: l})
			if got, want := brief(r), "vm/web create=failed"; got != want || len(r.Bookkeeping) > 0 {
				t.Errorf("%v: %s, bookkeeping %v", refusal, got, r.Bookkeeping)
			}
			if note := release(t, cloud, l)["trueup.note.vm.web"]; note != "r1/1" {
				t.Errorf("%v: note %q", refusal, note)
			}
		})
	}
}

// TestManyNotesTakeSeveralCalls: no call carries more tags than one may.
func TestManyNotesTakeSeveralCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		want := map[string]string{}
		for i := range 2*maxTags + 50 {
			want[fmt.Sprintf("%svm.m%03d", provider.TagNote, i)] = "r1/1"
		}
		before := cloud.count("createTags")
		if err := l.put(t.Context(), want, nil); err != nil {
			t.Fatal(err)
		}
		if calls := cloud.count("createTags") - before; calls != 3 {
			t.Errorf("%d calls for %d tags", calls, len(want))
		}
		for key := range want {
			if cloud.onAnchor(key) == "" {
				t.Fatalf("%s is not there", key)
			}
		}
		release(t, cloud, l)
	})
}
