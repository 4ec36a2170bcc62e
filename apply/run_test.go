package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// step is a step "kind/name operation" that needs the steps of those ids.
func step(id string, needs ...string) plan.Step {
	at, op, _ := strings.Cut(id, " ")
	kind, name, _ := strings.Cut(at, "/")
	address := provider.Address{Kind: kind, Name: name}
	return plan.Step{
		ID:      id,
		Op:      provider.Op{Kind: kind, Name: op, Address: address},
		Needs:   needs,
		Command: op + strings.ToUpper(kind),
		Creates: op == "create",
		Stops:   op == "stop",
		Starts:  op == "start",
		Last:    op == "delete",
	}
}

// limited bounds the time of a step's job to a minute.
func limited(s plan.Step) plan.Step {
	s.Limit = provider.Duration(time.Minute)
	return s
}

// planOf is a plan of the steps, with a mark for every address.
func planOf(steps ...plan.Step) *plan.Plan {
	p := &plan.Plan{Stack: "shop", Steps: steps, IDs: map[provider.Address]string{}}
	marked := map[provider.Address]bool{}
	for _, s := range steps {
		a := s.Op.Address
		if marked[a] {
			continue
		}
		marked[a] = true
		m := plan.Mark{Address: a, TagType: "Thing"}
		switch {
		case s.Creates:
			m.Want = map[string]string{provider.TagStack: "shop", provider.TagSpec: "1"}
		case s.Last:
			m.Gone, m.ID = true, "id-of-"+a.String()
		default:
			m.ID = "id-of-" + a.String()
			m.Have = map[string]string{provider.TagStack: "shop", provider.TagSpec: "0"}
			m.Want = map[string]string{provider.TagSpec: "1"}
			p.IDs[a] = m.ID
		}
		p.Marks = append(p.Marks, m)
	}
	return p
}

// brief is a report in a line: "a=done b=failed c=not started(b)".
func brief(r *Report) string {
	var words []string
	for _, o := range r.Outcomes {
		word := o.Step.ID + "=" + string(o.Phase)
		if o.Cause != "" {
			word += "(" + o.Cause + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// leased acquires the lease of the stack shop for the run r1.
func leased(t *testing.T, cloud *fakeCloud) *Lease {
	t.Helper()
	l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r1", Who: "ann", Host: "here", PID: 1}, LeaseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// release gives the lease back and tells what is left on the anchor.
func release(t *testing.T, cloud *fakeCloud, l *Lease) map[string]string {
	t.Helper()
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	return cloud.anchors["shop"].Tags
}

func TestRunFailureIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		boom := errors.New("no capacity")
		cloud.script["t/a"] = behaviour{takes: time.Minute, fail: boom}
		cloud.script["t/b"] = behaviour{takes: time.Hour}
		r := Run(t.Context(), cloud, planOf(step("t/a set"), step("t/b set"), step("t/c set", "t/a set"), step("t/d set", "t/c set"), step("t/e set", "t/b set")), Options{Run: "r1"})
		want := "t/a set=failed, t/b set=done, t/c set=not started(t/a set), t/d set=not started(t/a set), t/e set=done"
		if got := brief(r); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Ending() != FailedSome {
			t.Errorf("ending %q", r.Ending())
		}
		text := r.Err().Error()
		if !errors.Is(r.Err(), boom) || strings.Count(text, "*") != 1 || !strings.Contains(text, "t/a: setT: no capacity; ") {
			t.Errorf("error: %s", text)
		}
	})
}

func TestPureDeletesComeLastAndNotAfterAFailure(t *testing.T) {
	for _, c := range []struct{ fails, want string }{
		{"", "t/a set=done, t/b delete=done, t/c delete=done"},
		{"t/a", "t/a set=failed, t/b delete=not started(t/a set), t/c delete=not started(t/a set)"},
		{"t/b", "t/a set=done, t/b delete=failed, t/c delete=done"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			cloud.script["t/a"] = behaviour{takes: time.Minute}
			if c.fails != "" {
				cloud.script[c.fails] = behaviour{takes: time.Minute, fail: errors.New("no")}
			}
			setDone := false
			r := Run(t.Context(), cloud, planOf(step("t/a set"), step("t/b delete"), step("t/c delete")), Options{
				Run: "r1",
				Observe: func(e Event) {
					if e.Step == nil {
						return
					}
					setDone = setDone || e.Step.ID == "t/a set" && e.Phase == Done
					if e.Step.Last && e.Phase == Started && !setDone {
						t.Errorf("%s started before t/a was done", e.Step.ID)
					}
				},
			})
			if got := brief(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestHeldDeletionWaitsAndIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.script["network/back"] = behaviour{takes: time.Second, fail: fmt.Errorf("delete: %w", provider.ErrHeld)}
		r := Run(t.Context(), cloud, planOf(step("network/back delete"), step("vpc/v delete", "network/back delete"), step("t/z delete")), Options{Run: "r1"})
		want := "network/back delete=waiting, vpc/v delete=not started(network/back delete), t/z delete=done"
		if got := brief(r); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Err() != nil || r.Ending() != Succeeded || len(r.Waiting()) != 1 {
			t.Errorf("err %v, ending %q, waiting %d", r.Err(), r.Ending(), len(r.Waiting()))
		}
	})
}

func TestSerialStepsDoNotOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		var steps []plan.Step
		for i := range 5 {
			s := step(fmt.Sprintf("group/web rule%d", i))
			s.Serial = "group/web"
			cloud.script[s.ID] = behaviour{takes: time.Second}
			steps = append(steps, s)
		}
		running := 0
		Run(t.Context(), cloud, planOf(steps...), Options{Run: "r1", Observe: func(e Event) {
			switch {
			case e.Step == nil:
			case e.Phase == Started:
				if running++; running > 1 {
					t.Errorf("%s overlaps", e.Step.ID)
				}
			case e.Phase.Final():
				running--
			}
		}})
	})
}

func TestJobTimeoutIsStillRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.script["t/a"] = behaviour{takes: time.Hour}
		r := Run(t.Context(), cloud, planOf(limited(step("t/a set")), step("t/b set", "t/a set")), Options{Run: "r1"})
		if got, want := brief(r), "t/a set=running, t/b set=not started(t/a set)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Ending() != Unfinished {
			t.Errorf("ending %q", r.Ending())
		}
		if text := r.Err().Error(); !strings.Contains(text, "still running after 1m, job "+jobID("r1", "step", "t/a set")+": it hangs") {
			t.Errorf("error: %s", text)
		}
	})
}

func TestLinksGetTheIDsOfWhatTheRunMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		vm := step("vm/web create", "group/web create")
		vm.Op.Fields = provider.Fields{
			"groups": []provider.Ref{{Kind: "group", Name: "web", Live: "web"}, {Kind: "group", Live: "default", ID: "d"}},
			"rules":  []provider.Rule{{Protocol: "all", Group: provider.Ref{Kind: "group", Name: "lb"}}},
		}
		p := planOf(step("group/web create"), vm)
		p.IDs[provider.Address{Kind: "group", Name: "lb"}] = "lb-id"
		Run(t.Context(), cloud, p, Options{Run: "r1"})
		got, links := cloud.started[1], []string{}
		for _, ref := range append(provider.Refs(got.Fields["groups"]), provider.Refs(got.Fields["rules"])...) {
			links = append(links, ref.ID)
		}
		if want := "id-of-group/web d lb-id"; strings.Join(links, " ") != want {
			t.Errorf("links %q, want %s", links, want)
		}
		if got.Marker != "shop/vm/web" || got.JobID != JobID("r1", got.Address, 1) {
			t.Errorf("marker %q, job %s", got.Marker, got.JobID)
		}
		if original := vm.Op.Fields["groups"].([]provider.Ref)[0].ID; original != "" {
			t.Errorf("the plan was changed: %q", original)
		}
	})
}

func TestStoppedRunStartsNothingMoreAndClosesItsBooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.script["t/a"] = behaviour{takes: time.Minute}
		stop := make(chan struct{})
		time.AfterFunc(10*time.Second, func() { close(stop) })
		r := Run(t.Context(), cloud, planOf(step("t/a create"), step("t/b create"), step("t/c set", "t/a create")), Options{Run: "r1", Lease: l, Parallel: 1, Stop: stop})
		if got, want := brief(r), "t/a create=done, t/b create=not started, t/c set=not started"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Ending() != Interrupted || !errors.Is(r.Ended, ErrStopped) {
			t.Errorf("ending %q, %v", r.Ending(), r.Ended)
		}
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
		if tags := cloud.tagsOf("id-of-t/a"); tags[provider.TagStack] != "shop" {
			t.Errorf("tags of t/a: %v", tags)
		}
	})
}

func TestCancelledRunLeavesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.script["t/a"] = behaviour{takes: time.Hour}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		began := time.Now()
		r := Run(ctx, cloud, planOf(step("t/a create"), step("t/b set", "t/a create")), Options{Run: "r1", Lease: l})
		if got, want := brief(r), "t/a create=running, t/b set=not started"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Ending() != Interrupted || time.Since(began) > 10*time.Second {
			t.Errorf("ending %q after %s", r.Ending(), time.Since(began))
		}
		if note := release(t, cloud, l)["trueup.note.t.a"]; note != "r1/1" {
			t.Errorf("note of t/a: %q", note)
		}
	})
}

// reluctant takes a while to leave a wait.
type reluctant struct{ *fakeCloud }

func (c reluctant) Wait(ctx context.Context, job provider.Job) (provider.Result, error) {
	result, err := c.fakeCloud.Wait(ctx, job)
	if ctx.Err() != nil {
		time.Sleep(time.Second)
	}
	return result, err
}

func TestLeavingRunWaitsForItsWorkersAndWritesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.script["t/b"] = behaviour{takes: time.Hour}
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		defer cancel()
		r := Run(ctx, reluctant{cloud}, planOf(step("t/a set"), step("t/b set")), Options{Run: "r1"})
		if got, want := brief(r), "t/a set=done, t/b set=running"; got != want || cloud.count("createTags") > 0 {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Took != 1150*time.Millisecond {
			t.Errorf("took %s", r.Took)
		}
	})
}

func TestInterruptionAfterTheLastStepIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		stop := make(chan struct{})
		r := Run(t.Context(), cloud, planOf(step("t/a set")), Options{Run: "r1", Stop: stop, Observe: func(e Event) {
			if e.Phase == Done {
				close(stop)
			}
		}})
		if r.Ending() != Succeeded {
			t.Errorf("ending %q: %v", r.Ending(), r.Err())
		}
	})
}

func TestAPlanOutOfOrderIsAMistakeOfOurs(t *testing.T) {
	for _, steps := range [][]plan.Step{
		{step("t/a set", "t/b set"), step("t/b set")},
		{step("t/a set", "t/missing set")},
		{step("t/a delete"), step("t/b set", "t/a delete")},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q ran", steps[0].ID)
				}
			}()
			Run(t.Context(), newCloud(), planOf(steps...), Options{Run: "r1"})
		}()
	}
}

func TestEventsOfAChainAreTheSameEveryTime(t *testing.T) {
	var stories [2]string
	for i := range stories {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			cloud.script["t/a create"] = behaviour{takes: time.Minute}
			began := time.Now()
			observe := func(e Event) {
				if e.Step != nil {
					stories[i] += fmt.Sprintln(e.At.Sub(began), e.Step.ID, e.Phase, e.Job)
				}
			}
			Run(t.Context(), cloud, planOf(step("t/a create"), step("t/b set", "t/a create"), step("t/c delete")), Options{Run: "r1", Lease: l, Observe: observe})
			release(t, cloud, l)
		})
	}
	job := JobID("r1", provider.Address{Kind: "t", Name: "a"}, 1)
	want := "100ms t/a create started \n" +
		"200ms t/a create submitted " + job + "\n" +
		"1m0.15s t/a create done " + job + "\n" +
		"1m0.15s t/b set started \n" +
		"1m0.25s t/b set done \n" +
		"1m0.25s t/c delete started \n" +
		"1m0.35s t/c delete done \n"
	if got := stories[0]; got != want || got != stories[1] {
		t.Errorf("got\n%s\nthen\n%s\nwant\n%s", got, stories[1], want)
	}
}
