package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider"
)

func TestPasswordsGoToTheFileAndNowhereElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passwords")
	write(t, path, "vm/old kept\n")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	passwords := map[provider.Address]provider.Password{
		{Kind: "vm", Name: "web-10"}: "hunter10",
		{Kind: "vm", Name: "web-2"}:  "hunter2",
	}
	var talk bytes.Buffer
	p := &process{stdout: &talk, stderr: &talk}
	f, err := openPasswords(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.keep(p, passwords); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if want := "vm/old kept\nvm/web-2 hunter2\nvm/web-10 hunter10\n"; err != nil || string(text) != want {
		t.Errorf("the file holds %q, %v; want %q", text, err, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}

	var none *passwordFile
	if err := none.keep(p, passwords); err != nil {
		t.Fatal(err)
	}
	if said := talk.String(); strings.Contains(said, "hunter") || !strings.Contains(said, "discarded") {
		t.Errorf("without a file it is said: %s", said)
	}
}
