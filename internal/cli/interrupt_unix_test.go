//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// TestAClosedTerminalInterrupts: what a terminal sends when it is closed is taken
// as an interrupt, but under nohup, and so is what CI sends before it kills.
func TestAClosedTerminalInterrupts(t *testing.T) {
	sends := []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}
	if !signal.Ignored(syscall.SIGHUP) {
		sends = append(sends, syscall.SIGHUP)
	}
	for _, sent := range sends {
		signals, end := interrupts()
		if err := syscall.Kill(os.Getpid(), sent); err != nil {
			t.Fatal(err)
		}
		if got := <-signals; got != sent {
			t.Errorf("got %v, sent %v", got, sent)
		}
		end()
	}
}
