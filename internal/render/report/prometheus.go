package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/trueup/trueup/apply"
	"github.com/trueup/trueup/plan"
	"github.com/trueup/trueup/provider"
)

// writePrometheus writes gauges for the textfile collector of the node exporter
// (github.com/prometheus/node_exporter#textfile-collector): no timestamps, and a
// zero where nothing is, so that an alert ends when its cause does.
func writePrometheus(w io.Writer, results []*Result, about About) error {
	m := &metrics{}
	for _, r := range results {
		r.measure(m)
	}
	m.add("trueup_build_info", "The version of trueup that wrote this.", 1, "version", about.Version)
	_, err := io.WriteString(w, m.String())
	return err
}

// measure adds the metrics of one stack.
func (r *Result) measure(m *metrics) {
	stack := []string{"stack", r.name(), "command", r.Command}
	m.add("trueup_last_run_timestamp_seconds", "When the command last ended, in seconds since 1970.", float64(r.Began.Add(r.Took).Unix()), stack...)
	m.add("trueup_last_run_duration_seconds", "How long the command took.", r.Took.Seconds(), stack...)
	success := 1.0
	if r.failed() {
		success = 0
	}
	m.add("trueup_last_run_success", "1 if the command did what it was asked for, whatever it found; else 0.", success, stack...)
	if r.Plan == nil {
		return
	}
	declared, drifted := countKinds(r.Declared), map[string]int{}
	if r.Drift != nil {
		for _, c := range r.Drift.Drifted {
			drifted[c.Address.Kind]++
		}
	}
	kinds := maps.Clone(declared)
	maps.Copy(kinds, drifted)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		m.add("trueup_declared_resources", "Resources that the stack declares.", float64(declared[kind]), "stack", r.name(), "kind", kind)
		if r.Drift != nil {
			m.add("trueup_drifted_resources", "Resources that differ from what was last applied.", float64(drifted[kind]), "stack", r.name(), "kind", kind)
		}
	}
	pending := r.Plan.Changes
	if r.Drift != nil {
		pending = r.Drift.Pending
	}
	if r.Run == nil {
		planned := map[plan.Action]int{}
		for _, c := range pending {
			planned[c.Action]++
		}
		for _, action := range []plan.Action{plan.Create, plan.Update, plan.Recreate, plan.Reinstall, plan.Delete, plan.Adopt, plan.Rename, plan.Forget} {
			m.add("trueup_pending_changes", "Changes that an apply would make; of a drift, those that the file explains.", float64(planned[action]), "stack", r.name(), "action", string(action))
		}
		return
	}
	counts := r.Run.Counts()
	for _, phase := range []apply.Phase{apply.Done, apply.Failed, apply.NotStarted, apply.Running, apply.Waiting} {
		m.add("trueup_last_run_steps", "Steps of the last run by how they ended.", float64(counts[phase]), "stack", r.name(), "command", r.Command, "phase", string(phase))
	}
}

func countKinds(addresses []provider.Address) map[string]int {
	counts := map[string]int{}
	for _, a := range addresses {
		counts[a.Kind]++
	}
	return counts
}

// metrics are samples by metric, in the order in which they were first added.
type metrics struct {
	names   []string
	help    map[string]string
	samples map[string][]string
	series  map[string]bool // that have a sample
}

// add adds a sample; labels are names and values in turn. Of one series the first
// sample counts: a second one would make the collector refuse the file.
func (m *metrics) add(name, help string, value float64, labels ...string) {
	if m.help == nil {
		m.help, m.samples, m.series = map[string]string{}, map[string][]string{}, map[string]bool{}
	}
	if m.help[name] == "" {
		m.names, m.help[name] = append(m.names, name), help
	}
	var pairs []string
	for i := 0; i+1 < len(labels); i += 2 {
		pairs = append(pairs, labels[i]+`="`+labelValue(labels[i+1])+`"`)
	}
	series := name + "{" + strings.Join(pairs, ",") + "}"
	if m.series[series] {
		return
	}
	m.series[series] = true
	m.samples[name] = append(m.samples[name], series+" "+strconv.FormatFloat(value, 'f', -1, 64))
}

func (m *metrics) String() string {
	var b strings.Builder
	for _, name := range m.names {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, m.help[name], name)
		for _, s := range m.samples[name] {
			b.WriteString(s + "\n")
		}
	}
	return b.String()
}

func labelValue(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)
}
