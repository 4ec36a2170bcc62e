package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// journal is the record of one run beside its stack: one JSON object a line, as
// --json-events writes them, after one that says who and what. It holds no
// values of the stack, and only its owner may read it. A journal that can't be
// written doesn't stop the run; close says so. A nil journal keeps nothing.
type journal struct {
	path string
	file io.WriteCloser // nil where it could not be made
	err  error          // the first; nothing is written after it
}

// journalBegin is a journal's first line.
type journalBegin struct {
	Version int       `json:"version"`
	Type    string    `json:"type"` // "begin"
	Time    time.Time `json:"time"`
	Run     string    `json:"run"`
	Command string    `json:"command"`
	Stack   string    `json:"stack"`
	Who     string    `json:"who,omitempty"`
	Host    string    `json:"host,omitempty"`
	CI      string    `json:"ci,omitempty"`
	Steps   int       `json:"steps"`
}

// journalDir is where the journals of the stacks in a directory lie.
func journalDir(dir string) string { return filepath.Join(dir, stateDir, "runs") }

// journalTime is the form of a journal's name, without its ending: in UTC, and
// sorted by time.
const journalTime = "2006-01-02T15-04-05.000000Z"

// openJournal makes the journal of a run.
func openJournal(dir string, begin journalBegin) *journal {
	j := &journal{path: filepath.Join(journalDir(dir), begin.Time.UTC().Format(journalTime)+".jsonl")}
	if j.err = makeStateDir(filepath.Join(dir, stateDir)); j.err != nil {
		return j
	}
	if j.err = os.MkdirAll(journalDir(dir), 0o700); j.err != nil {
		return j
	}
	_ = prune(journalDir(dir), keptJournals-1) // what stays is in nobody's way
	file, err := os.OpenFile(j.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		j.err = err
		return j
	}
	j.file = file
	begin.Version, begin.Type, begin.Time = 1, "begin", begin.Time.UTC()
	_ = json.NewEncoder(j).Encode(begin) // j keeps its errors
	return j
}

// keptJournals is how many journals stay beside a stack.
const keptJournals = 100

// prune removes all but the last so many journals of a directory.
func prune(dir string, kept int) error {
	entries, err := os.ReadDir(dir) // sorted by name, which is the time
	if err != nil {
		return err
	}
	journals := slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return filepath.Ext(e.Name()) != ".jsonl" })
	for _, e := range journals[:max(0, len(journals)-kept)] {
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Write never fails: what can't be written is missing, and said at the end.
func (j *journal) Write(line []byte) (int, error) {
	if j != nil && j.err == nil {
		_, j.err = j.file.Write(line)
	}
	return len(line), nil
}

// close ends the journal and says on w if it is not whole.
func (j *journal) close(w io.Writer) {
	if j == nil {
		return
	}
	if j.file != nil {
		if err := j.file.Close(); j.err == nil {
			j.err = err
		}
	}
	if j.err != nil {
		fmt.Fprintf(w, "The journal of this run, %s, is not whole: %v. The run itself is not concerned.\n", shorten(j.path), j.err)
	}
}
