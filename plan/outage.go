package plan

import "github.com/trueup/trueup/provider"

// addOutage stops and starts a resource around the operations that need it
// stopped, all in one outage, and brings it to the power that is wanted.
//
//	lives   | operations | wanted  | steps
//	--------+------------+---------+-------------------------------------
//	running | some       | running | stop, operations, start
//	running | some       | stopped | stop, operations
//	running | none       | stopped | stop
//	stopped | any        | running | operations, start
//	stopped | any        | stopped | operations
//	error   | any        | any     | start (deploys it again), then as if running
//
// Where nobody manages its power, or an earlier run left it stopped, it is to
// be as it was.
func (p *planner) addOutage(r *row, stopped, others []*node) {
	if r.kind.Start == "" {
		return
	}
	now, target := r.power(), p.targetPower(r)
	var heal *node
	if now == powerError && (target != "" || len(stopped) > 0) {
		heal = p.step(r, r.kind.Start, "", provider.Fields{fieldPower: powerRunning})
		for _, n := range append(stopped, others...) {
			n.after(heal)
		}
		r.nodes.heal = heal
		if r.nodes.up == nil {
			r.nodes.up = heal
		}
		now = powerRunning
		if target == "" {
			target = powerRunning
		}
	}
	var stop *node
	isDown := now == powerStopped
	if !isDown && (len(stopped) > 0 || r.restart || target == powerStopped) {
		stop = p.step(r, r.kind.Stop, "", provider.Fields{fieldPower: powerStopped})
		stop.after(heal)
		for _, n := range stopped {
			n.after(stop)
		}
		isDown = true
	}
	if !isDown || target != powerRunning {
		r.nodes.halt = stop
		return
	}
	start := p.step(r, r.kind.Start, "", provider.Fields{fieldPower: powerRunning})
	start.after(stop)
	start.after(stopped...)
	if r.restart {
		start.after(others...)
	}
	start.Starts = true
	if stop != nil {
		stop.Stops = true
	}
	r.nodes.down, r.nodes.up = stop, start
}

// targetPower is how the resource is to be once the steps are done, "" where it
// is broken and nobody says.
func (p *planner) targetPower(r *row) string {
	for _, d := range r.diffs {
		if d.field.Name == fieldPower {
			text, _ := d.new.(string)
			return text
		}
	}
	if want := r.wantedPower(); want != "" {
		return want
	}
	switch {
	case r.runs():
		return powerRunning
	case r.power() == powerStopped:
		return powerStopped
	default:
		return ""
	}
}
