package plan_test

import (
	"strings"
	"testing"

	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

func TestWhatTheCloudKeepsOnceIsNotMadeTwice(t *testing.T) {
	key := func(name, content string) func(map[string]provider.Fields) {
		return func(all map[string]provider.Fields) {
			all["sshKey/"+name] = provider.Fields{"publicKey": blob(content)}
		}
	}
	theirs := func(w *world) {
		w.add(provider.Live{Kind: "sshKey", ID: "k9", Name: "theirs", Fields: provider.Fields{"publicKey": blob("their key")}})
	}
	for _, c := range []struct {
		name  string
		cloud func(*world)
		file  []func(map[string]provider.Fields)
		want  string // "" for a plan
	}{
		{"somebody else's", theirs, []func(map[string]provider.Fields){key("mine", "their key")},
			"sshKey/mine.publicKey: sshKey theirs (id k9) has the same, and the cloud keeps it only once; link to that one with {external: theirs}"},
		{"somebody else's, in place of ours", theirs, []func(map[string]provider.Fields){key("ops", "their key")},
			"sshKey/ops.publicKey: sshKey theirs (id k9) has the same"},
		{"one that stays", nil, []func(map[string]provider.Fields){key("twin", "key")}, "link to sshKey/ops, which this stack declares"},
		{"one that goes", nil, []func(map[string]provider.Fields){without("sshKey/ops"), keyless, key("admin", "key")},
			"write was: ops under it, and it is renamed rather than made anew"},
		{"one that gets another", nil, []func(map[string]provider.Fields){key("ops", "another key"), key("admin", "key")}, ""},
		{"two of one file", nil, []func(map[string]provider.Fields){key("one", "new key"), key("two", "new key")},
			"sshKey/two.publicKey: sshKey/one has the same, and the cloud keeps it only once; declare one of them"},
		{"another", theirs, []func(map[string]provider.Fields){key("mine", "my key")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := applied(shop())
			if c.cloud != nil {
				c.cloud(w)
			}
			_, err := plan.Make(shop(c.file...), w.kinds, w.snapshot(), defaults)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}
