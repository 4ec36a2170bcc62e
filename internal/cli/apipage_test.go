package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// TestPageAboutAPI runs the commands of docs/api.md as they are written there.
// Of the output only the lines of the page must come, in its order; "…" stands
// for anything.
func TestPageAboutAPI(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	server, err := simulator.New(simulator.Config{Seed: 1, Latency: simulator.Latency{Job: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	service, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(service.Close(context.Background()), server.Close()); err != nil {
			t.Error(err)
		}
	})
	commands := shown(string(page))
	if len(commands) == 0 {
		t.Fatal("there is no command on the page")
	}
	user, dir := server.User(), t.TempDir()
	for _, c := range commands {
		run := exec.CommandContext(t.Context(), shell, "-c", c.line)
		run.Dir = dir
		run.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir,
			"CLOUDSTACK_ENDPOINT="+service.URL, "CLOUDSTACK_KEY="+user.Key, "CLOUDSTACK_SECRET_KEY="+user.Secret)
		out, err := run.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", c.line, err, out)
		}
		if !c.output.Match(out) {
			t.Errorf("%s does not print\n%s\nbut\n%s", c.line, c.output, out)
		}
	}
}

// shownCommand is a command of a page, and what it prints there.
type shownCommand struct {
	line   string
	output *regexp.Regexp
}

// shown are the commands in the console blocks of a page.
func shown(page string) []shownCommand {
	var all []shownCommand
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(page, -1) {
		for _, part := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			line, output, _ := strings.Cut(part, "\n")
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSuffix(output, "\n")), "…", ".*")
			all = append(all, shownCommand{line, regexp.MustCompile("(?s)^" + pattern + "\\s*$")})
		}
	}
	return all
}
