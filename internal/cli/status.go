package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/internal/render"
	"github.com/trueup/trueup/provider"
)

type statusOptions struct {
	stackOptions
	cloudOptions
	project string // with --all: its name or id; "" is that of the stacks
	json    bool
}

// shownRuns is how many of the last runs are shown.
const shownRuns = 5

func statusCommand(p *process) *ucli.Command {
	c := command("status", "tell what runs, what was begun, and how the last runs went", "[STACK...]",
		"Shows who holds a stack's lease and which creates and outages are noted in the cloud as begun, and, from the\njournals beside the stack, how the last runs went. With --all it shows what the whole account has: every stack,\nand those that are not among the given ones; what no stack owns; what is in Error; what is attached to nothing and\ncosts all the same. It changes nothing.",
		[]string{
			"trueup status                  # the stack in this directory",
			"trueup status --format json shop | jq .begun",
			"trueup status --all stacks/*   # of the account: is anything abandoned, or nobody's?",
		}, stackFlags(), cloudFlags(), []ucli.Flag{
			textOrJSONFlag(),
			&ucli.BoolFlag{Name: "all", Usage: "show what the whole account has"},
			projectFlag(),
		})
	c.Action = func(c *ucli.Context) error {
		cloud, err := readCloud(c)
		if err != nil {
			return err
		}
		asJSON, err := readTextOrJSON(c)
		if err != nil {
			return err
		}
		o := statusOptions{stacks(c), cloud, c.String("project"), asJSON}
		if o.project != "" && !c.Bool("all") {
			return usagef("--project goes with --all: a stack says itself which project it is in")
		}
		if c.Bool("all") {
			if c.NArg() == 0 && !hasStack(".") {
				o.paths = nil
			}
			return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error { return runInventory(ctx, p, o) })
		}
		return attend(c.Context, p, cloud.timeout, func(ctx context.Context, _ *brake) error {
			var failed error
			for _, path := range o.paths {
				failed = errors.Join(failed, statusOf(ctx, p, o, path))
			}
			return failed
		})
	}
	return c
}

// status is where a stack stands.
type status struct {
	Version int                `json:"version"`
	Stack   string             `json:"stack"`
	Holder  *statusHolder      `json:"holder,omitempty"` // of the lease
	Begun   []statusBegun      `json:"begun"`
	Outages []provider.Address `json:"outages"`
	Runs    []pastRun          `json:"runs"` // the newest first
}

type statusHolder struct {
	Run   string    `json:"run"`
	Who   string    `json:"who,omitempty"`
	Host  string    `json:"host,omitempty"`
	PID   int       `json:"pid,omitempty"`
	CI    string    `json:"ci,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// shownHolder is who holds the lease, nil where nobody does.
func shownHolder(state *apply.State) *statusHolder {
	if h := state.Holder; h != nil {
		return &statusHolder{h.Run, h.Who, h.Host, h.PID, h.CI, h.Since}
	}
	return nil
}

// holds reports whether a run holds the lease, and is not known to be dead.
func holds(h *apply.Holder, run string) bool {
	return h != nil && h.Run == run && (h.Boot != boot() || alive(*h))
}

type statusBegun struct {
	Address provider.Address `json:"address"`
	Run     string           `json:"run"`
	Job     string           `json:"job"`
	Pending bool             `json:"pending"`
}

// statusOf looks at one stack.
func statusOf(ctx context.Context, p *process, o statusOptions, path string) (err error) {
	stack, err := load(p, o.stackOptions, path)
	if err != nil {
		return err
	}
	runs, err := pastRuns(stack.dir, stack.Name, shownRuns)
	if err != nil {
		return fmt.Errorf("read the journals of stack %s: %w", stack.Name, err)
	}
	cloud, err := connectFor(ctx, p, o.cloudOptions, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	state, err := apply.Look(ctx, cloud, stack.Name)
	if err != nil {
		return err
	}
	s := status{Version: 1, Stack: stack.Name, Begun: []statusBegun{}, Outages: append([]provider.Address{}, state.Outages...), Runs: append([]pastRun{}, runs...)}
	s.Holder = shownHolder(state)
	for i := range s.Runs {
		if r := &s.Runs[i]; r.Ending == cutShort && holds(state.Holder, r.Run) {
			r.Ending = underWay
		}
	}
	for _, b := range state.Begun {
		s.Begun = append(s.Begun, statusBegun(b))
	}
	if o.json {
		return json.NewEncoder(p.stdout).Encode(s)
	}
	var b strings.Builder
	s.write(&b, state)
	_, err = io.WriteString(p.stdout, render.Text(b.String(), screen(p.stdout, p.env)))
	return err
}

func (s *status) write(w io.Writer, state *apply.State) {
	held := "nobody holds its lease"
	if state.Holder != nil {
		held = "its lease is held by " + state.Holder.String()
	}
	fmt.Fprintf(w, "Stack %s: %s.\n", s.Stack, held)
	for _, b := range s.Begun {
		how := "may have begun; the next apply finds out"
		if b.Pending {
			how = "is being made, job " + b.Job
		}
		fmt.Fprintf(w, "  %s %s (run %s)\n", b.Address, how, b.Run)
	}
	for _, a := range s.Outages {
		fmt.Fprintf(w, "  %s was stopped to be started again; the next apply does it if no run is doing it\n", a)
	}
	if len(s.Runs) == 0 {
		fmt.Fprintf(w, "No run has left a journal here.\n")
		return
	}
	fmt.Fprintf(w, "Last runs:\n")
	for _, r := range s.Runs {
		fmt.Fprintf(w, "  %s  %s  %s%s  (run %s)\n", r.Began.Format(time.RFC3339), r.Command, r.Ending, countsOf(r.Counts), r.Run)
		for _, step := range r.Open {
			what := "its end is not known"
			if r.Ending == underWay {
				what = "begun"
			}
			fmt.Fprintf(w, "    %s: %s\n", what, step)
		}
		for _, text := range r.Errors {
			fmt.Fprintf(w, "    failed: %s\n", text)
		}
	}
}

// countsOf writes ": 3 done, 1 failed".
func countsOf(counts map[string]int) string {
	var parts []string
	for _, phase := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[phase], phase))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}
