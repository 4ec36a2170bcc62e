package report

import (
	"fmt"
	"io"
	"strings"
)

// annotationsPerLevel is how many annotations of a level GitHub shows of a step.
const annotationsPerLevel = 10

// writeGitHub writes workflow commands that make GitHub show findings beside the
// lines of the stack file (docs.github.com: Workflow commands for GitHub Actions).
// Of more than GitHub shows the last one says how many are missing.
func writeGitHub(w io.Writer, results []*Result, about About) error {
	byLevel := map[level][]finding{}
	for _, r := range results {
		for _, f := range r.findings() {
			byLevel[levelOf(f.rule)] = append(byLevel[levelOf(f.rule)], f)
		}
	}
	var b strings.Builder
	for _, l := range []level{levelError, levelWarning, levelNote} {
		all := byLevel[l]
		shown := all
		if len(all) > annotationsPerLevel {
			shown = all[:annotationsPerLevel-1]
		}
		for _, f := range shown {
			writeCommand(&b, l, f, about)
		}
		if more := len(all) - len(shown); more > 0 {
			writeCommand(&b, l, finding{title: "trueup", text: fmt.Sprintf("%d more like these: see the report", more)}, about)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCommand(b *strings.Builder, l level, f finding, about About) {
	properties := []string{}
	if f.pos.File != "" {
		properties = append(properties, "file="+gitHubProperty(about.fromRoot(f.pos.File)))
	}
	if f.pos.Line > 0 {
		properties = append(properties, fmt.Sprintf("line=%d,col=%d", f.pos.Line, max(1, f.pos.Column)))
	}
	properties = append(properties, "title="+gitHubProperty(f.title))
	fmt.Fprintf(b, "::%s %s::%s\n", gitHubLevel(l), strings.Join(properties, ","), gitHubData(f.text))
}

func gitHubLevel(l level) string {
	switch l {
	case levelError:
		return "error"
	case levelWarning:
		return "warning"
	default:
		return "notice"
	}
}

// gitHubData escapes a message.
func gitHubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// gitHubProperty escapes the value of a property.
func gitHubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
