package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// pastRun is what a journal tells of a run.
type pastRun struct {
	Journal string         `json:"journal"` // its file
	Run     string         `json:"run"`
	Command string         `json:"command"`
	Who     string         `json:"who,omitempty"`
	Began   time.Time      `json:"began"`
	Ending  string         `json:"ending"` // as the report has it; where there is none "running" or "cut short"
	Counts  map[string]int `json:"counts,omitempty"`
	Steps   int            `json:"steps"`
	// Open are the steps whose command was sent and whose end the journal
	// doesn't have.
	Open []string `json:"open,omitempty"`
	// Errors are those of steps.
	Errors []string `json:"errors,omitempty"`
}

// cutShort is the ending of a run whose process was killed, or whose journal is
// not whole; underWay that of one which holds the lease.
const (
	cutShort = "cut short"
	underWay = "running"
)

// pastRuns reads the journals of a stack, the newest first, up to some.
func pastRuns(dir, stack string, most int) ([]pastRun, error) {
	entries, err := os.ReadDir(journalDir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var runs []pastRun
	for _, e := range slices.Backward(entries) { // sorted by name
		if len(runs) == most {
			break
		}
		if !strings.HasSuffix(e.Name(), ".jsonl") {
			continue
		}
		run, of, err := readJournal(filepath.Join(journalDir(dir), e.Name()))
		if err != nil {
			return nil, err
		}
		if of == stack {
			runs = append(runs, run)
		}
	}
	return runs, nil
}

// journalLine is any line of a journal: the fields that are read again.
type journalLine struct {
	Type, Run, Command, Stack, Who string
	Time                           time.Time
	Steps                          int
	Step, Phase, Error             string
	Ending                         string
	Counts                         map[string]int
}

// longestLine of a journal, in bytes: more than any error is long.
const longestLine = 1 << 20

// readJournal reads one journal. A line that is not whole ends it.
func readJournal(path string) (run pastRun, stack string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return run, "", err
	}
	defer file.Close()
	run = pastRun{Journal: path, Ending: cutShort}
	open := map[string]bool{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var l journalLine
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			break
		}
		switch l.Type {
		case "begin":
			run.Run, run.Command, run.Who, run.Began, run.Steps, stack = l.Run, l.Command, l.Who, l.Time, l.Steps, l.Stack
		case "step":
			switch l.Phase {
			case "started", "submitted":
				open[l.Step] = true
			case "running":
			default:
				delete(open, l.Step)
			}
			if l.Error != "" && l.Phase == "failed" {
				run.Errors = append(run.Errors, l.Step+": "+l.Error)
			}
		case "end":
			run.Ending, run.Counts = l.Ending, l.Counts
		}
	}
	for step := range open {
		run.Open = append(run.Open, step)
	}
	slices.Sort(run.Open)
	return run, stack, lines.Err()
}
