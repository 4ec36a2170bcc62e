package render

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// steps is a plan of five steps, and story a run of it in which one fails.
func steps() *plan.Plan {
	step := func(kind, name, id, command, doc string, needs ...string) plan.Step {
		return plan.Step{ID: id, Command: command, Doc: doc, Needs: needs,
			Op: provider.Op{Kind: kind, Name: strings.Fields(id)[1], Address: addr(kind, name)}}
	}
	return &plan.Plan{Stack: "shop", Steps: []plan.Step{
		step("securityGroup", "web", "securityGroup/web create", "createSecurityGroup", "create the group"),
		step("network", "back", "network/back create", "createNetwork", "create the network"),
		step("vm", "web-1", "vm/web-1 deploy", "deployVirtualMachine", "deploy the machine", "securityGroup/web create"),
		step("vm", "edge", "vm/edge deploy", "deployVirtualMachine", "deploy the machine", "network/back create"),
		step("elasticIP", "front", "elasticIP/front attach edge", "enableStaticNat", "attach it to", "vm/edge deploy"),
	}}
}

func story(p *plan.Plan) []apply.Event {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds float64, step int, phase apply.Phase) apply.Event {
		return apply.Event{At: start.Add(time.Duration(seconds * float64(time.Second))), Step: &p.Steps[step], Phase: phase}
	}
	submitted := func(e apply.Event, job string) apply.Event { e.Job = job; return e }
	failed := at(72, 3, apply.Failed)
	failed.Err = errors.New("deploy vm/edge: no host has\nroom (533)")
	dropped := at(72, 4, apply.NotStarted)
	dropped.Cause = "vm/edge deploy"
	return []apply.Event{
		{At: start, Text: "lease taken"},
		at(0, 0, apply.Started), at(0.1, 1, apply.Started),
		at(0.4, 0, apply.Done), at(0.5, 1, apply.Done),
		at(0.5, 2, apply.Started), at(0.6, 3, apply.Started),
		submitted(at(0.8, 2, apply.Submitted), "5f0c"), submitted(at(0.9, 3, apply.Submitted), "77aa"),
		{At: start.Add(time.Minute), Step: &p.Steps[3], Phase: apply.Submitted, Text: "another one is tried"},
		{At: start.Add(time.Minute), Text: "nothing more is started", Err: errors.New("the lease was lost")},
		failed, dropped,
		submitted(at(3700, 2, apply.Running), "5f0c"),
	}
}

func TestLinesTellHowEveryStepEnded(t *testing.T) {
	p := steps()
	var b strings.Builder
	lines := Lines(&b, p, Screen{})
	for _, e := range story(p) {
		lines.Event(e)
	}
	lines.Close()
	golden(t, "run/lines.txt", b.String())
}

func TestJSONLinesHoldEveryEvent(t *testing.T) {
	p := steps()
	var b strings.Builder
	lines := JSONLines(&b, p)
	for _, e := range story(p) {
		lines.Event(e)
	}
	lines.Close()
	golden(t, "run/events.jsonl", b.String())
}

func TestLiveShowsWhatRunsAndWhatWaits(t *testing.T) {
	p := steps()
	var b strings.Builder
	show := func(m liveModel) { b.WriteString(strings.Join(m.rows(), "\n") + "\n") }
	m := newLiveModel(p, Screen{Width: 60})
	for _, e := range story(p) {
		m.see(e)
		show(m)
		b.WriteString("---\n")
	}
	m.screen.Width, m.height = 40, 5
	show(m)
	golden(t, "run/live.txt", b.String())
}

func TestALongNameHidesNotWhatIsDone(t *testing.T) {
	p := steps()
	p.Steps[0].Op.Address.Name, p.Steps[2].Op.Address.Name = longName, longName
	p.Steps[0].ID = p.Steps[0].Op.Address.String() + " create"
	p.Steps[2].Needs = []string{p.Steps[0].ID}
	m := newLiveModel(p, Screen{Width: 60})
	m.see(apply.Event{At: story(p)[0].At, Step: &p.Steps[0], Phase: apply.Started})
	want := []string{
		"⠋  0.0s  securityGroup/lo…ng-long-long-est: create the group",
		"         vm/long-l…g-long-est waits for securityGroup/long-…",
	}
	if got := m.rows()[:2]; !slices.Equal(got, want) {
		t.Errorf("it shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A machine's later steps wait for its earlier ones, which tells nobody anything.
func TestNothingIsSaidToWaitForItself(t *testing.T) {
	p := steps()
	p.Steps[3] = p.Steps[2]
	p.Steps[3].ID, p.Steps[3].Needs = "vm/web-1 start", []string{p.Steps[2].ID}
	m := newLiveModel(p, Screen{Width: 80})
	m.see(apply.Event{At: story(p)[0].At, Step: &p.Steps[2], Phase: apply.Started})
	if shown := strings.Join(m.rows(), "\n"); strings.Contains(shown, "waits for") {
		t.Error(shown)
	}
}

func TestAnInterruptedRunCountsWhatIsNotStartedAndListsNoneOfIt(t *testing.T) {
	p := steps()
	m := newLiveModel(p, Screen{Width: 80})
	start := story(p)[0].At
	m.see(apply.Event{At: start, Step: &p.Steps[0], Phase: apply.Started})
	m.see(apply.Event{At: start, Text: "nothing more is started", Err: apply.ErrStopped})
	for _, i := range []int{1, 2, 3, 4} {
		if head, text := m.see(apply.Event{At: start, Step: &p.Steps[i], Phase: apply.NotStarted}); text != "" {
			t.Error(head + text)
		}
	}
	if want := "0 of 5 steps, 1 running, 4 not started"; !strings.Contains(m.status(1), want) {
		t.Errorf("%q, want %q", m.status(1), want)
	}
	head, _ := m.see(apply.Event{At: start, Step: &p.Steps[0], Phase: apply.Done})
	if want := "[1/5] done"; !strings.HasPrefix(head, want) {
		t.Errorf("%q, want %q", head, want)
	}
	if want := "1 of 5 steps (4 not started), writing tags and notes"; m.status(0) != want {
		t.Errorf("%q, want %q", m.status(0), want)
	}
}

func TestUnmetSaysWhatIsAndWhatShouldBe(t *testing.T) {
	golden(t, "run/unmet.txt", Unmet(everything().Changes, Screen{Width: 80}))
}

func TestJSONReportIsTheVerdict(t *testing.T) {
	p := steps()
	var b strings.Builder
	err := JSONReport(&b, &apply.Report{Run: "r1", Took: time.Second, Ended: apply.ErrLost, Outcomes: []apply.Outcome{
		{Step: &p.Steps[0], Phase: apply.Done}, {Step: &p.Steps[1], Phase: apply.NotStarted},
	}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "run/end.jsonl", b.String())
}

func TestReportNamesWhatDidNotSucceedAndHowToGoOn(t *testing.T) {
	p := steps()
	out := func(i int, phase apply.Phase) apply.Outcome {
		return apply.Outcome{Step: &p.Steps[i], Phase: phase, Took: time.Second}
	}
	failed := out(3, apply.Failed)
	failed.Err = errors.New("no host has room (533); try a smaller offering")
	dropped := out(4, apply.NotStarted)
	dropped.Cause = "vm/edge deploy"
	running := out(2, apply.Running)
	running.Job = "5f0c"
	mixed := &apply.Report{Took: 72 * time.Second, Interrupted: true,
		Outcomes:    []apply.Outcome{out(0, apply.Done), out(1, apply.Waiting), running, failed, dropped},
		Bookkeeping: []error{errors.New("tag securityGroup/web: refused")}}
	fine := &apply.Report{Took: 1500 * time.Millisecond, Outcomes: []apply.Outcome{out(0, apply.Done), out(1, apply.Waiting)}}
	lost := &apply.Report{Took: time.Second, Ended: apply.ErrLost, Outcomes: []apply.Outcome{out(0, apply.Done), out(2, apply.NotStarted)}}
	golden(t, "run/report.txt", Report(lost, "trueup apply .", Screen{})+"---\n"+Report(mixed, "trueup apply .", Screen{})+"---\n"+
		Report(mixed, "trueup apply .", Screen{Width: 60})+"---\n"+Report(fine, "trueup destroy .", Screen{})+"---\n"+
		Report(mixed, "trueup apply --var replicas=… .", Screen{Width: 32})+"---\n"+Report(fine, "trueup destroy .", Screen{Width: 60}))
}

func TestLiveEndsWithEveryLineWrittenAndTheCursorBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := steps()
		var b bytes.Buffer
		live := Live(&b, p, Screen{Width: 80}, func() (int, int) { return 80, 24 })
		for i, e := range story(p) {
			live.Event(e)
			if i == 5 {
				time.Sleep(2 * frameTime)
			}
		}
		live.Close()
		live.Event(apply.Event{Text: "too late"})
		screen := terminal{width: 80}
		screen.show(b.String())
		rest := screen.text()
		for _, want := range []string{"lease taken", "[1/5] done", "[2/5] done", "another one is tried", "[3/5] failed", "[4/5] not started", "[5/5] running"} {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Fatalf("the screen does not show %q, or not in order:\n%s", want, screen.text())
			}
			rest = after
		}
		for _, never := range []string{"too late", "waits for", "steps"} {
			if strings.Contains(screen.text(), never) {
				t.Errorf("%q stays on the screen:\n%s", never, screen.text())
			}
		}
		if screen.hidden {
			t.Error("the cursor stays hidden")
		}
	})
}

// A terminal that becomes narrower breaks the rows that are longer, and all of
// them must go, and nothing else.
func TestNothingOfTheProgressStaysWhenTheTerminalBecomesNarrower(t *testing.T) {
	var b bytes.Buffer
	a := area{w: &b}
	screen := terminal{width: 60}
	draw := func(width int, lines ...string) {
		b.Reset()
		a.draw(lines, []string{strings.Repeat("x", min(50, width)), "some running"}, width, 24)
		screen.show(b.String())
	}
	draw(60, "first", "second")
	screen.resize(20)
	draw(20, "third")
	screen.resize(80)
	draw(80, "fourth")
	b.Reset()
	a.close([]string{"last"}, 80, 24)
	screen.show(b.String())
	if got, want := screen.text(), "first\nsecond\nthird\nfourth\nlast\n"; got != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
}

// However many lines scroll by, what an interrupt led to stays on the screen.
func TestTheNoticeOfAnInterruptStays(t *testing.T) {
	p := steps()
	m := newLiveModel(p, Screen{Width: 60})
	for i, e := range story(p) {
		if i == 4 {
			m.see(apply.Event{At: e.At, Text: "nothing more is started", Err: apply.ErrStopped})
		}
		m.see(e)
		shown := strings.Join(m.rows(), " ")
		if has := strings.Contains(shown, interruptedText); has != (i >= 4) {
			t.Errorf("after event %d:\n%s", i, shown)
		}
	}
}

func TestTheRemainingTimeIsThatOfTheLongestChainAndOfAllThatIsLeft(t *testing.T) {
	p := steps()
	for i := range p.Steps {
		p.Steps[i].Slow = p.Steps[i].Command == "deployVirtualMachine"
	}
	r := newRun(p)
	check := func(seconds, want float64) {
		t.Helper()
		if got := r.remaining(story(p)[0].At.Add(time.Duration(seconds * float64(time.Second)))).Seconds(); got < want-0.001 || got > want+0.001 {
			t.Errorf("after %v s: %v s left, want %v", seconds, got, want)
		}
	}
	check(0, 5.3) // one at a time: 0.3 + 0.3 + 2.2 + 2.2 + 0.3
	for _, e := range story(p)[1:3] {
		r.see(e)
	}
	check(0.1, 2.8) // two at a time; network, edge and front are the longest chain
	for _, e := range story(p)[3:7] {
		r.see(e)
	}
	check(1.6, 1.5)    // a second of edge's 2.2 is over; then comes front
	check(100.6, 50.3) // what takes longer than expected may take half as long again
}

func TestGuessedTimesShowNoSecondsThatNobodyKnows(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "a few seconds", 6 * time.Second: "about 5s", 58 * time.Second: "about 1m00s", 12 * time.Second: "about 10s", 100 * time.Second: "about 1m45s", 1200 * time.Second: "about 20m00s", 2 * time.Hour: "about 2h00m",
	} {
		if got := about(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
