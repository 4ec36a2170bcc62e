package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
)

// maxComment is how long a comment on GitHub may be, in characters. Bytes are
// counted, which are never fewer.
const maxComment = 65536

// detail says how much of a result Markdown tells.
type detail int

const (
	detailFull    detail = iota
	detailNoGraph        // without the picture of the steps
	detailCreates        // creations by name
	detailChanges        // changes in place by name, no notes
	detailLosses         // all by name
	detailCounts         // what is lost by name, all else counted
)

// writeMarkdown writes a comment for a pull request. Where it would be too long it
// drops details until it fits: first those of what is made, never what is deleted.
func writeMarkdown(w io.Writer, results []*Result, about About) error {
	var text string
	for d := detailFull; d <= detailCounts; d++ {
		if text = markdown(results, about, d); len(text) <= maxComment {
			break
		}
	}
	_, err := io.WriteString(w, text)
	return err
}

func markdown(results []*Result, about About, d detail) string {
	m := &markdownText{detail: d}
	for _, r := range results {
		m.result(r)
	}
	if d > detailFull {
		m.line("Shortened to fit into a comment: the log and the other reports have the rest.", "")
	}
	footer := "trueup " + about.Version
	if about.CI != "" {
		footer += " · [CI run](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E").Replace(about.CI) + ")"
	}
	m.line("<sub>" + footer + "</sub>")
	return m.b.String()
}

// Marker is what a pipeline finds its own comment about a stack by, to bring it up
// to date rather than write another. It stands in the first line of what is said of
// the stack, and shows nowhere.
func Marker(stack string) string {
	return "<!-- trueup:" + strings.Map(func(r rune) rune {
		if r == '<' || r == '>' { // a path may have what ends a comment
			return '_'
		}
		return r
	}, stack) + " -->"
}

type markdownText struct {
	b      strings.Builder
	detail detail
}

func (m *markdownText) line(lines ...string) {
	for _, l := range lines {
		m.b.WriteString(l + "\n")
	}
}

func (m *markdownText) result(r *Result) {
	m.line(Marker(r.name()), "### trueup "+r.Command+" "+codeSpan(r.name()), "")
	if r.Simulated {
		m.line("> [!NOTE]", "> **Simulated.** This was planned against trueup's simulator: what lives in the real cloud was not looked at.", "")
	}
	m.line("**"+r.headline()+"**", "")
	m.complaints(r)
	m.run(r)
	if len(r.Unmet) > 0 {
		m.section("Accepted but not done: "+fmt.Sprint(len(r.Unmet)), render.UnmetRows(r.Unmet), false, true)
	}
	switch {
	case r.Drift != nil:
		if len(r.Drift.Drifted) > 0 && m.detail < detailLosses {
			m.line("What the cloud has stands behind −, or before →, and what it should have behind + or →.", "")
		}
		m.section("Drift: "+fmt.Sprint(len(r.Drift.Drifted)), r.changes(), false, m.detail < detailLosses)
		m.section("Not applied yet: "+fmt.Sprint(len(r.Drift.Pending))+" (the file changed; this is no drift)", r.pending(), true, m.detail < detailChanges)
	default:
		if r.Run != nil {
			m.line("**Plan:** "+render.PlanLine(r.Plan), "")
		}
		m.changes(r)
	}
	m.notes(r)
	m.graph(r)
}

func (m *markdownText) complaints(r *Result) {
	var lines []string
	for _, c := range r.complaints() {
		head := c.rule + ": "
		if place := render.Clean(c.pos.String()); place != "" {
			head = place + ": " + head
		}
		lines = append(lines, strings.Split(strings.ReplaceAll(head+c.sentence(), "\n", "\n  "), "\n")...)
	}
	m.fence("text", lines)
}

// run tells of the steps that did not succeed.
func (m *markdownText) run(r *Result) {
	if r.Run == nil {
		return
	}
	var lines []string
	for _, e := range render.EndedRows(r.Run) {
		if m.detail == detailCounts && e.Outcome.Phase == apply.NotStarted {
			continue
		}
		lines = append(lines, fmt.Sprintf("%-11s  %s", e.Outcome.Phase, e.Step))
		if m.detail < detailLosses {
			for _, why := range e.Why {
				lines = append(lines, strings.Repeat(" ", 13)+why)
			}
		}
	}
	m.fence("text", lines)
}

// group is a part of the changes, by what they cost.
type group struct {
	title string
	rows  []render.Row
	keep  bool   // it is not folded away
	until detail // the details from which on only names are told
}

// groups sorts changes by what they cost, what hurts first.
func groups(rows []render.Row) []group {
	all := []group{
		{title: "Destructive", keep: true, until: detailLosses},
		{title: "Stops", until: detailLosses},
		{title: "Restarts", until: detailLosses},
		{title: "Changes in place", until: detailChanges},
		{title: "Creations", until: detailCreates},
	}
	for _, row := range rows {
		i := 3
		switch {
		case row.Destructive:
			i = 0
		case row.Change.Impact == plan.Stop:
			i = 1
		case row.Change.Impact == plan.Restart:
			i = 2
		case row.Change.Action == plan.Create:
			i = 4
		}
		all[i].rows = append(all[i].rows, row)
	}
	return all
}

func (m *markdownText) changes(r *Result) {
	for _, g := range groups(r.changes()) {
		title := fmt.Sprintf("%s: %d", g.title, len(g.rows))
		switch {
		case len(g.rows) == 0:
		case m.detail < detailCounts:
			m.section(title, g.rows, !g.keep, m.detail < g.until)
		case g.keep:
			m.names(title, g.rows)
		default:
			m.line(title+".", "")
		}
	}
}

// section writes changes as a difference, folded away or not, with their fields or
// without.
func (m *markdownText) section(title string, rows []render.Row, folded, fields bool) {
	if len(rows) == 0 {
		return
	}
	if folded {
		m.line("<details><summary>"+title+"</summary>", "")
	} else {
		m.line("#### "+title, "")
	}
	width := 0
	for _, row := range rows {
		width = max(width, min(len(row.Address), 32))
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s %-9s  %-*s  %s", diffSign(row), row.Verb, width, row.Address, row.Remark), " "))
		for _, f := range row.Fields {
			for _, l := range f.Lines {
				if fields {
					lines = append(lines, diffLine(f.Name, l))
				}
			}
		}
	}
	m.fence("diff", lines)
	if folded {
		m.line("</details>", "")
	}
}

// diffSign is what colours the line of a change in a difference.
func diffSign(row render.Row) string {
	drift := row.Verb == "drift" || row.Verb == "unmet"
	switch {
	case row.Destructive, drift && row.Change.Action == plan.Create:
		return "-"
	case drift:
		return "!"
	case row.Change.Action == plan.Create:
		return "+"
	case row.Change.Impact == plan.Restart, row.Change.Impact == plan.Stop:
		return "!"
	default:
		return "~"
	}
}

// diffLine writes a field's line; its sign stands first, as in any difference.
func diffLine(name string, l render.Line) string {
	sign, text := " ", l.Text
	if l.Sign != "" {
		sign = l.Sign
	}
	if l.Next != "" {
		text += " → " + l.Next
	}
	return fmt.Sprintf("%s     %-14s  %s", sign, name, text)
}

// names writes changes by verb, as short as can be.
func (m *markdownText) names(title string, rows []render.Row) {
	m.line("#### "+title, "")
	byVerb := map[string][]string{}
	var verbs []string
	for _, row := range rows {
		if byVerb[row.Verb] == nil {
			verbs = append(verbs, row.Verb)
		}
		byVerb[row.Verb] = append(byVerb[row.Verb], row.Address)
	}
	var lines []string
	for _, v := range verbs {
		lines = append(lines, "- "+v+" "+strings.Join(ranges(byVerb[v]), " "))
	}
	m.fence("diff", lines)
}

func (m *markdownText) notes(r *Result) {
	if m.detail >= detailChanges || len(r.notes()) == 0 {
		return
	}
	var lines []string
	for _, n := range r.notes() {
		lines = append(lines, noteText(n))
	}
	m.line(fmt.Sprintf("<details><summary>Notes: %d</summary>", len(lines)), "")
	m.fence("text", lines)
	m.line("</details>", "")
}

// noteText writes a note with what it is about and its place.
func noteText(n plan.Note) string {
	text := render.Clean(n.Text)
	if n.Pos.Line > 0 {
		text += " (" + render.Clean(n.Pos.String()) + ")"
	}
	if n.Address.Kind != "" {
		text = render.Clean(n.Address.String()) + ": " + text
	}
	return text
}

// maxDrawn is how many steps a reader can follow in the picture.
const maxDrawn = 60

func (m *markdownText) graph(r *Result) {
	if m.detail >= detailNoGraph || r.Drift != nil || r.Plan == nil || len(r.Plan.Steps) < 2 || len(r.Plan.Steps) > maxDrawn {
		return
	}
	m.line(fmt.Sprintf("<details><summary>Order of the %d steps</summary>", len(r.Plan.Steps)), "")
	m.fence("mermaid", strings.Split(strings.TrimRight(render.GraphMermaid(r.Plan), "\n"), "\n"))
	m.line("</details>", "")
}

// fence writes lines as a block of code that nothing in them ends.
func (m *markdownText) fence(language string, lines []string) {
	if len(lines) == 0 {
		return
	}
	ticks := "```"
	for _, l := range lines {
		for strings.Contains(l, ticks) {
			ticks += "`"
		}
	}
	m.line(ticks + language)
	m.line(lines...)
	m.line(ticks, "")
}

// codeSpan writes a text as code.
func codeSpan(s string) string {
	ticks := "`"
	for strings.Contains(s, ticks) {
		ticks += "`"
	}
	if len(ticks) > 1 {
		return ticks + " " + s + " " + ticks
	}
	return ticks + s + ticks
}
