package simulator

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// faultPage documents fault files.
//
//go:embed faults.md
var faultPage string

// FaultFileHelp shows the format of a fault file: an example that has every field, and all that may go wrong.
func FaultFileHelp() string {
	_, rest, _ := strings.Cut(faultPage, "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	return example + "\ndo: " + joined(actions)
}

// ReadFaults reads a fault file. What is wrong with it is told with its place, all of it at once. Name is the file's, for errors.
//
// The file is YAML:
//
//	seed: 7                          # decides chances; the simulator's seed unless given
//	faults:
//	  - do: lost-answer              # see the constants of Action
//	    command: deployVirtualMachine # * stands for any letters; every command unless given
//	    call: [1, 3]                 # only these calls of it, counted from 1; one number will do
//	  - do: error
//	    command: "create*"
//	    chance: 0.05                 # only with this probability
//	    code: 530
//	    text: Internal error
//	  - do: slow-job
//	    command: "*VirtualMachine"
//	    every: 10                    # only every tenth call
//	    for: 30s
//	  - do: ignored                  # the server says that it is done
//	    command: "*SecurityGroup*"
//	    with: {protocol: tcp, cidrlist: "10.*"} # only calls that have these parameters
//	  - do: "503"
//	    from: 10s                    # from so long after the start
//	    until: 12s                   # to so long after it
//	    times: 5                     # at most so often
//	    account: plain               # only this account's calls
//	  - do: foreign-change           # somebody else does something right before the call
//	    command: listVirtualMachines
//	    call: 2
//	    changes:
//	      - command: stopVirtualMachine
//	        as: admin                # plain, plain2 or admin; admin unless given
//	        params: {id: "name:web-1"} # a name instead of an id
func ReadFaults(name string, data []byte) (*Faults, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := faultFile{name: name}
	out := &Faults{}
	if len(doc.Content) == 0 {
		return out, nil
	}
	f.fields(doc.Content[0], map[string]func(*yaml.Node){
		"seed": func(n *yaml.Node) { out.Seed = uint64(f.number(n)) },
		"faults": func(n *yaml.Node) {
			for _, item := range f.items(n) {
				out.Faults = append(out.Faults, f.fault(item))
			}
		},
	})
	return out, errors.Join(f.errs...)
}

// A faultFile reads nodes and collects what is wrong with them.
type faultFile struct {
	name string
	errs []error
}

func (f *faultFile) errorf(n *yaml.Node, format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf("%s:%d:%d: %s", f.name, n.Line, n.Column, fmt.Sprintf(format, args...)))
}

// fields hands every value of a mapping to the reader of its key.
func (f *faultFile) fields(n *yaml.Node, readers map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.errorf(n, "want a mapping")
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := readers[key.Value]
		switch {
		case !ok:
			names := make([]string, 0, len(readers))
			for k := range readers {
				names = append(names, k)
			}
			slices.Sort(names)
			f.errorf(key, "unknown field %q; want one of %s", key.Value, strings.Join(names, ", "))
		case seen[key.Value]:
			f.errorf(key, "%s stands here twice", key.Value)
		default:
			read(value)
		}
		seen[key.Value] = true
	}
}

func (f *faultFile) items(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		f.errorf(n, "want a list")
		return nil
	}
	return n.Content
}

func (f *faultFile) fault(n *yaml.Node) Fault {
	var x Fault
	done := false
	f.fields(n, map[string]func(*yaml.Node){
		"command": func(n *yaml.Node) {
			x.Command = f.text(n)
			if _, err := path.Match(x.Command, ""); err != nil {
				f.errorf(n, "bad pattern %q", x.Command)
			}
		},
		"account": func(n *yaml.Node) { x.Account = f.account(n) },
		"with":    func(n *yaml.Node) { x.With = f.params(n) },
		"call":    func(n *yaml.Node) { x.Call = f.calls(n) },
		"every":   func(n *yaml.Node) { x.Every = f.positive(n) },
		"chance": func(n *yaml.Node) {
			p, err := strconv.ParseFloat(n.Value, 64)
			if err != nil || p <= 0 || p > 1 {
				f.errorf(n, "want a probability above 0 and up to 1, not %q", n.Value)
			}
			x.Chance = p
		},
		"from":  func(n *yaml.Node) { x.From = f.duration(n) },
		"until": func(n *yaml.Node) { x.Until = f.duration(n) },
		"times": func(n *yaml.Node) { x.Times = f.positive(n) },
		"do": func(n *yaml.Node) {
			done = true
			x.Do = Action(f.text(n))
			if !slices.Contains(actions, x.Do) {
				f.errorf(n, "unknown action %q; want one of %s", x.Do, joined(actions))
			}
		},
		"code": func(n *yaml.Node) { x.Code = f.positive(n) },
		"text": func(n *yaml.Node) { x.Text = f.text(n) },
		"for":  func(n *yaml.Node) { x.For = f.duration(n) },
		"changes": func(n *yaml.Node) {
			for _, item := range f.items(n) {
				x.Changes = append(x.Changes, f.change(item))
			}
		},
	})
	if !done && n.Kind == yaml.MappingNode {
		f.errorf(n, "a fault needs do: what goes wrong")
	}
	return x
}

func (f *faultFile) change(n *yaml.Node) Change {
	var c Change
	f.fields(n, map[string]func(*yaml.Node){
		"as":      func(n *yaml.Node) { c.As = f.account(n) },
		"command": func(n *yaml.Node) { c.Command = f.text(n) },
		"params":  func(n *yaml.Node) { c.Params = f.params(n) },
	})
	if c.Command == "" {
		f.errorf(n, "a change needs a command")
	}
	return c
}

func (f *faultFile) params(n *yaml.Node) map[string]string {
	if n.Kind != yaml.MappingNode {
		f.errorf(n, "want a mapping of parameters")
		return nil
	}
	params := map[string]string{}
	for i := 0; i < len(n.Content); i += 2 {
		params[n.Content[i].Value] = f.text(n.Content[i+1])
	}
	return params
}

func (f *faultFile) account(n *yaml.Node) string {
	name := f.text(n)
	if accounts := []string{userAccount, otherAccount, adminAccount}; !slices.Contains(accounts, name) {
		f.errorf(n, "no account %q; want one of %s", name, strings.Join(accounts, ", "))
	}
	return name
}

func (f *faultFile) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		f.errorf(n, "want a text")
	}
	return n.Value
}

func (f *faultFile) number(n *yaml.Node) int {
	i, err := strconv.Atoi(n.Value)
	if err != nil || i < 0 {
		f.errorf(n, "want a number, not %q", n.Value)
	}
	return i
}

func (f *faultFile) positive(n *yaml.Node) int {
	i := f.number(n)
	if i == 0 && n.Value == "0" {
		f.errorf(n, "want a number above 0")
	}
	return i
}

func (f *faultFile) calls(n *yaml.Node) []int {
	if n.Kind == yaml.ScalarNode {
		return []int{f.positive(n)}
	}
	var out []int
	for _, item := range f.items(n) {
		out = append(out, f.positive(item))
	}
	return out
}

func (f *faultFile) duration(n *yaml.Node) time.Duration {
	d, err := time.ParseDuration(n.Value)
	if err != nil || d < 0 {
		f.errorf(n, "want a duration such as 30s, not %q", n.Value)
	}
	return d
}

func joined(list []Action) string {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}
