package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
)

// use is a field of a live resource that links to another.
type use struct {
	row   *row
	field provider.Field
}

// relinking is a link to what is replaced: given up before, made anew after.
type relinking struct {
	field string
	to    *row
}

// relink finds what replacements and deletions mean for what links to them. A
// link to what is replaced is made anew where the API can; only where it can't,
// replacement spreads, until nothing new is.
func (p *planner) relink() {
	p.users = p.findUsers()
	var queue []*row
	for _, r := range p.rows {
		if r.action == Recreate {
			queue = append(queue, r)
		}
	}
	for len(queue) > 0 {
		to := queue[0]
		queue = queue[1:]
		for _, u := range p.users[to] {
			if u.row.stays() && p.follow(u, to) {
				queue = append(queue, u.row)
			}
		}
	}
	for _, r := range p.rows {
		if r.action == Delete {
			p.freeUsers(r)
		}
		if r.stays() {
			p.mergeRelinks(r)
		}
	}
	for _, r := range p.rows {
		p.checkTargets(r)
	}
	p.remarkForeignUsers()
}

// checkTargets refuses links, by the name or id of something external, to what
// is the stack's own and is deleted.
func (p *planner) checkTargets(r *row) {
	for _, f := range r.kind.Fields {
		for _, ref := range provider.Refs(r.wanted[f.Name]) {
			if to := p.target(ref); to != nil && to.action == Delete {
				p.refuse(Mistake, r, f.Name, fmt.Sprintf("it links to %s, which this stack owns and no longer declares", to.Address),
					"declare it again, and link to it by its name")
			}
		}
	}
}

// findUsers indexes the live links between the stack's resources.
func (p *planner) findUsers() map[*row][]use {
	users := map[*row][]use{}
	for _, r := range p.rows {
		for _, f := range r.kind.Fields {
			seen := map[*row]bool{}
			for _, ref := range provider.Refs(r.have[f.Name]) {
				if to := p.target(ref); to != nil && !seen[to] {
					seen[to] = true
					users[to] = append(users[to], use{r, f})
				}
			}
		}
	}
	return users
}

// follow decides what a staying resource does about a link to what is replaced.
// It reports whether it must be replaced as well.
func (p *planner) follow(u use, to *row) bool {
	want, managed := u.row.wanted[u.field.Name]
	switch {
	case u.row.kept, u.row.action == Forget:
		return false // see remarkForeignUsers
	case managed && u.row.removes(u.field) && only(want, linksTo(to)) == nil:
		return false // it is given up anyway
	case u.field.Loose && !managed:
		return false
	case !managed && relinkable(u.field) && !p.within(u, to):
		u.row.unlink(u.field, to, fmt.Sprintf("%s leaves, to which %s links", to.Address, u.field.Name))
		return false
	case relinkable(u.field):
		u.row.relinked = append(u.row.relinked, relinking{u.field.Name, to})
		return false
	}
	reason := fmt.Sprintf("%s links to %s, which is replaced", u.field.Name, to.Address)
	if u.field.Change == provider.Replace || u.row.onChange(u.field.Name) == onChangeReplace {
		u.row.action = Recreate
		u.row.because(reason)
		return true
	}
	p.refuse(Refused, u.row, u.field.Name, reason+", and the cloud can't link it anew",
		fmt.Sprintf("onChange: {%s: replace} allows to replace it as well", u.field.Name))
	return false
}

// removes reports whether what is not declared of a managed field is removed.
func (r *row) removes(f provider.Field) bool { return f.Type != provider.Rules || r.exclusive() }

// relinkable reports whether the API can give a link up and make it anew.
func relinkable(f provider.Field) bool {
	return f.Change == provider.InPlace && (f.Set != "" || f.Add != "" && f.Remove != "")
}

// freeUsers sees to it that whatever links to a resource that is deleted lets
// go, or refuses.
func (p *planner) freeUsers(to *row) {
	for _, u := range p.users[to] {
		if !u.row.stays() || u.row.kept || u.field.Loose {
			continue
		}
		switch {
		case u.row.letsGo(u.field, to):
		case byElement(u.field) && u.field.Remove != "":
			u.row.unlink(u.field, to, fmt.Sprintf("%s goes, to which %s links", to.Address, u.field.Name))
		default:
			p.refuse(Refused, to, "", fmt.Sprintf("it must go, but %s still uses it (%s)", u.row.Address, u.field.Name),
				fmt.Sprintf("declare %s of %s without it, or declare %s again", u.field.Name, u.row.Address, to.Address))
		}
	}
}

// unlink gives up what a field that is not managed links to.
func (r *row) unlink(f provider.Field, to *row, reason string) {
	d := r.diff(f)
	d.removed = plus(d.removed, only(r.have[f.Name], linksTo(to)))
	d.cause = joinCause(d.cause, Pending)
	r.because(reason)
}

// within reports whether what is replaced comes back where the link reaches it.
func (p *planner) within(u use, to *row) bool {
	places := p.along(u.row, u.field.Within)
	for _, f := range to.kind.Fields {
		theirs := provider.Refs(to.wanted[f.Name])
		if len(places) == 0 || f.Kind != places[0].Kind || len(theirs) == 0 {
			continue
		}
		if !slices.ContainsFunc(theirs, func(ref provider.Ref) bool { return ref.String() == places[0].String() }) {
			return false
		}
	}
	return true
}

// along follows a path of links, as they are to be or else as they are.
func (p *planner) along(r *row, path string) []provider.Ref {
	name, rest, more := strings.Cut(path, ".")
	value, managed := r.wanted[name]
	if !managed {
		value = r.have[name]
	}
	refs := provider.Refs(value)
	if !more || len(refs) == 0 {
		return refs
	}
	next := p.target(refs[0])
	if next == nil {
		return nil
	}
	return p.along(next, rest)
}

// letsGo reports whether the row's own changes end the field's link.
func (r *row) letsGo(f provider.Field, to *row) bool {
	for _, d := range r.diffs {
		switch {
		case d.field.Name != f.Name || d.reinstall:
		case byElement(f):
			return only(d.removed, linksTo(to)) != nil
		default:
			return only(d.new, linksTo(to)) == nil
		}
	}
	return false
}

// mergeRelinks makes the links to replaced resources part of what differs.
func (p *planner) mergeRelinks(r *row) {
	for _, l := range r.relinked {
		f, _ := r.kind.Field(l.field)
		d := r.diff(f)
		d.removed = plus(d.removed, only(d.old, linksTo(l.to)))
		d.added = plus(d.added, only(d.new, linksTo(l.to)))
		d.cause = joinCause(d.cause, l.to.cause())
		r.because(fmt.Sprintf("%s links to %s, which is replaced", f.Name, l.to.Address))
	}
}

// diff returns the row's diff of the field, and makes an empty one, between
// what is there and what is to be there, if need be.
func (r *row) diff(f provider.Field) *diff {
	for i := range r.diffs {
		if r.diffs[i].field.Name == f.Name {
			return &r.diffs[i]
		}
	}
	d := diff{field: f, old: r.have[f.Name], new: r.have[f.Name]}
	if want, managed := r.wanted[f.Name]; managed {
		d.new = want
	}
	r.diffs = append(r.diffs, d)
	if r.action == "" {
		r.action = Update
	}
	return &r.diffs[len(r.diffs)-1]
}

func (r *row) because(reason string) { r.reasons = append(r.reasons, reason) }

// linksTo selects links to the resource of a row.
func linksTo(to *row) func(provider.Ref) bool {
	return func(ref provider.Ref) bool { return ref.Name == to.Name && ref.Kind == to.Kind }
}

// detaches reports whether a resource that goes gives up by itself what links to
// it by that field.
func detaches(kind *provider.Kind, other string, via provider.Field) bool {
	return slices.ContainsFunc(kind.Fields, func(f provider.Field) bool {
		return f.Type == provider.Nested && f.Remove != "" && f.Kind == other && f.Via == via.Name
	})
}

// remarkForeignUsers tells of what is not the stack's and links to what goes:
// the cloud may refuse to let it go.
func (p *planner) remarkForeignUsers() {
	for _, l := range p.index.lives {
		if r := p.index.rowOf[l]; l.Gone || r != nil && !r.kept {
			continue
		}
		for _, f := range p.kinds[l.Kind].Fields {
			if f.Loose {
				continue
			}
			for _, ref := range provider.Refs(l.Fields[f.Name]) {
				to := p.target(p.seen(ofKind(f, ref)))
				if to != nil && to.goes() && !detaches(to.kind, l.Kind, f) {
					p.remark(to, "", fmt.Sprintf("%s (id %s) is not of this stack and uses it: the cloud may refuse to let it go", called(l), l.ID))
				}
			}
		}
	}
}
