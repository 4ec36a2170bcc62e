package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// world is a small cloud with a state, and a planner for one stack in it: two
// kinds whose names are unique (group, key), one that can't be tagged (key),
// one that is chosen from a stock (ip), and machines, of which one is to be
// scaled, which needs an outage.
type world struct {
	*fakeCloud
	things []*thing
}

type thing struct {
	address                provider.Address
	id                     string
	rules, scaled, stopped bool
}

func newWorld() *world {
	w := &world{fakeCloud: newCloud()}
	old := provider.Address{Kind: "vm", Name: "old"}
	w.things = append(w.things, &thing{address: old, id: "vm/old#0"})
	w.tags["vm vm/old#0"] = map[string]string{provider.TagStack: "shop", provider.TagSpec: "0"}
	w.fakeCloud.effect = w.carryOut
	w.fakeCloud.prepare = func(op provider.Op) (string, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if op.Kind == "ip" && w.find(op.Address) == nil {
			return "free-1", nil
		}
		return "", nil
	}
	for _, job := range []string{"vm/web create", "vm/old stop", "vm/old start", "ip/front create"} {
		w.script[job] = behaviour{takes: 3 * time.Second}
	}
	return w
}

func (w *world) find(a provider.Address) *thing {
	for _, t := range w.things {
		if t.address == a {
			return t
		}
	}
	return nil
}

// carryOut does what a command says. Nothing keeps it from making a machine
// twice.
func (w *world) carryOut(op provider.Op) string {
	if op.Name == "create" {
		id := op.ID
		if id == "" {
			id = fmt.Sprintf("%s#%d", op.Address, len(w.idsOf(op.Address))+1)
		}
		w.things = append(w.things, &thing{address: op.Address, id: id})
		return id
	}
	t := w.find(op.Address)
	switch op.Name {
	case "rule":
		t.rules = true
	case "stop":
		t.stopped = true
	case "scale":
		t.scaled = true
	case "start":
		t.stopped = false
	}
	return t.id
}

func (w *world) idsOf(a provider.Address) []string {
	var ids []string
	for _, t := range w.things {
		if t.address == a {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// apply is what the command does: lease, settle, plan, run, release.
func (w *world) apply(t *testing.T, cloud provider.Cloud, run string) error {
	t.Helper()
	return w.applyUntil(t.Context(), t, cloud, run)
}

// applyUntil is apply, but that ctx may end. The lease is given back all the
// same.
func (w *world) applyUntil(ctx context.Context, t *testing.T, cloud provider.Cloud, run string) error {
	t.Helper()
	dead := func(Holder) bool { return false }
	l, err := Acquire(ctx, cloud, "shop", Holder{Run: run, Host: "here"}, LeaseOptions{Alive: dead})
	if err != nil {
		return err
	}
	err = Settle(ctx, cloud, l, SettleOptions{})
	if err == nil {
		err = Run(ctx, cloud, w.plan(t), Options{Run: run, Lease: l}).Err()
	}
	return errors.Join(err, l.Release(t.Context()))
}

// plan compares the state with what is wanted, by the rules of ownership: a
// thing is ours by its tag, or by its marker while its note is open.
func (w *world) plan(t *testing.T) *plan.Plan {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &plan.Plan{Stack: "shop", IDs: map[provider.Address]string{}}
	anchor := w.anchors["shop"].Tags
	for _, name := range []string{"group/web", "key/ops", "ip/front", "vm/web", "vm/old"} {
		a := step(name + " create").Op.Address
		live := w.find(a)
		note, noted := anchor[provider.NoteKey(provider.TagNote, a)]
		m := plan.Mark{Address: a, TagType: a.Kind, Want: map[string]string{provider.TagStack: "shop", provider.TagSpec: "1"}}
		own := provider.NoteKey(provider.TagOwn, a)
		if a.Kind == "key" || a.Kind == "ip" {
			m.NotesWant = map[string]string{own: "%id%"}
		}
		if a.Kind == "key" {
			m.TagType, m.Want = "", nil
		}
		if noted {
			m.NotesHave = map[string]string{provider.NoteKey(provider.TagNote, a): note}
		}
		if live == nil {
			p.Steps = append(p.Steps, step(name+" create"))
		} else {
			p.IDs[a], m.ID = live.id, live.id
			tags := w.tagged(a.Kind, live.id)
			if !noted && tags[provider.TagStack] == "" && anchor[own] == "" {
				t.Errorf("%s is nobody's", live.id)
			}
			delete(m.Want, provider.TagStack)
			if tags[provider.TagStack] == "" && m.TagType != "" {
				m.Want[provider.TagStack] = "shop"
			}
			if spec := tags[provider.TagSpec]; spec == "1" {
				delete(m.Want, provider.TagSpec)
			} else if spec != "" {
				m.Have = map[string]string{provider.TagSpec: spec}
			}
			if anchor[own] == live.id {
				m.NotesWant = nil
			}
		}
		var chain []string
		switch {
		case a.Kind == "group" && (live == nil || !live.rules):
			chain = []string{"rule"}
		case a.Name == "old" && !live.scaled:
			chain = []string{"stop", "scale", "start"}
		case a.Name == "old" && live.stopped:
			chain = []string{"start"}
			if anchor[provider.NoteKey(provider.TagOutage, a)] == "" {
				t.Errorf("%s is stopped, and no note says why", live.id)
			}
		}
		for _, op := range chain {
			s := step(name + " " + op)
			if n := len(p.Steps); n > 0 && p.Steps[n-1].Op.Address == a {
				s.Needs = []string{p.Steps[n-1].ID}
			}
			p.Steps = append(p.Steps, s)
		}
		if run, open := anchor[provider.NoteKey(provider.TagOutage, a)]; open {
			if m.NotesHave == nil {
				m.NotesHave = map[string]string{}
			}
			m.NotesHave[provider.NoteKey(provider.TagOutage, a)] = run
		}
		p.Marks = append(p.Marks, m)
	}
	return p
}

// String is the whole state, everybody's.
func (w *world) String() string {
	var lines []string
	for _, t := range w.things {
		words := []string{t.address.String(), "id=" + t.id}
		for word, is := range map[string]bool{"rules": t.rules, "scaled": t.scaled} {
			if is {
				words = append(words, word)
			}
		}
		words = append(words, map[bool]string{true: "stopped", false: "running"}[t.stopped], fmt.Sprint(w.tags[t.address.Kind+" "+t.id]))
		if w.tags[t.address.Kind+" "+t.id] == nil {
			words[len(words)-1] = "map[]"
		}
		lines = append(lines, strings.Join(words, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + fmt.Sprintf("\nanchor %v\n", w.anchors["shop"].Tags)
}
