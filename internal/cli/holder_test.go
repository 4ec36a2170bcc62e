package cli

import (
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/trueup/trueup/apply"
)

func TestRunIdsAreNewAndInOrder(t *testing.T) {
	last := ""
	for range 100 {
		h, err := newHolder(&process{random: rand.Reader})
		if err != nil {
			t.Fatal(err)
		}
		if h.Run <= last {
			t.Fatalf("run %s comes after %s", h.Run, last)
		}
		last = h.Run
	}
}

func TestAProcessThatHasEndedIsNotAlive(t *testing.T) {
	if !alive(apply.Holder{Boot: "b", PID: os.Getpid()}) {
		t.Error("this process is not alive")
	}
	short := exec.Command(os.Args[0], "-test.run", "^$")
	if err := short.Run(); err != nil {
		t.Fatal(err)
	}
	if alive(apply.Holder{Boot: "b", PID: short.Process.Pid}) {
		t.Error("a process that has ended is alive")
	}
	if !alive(apply.Holder{PID: short.Process.Pid}) {
		t.Error("a process of an unknown boot is known to be dead")
	}
}

// TestAProcessThatNobodyReapedIsNotAlive: it was killed, and its parent has not
// asked for its end.
func TestAProcessThatNobodyReapedIsNotAlive(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return // nothing tells such a process from a living one
	}
	child := exec.Command(os.Args[0], "-test.run", "^$")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil { // until it has closed it by ending
		t.Fatal(err)
	}
	for alive(apply.Holder{Boot: "b", PID: child.Process.Pid}) && t.Context().Err() == nil {
		runtime.Gosched()
	}
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}

func TestTheCIRunIsNamed(t *testing.T) {
	for want, env := range map[string]environment{
		"https://github.com/o/r/actions/runs/7": {"GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=o/r", "GITHUB_RUN_ID=7"},
		"https://gitlab.com/o/r/-/jobs/7":       {"CI_JOB_URL=https://gitlab.com/o/r/-/jobs/7"},
		"":                                      {"HOME=/"},
	} {
		if got := ciRun(env); got != want {
			t.Errorf("%v: %q, want %q", env, got, want)
		}
	}
}
