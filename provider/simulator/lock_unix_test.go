//go:build unix

package simulator

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestALockThatIsGivenBackIsFree though somebody has the file open still, as a
// process that was just begun has until it is another program.
func TestALockThatIsGivenBackIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.json.lock")
	first, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := lockFile(path); err == nil {
		again.Close()
		t.Fatal("locked twice")
	}
	inherited, err := syscall.Dup(int(first.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	if err := unlockFile(first); err != nil {
		t.Fatal(err)
	}
	second, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unlockFile(second); err != nil {
		t.Error(err)
	}
}
