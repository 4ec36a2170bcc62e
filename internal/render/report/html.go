package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

//go:embed html/page.html
var htmlPage string

//go:embed html/page.css
var htmlStyle string

//go:embed html/page.js
var htmlScript string

// page is what the template is filled in with.
type page struct {
	About  About
	Title  string
	Style  template.CSS
	Script template.JS
	// Policy lets the browser run and fetch nothing but the two above.
	Policy string
	Stacks []stackView
}

// stackView is one result as the page shows it.
type stackView struct {
	*Result
	ID         string // of its part of the page, and before the ids in it
	Name       string
	Headline   string
	Mood       string // "good", "warn" or "bad"
	Counts     []countView
	Complaints []complaintView
	Ended      []render.Ended
	Sections   []sectionView
	Notes      []string
	Picture    *pictureView
	Undrawn    int // steps, where there are too many to draw
	Steps      []stepView
}

type countView struct {
	N           int
	Label, Mood string
}

type complaintView struct{ Place, Rule, Text, Hint string }

// sectionView is a group of changes.
type sectionView struct {
	Title, Mood string
	Caption     string // which values are whose; may be empty
	Open        bool   // the changes are shown with their fields
	Rows        []rowView
}

type rowView struct {
	render.Row
	ID, Mood, Place string
}

type stepView struct {
	N             int
	Text, Command string
	Needs         string
	Phase, Took   string
}

// mostOpen is how many creations are shown with their fields before a reader asks.
const mostOpen = 12

// hasAndShould explains a difference that is no change.
const hasAndShould = "Red is what the cloud has, green what it should have."

// writeHTML writes a page in one file: it fetches nothing, is read without scripts,
// and follows the reader's choice of dark or light.
func writeHTML(w io.Writer, results []*Result, about About) error {
	t, err := template.New("page").Parse(htmlPage)
	if err != nil {
		return err
	}
	p := page{About: about, Style: template.CSS(htmlStyle), Script: template.JS(htmlScript),
		Policy: fmt.Sprintf("default-src 'none'; img-src data:; style-src '%s'; script-src '%s'", digest(htmlStyle), digest(htmlScript))}
	var names []string
	for i, r := range results {
		p.Stacks = append(p.Stacks, r.view(fmt.Sprintf("s%d", i+1)))
		names = append(names, r.name())
	}
	p.Title = "trueup"
	if len(results) > 0 {
		p.Title += " " + results[0].Command + " " + strings.Join(names, ", ")
	}
	return t.Execute(w, p)
}

// digest names a text in a content security policy.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (r *Result) view(id string) stackView {
	v := stackView{Result: r, ID: id, Name: r.name(), Headline: r.headline(), Mood: r.mood()}
	for _, c := range r.complaints() {
		v.Complaints = append(v.Complaints, complaintView{render.Clean(c.pos.String()), c.rule, strings.TrimPrefix(c.subject+": "+c.text, ": "), c.hint})
	}
	if r.Run != nil {
		v.Ended = render.EndedRows(r.Run)
	}
	v.add("Accepted but not done", "bad", hasAndShould, render.UnmetRows(r.Unmet), true)
	if r.Drift != nil {
		v.add("Drift", "warn", hasAndShould, r.changes(), true)
		v.add("Not applied yet", "change", "", r.pending(), false)
	} else {
		for _, g := range groups(r.changes()) {
			v.add(g.title, map[string]string{"Destructive": "bad", "Stops": "warn", "Restarts": "warn", "Changes in place": "change", "Creations": "good"}[g.title],
				"", g.rows, g.title != "Creations" || len(g.rows) <= mostOpen)
		}
	}
	for _, n := range r.notes() {
		v.Notes = append(v.Notes, noteText(n))
	}
	for _, s := range v.Sections {
		v.Counts = append(v.Counts, countView{len(s.Rows), s.Title, s.Mood})
	}
	if r.Plan != nil && r.Drift == nil {
		v.Steps = r.steps()
		if drawn, ok := draw(r.Plan); ok {
			v.Picture = drawn.view(r, id)
		} else {
			v.Undrawn = len(r.Plan.Steps)
		}
	}
	return v
}

// mood is how the result is to be taken at a glance.
func (r *Result) mood() string {
	switch {
	case r.failed():
		return "bad"
	case r.Drift != nil && len(r.Drift.Drifted) > 0:
		return "warn"
	case r.Drift == nil && r.Run == nil && slices.ContainsFunc(r.changes(), func(row render.Row) bool { return row.Destructive }):
		return "bad"
	default:
		return "good"
	}
}

// add adds a section, unless nothing is in it. The ids of its rows are what the
// picture links to.
func (v *stackView) add(title, mood, caption string, rows []render.Row, open bool) {
	if len(rows) == 0 {
		return
	}
	s := sectionView{Title: title, Mood: mood, Caption: caption, Open: open}
	for _, row := range rows {
		place := ""
		if row.Change.Pos.Line > 0 {
			place = render.Clean(row.Change.Pos.String())
		}
		s.Rows = append(s.Rows, rowView{row, rowID(v.ID, row.Change.Address), mood, place})
	}
	v.Sections = append(v.Sections, s)
}

func rowID(stack string, a provider.Address) string { return stack + "-" + a.Kind + "-" + a.Name }

// steps are the steps of the plan in their order.
func (r *Result) steps() []stepView {
	var views []stepView
	outcomes := map[string]apply.Outcome{}
	if r.Run != nil {
		for _, o := range r.Run.Outcomes {
			outcomes[o.Step.ID] = o
		}
	}
	for i := range r.Plan.Steps {
		s := &r.Plan.Steps[i]
		v := stepView{N: i + 1, Text: render.StepText(s), Command: render.Clean(s.Command), Needs: render.Clean(strings.Join(s.Needs, ", "))}
		if s.Last && len(s.Needs) == 0 {
			v.Needs = "all that is no deletion"
		}
		if o, ok := outcomes[s.ID]; ok {
			v.Phase, v.Took = string(o.Phase), seconds(o.Took)
		}
		views = append(views, v)
	}
	return views
}

// Place is the stack's path.
func (v stackView) Place() string { return render.Clean(v.Path) }

// Stamp is when the command ended.
func (v stackView) Stamp() string {
	return v.Began.Add(v.Took).UTC().Format("2006-01-02 15:04 UTC")
}

// pictureView is a picture as the page draws it.
type pictureView struct {
	Width, Height, Divider int
	Coarse                 bool
	Boxes                  []boxView
	Edges                  []edgeView
}

type boxView struct {
	X, Y, W, H           int
	Link                 string // to the row of its first resource
	Title, Doing, Detail string
	Mood                 string
	Critical             bool
}

type edgeView struct {
	Path     string
	Critical bool
}

func (p picture) view(r *Result, id string) *pictureView {
	l := p.layout()
	v := &pictureView{Width: l.width, Height: l.height, Divider: l.divider - gapX/2, Coarse: p.coarse}
	if l.divider == 0 {
		v.Divider = 0
	}
	changes := map[provider.Address]plan.Change{}
	for _, c := range r.Plan.Changes {
		changes[c.Address] = c
	}
	phases := map[string]apply.Phase{}
	if r.Run != nil {
		for _, o := range r.Run.Outcomes {
			phases[o.Step.ID] = o.Phase
		}
	}
	for i := range p.boxes {
		b := &p.boxes[i]
		title, doing := b.title(), b.doing()
		view := boxView{X: l.x[i], Y: l.y[i], W: boxWidth, H: boxHeight, Link: "#" + rowID(id, b.addresses[0]),
			Title: shorten(title, 24), Doing: shorten(doing, 29), Detail: title + ": " + doing, Critical: b.critical,
			Mood: boxMood(changes[b.addresses[0]])}
		if phase := b.phase(phases); phase != "" {
			view.Mood = map[apply.Phase]string{apply.Done: "good", apply.Failed: "bad"}[phase]
			if view.Mood == "" {
				view.Mood = "warn"
			}
			view.Doing = shorten(string(phase)+": "+doing, 29)
			view.Detail += " (" + string(phase) + ")"
		}
		v.Boxes = append(v.Boxes, view)
	}
	for i, path := range l.edges {
		v.Edges = append(v.Edges, edgeView{path, p.boxes[l.ends[i][0]].critical && p.boxes[l.ends[i][1]].critical})
	}
	return v
}

// boxMood is the mood of the section that the change is in.
func boxMood(c plan.Change) string {
	switch {
	case c.Action == plan.Delete, c.Action == plan.Recreate, c.Action == plan.Reinstall:
		return "bad"
	case c.Impact == plan.Restart, c.Impact == plan.Stop:
		return "warn"
	case c.Action == plan.Create:
		return "good"
	default:
		return "change"
	}
}

// shorten cuts a text to a number of columns.
func shorten(s string, most int) string { return ansi.Truncate(s, most, "…") }
