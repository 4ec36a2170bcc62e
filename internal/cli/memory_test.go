//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// TestTableOfMemory prints the greatest resident size of the program for
// docs/performance.md, and fails where it is more than was promised. It is for
// make bench.
func TestTableOfMemory(t *testing.T) {
	if os.Getenv("TRUEUP_BENCH") == "" {
		t.Skip("TRUEUP_BENCH is not set")
	}
	fmt.Print("| machines | apply from nothing | plan without a change | at most |\n|---|---|---|---|\n")
	for _, c := range []struct{ machines, most int }{{200, 40}, {2000, 200}} {
		server, err := simulator.New(simulator.Config{Seed: 1, Host: roomy})
		if err != nil {
			t.Fatal(err)
		}
		service, err := server.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		user, dir := server.User(), fleet(t, c.machines, c.machines/10).dir
		resident := func(args ...string) int {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Args = append(append([]string{"trueup"}, args...), filepath.Join(dir, "stack.yaml"))
			cmd.Env = append(os.Environ(), "CLOUDSTACK_ENDPOINT="+service.URL, "CLOUDSTACK_KEY="+user.Key, "CLOUDSTACK_SECRET_KEY="+user.Secret)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
			return megabytes(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
		}
		apply, plan := resident("apply", "--yes", "--parallel", "64"), resident("plan")
		fmt.Printf("| %d | %d MiB | %d MiB | %d MiB |\n", c.machines, apply, plan, c.most)
		if max(apply, plan) > c.most {
			t.Errorf("%d machines: %d MiB to apply and %d to plan, at most %d", c.machines, apply, plan, c.most)
		}
		if err := errors.Join(service.Close(context.Background()), server.Close()); err != nil {
			t.Error(err)
		}
	}
}

// megabytes is a size as getrusage tells it: in KiB, on macOS in bytes.
func megabytes(maxrss int64) int {
	if runtime.GOOS == "darwin" {
		maxrss >>= 10
	}
	return int(maxrss >> 10)
}
