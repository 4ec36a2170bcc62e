package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/google/uuid"

	"github.com/trueup/trueup/apply"
)

// newHolder says who holds a lease from now on. Its run id is new, and later
// ones sort after it.
func newHolder(p *process) (apply.Holder, error) {
	run, err := uuid.NewV7FromReader(p.random)
	if err != nil {
		return apply.Holder{}, err
	}
	host, _ := os.Hostname() // "" tells nothing, and claims nothing
	return apply.Holder{
		Run:   run.String(),
		Who:   who(p.env),
		Host:  host,
		PID:   p.processID(),
		Boot:  boot(),
		CI:    ciRun(p.env),
		Since: p.now(),
	}, nil
}

func who(env environment) string {
	if v := env.first("GITHUB_ACTOR", "GITLAB_USER_LOGIN"); v != "" {
		return v
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// ciRun is where to look at the CI run that this process is part of.
func ciRun(env environment) string {
	if server, repo, run := env.get("GITHUB_SERVER_URL"), env.get("GITHUB_REPOSITORY"), env.get("GITHUB_RUN_ID"); server != "" && run != "" {
		return server + "/" + repo + "/actions/runs/" + run
	}
	return env.first("CI_JOB_URL", "BUILD_URL")
}

// boot tells apart the places in which a process id means something: this boot
// of this kernel, and this namespace of process ids.
func boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, _ := os.Readlink("/proc/self/ns/pid")
	sum := sha256.Sum256(append(id, namespace...))
	return hex.EncodeToString(sum[:8])
}

// alive reports whether the process of a holder on this host lives. Where that
// can't be known it does.
func alive(h apply.Holder) bool {
	if h.Boot == "" || h.PID <= 0 {
		return true
	}
	process, err := os.FindProcess(h.PID)
	if err != nil {
		return true
	}
	return !errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone) && !zombie(h.PID)
}

// zombie reports whether a process is over and only its parent has not taken note
// of that: in a container nobody may ever do. Without Linux's /proc that can't be
// known.
func zombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	// The state follows the program's name in parentheses, which may hold any.
	_, state, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return len(state) > 0 && (state[0] == 'Z' || state[0] == 'X')
}
