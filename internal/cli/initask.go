package cli

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// asker asks on a terminal.
type asker struct {
	*process
	ctx   context.Context
	lines *bufio.Reader
}

// mayAsk reports whether there is somebody to ask.
func (a *asker) mayAsk() bool { return terminal(a.stdin) && terminal(a.stderr) }

// shownOptions are as many as fit on a screen together with the question.
const shownOptions = 15

// pick asks for one of some options, by number, by name or by a part of a name
// that only one has.
func (a *asker) pick(what string, options []string) (string, error) {
	a.list(what, options)
	for {
		answer, err := a.ask(what + ": ")
		if err != nil {
			return "", err
		}
		if i := slices.Index(options, answer); i >= 0 {
			return options[i], nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
			return options[n-1], nil
		}
		var fit []string
		for _, o := range options {
			if answer != "" && strings.Contains(strings.ToLower(o), strings.ToLower(answer)) {
				fit = append(fit, o)
			}
		}
		switch len(fit) {
		case 1:
			return fit[0], nil
		case 0:
			a.say("There is no such %s. Type a number, a name or a part of one.\n", strings.ToLower(what))
		default:
			fmt.Fprintf(a.stderr, "That fits several:\n")
			for _, o := range fit[:min(len(fit), shownOptions)] {
				a.say("  %3d  %s\n", slices.Index(options, o)+1, o)
			}
		}
	}
}

func (a *asker) list(what string, options []string) {
	fmt.Fprintf(a.stderr, "\n%s: the cloud has %d\n", what, len(options))
	for i, o := range options[:min(len(options), shownOptions)] {
		a.say("  %3d  %s\n", i+1, o)
	}
	if more := len(options) - shownOptions; more > 0 {
		a.say("  … and %d more: type a part of the name\n", more)
	}
}

// ask reads one line. It returns early when the command is ended.
func (a *asker) ask(question string) (string, error) {
	if a.lines == nil {
		a.lines = bufio.NewReader(a.stdin)
	}
	fmt.Fprint(a.stderr, question)
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() { // nothing can end a read of a terminal but the end of the process
		text, err := a.lines.ReadString('\n')
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if l.err != nil {
			return "", fmt.Errorf("the answer to “%s” is missing: %w", strings.TrimSuffix(question, ": "), l.err)
		}
		return strings.TrimSpace(l.text), nil
	case <-a.ctx.Done():
		fmt.Fprintln(a.stderr)
		return "", context.Cause(a.ctx)
	}
}
