package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
)

// Live shows a run on a terminal: what has ended scrolls away above, and below
// it a few lines tell what runs, for how long, what waits for it and how much is
// left. It reads no input and leaves signals to the caller.
func Live(w io.Writer, p *plan.Plan, s Screen) Progress {
	program := tea.NewProgram(newLiveModel(p, s), tea.WithOutput(w), tea.WithInput(nil),
		tea.WithoutSignalHandler())
	l := &live{program: program, lines: newRun(p), screen: s, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		// What can't be drawn is told by the report at the end.
		_, _ = program.Run()
	}()
	return l
}

type live struct {
	program *tea.Program
	lines   *run // for the lines above; the model follows the run for what is below
	screen  Screen
	ended   chan struct{} // closed when the terminal is as it was
}

// Event hands over the line itself, not a command of the model's that would
// print it: those run in any order, and not all before the end.
func (l *live) Event(e apply.Event) {
	l.program.Send(e)
	if head, text := eventLine(l.lines, e, newInk(l.screen)); text != "" {
		l.program.Send(tea.Println(column0 + strings.TrimRight(hang(head, text, l.screen), "\n"))())
	}
}

func (l *live) Close() {
	l.program.Send(closing{})
	<-l.ended
}

// closing ends the drawing.
type closing struct{}

// tick redraws: durations grow though nothing happens.
type tick time.Time

const frameTime = 100 * time.Millisecond

func nextTick() tea.Cmd {
	return tea.Tick(frameTime, func(t time.Time) tea.Msg { return tick(t) })
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
	closed bool
	// stopped is set once the run was interrupted: nothing more is started.
	stopped bool
}

func newLiveModel(p *plan.Plan, s Screen) liveModel {
	return liveModel{run: newRun(p), screen: s, height: 24, in: newInk(s)}
}

func (m liveModel) Init() tea.Cmd { return nextTick() }

func (m liveModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.screen.Width, m.height = msg.Width, msg.Height
	case tick:
		m.now = time.Time(msg)
		m.frame++
		return m, nextTick()
	case apply.Event:
		if m.began.IsZero() {
			m.began = msg.At
		}
		if msg.At.After(m.now) {
			m.now = msg.At
		}
		if msg.Step != nil {
			m.run.see(msg)
		}
		m.stopped = m.stopped || interruption(msg)
	case closing:
		m.closed = true
		return m, tea.Quit
	}
	return m, nil
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

func (m liveModel) View() string {
	if m.closed {
		return ""
	}
	var b strings.Builder
	b.WriteString(column0)
	row := func(text string) { b.WriteString(fit(text, 0, m.screen) + "\n") }

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
		text := fmt.Sprintf("%s %5s  %s", m.in.warn.Render(spinner[m.frame%len(spinner)]), since(at, m.now), stepText(s))
		if at.phase == apply.Submitted && at.job != "" {
			text += m.in.dim.Render("  job " + clean(at.job))
		}
		row(text)
	}
	waiting, blockers := m.run.blocked(maxBlocked)
	for i, s := range waiting {
		row(m.in.dim.Render(fmt.Sprintf("%7s  %s waits for %s", "", clean(s.Op.Address.String()), clean(blockers[i].Op.Address.String()))))
	}
	if m.stopped {
		b.WriteString(hang("", m.in.warn.Render(interruptedText), m.screen))
	}
	status, clock := m.status(len(running)), m.clock()
	if m.screen.Width > 0 && ansi.StringWidth(status+clock) > m.screen.Width {
		row(m.in.bold.Render(status))
		row(m.in.dim.Render(strings.TrimSpace(clock)))
	} else {
		row(m.in.bold.Render(status) + m.in.dim.Render(clock))
	}
	return b.String()
}

// status counts the steps.
func (m liveModel) status(running int) string {
	total := len(m.run.steps)
	text := fmt.Sprintf("%d of %s", m.run.ended, count(total, "step"))
	if m.run.failed > 0 {
		text += fmt.Sprintf(" (%d failed)", m.run.failed)
	}
	if m.run.ended == total {
		return text + ", writing tags and notes"
	}
	left := "to go"
	if m.stopped {
		left = "not started"
	}
	return text + fmt.Sprintf(", %d running, %d %s", running, total-m.run.ended-running, left)
}

// clock tells how long the run has taken and about how long it will.
func (m liveModel) clock() string {
	if m.began.IsZero() {
		return ""
	}
	text := "  " + took(m.now.Sub(m.began))
	if !m.stopped && m.run.ended < len(m.run.steps) {
		text += ", " + about(m.run.remaining(m.now)) + " left"
	}
	return text
}
