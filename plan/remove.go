package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
)

// addDeletion chains the operations that remove the resource. A deletion that
// was begun goes on from where it stopped.
func (p *planner) addDeletion(r *row) {
	revoked := append(p.addRevocations(r), p.addDetachments(r)...)
	var previous *node
	for _, name := range p.deletion(r) {
		n := p.step(r, name, "", nil)
		n.after(previous)
		if previous == nil {
			n.after(revoked...)
			r.nodes.begin = n
		}
		if name == r.kind.Commit {
			n.Op.LiveName = goneName(r.live)
		}
		op, _ := r.kind.Operation(name)
		for _, f := range op.Frees {
			r.nodes.free[f] = append(r.nodes.free[f], n)
		}
		previous = n
	}
	if previous == nil {
		panic(fmt.Sprintf("plan: the table of kind %s has no operation that deletes %s", r.Kind, r.Address))
	}
	previous.Ends = true
	r.nodes.gone = previous
	if r.action == Delete {
		for _, n := range r.nodes.all {
			n.Last = true
		}
	}
}

// addRevocations removes, of a resource that goes, the rules that name what
// goes as well, itself included: two groups that name each other could never be
// deleted otherwise.
func (p *planner) addRevocations(r *row) []*node {
	var made []*node
	for _, f := range r.kind.Fields {
		if f.Type != provider.Rules || f.Remove == "" {
			continue
		}
		made = append(made, p.removeElements(r, f, only(r.have[f.Name], func(ref provider.Ref) bool {
			to := p.target(ref)
			return to != nil && to.goes()
		}))...)
	}
	return made
}

// addDetachments takes from a resource that goes what others, or nobody, manage
// among what can be nested in it: that is not to go with it.
func (p *planner) addDetachments(r *row) []*node {
	var made []*node
	for _, f := range r.kind.Fields {
		if f.Type != provider.Nested || f.Remove == "" {
			continue
		}
		foreign := only(r.have[f.Name], func(ref provider.Ref) bool {
			to := p.target(ref)
			return to == nil || to.kept
		})
		for _, ref := range provider.Refs(foreign) {
			r.because(fmt.Sprintf("%s %s is not of this stack: it is detached and stays", ref.Kind, cmp.Or(ref.Live, ref.ID)))
		}
		made = append(made, p.removeElements(r, f, foreign)...)
	}
	return made
}

// deletion lists the operations that are due to remove what lives.
func (p *planner) deletion(r *row) []string {
	if r.live.Broken != "" && len(r.kind.BrokenDeletion) > 0 {
		return r.kind.BrokenDeletion
	}
	chain := r.kind.Deletion
	if r.live.Gone {
		chain = chain[slices.Index(chain, r.kind.Commit)+1:]
	}
	return filter(chain, func(name string) bool {
		if name == r.kind.Stop {
			return r.power() != powerStopped
		}
		op, _ := r.kind.Operation(name)
		return op.If == "" || !provider.Empty(r.have[op.If])
	})
}

// goneName is the name that a resource gets while it is deleted, so that its own
// name is free: at most 63 characters, the same whenever it is tried again.
func goneName(l *provider.Live) string {
	const kept = 51
	name := l.Name
	if len(name) > kept {
		name = name[:kept]
	}
	sum := sha256.Sum256([]byte(l.ID))
	return name + "-gone-" + hex.EncodeToString(sum[:3])
}
