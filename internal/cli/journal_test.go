package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAJournalIsItsOwnersOnly(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(dir, journalBegin{Time: time.Now(), Run: "r1", Stack: "shop"})
	var said bytes.Buffer
	j.close(&said)
	info, err := os.Stat(j.path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || said.Len() > 0 {
		t.Errorf("mode %v, said %q", info.Mode(), said.String())
	}
	ignored, err := os.ReadFile(filepath.Join(dir, stateDir, ".gitignore"))
	if err != nil || string(ignored) != "*\n" {
		t.Errorf(".gitignore: %q, %v", ignored, err)
	}
}

func TestAJournalThatCannotBeWrittenIsSaidAndStopsNothing(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full:", err)
	}
	noDir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(noDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, j := range map[string]*journal{
		"full disk":    {path: "runs/r1.jsonl", file: full},
		"no directory": openJournal(noDir, journalBegin{Time: time.Now()}),
	} {
		for range 3 {
			if n, err := j.Write([]byte("{}\n")); n != 3 || err != nil {
				t.Errorf("%s: wrote %d, %v", name, n, err)
			}
		}
		var said bytes.Buffer
		j.close(&said)
		if !strings.Contains(said.String(), "is not whole: ") || strings.Count(said.String(), "\n") != 1 {
			t.Errorf("%s: said %q", name, said.String())
		}
	}
}

func TestTheLastJournalsAreKept(t *testing.T) {
	dir := t.TempDir()
	var began time.Time
	for range keptJournals + 5 {
		began = began.Add(time.Hour)
		openJournal(dir, journalBegin{Time: began, Stack: "shop"}).close(io.Discard)
	}
	write(t, filepath.Join(journalDir(dir), "mine.txt"), "")
	openJournal(dir, journalBegin{Time: began.Add(time.Hour), Stack: "shop"}).close(io.Discard)
	kept, err := filepath.Glob(filepath.Join(journalDir(dir), "*"))
	if err != nil || len(kept) != keptJournals+1 {
		t.Fatalf("%d files are kept: %v", len(kept), err)
	}
	if want := (time.Time{}).Add(7 * time.Hour).Format(journalTime); filepath.Base(kept[0]) != want+".jsonl" {
		t.Errorf("the oldest is %s, want %s", filepath.Base(kept[0]), want)
	}
}

// TestAJournalOnAFullDiskStopsNothing: the run goes on, and is told at its end.
func TestAJournalOnAFullDiskStopsNothing(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		return // only Linux has one
	}
	j := &journal{path: "j", file: full}
	if _, err := j.Write([]byte("{}\n")); err != nil {
		t.Errorf("a write fails: %v", err)
	}
	var said bytes.Buffer
	j.close(&said)
	if !strings.Contains(said.String(), "is not whole: write /dev/full: no space left on device. The run itself is not concerned") {
		t.Errorf("said: %s", &said)
	}
}
