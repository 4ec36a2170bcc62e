package cloudstack

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Profile is a server and the keys of a user there, as they were found.
type Profile struct {
	Endpoint string
	Credentials
	Source   string // where it was found, for people to read
	File     string // the file it was found in; empty for the environment
	Insecure bool   // the file says not to verify the server's certificate
}

// Lookup is where a profile is looked for. [SystemLookup] is the process's own
// surroundings.
type Lookup struct {
	Getenv   func(string) string
	ReadFile func(string) ([]byte, error)
	Dir      string // the working directory
	Home     string // the user's home; empty without one
	Name     string // the section of a file, and then of no variables; empty is the environment, or a file's default
}

// SystemLookup looks in the environment and the files of the process.
func SystemLookup() Lookup {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return Lookup{Getenv: os.Getenv, ReadFile: os.ReadFile, Dir: ".", Home: home}
}

// NoProfileError is that no profile was found anywhere.
type NoProfileError struct {
	Looked []string // where, in order
}

func (e *NoProfileError) Error() string {
	return "no CloudStack credentials: looked for " + strings.Join(e.Looked, ", ")
}

// spelling is a triple of environment variables, each with its alternatives.
type spelling struct{ endpoint, key, secret []string }

var spellings = []spelling{
	{[]string{"CLOUDSTACK_ENDPOINT"}, []string{"CLOUDSTACK_KEY"}, []string{"CLOUDSTACK_SECRET_KEY", "CLOUDSTACK_SECRET"}},
	{[]string{"CLOUDSTACK_API_URL"}, []string{"CLOUDSTACK_API_KEY"}, []string{"CLOUDSTACK_SECRET_KEY"}},
	{
		[]string{"EXOSCALE_ENDPOINT", "EXOSCALE_COMPUTE_ENDPOINT"}, []string{"EXOSCALE_KEY", "EXOSCALE_API_KEY"},
		[]string{"EXOSCALE_SECRET", "EXOSCALE_API_SECRET", "EXOSCALE_SECRET_KEY"},
	},
}

// Find gives the first profile that is there, in this order: the environment
// variables CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET_KEY;
// CLOUDSTACK_API_URL, CLOUDSTACK_API_KEY and CLOUDSTACK_SECRET_KEY; the same of
// Exoscale's; cloudstack.ini or .cloudstack.ini in the working directory and
// .cloudstack.ini in the home directory, or the file that CLOUDSTACK_CONFIG
// names alone; CloudMonkey's ~/.cmk/config.
//
// Places are never mixed, so that a key is not shown to the server of another:
// variables of which some are missing are an error, as is a file without its
// default section. Whoever asks for a Name means a file: the environment is not
// looked at, and files without that section are passed over. Nothing at all is a
// [NoProfileError].
func (l Lookup) Find() (Profile, error) {
	var looked []string
	for _, s := range l.spellings() {
		p, err := l.fromVariables(s)
		if p != nil || err != nil {
			return deref(p), err
		}
		looked = append(looked, s.endpoint[0]+", "+s.key[0]+" and "+s.secret[0])
	}
	for _, f := range l.files() {
		p, err := l.fromFile(f)
		if p != nil || err != nil {
			return deref(p), err
		}
		if l.Name != "" {
			f.path += " [" + l.Name + "]"
		}
		looked = append(looked, f.path)
	}
	return Profile{}, &NoProfileError{Looked: looked}
}

func deref(p *Profile) Profile {
	if p == nil {
		return Profile{}
	}
	return *p
}

// spellings are the variables to look at: none where a section is asked for.
func (l Lookup) spellings() []spelling {
	if l.Name != "" {
		return nil
	}
	return spellings
}

// fromVariables reads one spelling; nil when none of its own variables is set.
// CLOUDSTACK_SECRET_KEY belongs to two spellings and begins neither.
func (l Lookup) fromVariables(s spelling) (*Profile, error) {
	endpoint, key, secret := l.first(s.endpoint), l.first(s.key), l.first(s.secret)
	if endpoint == "" && key == "" {
		return nil, nil
	}
	for _, missing := range []struct {
		value string
		names []string
	}{{endpoint, s.endpoint}, {key, s.key}, {secret, s.secret}} {
		if missing.value == "" {
			return nil, fmt.Errorf("%s is not set, although others of %s, %s and %s are", missing.names[0], s.endpoint[0], s.key[0], s.secret[0])
		}
	}
	return &Profile{
		Endpoint: endpoint, Credentials: Credentials{APIKey: Secret(key), SecretKey: Secret(secret)},
		Source: "environment variables " + s.endpoint[0] + " …",
	}, nil
}

func (l Lookup) first(names []string) string {
	for _, n := range names {
		if v := l.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}

// configFile is a file that may hold profiles, and its words for them.
type configFile struct {
	path                  string
	endpoint, key, secret string
	section               string // the default one
	verify                string // false means not to verify certificates
}

func (l Lookup) files() []configFile {
	ini := func(path string) configFile {
		section := "cloudstack"
		if region := l.Getenv("CLOUDSTACK_REGION"); region != "" {
			section = region
		}
		return configFile{path, "endpoint", "key", "secret", section, "verify"}
	}
	if named := l.Getenv("CLOUDSTACK_CONFIG"); named != "" {
		return []configFile{ini(named)}
	}
	all := []configFile{ini(filepath.Join(l.Dir, "cloudstack.ini")), ini(filepath.Join(l.Dir, ".cloudstack.ini"))}
	if l.Home != "" {
		all = append(all, ini(filepath.Join(l.Home, ".cloudstack.ini")),
			configFile{filepath.Join(l.Home, ".cmk", "config"), "url", "apikey", "secretkey", "localcloud", "verifycert"})
	}
	return all
}

// Names are the sections of files that a Name can ask for, in the order in which
// Find meets them.
func (l Lookup) Names() []string {
	var names []string
	for _, f := range l.files() {
		raw, err := l.ReadFile(f.path)
		if err != nil {
			continue
		}
		ini, err := parseINI(string(raw))
		if err != nil {
			continue
		}
		for _, l.Name = range ini.sections() {
			if _, err := l.Find(); err == nil && !slices.Contains(names, l.Name) {
				names = append(names, l.Name)
			}
		}
	}
	return names
}

// fromFile reads a profile of a file; nil when there is no file.
func (l Lookup) fromFile(f configFile) (*Profile, error) {
	raw, err := l.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ini, err := parseINI(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	name := f.section
	if p := ini.get("", "profile"); p != "" {
		name = p
	}
	if l.Name != "" {
		name = l.Name
	}
	if !ini.has(name) && l.Name != "" {
		return nil, nil // another file may have it
	}
	if !ini.has(name) {
		return nil, fmt.Errorf("%s: no section [%s]; there are %s", f.path, name, strings.Join(ini.sections(), ", "))
	}
	p := &Profile{
		Endpoint:    ini.get(name, f.endpoint),
		Credentials: Credentials{APIKey: Secret(ini.get(name, f.key)), SecretKey: Secret(ini.get(name, f.secret))},
		Source:      fmt.Sprintf("%s [%s]", f.path, name),
		File:        f.path,
		Insecure:    isNo(ini.either(name, f.verify)),
	}
	for _, word := range []string{f.endpoint, f.key, f.secret} {
		if ini.get(name, word) == "" {
			return nil, fmt.Errorf("%s: [%s] needs %s, %s and %s, and %s is missing", f.path, name, f.endpoint, f.key, f.secret, word)
		}
	}
	return p, nil
}

func isNo(s string) bool {
	return slices.Contains([]string{"false", "no", "off", "0"}, strings.ToLower(s))
}

// Client makes a client of the profile. The options come after what the profile
// says and replace it.
func (p Profile) Client(opts ...Option) (*Client, error) {
	var own []Option
	if p.Insecure {
		if t, ok := newTransport().(*http.Transport); ok {
			t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
			own = append(own, WithHTTPClient(&http.Client{Transport: t}))
		}
	}
	c, err := New(p.Endpoint, p.Credentials, append(own, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Source, err)
	}
	return c, nil
}

// FromEnv makes a client of the profile that [Lookup.Find] finds in the
// process's environment and files. When TRUEUP_TRACE or EXOSCALE_TRACE is set,
// every request and answer goes to standard error, behind its value as a prefix.
func FromEnv(opts ...Option) (*Client, error) {
	l := SystemLookup()
	p, err := l.Find()
	if err != nil {
		return nil, err
	}
	return p.Client(append(l.Trace(), opts...)...)
}

// Trace is the option that TRUEUP_TRACE or EXOSCALE_TRACE asks for; none when
// neither is set.
func (l Lookup) Trace() []Option {
	for _, name := range []string{"TRUEUP_TRACE", "EXOSCALE_TRACE"} {
		if prefix := l.Getenv(name); prefix != "" {
			return []Option{WithTraceWriter(os.Stderr, prefix+" ")}
		}
	}
	return nil
}
