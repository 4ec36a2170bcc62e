package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/plan"
)

// boxesOf names the boxes of a picture with what they need.
func boxesOf(p picture) []string {
	var names []string
	for i := range p.boxes {
		b := &p.boxes[i]
		text := b.title() + ": " + b.doing()
		for _, need := range sortedKeys(b.needs) {
			text += " <- " + p.boxes[need].title()
		}
		names = append(names, text)
	}
	return names
}

func TestWhatIsAlikeSharesABox(t *testing.T) {
	p := &plan.Plan{}
	group := addr("securityGroup", "web")
	p.Steps = append(p.Steps, step(group, "create", "createSecurityGroup", "create the group"))
	for i := range 9 {
		vm, ip := addr("vm", fmt.Sprintf("web-%d", i+1)), addr("elasticIP", fmt.Sprintf("web-%d", i+1))
		p.Steps = append(p.Steps, step(vm, "deploy", "deployVirtualMachine", "deploy the machine", "securityGroup/web create"))
		if i < 8 {
			p.Steps = append(p.Steps, step(ip, "attach", "enableStaticNat", "attach it", vm.String()+" deploy"))
		}
	}
	drawn, ok := draw(p)
	if !ok {
		t.Fatal("it is not drawn")
	}
	want := []string{
		"securityGroup/web: create the group",
		"vm/web-1 … vm/web-8: deploy the machine <- securityGroup/web",
		"elasticIP/web-1 … elasticIP/web-8: attach it <- vm/web-1 … vm/web-8",
		"vm/web-9: deploy the machine <- securityGroup/web",
	}
	if diff := cmp.Diff(want, boxesOf(drawn)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStepsOfAResourceShareABoxUnlessSomethingIsInBetween(t *testing.T) {
	key, vm := addr("sshKey", "ops"), addr("vm", "web")
	p := &plan.Plan{Steps: []plan.Step{
		step(vm, "stop", "stopVirtualMachine", "stop"),
		step(vm, "detach", "x", "let go", "vm/web stop"),
		step(key, "delete", "deleteSSHKeyPair", "delete", "vm/web detach"),
		step(key, "register", "registerSSHKeyPair", "register", "sshKey/ops delete"),
		step(vm, "setKeys", "resetSSHKeyForVirtualMachine", "set", "sshKey/ops register", "vm/web detach"),
		step(vm, "start", "startVirtualMachine", "start", "vm/web setKeys"),
	}}
	drawn, _ := draw(p)
	want := []string{
		"vm/web: stop, let go",
		"sshKey/ops: delete, register <- vm/web",
		"vm/web: set, start <- sshKey/ops",
	}
	if diff := cmp.Diff(want, boxesOf(drawn)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAnyGraphIsDrawn draws graphs of all shapes: every step is in one box, no box
// waits for itself, and all boxes stand right of those that they wait for and over
// no other.
func TestAnyGraphIsDrawn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := &plan.Plan{}
		for i := range rapid.IntRange(1, 120).Draw(rt, "steps") {
			a := addr(rapid.SampledFrom([]string{"vm", "network", "sshKey"}).Draw(rt, "kind"), fmt.Sprintf("%s-%d", rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "block"), rapid.IntRange(1, 9).Draw(rt, "n")))
			s := step(a, fmt.Sprintf("op%d %d", rapid.IntRange(0, 2).Draw(rt, "op"), i), "command", "do")
			for range rapid.IntRange(0, min(i, 3)).Draw(rt, "needs") {
				s.Needs = append(s.Needs, p.Steps[rapid.IntRange(0, i-1).Draw(rt, "need")].ID)
			}
			p.Steps = append(p.Steps, s)
		}
		drawn, ok := draw(p)
		if !ok {
			rt.Fatal("it is not drawn")
		}
		steps := 0
		l := drawn.layout()
		for i, b := range drawn.boxes {
			steps += len(b.steps)
			for need := range b.needs {
				if l.x[need]+boxWidth >= l.x[i] {
					rt.Errorf("box %d stands at %d, and one that it waits for at %d", i, l.x[i], l.x[need])
				}
			}
			for j := range drawn.boxes[:i] {
				if l.x[i] == l.x[j] && max(l.y[i], l.y[j])-min(l.y[i], l.y[j]) < boxHeight {
					rt.Errorf("boxes %d and %d overlap", i, j)
				}
			}
			if l.x[i] < 0 || l.x[i]+boxWidth > l.width || l.y[i] < 0 || l.y[i]+boxHeight > l.height {
				rt.Errorf("box %d is outside", i)
			}
		}
		if steps != len(p.Steps) {
			rt.Errorf("%d steps of %d are drawn", steps, len(p.Steps))
		}
	})
}

// TestALongRollingUpdateIsDrawnCoarsely: its machines wait for each other, so that
// no two are alike.
func TestALongRollingUpdateIsDrawnCoarsely(t *testing.T) {
	p := &plan.Plan{}
	for i := range 5000 {
		s := step(addr("vm", fmt.Sprintf("web-%d", i+1)), "restart", "rebootVirtualMachine", "restart")
		if i > 0 {
			s.Needs = []string{p.Steps[i-1].ID}
		}
		p.Steps = append(p.Steps, s)
	}
	drawn, ok := draw(p)
	if diff := cmp.Diff([]string{"vm/web-1 … vm/web-5000: restart"}, boxesOf(drawn)); diff != "" || !ok || !drawn.coarse {
		t.Errorf("drawn %v, coarse %v (-want +got):\n%s", ok, drawn.coarse, diff)
	}
}

func TestWhatIsTooMuchIsNotDrawn(t *testing.T) {
	p := &plan.Plan{Stack: "shop"}
	for i := range 400 {
		p.Steps = append(p.Steps, step(addr("sshKey", fmt.Sprint(strings.Repeat("k", i+1))), "register", "registerSSHKeyPair", "register"))
	}
	if _, ok := draw(p); ok {
		t.Error("400 boxes are drawn")
	}
	page := write(t, HTML, []*Result{{Command: "plan", Stack: "shop", Plan: p}})
	if !strings.Contains(page, "400 steps are too many to draw") || slices.Contains(strings.Fields(page), "<svg") {
		t.Error("the page does not say so")
	}
}
