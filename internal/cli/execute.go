package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/plan"
)

// execute runs a plan, shows how it goes and says how it went.
func (c *change) execute(ctx context.Context, made *plan.Plan) error {
	passwords, err := openPasswords(c.passwordsTo)
	if err != nil {
		return err
	}
	var journal *journal
	if c.journals {
		journal = openJournal(c.stack.dir, c.journalBegin(made))
	}
	record := render.JSONLines(journal, made)
	progress := c.progress(made)
	c.cloud.talk.show(func(e apply.Event) {
		record.Event(e)
		progress.Event(e)
		c.found.Events = append(c.found.Events, e)
	})
	c.brake.protect(true)
	report := apply.Run(ctx, c.cloud, made, apply.Options{
		Run:      c.holder.Run,
		Parallel: c.parallel,
		Steady:   c.steady,
		Lease:    c.lease,
		Stop:     c.brake.Stop,
		Password: passwords.add,
		Observe:  c.cloud.talk.event,
	})
	c.brake.protect(false)
	c.cloud.talk.show(nil)
	progress.Close()
	c.found.Run = report
	_ = render.JSONReport(journal, report) // journal keeps its errors
	journal.close(c.beside())
	if c.jsonEvents {
		render.JSONReport(c.stdout, report)
	}
	err = passwords.close(c.beside())
	unmet, checked := c.verify(ctx, made, report)
	c.found.Unmet = unmet
	if !made.Empty() || report.Ending() != apply.Succeeded {
		fmt.Fprint(c.result, "\n"+render.Report(report, c.again(), screen(c.result, c.env)))
	}
	if len(unmet) > 0 {
		fmt.Fprint(c.result, "\n"+render.Unmet(unmet, screen(c.result, c.env)))
	}
	return errors.Join(verdict(report, len(unmet) > 0), err, checked)
}

// journalBegin is the first line of the run's journal.
func (c *change) journalBegin(made *plan.Plan) journalBegin {
	h := c.holder
	return journalBegin{Time: c.now(), Run: h.Run, Command: c.command, Stack: c.stack.Name, Who: h.Who, Host: h.Host, CI: h.CI, Steps: len(made.Steps)}
}

// progress chooses how a run is shown.
func (c *change) progress(made *plan.Plan) render.Progress {
	s := screen(c.stderr, c.env)
	switch {
	case c.jsonEvents:
		return render.JSONLines(c.stdout, made)
	case s.Live:
		return render.Live(c.stderr, made, s, func() (int, int) { return size(c.stderr) })
	default:
		return render.Lines(c.stderr, made, s)
	}
}

// again is the command to go on with, with what chose the stack, the cloud and
// the resources. A variable's value may be secret: its name stands for it.
func (c *change) again() string {
	words := []string{"trueup", c.command}
	for _, pair := range c.vars {
		name, _, _ := strings.Cut(pair, "=")
		words = append(words, "--var", name+"=…")
	}
	for _, flag := range []struct {
		name   string
		values []string
	}{
		{"--var-file", c.varFiles}, {"--cloud", given(c.cloudOptions.cloud)}, {"--profile", given(c.profile)},
		{"--target", c.targets}, {"--exclude", c.excludes},
	} {
		for _, value := range flag.values {
			words = append(words, flag.name, render.Quoted(value))
		}
	}
	return strings.Join(append(words, render.Quoted(c.stack.given)), " ")
}

// given is the value of a flag, if it was given.
func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// verdict turns the end of a run into the error that has its exit code. Its
// report has said everything.
func verdict(r *apply.Report, unmet bool) error {
	switch ending := r.Ending(); {
	case ending == apply.Interrupted && errors.Is(r.Ended, errTimeUp):
		return said(exitRunning)
	case ending == apply.Interrupted:
		return said(exitInterrupted)
	case ending == apply.Unfinished:
		return said(exitRunning)
	case ending == apply.FailedAll:
		return said(exitError)
	case ending == apply.FailedSome, unmet:
		return said(exitPartly)
	default:
		return nil
	}
}
