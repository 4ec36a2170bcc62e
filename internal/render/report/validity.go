package report

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/trueup/trueup/spec"
)

// Validate is the command whose results have issues and never a plan.
const Validate = "validate"

// writeValidity writes what validate found in all stacks: whether they are valid,
// and every issue.
func writeValidity(w io.Writer, results []*Result) error {
	type object struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
		Path   string `json:"path,omitempty"`
		Text   string `json:"text"`
		Hint   string `json:"hint,omitempty"`
	}
	out := struct {
		Version int      `json:"version"`
		Valid   bool     `json:"valid"`
		Issues  []object `json:"issues"`
	}{Version: 1, Valid: true, Issues: []object{}}
	for _, r := range results {
		out.Valid = out.Valid && r.Err == nil
		var issues spec.Issues
		errors.As(r.Err, &issues)
		for _, i := range issues {
			out.Issues = append(out.Issues, object{i.Pos.File, i.Pos.Line, i.Pos.Column, i.Path, i.Text, i.Hint})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
