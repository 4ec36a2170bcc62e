package plan

import (
	"fmt"
	"slices"

	"github.com/trueup/trueup/provider"
)

// guard refuses plans that would be regretted.
func (p *planner) guard() {
	p.guardOrigin()
	p.guardPrefix()
	p.remarkLeftRules()
	if p.opts.Compare {
		return
	}
	p.guardOccupied()
	p.guardProtected()
	p.guardAdopted()
	p.guardPolicy()
	if !p.destroy {
		p.remarkRenamed()
		p.guardOnce()
		p.guardEmpty()
		p.guardDeletes()
		p.warnOfOpenPorts()
		p.warnOfLockOut()
	}
}

// guardOrigin refuses to work on the stack of another repository.
func (p *planner) guardOrigin() {
	if p.anchor.origin == "" || p.opts.Origin == "" || p.anchor.origin == p.opts.Origin {
		return
	}
	p.problems = append(p.problems, Problem{
		Pos: p.stack.Header, Class: Refused,
		Text: fmt.Sprintf("stack %s of this cloud comes from another repository or path (origin %s, not %s)", p.stack.Name, p.anchor.origin, p.opts.Origin),
		Hint: "choose another stack name, or take it over with trueup adopt --origin if it is the same that moved",
	})
}

// guardPrefix refuses to call by other names what has been made already: to
// CloudStack a name is for good, but for a machine's. Destroying goes by the
// names that there are.
func (p *planner) guardPrefix() {
	if p.destroy || p.anchor.prefix == p.stack.Prefix {
		return
	}
	was, is := fmt.Sprintf("prefix: %q", p.anchor.prefix), fmt.Sprintf("prefix: %q", p.stack.Prefix)
	problem := Problem{
		Pos: p.stack.Header, Class: Refused,
		Text: fmt.Sprintf("what the stack has made is named with %s, and the file says %s now; names in the cloud can't follow", was, is),
		Hint: fmt.Sprintf("put %s back; or give the stack another name as well, apply that, and destroy this one", was),
	}
	if !p.owns() {
		problem.Text = fmt.Sprintf("the stack was begun with %s, and the file says %s now", was, is)
		problem.Hint = "trueup destroy, which has nothing to delete, makes the stack forget the old one"
	}
	p.problems = append(p.problems, problem)
}

// owns reports whether anything lives that is the stack's.
func (p *planner) owns() bool {
	return slices.ContainsFunc(p.rows, func(r *row) bool { return r.live != nil && !r.live.Gone })
}

// guardProtected refuses to lose what is protected, by the file or by its tag.
func (p *planner) guardProtected() {
	for _, r := range p.rows {
		if r.live == nil || r.live.Gone {
			continue
		}
		if !p.protected(r) {
			if r.live.Protected && r.goes() {
				p.refuse(Refused, r, "", "the cloud itself protects it from deletion, and not by this stack's protect", "lift that in the cloud first (deleteprotection), if nobody there needs it")
			}
			continue
		}
		what := ""
		switch {
		case r.action == Delete:
			what = "deleted"
		case r.action == Recreate:
			what = "replaced"
		case r.reinstalled():
			what = "reinstalled"
		case r.shrunk():
			what = "shrunk"
		default:
			continue
		}
		hint := "declare it with protect: false and apply that by itself first"
		if !p.destroy {
			hint += ", or leave it as it is with --exclude " + r.Address.String()
		}
		p.refuse(Refused, r, "", "it is protected and would be "+what, hint)
	}
}

// guardEmpty refuses to delete everything because nothing is declared.
func (p *planner) guardEmpty() {
	if len(p.stack.Resources) > 0 {
		return
	}
	owned := 0
	for _, r := range p.rows {
		if r.live != nil && !r.live.Gone {
			owned++
		}
	}
	if owned > 0 {
		p.problems = append(p.problems, Problem{
			Pos: p.stack.Header, Class: Refused,
			Text: fmt.Sprintf("nothing is declared, but the stack owns %d resources", owned),
			Hint: "use destroy if they are all to go",
		})
	}
}

// guardDeletes refuses to delete or replace many resources of a kind.
func (p *planner) guardDeletes() {
	have, lose := map[string]int{}, map[string]int{}
	for _, r := range p.rows {
		if r.live == nil || r.live.Gone {
			continue
		}
		have[r.Kind]++
		if r.goes() {
			lose[r.Kind]++
		}
	}
	for _, kind := range sortedKeys(lose) {
		limit := p.opts.MaxDeletes
		if limit < 0 {
			limit = max(3, have[kind]/5)
		}
		if lose[kind] > limit {
			p.problems = append(p.problems, Problem{
				Pos: p.stack.Header, Class: Refused,
				Text: fmt.Sprintf("%d of %d resources of kind %s would be deleted or replaced; at most %d may be", lose[kind], have[kind], kind, limit),
				Hint: fmt.Sprintf("--max-deletes %d allows it", lose[kind]),
			})
		}
	}
}

// remarkLeftRules tells of the rules that nobody declared and that are left in
// place because the file says so.
func (p *planner) remarkLeftRules() {
	for _, r := range p.rows {
		if r.want == nil || !r.stays() || r.exclusive() {
			continue
		}
		for _, f := range r.kind.Fields {
			want, managed := r.wanted[f.Name].([]provider.Rule)
			if !managed {
				continue
			}
			left := minus(r.have[f.Name], want)
			for _, d := range r.diffs {
				if d.field.Name == f.Name {
					left = minus(left, d.removed)
				}
			}
			rules, _ := left.([]provider.Rule)
			for _, rule := range rules {
				p.remark(r, f.Name, fmt.Sprintf("%s %s is not declared; it is left (exclusive: false)", f.Name, rule))
			}
		}
	}
}

// sensitivePorts are those that hardly anybody means to open to the world.
var sensitivePorts = []struct {
	port int
	what string
}{
	{22, "SSH"}, {1433, "SQL Server"}, {1521, "Oracle"}, {3306, "MySQL"}, {3389, "remote desktop"},
	{5432, "PostgreSQL"}, {6379, "Redis"}, {9200, "Elasticsearch"}, {11211, "memcached"}, {27017, "MongoDB"},
}

// warnOfOpenPorts remarks on rules that the plan adds and that open a port of
// administration or of a database to everybody.
func (p *planner) warnOfOpenPorts() {
	for _, r := range p.rows {
		for _, f := range r.kind.Fields {
			if f.Direction != "ingress" {
				continue
			}
			for _, rule := range r.addedRules(f) {
				if what := opens(rule); what != "" {
					p.remark(r, f.Name, fmt.Sprintf("%s %s opens %s to the world", f.Name, rule, what))
				}
			}
		}
	}
}

// addedRules are the rules of a field that the plan is going to add.
func (r *row) addedRules(f provider.Field) []provider.Rule {
	var value provider.Value
	if r.made() {
		value = r.wanted[f.Name]
	}
	if r.action == Update {
		for _, d := range r.diffs {
			if d.field.Name == f.Name {
				value = d.added
			}
		}
	}
	rules, _ := value.([]provider.Rule)
	return rules
}

func opens(rule provider.Rule) string {
	if !rule.CIDR.IsValid() || rule.CIDR.Bits() > 0 {
		return ""
	}
	if rule.Protocol == "all" {
		return "everything"
	}
	if rule.Protocol != "tcp" {
		return ""
	}
	for _, s := range sensitivePorts {
		if rule.From <= s.port && s.port <= rule.To {
			return fmt.Sprintf("%s (port %d)", s.what, s.port)
		}
	}
	return ""
}
