package report

import (
	"encoding/json"
	"io"
)

// writeGitLab writes what a merge request's widget counts: GitLab's
// artifacts:reports:terraform, which takes these three numbers from any tool
// (docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform). A
// replacement is counted in two of them. Where a stack has no plan the numbers are
// left out: the widget then says that the report could not be made, rather than
// that nothing changes.
func writeGitLab(w io.Writer, results []*Result, _ About) error {
	var n struct {
		Create int `json:"create"`
		Update int `json:"update"`
		Delete int `json:"delete"`
	}
	for _, r := range results {
		if r.Plan == nil {
			return json.NewEncoder(w).Encode(struct{}{})
		}
		s := r.Plan.Summary()
		n.Create += s.Create + s.Replace
		n.Update += s.Update + s.Reinstall + s.Adopt + s.Rename + s.Forget
		n.Delete += s.Delete + s.Replace
	}
	return json.NewEncoder(w).Encode(n)
}
