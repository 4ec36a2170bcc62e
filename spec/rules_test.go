package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/trueup/trueup/provider"
)

// spelling is one equivalence class of testdata/rules/spellings.yaml.
type spelling struct {
	Rules   []string
	Ingress []any
}

func TestEqualRulesHaveEqualValues(t *testing.T) {
	data, err := os.ReadFile("../testdata/rules/spellings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var classes []spelling
	if err := yaml.Unmarshal(data, &classes); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, class := range classes {
		for _, item := range class.Ingress {
			count++
			written, err := json.Marshal([]any{item})
			if err != nil {
				t.Fatal(err)
			}
			rules, err := loadRules("ingress", string(written))
			if err != nil {
				t.Errorf("%s: %v", written, err)
				continue
			}
			var got []string
			for _, r := range rules {
				got = append(got, r.String())
			}
			if diff := cmp.Diff(class.Rules, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", written, diff)
			}
		}
	}
	if count < 25 {
		t.Errorf("only %d spellings; the promise is 25", count)
	}
}

// loadRules decodes a list of rules, in YAML, of the group web beside lb.
func loadRules(direction, list string) ([]provider.Rule, error) {
	text := fmt.Sprintf("version: 1\nstack: rules\nsecurityGroups:\n  lb: {}\n  web:\n    %s: %s\n", direction, list)
	stack, err := Load(fstest.MapFS{"s.yaml": {Data: []byte(text)}}, "s.yaml", testKinds(), Options{})
	if err != nil {
		return nil, err
	}
	rules, _ := stack.Resource(provider.Address{Kind: "securityGroup", Name: "web"}).Fields[direction].([]provider.Rule)
	return rules, nil
}

func TestProtocolsAreNamedByNumber(t *testing.T) {
	for name, number := range protocolNumbers {
		for _, text := range []string{name, strings.ToUpper(name), fmt.Sprint(number), fmt.Sprintf("0%d", number)} {
			if got, err := canonicalProtocol(text); got != name || err != nil {
				t.Errorf("canonicalProtocol(%q) = %q, %v; want %q", text, got, err, name)
			}
		}
	}
	for _, text := range []string{"", "-1", "256", "1.0", "any", "tcp "} {
		if got, err := canonicalProtocol(text); err == nil {
			t.Errorf("canonicalProtocol(%q) = %q; want an error", text, got)
		}
	}
}

// A rule's canonical text, read as a short rule, is the same rule again; and
// the order of a list does not matter.
func TestCanonicalRulesReadBack(t *testing.T) {
	ports := rapid.Custom(func(t *rapid.T) string {
		from := rapid.IntRange(0, maxPort).Draw(t, "from")
		if rapid.Bool().Draw(t, "one") {
			return fmt.Sprint(from)
		}
		return fmt.Sprintf("%d-%d", from, rapid.IntRange(from, maxPort).Draw(t, "to"))
	})
	service := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			protocol := rapid.SampledFrom([]string{"tcp", "UDP", "6", "17"}).Draw(t, "protocol")
			return protocol + "/" + strings.Join(rapid.SliceOfN(ports, 1, 3).Draw(t, "ports"), ",")
		}),
		rapid.Map(rapid.IntRange(0, 255*256), func(n int) string { return fmt.Sprintf("icmp/%d:%d", n/256, n%256) }),
		rapid.SampledFrom([]string{"tcp", "udp", "icmp", "icmpv6", "all", "esp", "132", "50"}),
	)
	source := rapid.SampledFrom([]string{"any", "10.0.0.0/8", "192.0.2.1/32", "2001:DB8::/32", "::/0", "group:lb", "group:web"})
	rapid.Check(t, func(t *rapid.T) {
		var written []string
		for range rapid.IntRange(0, 5).Draw(t, "rules") {
			sources := rapid.SliceOfN(source, 1, 3).Draw(t, "sources")
			written = append(written, service.Draw(t, "service")+" from "+strings.Join(sources, ", "))
		}
		rules := mustLoadRules(t, written)
		var canonical []string
		for _, r := range rules {
			canonical = append(canonical, r.Service()+" from "+r.Source())
		}
		slices.Reverse(canonical)
		if diff := cmp.Diff(texts(rules), texts(mustLoadRules(t, canonical))); diff != "" {
			t.Fatalf("%q reads back differently:\n%s", written, diff)
		}
	})
}

func mustLoadRules(t *rapid.T, rules []string) []provider.Rule {
	list, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	if rules == nil {
		list = []byte("[]")
	}
	got, err := loadRules("ingress", string(list))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func texts(rules []provider.Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.String()
	}
	return out
}
