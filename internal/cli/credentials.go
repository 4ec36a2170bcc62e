package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/trueup/trueup/provider/cloudstack"
)

// credentialFlags says what a flag stands in for: with all three nothing else is
// looked at, and each of them overrides its variable.
const credentialFlags = "--endpoint, --key and --secret-key-file"

// lookUp says where the server and the keys are looked for: the flags, the
// environment, cloudstack.ini, CloudMonkey's configuration.
func lookUp(env environment, o cloudOptions) (cloudstack.Lookup, error) {
	flags := map[string]string{"CLOUDSTACK_ENDPOINT": o.endpoint, "CLOUDSTACK_KEY": o.key}
	if o.secretKeyFile != "" {
		text, err := os.ReadFile(o.secretKeyFile)
		if err != nil {
			return cloudstack.Lookup{}, usagef("--secret-key-file: %w", err)
		}
		flags["CLOUDSTACK_SECRET_KEY"] = strings.TrimSpace(string(text))
	}
	return cloudstack.Lookup{
		Getenv: func(name string) string {
			if v := flags[name]; v != "" {
				return v
			}
			return env.get(name)
		},
		ReadFile: os.ReadFile,
		Dir:      ".",
		Home:     env.first("HOME", "USERPROFILE"),
	}, nil
}

// findProfile finds the server and the keys. Its error names everything that was
// looked for: no cloud is ever guessed.
func findProfile(l cloudstack.Lookup) (cloudstack.Profile, error) {
	profile, err := l.Find()
	var nowhere *cloudstack.NoProfileError
	switch {
	case errors.As(err, &nowhere):
		return profile, usagef("it is not known which cloud to use, or as whom; looked for\n%s\n%s\nto try without a cloud, say --cloud simulator or set TRUEUP_CLOUD=simulator",
			credentialFlags, strings.Join(nowhere.Looked, "\n"))
	case err != nil:
		return profile, usagef("credentials: %w; %s stand in for the first three variables", err, credentialFlags)
	}
	return profile, nil
}

// dial opens the way to a real cloud.
func dial(p *process, o cloudOptions) (*connection, error) {
	l, err := lookUp(p.env, o)
	if err != nil {
		return nil, err
	}
	profile, err := findProfile(l)
	if err != nil {
		return nil, err
	}
	if profile.Insecure {
		fmt.Fprintf(p.stderr, "Warning: %s says not to verify the server's certificate: anybody in between can read and change everything\n", profile.Source)
	}
	client, err := profile.Client(append(l.Trace(), userAgent())...)
	if err != nil {
		return nil, usagef("%w", err)
	}
	return &connection{Cloud: open(client), Close: func() error { return nil }}, nil
}
