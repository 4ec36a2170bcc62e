package plan

import (
	"encoding/json"

	"github.com/trueup/trueup/provider"
)

// formatVersion is that of the plan's JSON form.
const formatVersion = 1

// Summary counts what a plan does.
type Summary struct {
	Create    int `json:"create"`
	Update    int `json:"update"`
	Replace   int `json:"replace"`
	Reinstall int `json:"reinstall"`
	Delete    int `json:"delete"`
	Adopt     int `json:"adopt"`
	Rename    int `json:"rename"`
	Forget    int `json:"forget"`
	// Restarts are outages of machines that run, BookkeepingCalls an estimate
	// of the calls that write tags and notes.
	Restarts         int `json:"restarts"`
	BookkeepingCalls int `json:"bookkeepingCalls"`
	// Calls change something, bookkeeping included; Seconds is what the plan
	// takes at least: see [Plan.Estimate].
	Calls   int `json:"calls"`
	Seconds int `json:"seconds"`
}

// Summary counts the plan's changes.
func (p *Plan) Summary() Summary {
	if p.summary != nil {
		return *p.summary
	}
	var s Summary
	for _, c := range p.Changes {
		switch c.Action {
		case Create:
			s.Create++
		case Update:
			s.Update++
		case Recreate:
			s.Replace++
		case Reinstall:
			s.Reinstall++
		case Delete:
			s.Delete++
		case Adopt:
			s.Adopt++
		case Rename:
			s.Rename++
		case Forget:
			s.Forget++
		}
	}
	for _, step := range p.Steps {
		if step.Stops {
			s.Restarts++
		}
	}
	s.BookkeepingCalls = p.bookkeepingCalls()
	estimate := p.Estimate()
	s.Calls, s.Seconds = estimate.Calls, (estimate.Milliseconds+999)/1000
	return s
}

// notesPerCall is how many notes one call writes.
const notesPerCall = 100

// bookkeepingCalls counts the calls that the marks take if equal tags go in one
// call, and notes many at a time.
func (p *Plan) bookkeepingCalls() int {
	tags := map[string]bool{}
	var notes, creates, outages int
	for _, m := range p.Marks {
		if len(m.Have) > 0 {
			tags["-"+m.TagType+provider.Format(m.Have)] = true
		}
		if len(m.Want) > 0 {
			tags["+"+m.TagType+provider.Format(m.Want)] = true
		}
		notes += len(m.NotesHave) + len(m.NotesWant)
	}
	for _, s := range p.Steps {
		if s.Creates {
			creates++
		}
		if s.Stops {
			outages++
		}
	}
	perCall := func(n int) int { return (n + notesPerCall - 1) / notesPerCall }
	// What is begun is noted before, and the note goes after.
	return len(tags) + perCall(notes) + 2*perCall(creates) + 2*perCall(outages)
}

// MarshalJSON writes the plan in its public form, without secrets and content.
func (p *Plan) MarshalJSON() ([]byte, error) { return json.Marshal(p.form()) }

// form is the plan's public form.
func (p *Plan) form() planJSON {
	form := planJSON{Version: formatVersion, Stack: p.Stack, Summary: p.Summary(), Changes: []changeJSON{}, Steps: []stepJSON{}}
	for _, c := range p.Changes {
		change := changeJSON{Address: c.Address, Action: c.Action, Impact: c.Impact, Cause: c.Cause, Reason: c.Reason, Fields: []fieldJSON{}, Last: c.Last}
		for _, f := range c.Fields {
			change.Fields = append(change.Fields, fieldJSON{f.Name, f.text(f.Old), f.text(f.New)})
		}
		form.Changes = append(form.Changes, change)
	}
	for _, s := range p.Steps {
		needs := s.Needs
		if needs == nil {
			needs = []string{}
		}
		form.Steps = append(form.Steps, stepJSON{s.ID, s.Op.Address, needs, s.Command})
	}
	return form
}

// text is a value's text, nil where there is none.
func (f FieldChange) text(v provider.Value) *string {
	if v == nil {
		return nil
	}
	text := f.Text(v)
	return &text
}

// Text is the text of the field's old or new value for people, without what is
// secret.
func (f FieldChange) Text(v provider.Value) string {
	if f.Secret && v != nil {
		return "(hidden)"
	}
	return provider.Format(v)
}

type planJSON struct {
	Version int          `json:"version"`
	Stack   string       `json:"stack"`
	Summary Summary      `json:"summary"`
	Changes []changeJSON `json:"changes"`
	Steps   []stepJSON   `json:"steps"`
}

type changeJSON struct {
	Address provider.Address `json:"address"`
	Action  Action           `json:"action"`
	Impact  Impact           `json:"impact"`
	Cause   Cause            `json:"cause"`
	Reason  string           `json:"reason"`
	Fields  []fieldJSON      `json:"fields"`
	Last    provider.Event   `json:"last,omitzero"`
}

type fieldJSON struct {
	Name string  `json:"name"`
	Old  *string `json:"old"`
	New  *string `json:"new"`
}

type stepJSON struct {
	ID      string           `json:"id"`
	Address provider.Address `json:"address"`
	Needs   []string         `json:"needs"`
	Command string           `json:"command"`
}
