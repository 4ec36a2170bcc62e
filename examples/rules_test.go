package examples

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/trueup/trueup/provider/simulator"
)

// groupStack writes a stack of one security group and returns its directory.
func groupStack(t *testing.T, lines ...string) string {
	t.Helper()
	dir := t.TempDir()
	text := "version: 1\nstack: rules\nzone: sg1\nsecurityGroups:\n  web:\n    " + strings.Join(lines, "\n    ") + "\n  lb: {}\n"
	if err := os.WriteFile(filepath.Join(dir, "stack.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ruleCalls are the calls that changed rules since a mark in the log, in the
// order in which the server began them: "authorizeSecurityGroupIngress 80 10.0.0.0/8".
func (c *cloud) ruleCalls(since int) []string {
	c.Helper()
	calls := []string{}
	for _, r := range c.sim.Requests()[since:] {
		switch {
		case strings.HasPrefix(r.Command, "authorizeSecurityGroup"):
			calls = append(calls, r.Command+" "+r.Params["startport"]+" "+r.Params["cidrlist"])
		case strings.HasPrefix(r.Command, "revokeSecurityGroup"):
			calls = append(calls, r.Command)
		}
	}
	return calls
}

func TestRulesOfOneServiceAreOneCallAndComeBeforeRevocations(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{})
	c.trueup(0, "apply", "--yes", groupStack(t, "ingress: ['tcp/80 from 10.0.0.0/8, 192.168.0.0/16']"))
	before := len(c.sim.Requests())
	c.trueup(0, "apply", "--yes", groupStack(t, "ingress: ['tcp/80 from 10.0.0.0/8, 172.16.0.0/12, 203.0.113.0/24']"))
	want := []string{"authorizeSecurityGroupIngress 80 172.16.0.0/12,203.0.113.0/24", "revokeSecurityGroupIngress"}
	if diff := cmp.Diff(want, c.ruleCalls(before)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestUndeclaredRuleIsKeptAndListedWhereNotExclusive(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{})
	dir := groupStack(t, "exclusive: false", "ingress: [tcp/80 from 10.0.0.0/8]")
	c.trueup(0, "apply", "--yes", dir)
	addRule("web", "3389", "").change(c)

	out := c.trueup(0, "plan", dir)
	if !strings.Contains(out, "3389") {
		t.Errorf("the plan does not list the rule:\n%s", out)
	}
	before := len(c.sim.Requests())
	c.trueup(0, "apply", "--yes", dir)
	if diff := cmp.Diff([]string{}, c.ruleCalls(before)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAbsentRulesAreLeftAloneAndEmptyMeansNone(t *testing.T) {
	t.Parallel()
	c := newCloud(t, simulator.Config{})
	c.trueup(0, "apply", "--yes", groupStack(t, "ingress: [tcp/80 from 10.0.0.0/8]"))
	if got := c.changes(groupStack(t, "{}")); len(got) != 0 {
		t.Errorf("without the field: %q", got)
	}
	if diff := cmp.Diff([]string{"securityGroup/web update pending ingress"}, c.changes(groupStack(t, "ingress: []"))); diff != "" {
		t.Errorf("with an empty list (-want +got):\n%s", diff)
	}
}

func TestSpellingsOfEqualRulesMakeNoDifference(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/rules/spellings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var classes []struct {
		Rules   []string
		Ingress []yaml.Node
	}
	if err := yaml.Unmarshal(text, &classes); err != nil {
		t.Fatal(err)
	}
	spellings := 0
	for _, class := range classes {
		t.Run(strings.Join(class.Rules, " "), func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{})
			c.trueup(0, "apply", "--yes", spelled(t, class.Ingress[0]))
			for _, item := range class.Ingress[1:] {
				if got := c.changes(spelled(t, item)); len(got) != 0 {
					t.Errorf("line %d: %q", item.Line, got)
				}
			}
		})
		spellings += len(class.Ingress)
	}
	if spellings < 25 {
		t.Errorf("only %d spellings are tried", spellings)
	}
}

// spelled is a stack with a group that has one rule item, as it is written.
func spelled(t *testing.T, item yaml.Node) string {
	t.Helper()
	rules, err := yaml.Marshal([]yaml.Node{item})
	if err != nil {
		t.Fatal(err)
	}
	return groupStack(t, "ingress:", "  "+strings.ReplaceAll(strings.TrimSpace(string(rules)), "\n", "\n      "), "egress: []", "exclusive: true")
}
