package render

import (
	"encoding/json"
	"io"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
)

// JSONLines shows a run as one JSON object a line on w: every event, and
// nothing else. [JSONReport] writes the last line. Readers ignore fields that
// they do not know.
func JSONLines(w io.Writer, p *plan.Plan) Progress {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &jsonProgress{enc: enc, run: newRun(p)}
}

type jsonProgress struct {
	enc *json.Encoder
	run *run
}

// jsonEvent is the wire form of an event.
type jsonEvent struct {
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
	Type    string    `json:"type"` // "step" or "run"
	Text    string    `json:"text,omitempty"`
	Step    string    `json:"step,omitempty"`
	Address string    `json:"address,omitempty"`
	Command string    `json:"command,omitempty"`
	Phase   string    `json:"phase,omitempty"`
	Job     string    `json:"job,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Error   string    `json:"error,omitempty"`
	// Seconds since the step's first event.
	Seconds float64 `json:"seconds,omitempty"`
	Ended   int     `json:"ended,omitempty"` // steps that have ended, this one included
	Steps   int     `json:"steps,omitempty"` // steps in all
}

func (j *jsonProgress) Event(e apply.Event) {
	out := jsonEvent{Version: 1, Time: e.At.UTC(), Type: "run", Text: e.Text}
	switch {
	case interruption(e):
		out.Text = interruptedText
	case e.Err != nil:
		out.Error = e.Err.Error()
	}
	if e.Step != nil {
		at := j.run.see(e)
		out.Type = "step"
		out.Step = e.Step.ID
		out.Address = e.Step.Op.Address.String()
		out.Command = e.Step.Command
		out.Phase = string(e.Phase)
		out.Job = at.job
		out.Cause = e.Cause
		out.Seconds = e.At.Sub(at.since).Seconds()
		out.Ended, out.Steps = j.run.ended, len(j.run.steps)
	}
	// A reader that went away must not stop the run.
	_ = j.enc.Encode(out)
}

func (j *jsonProgress) Close() {}

// jsonEnd is the wire form of a report.
type jsonEnd struct {
	Version int                 `json:"version"`
	Type    string              `json:"type"` // "end"
	Run     string              `json:"run"`
	Ending  apply.Ending        `json:"ending"`
	Counts  map[apply.Phase]int `json:"counts"`
	Errors  []string            `json:"errors,omitempty"` // of bookkeeping, and why the run was ended
	Seconds float64             `json:"seconds"`
}

// JSONReport writes the end of a run as one JSON object and a line end.
func JSONReport(w io.Writer, r *apply.Report) error {
	end := jsonEnd{Version: 1, Type: "end", Run: r.Run, Ending: r.Ending(), Counts: r.Counts(), Seconds: r.Took.Seconds()}
	for _, err := range r.Bookkeeping {
		end.Errors = append(end.Errors, err.Error())
	}
	if r.Ended != nil {
		end.Errors = append(end.Errors, r.Ended.Error())
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(end)
}
