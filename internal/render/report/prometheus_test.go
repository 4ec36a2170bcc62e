package report

import (
	"regexp"
	"strings"
	"testing"
)

// exposition is a line of Prometheus' text format: a comment, or a sample without a
// timestamp.
var exposition = regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} [0-9.]+)$`)

func TestPrometheusIsItsTextFormat(t *testing.T) {
	for name, results := range cases() {
		seen := map[string]bool{}
		for line := range strings.Lines(write(t, Prometheus, append(results, results...))) {
			line = strings.TrimSuffix(line, "\n")
			if !exposition.MatchString(line) {
				t.Errorf("%s: %s", name, line)
			}
			series, _, _ := strings.Cut(line, "} ")
			if seen[series] {
				t.Errorf("%s: %s is there twice", name, series)
			}
			seen[series] = true
		}
	}
}
