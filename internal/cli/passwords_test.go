package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/trueup/trueup/provider"
)

var (
	web2  = provider.Address{Kind: "vm", Name: "web-2"}
	web10 = provider.Address{Kind: "vm", Name: "web-10"}
)

func TestPasswordsGoToTheFileAsTheyComeAndNowhereElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passwords")
	write(t, path, "vm/old kept\n")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := openPasswords(path)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(want string) {
		t.Helper()
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("the file holds %q, %v; want %q", text, err, want)
		}
	}
	f.add(web2, "hunter2")
	holds("vm/old kept\nvm/web-2 hunter2\n") // before the run is over
	f.add(web10, "hunter10")
	var talk bytes.Buffer
	if err := f.close(&talk); err != nil || talk.Len() > 0 {
		t.Errorf("%v, said: %s", err, &talk)
	}
	holds("vm/old kept\nvm/web-2 hunter2\nvm/web-10 hunter10\n")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestWithoutAFilePasswordsAreDiscarded(t *testing.T) {
	f, err := openPasswords("")
	if err != nil {
		t.Fatal(err)
	}
	f.add(web2, "hunter2")
	var talk bytes.Buffer
	if err := f.close(&talk); err != nil || strings.Contains(talk.String(), "hunter") || !strings.Contains(talk.String(), "discarded") {
		t.Errorf("%v, said: %s", err, &talk)
	}
}

// fullOnce is a disk on which the first line finds no room.
type fullOnce struct {
	bytes.Buffer
	wrote bool
}

func (f *fullOnce) Write(b []byte) (int, error) {
	if !f.wrote {
		f.wrote = true
		return 0, syscall.ENOSPC
	}
	return f.Buffer.Write(b)
}

func (f *fullOnce) Close() error { return nil }

func TestAPasswordThatCannotBeWrittenLosesNoOther(t *testing.T) {
	disk := &fullOnce{}
	f := &passwordFile{file: disk}
	f.add(web2, "hunter2")
	f.add(web10, "hunter10")
	err := f.close(&bytes.Buffer{})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "the passwords of vm/web-2 are lost") || strings.Contains(err.Error(), "hunter") {
		t.Errorf("error %v", err)
	}
	if disk.String() != "vm/web-10 hunter10\n" {
		t.Errorf("the file holds %q", disk.String())
	}
}
