package render

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
)

// Live shows a run on a terminal: what has ended scrolls away above, and below
// it a few lines tell what runs, for how long, what waits for it and how much is
// left. It reads no input and leaves signals to the caller; size is asked anew
// for every drawing, as people resize their windows.
func Live(w io.Writer, p *plan.Plan, s Screen, size func() (width, height int)) Progress {
	l := &live{area: area{w: w}, size: size, model: newLiveModel(p, s), closing: make(chan struct{}), ended: make(chan struct{})}
	go l.redraw()
	return l
}

type live struct {
	size           func() (width, height int)
	closing, ended chan struct{}

	mu     sync.Mutex // events come while it draws
	area   area
	model  liveModel
	above  []string // what is to be written above at the next drawing
	closed bool
}

// frameTime is how often durations grow on the screen though nothing happens.
const frameTime = 100 * time.Millisecond

// redraw draws until the end.
func (l *live) redraw() {
	defer close(l.ended)
	ticks := time.NewTicker(frameTime)
	defer ticks.Stop()
	for {
		select {
		case now := <-ticks.C:
			l.mu.Lock()
			l.model.now = now
			l.model.frame++
			l.measure()
			l.area.draw(l.above, l.model.rows(), l.model.screen.Width, l.model.height)
			l.above = nil
			l.mu.Unlock()
		case <-l.closing:
			return
		}
	}
}

// measure takes in how large the terminal is now; one that can't be measured is
// as it was.
func (l *live) measure() {
	if width, height := l.size(); width > 0 && height > 0 {
		l.model.screen.Width, l.model.height = width, height
	}
}

func (l *live) Event(e apply.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if head, text := l.model.see(e); text != "" {
		l.above = append(l.above, strings.Split(strings.TrimRight(hang(head, text, l.model.screen), "\n"), "\n")...)
	}
}

func (l *live) Close() {
	close(l.closing)
	<-l.ended
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.measure()
	l.area.close(l.above, l.model.screen.Width, l.model.height)
}

// liveModel is what is on the screen.
type liveModel struct {
	run    *run
	screen Screen
	height int // rows of the terminal
	in     ink
	frame  int
	began  time.Time
	now    time.Time
	// stopped is set once the run was interrupted: nothing more is started.
	stopped bool
}

func newLiveModel(p *plan.Plan, s Screen) liveModel {
	return liveModel{run: newRun(p), screen: s, height: 24, in: newInk(s)}
}

// see takes in an event and returns the line that scrolls away for it.
func (m *liveModel) see(e apply.Event) (head, text string) {
	if m.began.IsZero() {
		m.began = e.At
	}
	if e.At.After(m.now) {
		m.now = e.At
	}
	m.stopped = m.stopped || interruption(e)
	return eventLine(m.run, e, m.in)
}

const (
	maxRunning = 12 // rows for what runs
	maxBlocked = 3  // rows for what waits
)

// column0 precedes whatever may be drawn first: the terminal echoes an interrupt
// as "^C" and leaves the cursor behind it.
const column0 = "\r"

// spinner turns, so that one sees that the program lives.
var spinner = [...]string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// rows are the area as it is to be drawn.
func (m *liveModel) rows() []string {
	var rows []string
	row := func(text string) { rows = append(rows, fit(text, 0, m.screen)) }
	wrapped := func(text string) {
		rows = append(rows, strings.Split(strings.TrimSuffix(hang("", text, m.screen), "\n"), "\n")...)
	}

	running := m.run.running()
	room := max(1, min(maxRunning, m.height-maxBlocked-4))
	if m.stopped {
		room = max(1, room-2)
	}
	for i, s := range running {
		if i == room {
			row(fmt.Sprintf("  … and %d more", len(running)-room))
			break
		}
		at := m.run.at[s.ID]
		text := fmt.Sprintf("%s %5s  %s", m.in.warn.Render(spinner[m.frame%len(spinner)]), since(at, m.now), m.named(stepText(s), ": "))
		if at.phase == apply.Submitted && at.job != "" {
			text += m.in.dim.Render("  job " + clean(at.job))
		}
		row(text)
	}
	waiting, blockers := m.run.blocked(maxBlocked)
	for i, s := range waiting {
		row(m.in.dim.Render(strings.Repeat(" ", beforeStep) + m.named(clean(s.Op.Address.String())+" waits for "+clean(blockers[i].Op.Address.String()), " waits for ")))
	}
	if m.stopped {
		wrapped(m.in.warn.Render(interruptedText))
	}
	status, clock := m.status(len(running)), m.clock()
	if m.screen.Width > 0 && ansi.StringWidth(status+clock) > m.screen.Width {
		wrapped(m.in.bold.Render(status))
		row(m.in.dim.Render(strings.TrimSpace(clock)))
	} else {
		row(m.in.bold.Render(status) + m.in.dim.Render(clock))
	}
	return rows
}

// beforeStep is how many columns stand before a step that runs.
const beforeStep = 9

// named shortens the name that a row begins with where the row is too wide, so
// that what follows it is seen, and the name's end, by which names differ.
func (m *liveModel) named(text, behind string) string {
	over := lipgloss.Width(text) + beforeStep - m.screen.Width
	if m.screen.Width == 0 || over <= 0 {
		return text
	}
	name, rest, _ := strings.Cut(text, behind)
	return middle(name, max(minText, lipgloss.Width(name)-over)) + behind + rest
}

// status counts the steps.
func (m *liveModel) status(running int) string {
	total := len(m.run.steps)
	begun := m.run.ended - m.run.dropped
	text := fmt.Sprintf("%d of %s", begun, count(total, "step"))
	var not []string
	if m.run.failed > 0 {
		not = append(not, fmt.Sprintf("%d failed", m.run.failed))
	}
	over := m.run.ended == total
	if m.run.dropped > 0 && (over || !m.stopped) {
		not = append(not, fmt.Sprintf("%d not started", m.run.dropped))
	}
	if len(not) > 0 {
		text += " (" + strings.Join(not, ", ") + ")"
	}
	switch {
	case over:
		return text + ", writing tags and notes"
	case m.stopped:
		return text + fmt.Sprintf(", %d running, %d not started", running, total-begun-running)
	default:
		return text + fmt.Sprintf(", %d running, %d to go", running, total-m.run.ended-running)
	}
}

// clock tells how long the run has taken and about how long it will.
func (m *liveModel) clock() string {
	if m.began.IsZero() {
		return ""
	}
	text := "  " + took(m.now.Sub(m.began))
	if !m.stopped && m.run.ended < len(m.run.steps) {
		text += ", " + about(m.run.remaining(m.now)) + " left"
	}
	return text
}
