package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Format is a form of report.
type Format string

const (
	HTML       Format = "html"
	Markdown   Format = "markdown"
	JSON       Format = "json"
	Events     Format = "events" // JSON, one object a line
	GitHub     Format = "github"
	GitLab     Format = "gitlab"
	SARIF      Format = "sarif"
	JUnit      Format = "junit"
	Prometheus Format = "prometheus"
)

// formats are all of them, with the endings of files that mean one.
var formats = []struct {
	format  Format
	endings []string
	write   func(io.Writer, []*Result, About) error
}{
	{HTML, []string{".html", ".htm"}, writeHTML},
	{Markdown, []string{".md", ".markdown"}, writeMarkdown},
	{JSON, []string{".json"}, writeJSON},
	{Events, []string{".jsonl", ".ndjson"}, writeEvents},
	{GitHub, nil, writeGitHub},
	{GitLab, nil, writeGitLab},
	{SARIF, []string{".sarif", ".sarif.json"}, writeSARIF},
	{JUnit, []string{".xml"}, writeJUnit},
	{Prometheus, []string{".prom"}, writePrometheus},
}

// Formats lists the names of all formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, string(f.format))
	}
	return names
}

// Parse finds the format of that name.
func Parse(name string) (Format, bool) {
	ok := slices.Contains(Formats(), name)
	return Format(name), ok
}

// ByFile finds the format that a file's name means; the longest ending counts.
func ByFile(name string) (Format, bool) {
	var found Format
	longest := 0
	for _, f := range formats {
		for _, ending := range f.endings {
			if len(ending) > longest && strings.HasSuffix(strings.ToLower(name), ending) {
				found, longest = f.format, len(ending)
			}
		}
	}
	return found, longest > 0
}

// Write writes results, one of each stack, in a format.
func Write(w io.Writer, format Format, results []*Result, about About) error {
	for _, f := range formats {
		if f.format == format {
			return f.write(w, results, about)
		}
	}
	return fmt.Errorf("no format %q", format)
}
