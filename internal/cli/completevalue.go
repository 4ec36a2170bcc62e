package cli

import (
	"strings"

	ucli "github.com/urfave/cli/v2"

	"github.com/trueup/trueup/internal/kind"
	"github.com/trueup/trueup/internal/render/report"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// value suggests values of a flag.
func (k *completion) value(command *ucli.Command) {
	k.take(k.StringSlice(k.flag))
	k.paths = takesFile(command.Flags, k.flag)
	switch k.flag {
	case "target", "exclude":
		k.addresses()
	case "format":
		k.words(formats(command.Name)...)
	case "report":
		k.reports()
	case "cloud":
		k.words("cloudstack", "simulator", "simulator:"+string(simulator.Exoscale))
	case "flavour":
		k.words(string(simulator.CloudStack), string(simulator.Exoscale))
	case "latency":
		k.words("none", "recorded")
	case "profile":
		if l, err := lookUp(k.env, cloudOptions{}); err == nil {
			k.words(l.Names()...)
		}
	case "kind":
		for _, table := range kind.All() {
			k.suggest(table.Name, table.Doc)
		}
	default:
		k.liveValue(command)
	}
}

// takesFile reports whether a flag's value is the path of a file.
func takesFile(flags []ucli.Flag, name string) bool {
	for _, f := range flags {
		if doc, ok := f.(ucli.DocGenerationFlag); ok && f.Names()[0] == name {
			return strings.Contains(doc.GetUsage(), "`FILE`")
		}
	}
	return false
}

// formats are the values of --format.
func formats(command string) []string {
	switch command {
	case "graph":
		return []string{"text", "dot", "mermaid"}
	case "status":
		return []string{"text", "json"}
	default:
		return append([]string{string(formatText)}, report.Formats()...)
	}
}

// reports suggests the formats of FORMAT=FILE. Of the file, and of a name that
// tells the format, the shell knows more.
func (k *completion) reports() {
	if strings.Contains(k.word, "=") {
		return
	}
	for _, format := range report.Formats() {
		k.suggest(format+"=", "")
	}
}

// addresses suggests those of the stack that no flag means already, and its
// blocks that stand for several. A stack that can't be loaded has none.
func (k *completion) addresses() {
	o, err := oneStack(k.Context)
	if err != nil {
		return
	}
	stack, err := load(k.process, o, o.paths[0])
	if err != nil {
		return
	}
	patterns := append(k.StringSlice("target"), k.StringSlice("exclude")...)
	blocks := map[string]bool{}
	for _, r := range stack.Resources {
		if meant(patterns, r.Address, r.Block) {
			continue
		}
		if block := r.Kind + "/" + r.Block; r.Block != r.Name && !blocks[block] {
			blocks[block] = true
			k.suggest(block, "every one of "+r.Block)
		}
		k.suggest(r.Address.String(), "")
	}
}

// meant reports whether any of the patterns means a resource.
func meant(patterns []string, a provider.Address, block string) bool {
	for _, pattern := range patterns {
		if is, err := plan.Means(pattern, a, block); err == nil && is {
			return true
		}
	}
	return false
}
