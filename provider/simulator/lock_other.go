//go:build !unix

package simulator

import (
	"fmt"
	"os"
)

// lockFile opens the lock file in a way that fails while another process has it open, where the system works like that.
func lockFile(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("another process uses it (lock %s); wait until it ends, or use another state file", path)
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// unlockFile gives the lock back.
func unlockFile(f *os.File) error { return f.Close() }
