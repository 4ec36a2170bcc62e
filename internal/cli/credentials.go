package cli

import (
	"errors"
	"log/slog"
	"os"
	"runtime"
	"slices"
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
		Name:     o.profile,
	}, nil
}

// findProfile finds the server and the keys. Its error names everything that was
// looked for, in order: no cloud is ever guessed.
func findProfile(env environment, o cloudOptions) (cloudstack.Profile, error) {
	l, err := lookUp(env, o)
	if err != nil {
		return cloudstack.Profile{}, err
	}
	profile, err := l.Find()
	var nowhere *cloudstack.NoProfileError
	switch {
	case errors.As(err, &nowhere) && o.profile != "":
		return profile, usagef("--profile %s: no file has a section of that name; looked for\n%s", o.profile, strings.Join(nowhere.Looked, "\n"))
	case errors.As(err, &nowhere):
		return profile, usagef("it is not known which cloud to use, or as whom; looked for\n%s\n%s\nto try without a cloud, say --cloud simulator or set TRUEUP_CLOUD=simulator",
			credentialFlags, strings.Join(nowhere.Looked, "\n"))
	case err != nil:
		return profile, usagef("credentials: %w; %s stand in for the first three variables", err, credentialFlags)
	}
	return profile, nil
}

// dial opens the way to a real cloud.
func dial(p *process, o cloudOptions, more ...cloudstack.Option) (*connection, error) {
	profile, err := findProfile(p.env, o)
	if err != nil {
		return nil, err
	}
	for _, file := range []string{profile.File, o.secretKeyFile} {
		if exposed(file) {
			p.say("Warning: others on this machine can read the secret key in %s; make it yours alone: chmod 600 %[1]s\n", file)
		}
	}
	options := append(cloudstack.Lookup{Getenv: p.env.get}.Trace(), userAgent())
	trusted, err := trust(p, o, &profile)
	if err != nil {
		return nil, err
	}
	c := &connection{account: accountIn(profile), Close: func() error { return nil }}
	options = append(options, cloudstack.WithLogger(slog.New(&tryingAgain{say: c.talk.say})))
	if c.client, err = profile.Client(slices.Concat(options, trusted, p.network(), more)...); err != nil {
		return nil, usagef("%w", err)
	}
	c.Cloud = p.open(c.client, cloudstack.Project{})
	return c, nil
}

// exposed reports whether others than its owner may read a file.
func exposed(name string) bool {
	if name == "" || runtime.GOOS == "windows" { // whose modes say nothing of that
		return false
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0
}
