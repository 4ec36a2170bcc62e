package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
)

// writeEvents writes results as a stream of JSON objects, one a line: of each
// stack what began, every change, every event of the run, and the end. Steps and
// the end of a run have the form of --json-events. Readers ignore types and fields
// that they do not know.
func writeEvents(w io.Writer, results []*Result, _ About) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, r := range results {
		if err := r.stream(w, enc); err != nil {
			return err
		}
	}
	return nil
}

// jsonLine is the wire form of what begins a stack and, where nothing was run, of
// what ends it.
type jsonLine struct {
	Version int             `json:"version"`
	Type    string          `json:"type"` // "begin" or "end"
	Time    time.Time       `json:"time"`
	Command string          `json:"command,omitempty"`
	Stack   string          `json:"stack"`
	Summary *plan.Summary   `json:"summary,omitempty"`
	Drifted *int            `json:"drifted,omitempty"`
	Errors  []jsonComplaint `json:"errors,omitempty"`
	Seconds float64         `json:"seconds,omitempty"`
}

// jsonChange is the wire form of a change; what the old and new values are stands
// in the JSON report.
type jsonChange struct {
	Version int         `json:"version"`
	Type    string      `json:"type"` // "change"
	Stack   string      `json:"stack"`
	Address string      `json:"address"`
	Action  plan.Action `json:"action"`
	Impact  plan.Impact `json:"impact"`
	Cause   plan.Cause  `json:"cause"`
	Reason  string      `json:"reason"`
	Fields  []string    `json:"fields"`
}

func (r *Result) stream(w io.Writer, enc *json.Encoder) error {
	begin := jsonLine{Version: 1, Type: "begin", Time: r.Began.UTC(), Command: r.Command, Stack: r.name()}
	if r.Plan != nil {
		n := r.Plan.Summary()
		begin.Summary = &n
	}
	if err := enc.Encode(begin); err != nil {
		return err
	}
	if r.Plan != nil {
		for _, c := range r.Plan.Changes {
			line := jsonChange{Version: 1, Type: "change", Stack: r.name(), Address: c.Address.String(), Action: c.Action, Impact: c.Impact, Cause: c.Cause, Reason: c.Reason, Fields: []string{}}
			for _, f := range c.Fields {
				line.Fields = append(line.Fields, f.Name)
			}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		progress := render.JSONLines(w, r.Plan)
		for _, e := range r.Events {
			progress.Event(e)
		}
		progress.Close()
	}
	if r.Run != nil {
		if err := render.JSONReport(w, r.Run); err != nil {
			return err
		}
	}
	end := jsonLine{Version: 1, Type: "end", Time: r.Began.Add(r.Took).UTC(), Stack: r.name(), Errors: complaintObjects(r.complaints()), Seconds: r.Took.Seconds()}
	if r.Drift != nil {
		n := len(r.Drift.Drifted)
		end.Drifted = &n
	}
	if r.Run != nil && len(end.Errors) == 0 {
		return nil
	}
	return enc.Encode(end)
}
