package render

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// Lines shows a run as plain lines on w: one for every step that has ended or that
// a failure keeps from being started, and one for every event of the run itself.
func Lines(w io.Writer, p *plan.Plan, s Screen) Progress {
	return &lineProgress{w: w, run: newRun(p), screen: s}
}

type lineProgress struct {
	w      io.Writer
	run    *run
	screen Screen
}

func (l *lineProgress) Event(e apply.Event) {
	if head, text := eventLine(l.run, e, ink{}); text != "" {
		fmt.Fprint(l.w, hang(head, text, l.screen))
	}
}

func (l *lineProgress) Close() {}

// eventLine takes in an event and writes it as a line, which may be wrapped
// behind its head. The text is empty where the event needs no line.
func eventLine(r *run, e apply.Event, in ink) (head, text string) {
	if e.Step == nil {
		return "", remarkLine(e)
	}
	at := r.see(e)
	if !e.Phase.Final() {
		if e.Text == "" {
			return "", ""
		}
		return clean(e.Step.Op.Address.String()) + ": ", remarkLine(e)
	}
	if e.Phase == apply.NotStarted && e.Cause == "" {
		return "", "" // the run was ended, and may leave hundreds: the report counts them
	}
	total := fmt.Sprint(len(r.steps))
	head = fmt.Sprintf("[%*d/%s] %s  ", len(total), r.ended-r.left, total, paintPhase(e.Phase, pad(string(e.Phase), phaseWidth), in))
	return head, strings.Join(ending(e, at), ": ")
}

// interruptedText is what a first interrupt leads to.
const interruptedText = "interrupted: nothing more is started; waiting for what runs; interrupt again to leave now"

// interruption reports whether an event is that of a first interrupt.
func interruption(e apply.Event) bool { return e.Step == nil && errors.Is(e.Err, apply.ErrStopped) }

// remarkLine is what an event says beside the phase of a step.
func remarkLine(e apply.Event) string {
	if interruption(e) {
		return interruptedText
	}
	if e.Err != nil {
		return clean(e.Text) + ": " + oneLine(e.Err)
	}
	return clean(e.Text)
}

// phaseWidth is the width of the longest final phase.
const phaseWidth = len(apply.NotStarted)

// ending says what a step did, how long it took and how it ended.
func ending(e apply.Event, at standing) []string {
	what := stepText(e.Step)
	switch e.Phase {
	case apply.Running:
		return []string{what, "job " + clean(at.job)}
	case apply.NotStarted:
		return []string{what, "needs " + clean(e.Cause)}
	}
	if e.Phase == apply.Waiting {
		return []string{what, provider.ErrHeld.Error()}
	}
	parts := []string{fmt.Sprintf("%s (%s)", what, took(e.At.Sub(at.since)))}
	if e.Err != nil {
		parts = append(parts, oneLine(e.Err))
	}
	return parts
}

// stepText names a step: whose it is and what it does, in words.
func stepText(s *plan.Step) string {
	what := s.Doc
	if what == "" {
		what = s.Command
	}
	// What an operation is about, such as one rule of many, ends the step's id.
	address := s.Op.Address.String()
	what += strings.TrimPrefix(s.ID, address+" "+s.Op.Name)
	return clean(address) + ": " + clean(what)
}

func paintPhase(p apply.Phase, text string, in ink) string {
	switch p {
	case apply.Done:
		return in.good.Render(text)
	case apply.Failed:
		return in.bad.Render(text)
	default:
		return in.warn.Render(text)
	}
}

// since is how long a step has been under way.
func since(at standing, now time.Time) string { return took(now.Sub(at.since)) }
