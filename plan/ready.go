package plan

import (
	"maps"

	"github.com/trueup/trueup/provider"
)

// settingReady says when a resource that runs can be used: what the operation
// [provider.Kind.Ready] takes.
const settingReady = "ready"

const (
	// readyTimeout is how long the operation waits, within the setting.
	readyTimeout = "timeout"
	// probeTime is how long a look takes at most.
	probeTime = 5 * provider.Second
)

// asksReady reports whether the file says when the resource can be used, and it
// is to run.
func (r *row) asksReady() bool {
	return r.kind.Ready != "" && r.want != nil && !provider.Empty(r.wanted[settingReady]) && r.wantedPower() != powerStopped
}

// findUnready finds out which live resources may run and not be usable: an
// earlier run started them and did not see that, or somebody looked. They are
// waited for, though nothing of them differs.
func (p *planner) findUnready(r *row) {
	if p.opts.Compare || !r.asksReady() || !r.runs() {
		return
	}
	run, open := p.anchor.outages[r.Address]
	switch {
	case p.opts.Unready[r.Address] != "":
		r.unready = p.opts.Unready[r.Address]
	case open:
		r.unready = "run " + run + " started it and did not see it ready"
	case r.resumed:
		r.unready = "an earlier run made it and did not see it ready"
	default:
		return
	}
	r.because("not ready: " + r.unready)
	if r.action == "" {
		r.action = Update
	}
}

// addReady waits until the resource can be used, once it was started.
func (p *planner) addReady(r *row) {
	started := r.nodes.up
	if r.made() {
		started = r.nodes.made
	}
	r.nodes.started = started
	if !r.asksReady() || r.goes() && !r.made() || started == nil && r.unready == "" {
		return
	}
	n := p.step(r, r.kind.Ready, "", provider.Fields{settingReady: r.wanted[settingReady]})
	if r.made() {
		n.Op.ID, n.Op.LiveName = "", r.newName()
	}
	n.after(started)
	n.Starts = true
	r.nodes.up = n
}

// probe asks to look at the members of a count that run untouched, or wait for
// their turn: one that is not ready counts as down.
func (p *planner) probe(rows []*row) {
	for _, r := range rows {
		if r.asksReady() && r.stays() && r.runs() && r.unready == "" {
			asked, _ := r.wanted[settingReady].(provider.Fields)
			asked = maps.Clone(asked)
			asked[readyTimeout] = probeTime
			p.probes = append(p.probes, provider.Op{
				Kind: r.Kind, Name: r.kind.Ready, Address: r.Address, ID: r.live.ID, LiveName: r.live.Name,
				Fields: provider.Fields{settingReady: asked},
			})
		}
	}
}
