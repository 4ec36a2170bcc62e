package cloudstack_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/cloudstack"
)

// TestNamesAreTheProfilesThatCanBeAskedFor, whatever the environment says.
func TestNamesAreTheProfilesThatCanBeAskedFor(t *testing.T) {
	files := map[string]string{
		"dir/cloudstack.ini":   "region = x\n[other]\nendpoint=https://a/\nkey=k\nsecret=s\n[half]\nendpoint=https://b/\nkey=k\n",
		"home/.cloudstack.ini": "[cloudstack]\nendpoint=https://c/\nkey=k\nsecret=s\n[other]\nendpoint=https://d/\nkey=k\nsecret=s\n",
		"home/.cmk/config":     "profile = localcloud\n[core]\nprompt = x\n[localcloud]\nurl = https://e/\napikey = k\nsecretkey = s\n",
		"elsewhere":            "[mine]\nendpoint=https://f/\nkey=k\nsecret=s\n",
	}
	env := map[string]string{"CLOUDSTACK_ENDPOINT": "https://own/", "CLOUDSTACK_REGION": "half"}
	l := cloudstack.Lookup{Dir: "dir", Home: "home", Getenv: func(n string) string { return env[n] }, ReadFile: func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}}
	if got := strings.Join(l.Names(), " "); got != "other cloudstack localcloud" {
		t.Errorf("%s", got)
	}
	for _, name := range l.Names() {
		l.Name = name
		if _, err := l.Find(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	files["home/.cloudstack.ini"] = "[broken\n" // before CloudMonkey's is looked at
	if got := strings.Join(l.Names(), " "); got != "other" {
		t.Errorf("behind a broken file: %s", got)
	}
	if env["CLOUDSTACK_CONFIG"] = "elsewhere"; strings.Join(l.Names(), " ") != "mine" {
		t.Errorf("%s", l.Names())
	}
}
