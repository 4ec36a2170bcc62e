package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// Names of the operations that lose data and keep the resource: a root disk, and
// what lies beyond the end of a disk that becomes smaller.
const (
	operationReinstall = "reinstall"
	operationShrink    = "shrink"
)

// What onChange may say.
const (
	onChangeIgnore    = "ignore"
	onChangeRestart   = "restart"
	onChangeReinstall = "reinstall"
	onChangeReplace   = "replace"
	onChangeShrink    = "shrink"
)

// decide finds what is to become of every row by itself.
func (p *planner) decide() {
	for _, r := range p.rows {
		switch {
		case r.kept:
			r.action = Forget
			r.because("keep: it stays as it is, and is the stack's no longer")
		case r.want == nil && r.lasts():
			p.letGo(r)
		case r.want == nil:
			r.action = Delete
		case r.live == nil:
			r.action = Create
		default:
			p.decideLive(r)
		}
	}
}

// letGo gives up a resource that lasts: what it is linked to one by one, it is
// linked to no longer.
func (p *planner) letGo(r *row) {
	r.action = Forget
	why := "no longer declared"
	if p.destroy {
		why = "the stack is destroyed"
	}
	r.because(why + ", and " + settingOnDelete + " doesn't say delete: it stays with what it holds")
	for _, f := range r.kind.Fields {
		if have := r.have[f.Name]; f.Type == provider.Links && byElement(f) && !provider.Empty(have) {
			r.diffs = append(r.diffs, diff{field: f, old: have, removed: have, cause: Pending})
		}
	}
}

func (p *planner) decideLive(r *row) {
	remarks := len(p.notes)
	for _, d := range r.compare() {
		switch p.consequence(r, d) {
		case leftAlone:
			r.ignored = append(r.ignored, d)
			continue
		case restarted:
			r.restart = true
		case reinstalled:
			d.reinstall = true
		case shrunk:
			d.shrink = true
			r.because(fmt.Sprintf("%s beyond %s is lost", holds(d.field), provider.Format(d.new)))
		case forbidden:
			d.forbidden = true
		case replaced:
			r.action = Recreate
			r.because(d.field.Name + " can only be set at creation")
		}
		r.diffs = append(r.diffs, d)
	}
	if run, open := p.anchor.outages[r.Address]; open {
		p.endOutage(r, run)
	}
	switch {
	case r.action == Recreate:
		p.notes = p.notes[:remarks] // nothing of it is left as it is
	case len(r.diffs) > 0:
		r.action = Update
	case r.adopted:
		r.action = Adopt
	case r.was != provider.Address{}:
		r.action = Rename
	}
	p.findUnready(r)
	if r.adopted {
		r.because("it lives already, and nobody owns it")
	}
	if r.was != (provider.Address{}) {
		r.because("it was " + r.was.String())
	}
}

// endOutage starts again what an earlier run stopped and left.
func (p *planner) endOutage(r *row, run string) {
	if r.power() != powerStopped || r.wantedPower() == powerStopped {
		return
	}
	r.because("run " + run + " stopped it and has not started it again")
	r.stopped = true
	for _, d := range r.diffs {
		if d.field.Name == fieldPower {
			return
		}
	}
	f, _ := r.kind.Field(fieldPower)
	f.Name = fieldPower
	r.diffs = append(r.diffs, diff{field: f, old: powerStopped, new: powerRunning, cause: Unknown})
}

// consequence is what a differing field leads to.
type consequence int

const (
	changed consequence = iota
	restarted
	reinstalled
	shrunk
	replaced
	leftAlone
	forbidden
)

// consequence follows the field's table and, where that does not allow the
// change, what the file says in onChange. Where neither does, the plan is
// refused.
func (p *planner) consequence(r *row, d diff) consequence {
	rule := r.onChange(d.field.Name)
	if d.field.Type == provider.Content && len(d.field.Modes) > 0 {
		switch rule {
		case onChangeIgnore:
			p.remark(r, d.field.Name, d.field.Name+" differs; it is left (onChange: ignore)")
			return leftAlone
		case onChangeRestart:
			return restarted
		}
	}
	switch d.field.Change {
	case provider.Fixed:
		p.remark(r, d.field.Name, fmt.Sprintf("%s is %s in the cloud and can't be changed; declared is %s",
			d.field.Name, shown(d.field, d.old), shown(d.field, d.new)))
		return leftAlone
	case provider.Replace:
		return replaced
	case provider.GrowOnly:
		if larger(d.new, d.old) {
			return changed
		}
	case provider.InPlace:
		if rule != onChangeReinstall && rule != onChangeReplace && settable(r, d.field) {
			return changed
		}
	}
	return p.permitted(r, d, rule)
}

// settable reports whether an operation changes the field of a live resource.
func settable(r *row, f provider.Field) bool {
	return f.Set != "" || f.Add != "" || f.Remove != "" || f.Name == fieldPower && r.kind.Start != ""
}

// permitted asks onChange about a change that loses something.
func (p *planner) permitted(r *row, d diff, rule string) consequence {
	canReinstall, canShrink := slices.Contains(d.field.Modes, onChangeReinstall), slices.Contains(d.field.Modes, onChangeShrink)
	switch {
	case rule == onChangeReplace:
		return replaced
	case rule == onChangeReinstall && canReinstall:
		return reinstalled
	case rule == onChangeShrink && canShrink:
		return shrunk
	}
	text := fmt.Sprintf("%s can't be changed from %s to %s on a live %s", d.field.Name, shown(d.field, d.old), shown(d.field, d.new), r.Kind)
	if d.field.Change == provider.GrowOnly {
		text = fmt.Sprintf("%s can only grow: it can't go from %s to %s", d.field.Name, shown(d.field, d.old), shown(d.field, d.new))
	}
	if p.opts.Compare {
		r.because(text)
		return forbidden
	}
	ways := []string{fmt.Sprintf("onChange: {%s: replace} allows to delete and create it anew", d.field.Name)}
	if canReinstall {
		ways = append(ways, fmt.Sprintf("onChange: {%s: reinstall} to lose its root disk and keep the rest", d.field.Name))
	}
	if canShrink {
		ways = append(ways, fmt.Sprintf("onChange: {%s: shrink} to lose what lies beyond the new end", d.field.Name))
	}
	p.refuse(Refused, r, d.field.Name, text, strings.Join(ways, ", "))
	return forbidden
}

// larger reports whether a is a larger number than b.
func larger(a, b provider.Value) bool {
	switch a := a.(type) {
	case provider.Size:
		b, ok := b.(provider.Size)
		return ok && a > b
	case int64:
		b, ok := b.(int64)
		return ok && a > b
	default:
		return false
	}
}

// holds says what is lost with a field of a resource.
func holds(f provider.Field) string { return cmp.Or(f.Holds, f.Name) }

// shown is a value's text for people, without what is secret.
func shown(f provider.Field, v provider.Value) string {
	if f.Secret && v != nil {
		return "(hidden)"
	}
	return provider.Format(v)
}
