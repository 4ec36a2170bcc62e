package report

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/spec"
)

// level says how much a finding matters, least first.
type level int

const (
	levelNote level = iota
	levelWarning
	levelError
)

// Rules sort findings. They are a promise to those who filter by them.
const (
	ruleInvalid    = "invalid"
	ruleRefused    = "refused"
	ruleError      = "error"
	ruleFailed     = "failed"
	ruleUnmet      = "unmet"
	ruleUnfinished = "unfinished"
	ruleWaiting    = "waiting"
	ruleDrift      = "drift"
	ruleLoss       = "loss"
	ruleRestart    = "restart"
	ruleChange     = "change"
	ruleNote       = "note"
)

// rule describes one of the above.
type rule struct {
	id, text string
	level    level
}

// rules in the order of what they matter, most first.
var rules = [...]rule{
	{ruleInvalid, "The stack file is not valid.", levelError},
	{ruleRefused, "A guard, a protection or the state of the cloud forbids the plan.", levelError},
	{ruleError, "The command could not do its work.", levelError},
	{ruleFailed, "The cloud refused a step, or its job failed.", levelError},
	{ruleUnmet, "The cloud accepted a change and did not make it.", levelError},
	{ruleUnfinished, "A step was not begun, or its job was still running at the end.", levelWarning},
	{ruleDrift, "The cloud differs from what was last applied.", levelWarning},
	{ruleLoss, "A resource is deleted, replaced or reinstalled: what is on it is lost.", levelWarning},
	{ruleRestart, "A machine is restarted, or stopped.", levelWarning},
	{ruleChange, "A resource is created or changed in place.", levelNote},
	{ruleWaiting, "A step waits for the cloud to expunge something.", levelNote},
	{ruleNote, "The plan leaves something alone.", levelNote},
}

func levelOf(id string) level {
	for _, r := range rules {
		if r.id == id {
			return r.level
		}
	}
	return levelNote
}

// finding is one remark on a place in a file, for services that show it there.
type finding struct {
	rule    string
	address string // of the resource, or another name of what it is about
	pos     spec.Pos
	title   string
	text    string
}

// findings are all that a result has to say, what matters most first.
func (r *Result) findings() []finding {
	var all []finding
	add := func(rule, subject, title, text string, pos spec.Pos) {
		if pos.Line == 0 {
			pos = r.Header
		}
		all = append(all, finding{rule, subject, pos, title, text})
	}
	for _, c := range r.complaints() {
		add(c.rule, c.subject, "trueup: "+c.rule, c.sentence(), c.pos)
	}
	places := r.places()
	if r.Run != nil {
		for _, e := range render.EndedRows(r.Run) {
			address := e.Outcome.Step.Op.Address
			add(phaseRule(e.Outcome.Phase), address.String(), "trueup: "+string(e.Outcome.Phase), e.Step+": "+strings.Join(e.Why, "; "), places[address])
		}
	}
	for _, row := range render.UnmetRows(r.Unmet) {
		add(ruleUnmet, row.Address, "trueup: accepted but not done", sentence(row), row.Change.Pos)
	}
	for _, row := range r.changes() {
		if r.Run == nil {
			add(r.changeRule(row), row.Address, "trueup: "+row.Verb, sentence(row), row.Change.Pos)
		}
	}
	for _, n := range r.notes() {
		text := render.Clean(n.Text)
		if n.Address != (provider.Address{}) {
			text = render.Clean(n.Address.String()) + ": " + text
		}
		add(ruleNote, n.Address.String(), "trueup: note", text, n.Pos)
	}
	return byRule(all)
}

// byRule sorts findings by how much they matter and keeps their order else.
func byRule(all []finding) []finding {
	sorted := make([]finding, 0, len(all))
	for _, r := range rules {
		for _, f := range all {
			if f.rule == r.id {
				sorted = append(sorted, f)
			}
		}
	}
	return sorted
}

// places are where the changed resources are declared.
func (r *Result) places() map[provider.Address]spec.Pos {
	places := map[provider.Address]spec.Pos{}
	if r.Plan != nil {
		for _, c := range r.Plan.Changes {
			places[c.Address] = c.Pos
		}
	}
	return places
}

func phaseRule(p apply.Phase) string {
	switch p {
	case apply.Failed:
		return ruleFailed
	case apply.Waiting:
		return ruleWaiting
	default:
		return ruleUnfinished
	}
}

func (r *Result) changeRule(row render.Row) string {
	switch {
	case r.Drift != nil:
		return ruleDrift
	case row.Destructive:
		return ruleLoss
	case row.Change.Impact == plan.Restart, row.Change.Impact == plan.Stop:
		return ruleRestart
	default:
		return ruleChange
	}
}

// sentence tells a change in one line.
func sentence(row render.Row) string {
	text := row.Address + ": " + row.Verb
	if row.Remark != "" {
		text += " (" + row.Remark + ")"
	}
	if names := fieldNames(row); names != "" && row.Change.Action != plan.Create {
		text += ": " + names
	}
	return text
}

// fieldNames lists what differs.
func fieldNames(row render.Row) string {
	var names []string
	for _, f := range row.Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// fromRoot is a file as seen from the root of the repository.
func (a About) fromRoot(file string) string {
	return path.Join(a.Dir, filepath.ToSlash(file))
}
