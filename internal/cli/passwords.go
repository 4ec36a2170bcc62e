package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/trueup/trueup/provider"
)

// passwordFile takes the passwords that a cloud generates for machines, each as
// soon as it is there.
type passwordFile struct {
	file io.WriteCloser     // nil where none was asked for
	gone []provider.Address // whose passwords are in no file
	err  error              // why, where there is one: the first
}

// openPasswords opens the file before anything is made, so that no password is
// lost to a path that can't be written. "" is no file.
func openPasswords(path string) (*passwordFile, error) {
	if path == "" {
		return &passwordFile{}, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, usagef("--passwords-to: %w", err)
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, usagef("--passwords-to: %w", err)
	}
	return &passwordFile{file: f}, nil
}

// add writes a line "ADDRESS PASSWORD". Where that fails the next is tried all the
// same.
func (f *passwordFile) add(a provider.Address, password provider.Password) {
	if f.file != nil {
		_, err := fmt.Fprintf(f.file, "%s %s\n", a, string(password))
		if err == nil {
			return
		}
		if f.err == nil {
			f.err = err
		}
	}
	f.gone = append(f.gone, a)
}

// close ends the file and says on w whose passwords are gone: without a file they
// are. That some could not be written is an error.
func (f *passwordFile) close(w io.Writer) error {
	if f.file != nil {
		if err := f.file.Close(); f.err == nil {
			f.err = err
		}
	}
	const instead = "set new ones with CloudStack's resetPasswordForVirtualMachine"
	switch {
	case f.err != nil && len(f.gone) > 0:
		return fmt.Errorf("--passwords-to: %w: the passwords of %s are lost; %s", f.err, joinAddresses(f.gone), instead)
	case f.err != nil:
		return fmt.Errorf("--passwords-to: %w", f.err)
	case len(f.gone) > 0:
		fmt.Fprintf(w, "The cloud generated passwords for %d machines (first %s); they were discarded. Use --passwords-to when creating, or %s.\n",
			len(f.gone), f.gone[0], instead)
	}
	return nil
}
