package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// writeJUnit writes a test suite a stack and a test case a resource, in the form
// that Jenkins and GitLab read (Jenkins' xUnit plugin, junit-10.xsd). A resource
// passes that is as declared, or has become so. It fails where it drifted or a step
// of it failed, and is skipped where it is only planned, not begun or unfinished. An
// error is a case of the stack's own.
func writeJUnit(w io.Writer, results []*Result, _ About) error {
	all := junitSuites{Name: "trueup"}
	for _, r := range results {
		suite := r.suite()
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Stamp    string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure"`
	Error   *junitText `xml:"error"`
	Skipped *junitText `xml:"skipped"`
}

type junitText struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// suite makes the suite of one stack.
func (r *Result) suite() junitSuite {
	s := junitSuite{Name: r.Command + " " + r.name(), Time: seconds(r.Took), Stamp: r.Began.UTC().Format("2006-01-02T15:04:05")}
	add := func(c junitCase) {
		s.Tests++
		switch {
		case c.Error != nil:
			s.Errors++
		case c.Failure != nil:
			s.Failures++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	own := junitCase{Class: r.name(), Name: r.Command, Time: seconds(r.Took)}
	if all := r.complaints(); len(all) > 0 {
		var lines []string
		for _, c := range all {
			line := c.sentence()
			if place := render.Clean(c.pos.String()); place != "" {
				line = place + ": " + line
			}
			lines = append(lines, line)
		}
		own.Error = &junitText{all[0].rule, all[0].sentence(), strings.Join(lines, "\n")}
	}
	add(own)
	if r.Plan == nil {
		return s
	}
	standing := r.standings()
	for _, address := range r.resources() {
		c := junitCase{Class: r.name() + "." + address.Kind, Name: address.String(), Time: "0.000"}
		if at, ok := standing[address]; ok {
			c.Failure, c.Skipped, c.Time = at.failure, at.skipped, seconds(at.took)
		}
		add(c)
	}
	return s
}

// resources are the declared ones and those that only live, sorted.
func (r *Result) resources() []provider.Address {
	known := map[provider.Address]bool{}
	for _, a := range r.Declared {
		known[a] = true
	}
	for _, c := range r.Plan.Changes {
		known[c.Address] = true
	}
	return sortedAddresses(known)
}

// standing is how it stands with a resource that is not simply as declared.
type standing struct {
	failure, skipped *junitText
	took             time.Duration
}

func (r *Result) standings() map[provider.Address]standing {
	at := map[provider.Address]standing{}
	if r.Run == nil {
		for _, row := range append(r.pending(), r.changes()...) {
			text := &junitText{"planned", sentence(row), difference(row)}
			if r.changeRule(row) != ruleDrift || row.Change.Cause == plan.Pending {
				at[row.Change.Address] = standing{skipped: text}
				continue
			}
			text.Type = ruleDrift
			at[row.Change.Address] = standing{failure: text}
		}
		return at
	}
	for _, o := range r.Run.Outcomes {
		s := at[o.Step.Op.Address]
		s.took += o.Took
		at[o.Step.Op.Address] = s
	}
	for _, e := range render.EndedRows(r.Run) { // worst first
		s := at[e.Outcome.Step.Op.Address]
		if s.failure != nil || s.skipped != nil {
			continue
		}
		text := &junitText{phaseRule(e.Outcome.Phase), e.Step, strings.Join(e.Why, "\n")}
		if e.Outcome.Phase == apply.Failed {
			s.failure = text
		} else {
			s.skipped = text
		}
		at[e.Outcome.Step.Op.Address] = s
	}
	for _, row := range render.UnmetRows(r.Unmet) {
		s := at[row.Change.Address]
		s.failure = &junitText{ruleUnmet, "accepted but not done: " + sentence(row), difference(row)}
		at[row.Change.Address] = s
	}
	return at
}

// difference writes the differing fields as plain lines.
func difference(row render.Row) string {
	var b strings.Builder
	for _, f := range row.Fields {
		for _, l := range f.Lines {
			b.WriteString(f.Name + ": " + oneLine(l) + "\n")
		}
	}
	return b.String()
}

// oneLine writes a line of a difference with its sign and both its values.
func oneLine(l render.Line) string {
	text := l.Text
	if l.Next != "" {
		text += " → " + l.Next
	}
	if l.Sign != "" {
		text = l.Sign + " " + text
	}
	return text
}
