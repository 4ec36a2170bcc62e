package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/trueup/trueup/provider/cloudstack"
)

// credentials say where a cloud is and who asks.
type credentials struct {
	endpoint    string
	key, secret cloudstack.Secret
}

// spelling is one way in which tools name the three variables; of several names
// the first that is set counts.
type spelling struct{ endpoint, key, secret []string }

// spellings, in the order in which they are looked at. Key and secret come from
// the same one.
var spellings = [...]spelling{
	{
		endpoint: []string{"CLOUDSTACK_ENDPOINT", "CLOUDSTACK_API_URL"},
		key:      []string{"CLOUDSTACK_KEY", "CLOUDSTACK_API_KEY"},
		secret:   []string{"CLOUDSTACK_SECRET_KEY", "CLOUDSTACK_SECRET"},
	},
	{
		endpoint: []string{"EXOSCALE_ENDPOINT", "EXOSCALE_COMPUTE_ENDPOINT"},
		key:      []string{"EXOSCALE_KEY", "EXOSCALE_API_KEY"},
		secret:   []string{"EXOSCALE_SECRET", "EXOSCALE_API_SECRET", "EXOSCALE_SECRET_KEY"},
	},
}

// findCredentials takes them from the flags, then from the environment. Its
// error names everything that was looked for.
func findCredentials(env environment, o cloudOptions) (credentials, error) {
	var c credentials
	for _, s := range spellings {
		if c.endpoint == "" {
			c.endpoint = first(env, s.endpoint)
		}
		if c.key == "" && c.secret == "" {
			c.key = cloudstack.Secret(first(env, s.key))
			c.secret = cloudstack.Secret(first(env, s.secret))
		}
	}
	if o.endpoint != "" {
		c.endpoint = o.endpoint
	}
	if o.key != "" {
		c.key = cloudstack.Secret(o.key)
	}
	if o.secretKeyFile != "" {
		text, err := os.ReadFile(o.secretKeyFile)
		if err != nil {
			return c, usagef("--secret-key-file: %w", err)
		}
		c.secret = cloudstack.Secret(strings.TrimSpace(string(text)))
	}
	return c, c.complete()
}

func (c credentials) complete() error {
	text := ""
	missing := func(found bool, what, flag string, names func(spelling) []string) {
		if found {
			return
		}
		var all []string
		for _, s := range spellings {
			for _, name := range names(s) {
				all = append(all, "$"+name)
			}
		}
		text += fmt.Sprintf("\nno %s: looked for %s, %s", what, flag, strings.Join(all, ", "))
	}
	missing(c.endpoint != "", "endpoint", "--endpoint", func(s spelling) []string { return s.endpoint })
	missing(c.key != "", "API key", "--key", func(s spelling) []string { return s.key })
	missing(c.secret != "", "secret key", "--secret-key-file", func(s spelling) []string { return s.secret })
	if text == "" {
		return nil
	}
	return usagef("it is not known which cloud to use, or as whom%s\nto try without a cloud, say --cloud simulator or set TRUEUP_CLOUD=simulator", text)
}

func first(env environment, names []string) string {
	for _, name := range names {
		if v := env.get(name); v != "" {
			return v
		}
	}
	return ""
}
