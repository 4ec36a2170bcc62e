package cli

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/trueup/trueup/provider"
)

// passwordFile keeps the passwords that a cloud generates for machines. A nil
// file keeps none.
type passwordFile struct{ *os.File }

// openPasswords opens the file before anything is made, so that no password is
// lost to a path that can't be written. "" is no file.
func openPasswords(path string) (*passwordFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, usagef("--passwords-to: %w", err)
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, usagef("--passwords-to: %w", err)
	}
	return &passwordFile{f}, nil
}

// keep writes one line "ADDRESS PASSWORD" a machine and closes the file. Without
// a file it says that the passwords are gone.
func (f *passwordFile) keep(p *process, passwords map[provider.Address]provider.Password) error {
	addresses := slices.SortedFunc(maps.Keys(passwords), provider.CompareAddress)
	if f == nil {
		if len(addresses) > 0 {
			fmt.Fprintf(p.stderr, "The cloud generated passwords for %d machines (first %s); they were discarded. Use --passwords-to when creating,"+
				" or set new ones with CloudStack's resetPasswordForVirtualMachine.\n", len(addresses), addresses[0])
		}
		return nil
	}
	for _, a := range addresses {
		if _, err := fmt.Fprintf(f, "%s %s\n", a, string(passwords[a])); err != nil {
			return fmt.Errorf("--passwords-to: %w", err)
		}
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("--passwords-to: %w", err)
	}
	return nil
}
