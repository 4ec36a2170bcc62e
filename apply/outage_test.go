package apply

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestAnOutageIsNotedUntilTheMachineRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		p := planOf(step("vm/web stop"), step("vm/web scale", "vm/web stop"), step("vm/web start", "vm/web scale"))
		Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		release(t, cloud, l)
		want := `createTags anchor map[trueup.outage.vm.web:r1]
start vm/web stop
start vm/web scale
start vm/web start
deleteTags Thing [id-of-vm/web] map[trueup.spec:0]
createTags Thing [id-of-vm/web] map[trueup.spec:1]
deleteTags anchor map[trueup.outage.vm.web:r1]
`
		if got := history(cloud); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func TestAnOutageThatIsNotOverStaysNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		l := leased(t, cloud)
		cloud.script["vm/web start"] = behaviour{takes: time.Second, fail: errors.New("no capacity")}
		p := planOf(step("vm/web stop"), step("vm/web start", "vm/web stop"))
		Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
		if note := release(t, cloud, l)["trueup.outage.vm.web"]; note != "r1" {
			t.Fatalf("outage note %q", note)
		}
		cloud.script["vm/web start"] = behaviour{}
		l, err := Acquire(t.Context(), cloud, "shop", Holder{Run: "r2"}, LeaseOptions{})
		if err != nil {
			t.Fatal(err)
		}
		Run(t.Context(), cloud, planOf(step("vm/web start")), Options{Run: "r2", Lease: l})
		if left := release(t, cloud, l); len(left) > 0 {
			t.Errorf("left on the anchor: %v", left)
		}
	})
}

func TestAFailureInsideAnOutageDoesNotLeaveTheMachineDown(t *testing.T) {
	outage := func(name string, needs ...string) []plan.Step {
		return []plan.Step{
			step(name+" stop", needs...),
			step(name+" scale", name+" stop"),
			step(name+" keys", name+" scale"),
			step(name+" start", name+" keys", name+" scale"),
		}
	}
	for _, c := range []struct{ breaks, want string }{
		{"vm/a scale", "vm/a stop=done, vm/a scale=failed, vm/a keys=not started(vm/a scale), vm/a start=done, " +
			"vm/b stop=not started(vm/a scale), vm/b scale=not started(vm/a scale), vm/b keys=not started(vm/a scale), vm/b start=not started(vm/a scale)"},
		{"vm/a stop", "vm/a stop=failed, vm/a scale=not started(vm/a stop), vm/a keys=not started(vm/a stop), vm/a start=not started(vm/a stop), " +
			"vm/b stop=not started(vm/a stop), vm/b scale=not started(vm/a stop), vm/b keys=not started(vm/a stop), vm/b start=not started(vm/a stop)"},
		{"vm/b keys", "vm/a stop=done, vm/a scale=done, vm/a keys=done, vm/a start=done, " +
			"vm/b stop=done, vm/b scale=done, vm/b keys=failed, vm/b start=done"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := newCloud()
			l := leased(t, cloud)
			cloud.script[c.breaks] = behaviour{takes: time.Second, fail: errors.New("no")}
			p := planOf(append(outage("vm/a"), outage("vm/b", "vm/a start")...)...)
			for _, m := range p.Marks {
				cloud.tag(m.ID, provider.TagSpec, "0")
			}
			r := Run(t.Context(), cloud, p, Options{Run: "r1", Lease: l})
			if got := brief(r); got != c.want {
				t.Errorf("%s breaks:\ngot  %s\nwant %s", c.breaks, got, c.want)
			}
			left := release(t, cloud, l)
			if note := left["trueup.outage.vm.a"]; (note != "") != (c.breaks == "vm/a stop") || left["trueup.outage.vm.b"] != "" {
				t.Errorf("%s breaks: left on the anchor: %v", c.breaks, left)
			}
			failed, _, _ := strings.Cut(c.breaks, " ")
			if spec := cloud.tagsOf("id-of-" + failed)[provider.TagSpec]; spec != "0" {
				t.Errorf("%s breaks: %s is taken for applied: %s", c.breaks, failed, spec)
			}
		})
	}
}

func TestAJobStillRunningInsideAnOutageKeepsTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.script["vm/a scale"] = behaviour{takes: time.Hour}
		p := planOf(step("vm/a stop"), limited(step("vm/a scale", "vm/a stop")), step("vm/a start", "vm/a scale"))
		r := Run(t.Context(), cloud, p, Options{Run: "r1"})
		if got, want := brief(r), "vm/a stop=done, vm/a scale=running, vm/a start=not started(vm/a scale)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}
