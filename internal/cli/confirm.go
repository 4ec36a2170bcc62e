package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// mustBeAsked refuses a change that nobody can be asked about.
func mustBeAsked(p *process, command string, yes bool) error {
	if yes || terminal(p.stdin) && terminal(p.stderr) {
		return nil
	}
	return usagef("%s asks before it changes anything, and there is no terminal to ask on: say --yes to go on without a question", command)
}

// confirm asks a question on the terminal and reports whether the answer was
// yes. It returns early when ctx is done.
func confirm(ctx context.Context, p *process, question string) (bool, error) {
	fmt.Fprintf(p.stderr, "\n%s [yes/no] ", question)
	answer := make(chan string, 1)
	go func() { // nothing can end a read of a terminal but the end of the process
		line, _ := bufio.NewReader(p.stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "yes", "y":
			return true, nil
		}
		return false, nil
	case <-ctx.Done():
		fmt.Fprintln(p.stderr)
		return false, context.Cause(ctx)
	}
}
