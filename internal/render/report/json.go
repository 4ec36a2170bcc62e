package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
)

// writeJSON writes results as objects in the public form of a plan, followed by
// what else there is to say. A drift, which may be of many stacks, takes one line a
// stack; all else is indented. What validate found has a form of its own.
func writeJSON(w io.Writer, results []*Result, _ About) error {
	if len(results) > 0 && results[0].Command == Validate {
		return writeValidity(w, results)
	}
	for _, r := range results {
		line, err := r.object()
		if err != nil {
			return err
		}
		if r.Drift == nil && len(results) == 1 {
			var b bytes.Buffer
			if err := json.Indent(&b, line, "", "  "); err != nil {
				return err
			}
			line = b.Bytes()
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// jsonRest is what an object has beside the public form of its plan.
type jsonRest struct {
	// Version and Stack are here only where there is no plan.
	Version int             `json:"version,omitempty"`
	Stack   string          `json:"stack,omitempty"`
	Run     *jsonRun        `json:"run,omitempty"`
	Unmet   []jsonUnmet     `json:"unmet,omitempty"`
	Errors  []jsonComplaint `json:"errors,omitempty"`
}

type jsonRun struct {
	ID       string              `json:"id"`
	Ending   apply.Ending        `json:"ending"`
	Counts   map[apply.Phase]int `json:"counts"`
	Seconds  float64             `json:"seconds"`
	Outcomes []jsonOutcome       `json:"outcomes"`
	// Errors are of the bookkeeping, and why the run was ended.
	Errors []string `json:"errors,omitempty"`
}

type jsonOutcome struct {
	Step    string      `json:"step"`
	Address string      `json:"address"`
	Phase   apply.Phase `json:"phase"`
	Cause   string      `json:"cause,omitempty"` // the step that this one needed
	Job     string      `json:"job,omitempty"`
	Error   string      `json:"error,omitempty"`
	Seconds float64     `json:"seconds"`
}

type jsonUnmet struct {
	Address string      `json:"address"`
	Action  plan.Action `json:"action"`
	Fields  []string    `json:"fields"`
}

type jsonComplaint struct {
	Kind   string `json:"kind"` // "invalid", "refused" or "error"
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	About  string `json:"about,omitempty"`
	Text   string `json:"text"`
	Hint   string `json:"hint,omitempty"`
}

// object is the result as one JSON object.
func (r *Result) object() ([]byte, error) {
	rest := jsonRest{Run: runObject(r.Run), Unmet: unmetObjects(r.Unmet), Errors: complaintObjects(r.complaints())}
	if r.Plan == nil {
		rest.Version, rest.Stack = 1, r.name()
		return encode(rest)
	}
	form, err := encode(r.Plan)
	if err != nil {
		return nil, err
	}
	more, err := encode(rest)
	if err != nil || string(more) == "{}" {
		return form, err
	}
	form[len(form)-1] = ','
	return append(form, more[1:]...), nil
}

// encode writes a value in one line, without a line end.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

func runObject(run *apply.Report) *jsonRun {
	if run == nil {
		return nil
	}
	object := &jsonRun{ID: run.Run, Ending: run.Ending(), Counts: run.Counts(), Seconds: run.Took.Seconds(), Outcomes: []jsonOutcome{}}
	for _, o := range run.Outcomes {
		outcome := jsonOutcome{Step: o.Step.ID, Address: o.Step.Op.Address.String(), Phase: o.Phase, Cause: o.Cause, Job: o.Job, Seconds: o.Took.Seconds()}
		if o.Err != nil {
			outcome.Error = o.Err.Error()
		}
		object.Outcomes = append(object.Outcomes, outcome)
	}
	for _, err := range run.Bookkeeping {
		object.Errors = append(object.Errors, err.Error())
	}
	if run.Ended != nil {
		object.Errors = append(object.Errors, run.Ended.Error())
	}
	return object
}

func unmetObjects(changes []plan.Change) []jsonUnmet {
	var objects []jsonUnmet
	for _, row := range render.Rows(changes) {
		object := jsonUnmet{Address: row.Address, Action: row.Change.Action, Fields: []string{}}
		for _, f := range row.Fields {
			object.Fields = append(object.Fields, f.Name)
		}
		objects = append(objects, object)
	}
	return objects
}

func complaintObjects(all []complaint) []jsonComplaint {
	var objects []jsonComplaint
	for _, c := range all {
		objects = append(objects, jsonComplaint{Kind: c.rule, File: c.pos.File, Line: c.pos.Line, Column: c.pos.Column, About: c.subject, Text: c.text, Hint: c.hint})
	}
	return objects
}
