package examples

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/trueup/trueup/provider/simulator"
)

// told is a call that was explained, or that came: a command and its parameters.
type told struct {
	command string
	params  map[string]string
}

func (t told) String() string {
	text := t.command
	for _, name := range slices.Sorted(maps.Keys(t.params)) {
		text += " " + name + "=" + t.params[name]
	}
	return text
}

// covers reports whether a call that came may be the one that was told: what
// could not be known, or is secret, may be anything.
func (t told) covers(sent told) bool {
	if t.command != strings.ToLower(sent.command) || len(t.params) != len(sent.params) {
		return false
	}
	for name, value := range t.params {
		is, there := sent.params[name]
		open := value == "(hidden)" || strings.Contains(value, "<")
		if !there || !open && is != value {
			return false
		}
	}
	return true
}

// What plan --explain tells is what apply sends, call by call, and its summary
// does not promise less than half of them.
func TestExplainedIsWhatAnApplySends(t *testing.T) {
	t.Parallel()
	for _, stack := range stacks {
		t.Run(stack.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, simulator.Config{Flavour: stack.flavour, Seed: 1})
			out := c.trueup(0, "plan", "--explain", stack.name)
			before := len(c.sim.Requests())
			c.trueup(0, "apply", "--yes", stack.name)
			sent, all := sentCalls(c.sim.Requests()[before:])
			explained := explainedCalls(out)
			for _, call := range explained {
				at := slices.IndexFunc(sent, call.covers)
				if at < 0 {
					t.Errorf("told, and not sent: %s", call)
					continue
				}
				sent = slices.Delete(sent, at, at+1)
			}
			for _, call := range sent {
				t.Errorf("sent, and not told: %s", call)
			}
			if estimate := estimatedCalls(t, out); estimate > all || 2*estimate < all {
				t.Errorf("estimated %d calls, and sent %d", estimate, all)
			}
		})
	}
}

// explainedCalls reads the commands for CloudMonkey. A call's tags count one by
// one, as apply sets equal ones of several resources together.
func explainedCalls(out string) []told {
	var calls []told
	for line := range strings.Lines(out) {
		words := shellWords(strings.TrimSpace(line))
		if len(words) < 3 || words[0] != "cmk" {
			continue
		}
		call := told{strings.ToLower(words[1] + words[2]), map[string]string{}}
		for _, word := range words[3:] {
			name, value, _ := strings.Cut(word, "=")
			call.params[name] = value
		}
		calls = append(calls, tagged(call)...)
	}
	return calls
}

// sentCalls are the calls that changed something, without those about the
// anchor, which only a run of trueup makes; all counts the lease's no more.
func sentCalls(requests []simulator.Request) (calls []told, all int) {
	for _, r := range requests {
		call := told{strings.ToLower(r.Command), map[string]string{}}
		for name, value := range r.Params {
			if !slices.Contains([]string{"command", "response", "signatureversion", "expires", "customjobid", "apikey", "signature"}, strings.ToLower(name)) {
				call.params[name] = value
			}
		}
		key := call.params["tags[0].key"]
		switch {
		case strings.HasPrefix(call.command, "list"), strings.HasPrefix(call.command, "query"), strings.HasPrefix(call.params["name"], "trueup."):
		case leaseTag.MatchString(key):
		case anchorTag.MatchString(key):
			all++
		default:
			all++
			calls = append(calls, tagged(call)...)
		}
	}
	return calls, all
}

var (
	leaseTag  = regexp.MustCompile(`^trueup\.(lease$|info\.|beat\.|origin$|prefix$)`)
	anchorTag = regexp.MustCompile(`^trueup\.(note|own|outage)\.`)
)

// tagged makes a call for every resource of one that sets tags.
func tagged(call told) []told {
	if call.command != "createtags" {
		return []told{call}
	}
	var calls []told
	for id := range strings.SplitSeq(call.params["resourceids"], ",") {
		one := told{call.command, maps.Clone(call.params)}
		one.params["resourceids"] = id
		calls = append(calls, one)
	}
	return calls
}

// estimatedCalls reads the plan's summary.
func estimatedCalls(t *testing.T, out string) int {
	found := regexp.MustCompile(`(\d+) calls?, at least`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("the plan estimates nothing:\n%s", out)
	}
	n, _ := strconv.Atoi(found[1]) // digits
	return n
}

// shellWords splits a line as a shell does, as far as the plan quotes.
func shellWords(line string) []string {
	var words []string
	word, quoted, any := "", false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted, any = !quoted, true
		case c == '\\' && !quoted && i+1 < len(line):
			i++
			word, any = word+string(line[i]), true
		case c == ' ' && !quoted:
			if any {
				words = append(words, word)
			}
			word, any = "", false
		default:
			word, any = word+fmt.Sprintf("%c", c), true
		}
	}
	if any {
		words = append(words, word)
	}
	return words
}
