package spec

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

// Hostile and mistaken files end in issues that name the bound they broke, not
// in a panic, in minutes or in gigabytes.
func TestBoundsHold(t *testing.T) {
	const header = "version: 1\nstack: s\nzone: z\n"
	bomb := "x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		bomb += fmt.Sprintf("x-a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	merges := "x-m0: &m0 {a: 1, b: 2}\n"
	for i := 1; i < 40; i++ {
		merges += fmt.Sprintf("x-m%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i-1, i-1)
	}
	variables := "variables:\n  v0: aaaaaaaaaa\n"
	for i := 1; i < 30; i++ {
		variables += fmt.Sprintf("  v%d: ${v%d}${v%d}\n", i, i-1, i-1)
	}
	empties := "variables:\n  v0: ''\n"
	for i := 1; i < 60; i++ {
		empties += fmt.Sprintf("  v%d: ${v%d}${v%d}\n", i, i-1, i-1)
	}
	many := strings.Repeat(", 10.0.0.0/8", 5_000)
	tests := []struct {
		name, text, want string
	}{
		{"10 MiB", header + strings.Repeat("# filler\n", 10<<20/9), "larger than 2 MiB"},
		{"alias bomb", header + bomb + "securityGroups: *a9\n", "more than 500000 values"},
		{"merge bomb", header + merges + "securityGroups: *m39\n", "more than 500000 values"},
		{"variable bomb", header + variables + "securityGroups: {a: {description: \"${v29}\"}}\n", "longer than 64 KiB"},
		{"variables of nothing", header + empties + "securityGroups: {a: {description: \"${v59}!\", oops: 1}}\n", "oops"},
		{"nested defaults", header + "securityGroups: {a: {description: \"" + strings.Repeat("${a:-", 10_000) + strings.Repeat("}", 10_000) + "\"}}\n", "too many others inside"},
		{"deep flow", header + "a: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "\n", "nested deeper than 100 levels"},
		{"deeper flow", header + "a: " + strings.Repeat("[", 1<<20) + "\n", "exceeded max depth"},
		{"deep block", header + "a:\n" + deepBlock(300), "nested deeper than 100 levels"},
		{"count", header + "vms: {a: {count: 10000, template: t, offering: o}, b: {count: 1, template: t, offering: o}}\n", "more than 10000 resources"},
		{"count of much", header + "vms: {a: {count: 10000, template: t, offering: o, tags: {" + letters(200) + "}}}\n", "more than 1000000 values"},
		{"rules", header + "securityGroups: {a: {ingress: [{protocol: tcp, ports: \"80" + strings.Repeat(",81", 5_000) + "\", from: \"10.0.0.0/8" + many + "\"}]}}\n", "more than 100000 rules"},
		{"content", header + filled(1, 20), "larger than 1 MiB"},
		{"contents", header + filled(100, 15), "larger than 64 MiB together"},
		{"documents", header + strings.Repeat("---\nx-a: 1\n", 2_000), "more than 1000 documents"},
		{"many mistakes", header + "securityGroups:\n" + strings.Repeat(" a: b\n", 100_000), "duplicate key"},
		{"many bad names", header + manyResources(20_000), "this stack has no"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"s.yaml": {Data: []byte(test.text)}}, "s.yaml", testKinds(), Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				text := fmt.Sprint(err)
				t.Errorf("error %.300q; want one about %q", text, test.want)
			}
		})
	}
}

// filled is machines whose user data has a var of 60 KiB put in many times.
func filled(machines, times int) string {
	return fmt.Sprintf("vms: {a: {count: %d, template: t, offering: o, userData: {text: '%s', vars: {A: '%s${name}'}}}}\n",
		machines, strings.Repeat("${A}", times), strings.Repeat("x", 60<<10))
}

func deepBlock(levels int) string {
	var out strings.Builder
	for i := 1; i <= levels; i++ {
		out.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return out.String()
}

func letters(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "k%d: v, ", i)
	}
	return out.String()
}

func manyResources(references int) string {
	var out strings.Builder
	out.WriteString("securityGroups:\n")
	for i := range 9_000 {
		fmt.Fprintf(&out, " group%d: {}\n", i)
	}
	out.WriteString("vms: {a: {template: t, offering: o, securityGroups: [x")
	for i := range references {
		fmt.Fprintf(&out, ", groop%d", i)
	}
	return out.String() + "]}}\n"
}

// A file reads the same with the line ends of Windows and with a byte order
// mark.
func TestLineEndsAndByteOrderMark(t *testing.T) {
	for _, name := range cases(t, "testdata/ok") {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		data := read(t, name)
		want := load(t, data)
		for _, variant := range [][]byte{
			bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")),
			append([]byte("\ufeff"), data...),
		} {
			if got := load(t, variant); got != want {
				t.Errorf("%s: resolved differently:\n%s", name, got)
			}
		}
	}
}

func load(t *testing.T, data []byte) string {
	t.Helper()
	stack, err := Load(fstest.MapFS{"stack.yaml": {Data: data}}, "stack.yaml", testKinds(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return printed(stack)
}

// pipes is a file system in which every .yaml is a named pipe that nobody
// writes to. Like the system's own, it can be asked what a pipe is without
// opening it; to open one would block.
type pipes struct {
	fstest.MapFS
	t *testing.T
}

func (p pipes) Open(name string) (fs.File, error) {
	if path.Ext(name) == ".yaml" {
		p.t.Errorf("%s was opened", name)
	}
	return p.MapFS.Open(name)
}

func (p pipes) Stat(name string) (fs.FileInfo, error) { return p.MapFS.Stat(name) }

func TestAPipeIsRefusedWithoutOpeningIt(t *testing.T) {
	fsys := pipes{fstest.MapFS{"stack/s.yaml": {Mode: fs.ModeNamedPipe}}, t}
	_, err := Load(fsys, "stack", testKinds(), Options{})
	if err == nil || !strings.Contains(err.Error(), "s.yaml: not a regular file") {
		t.Errorf("error %v; want that the pipe is no regular file", err)
	}
}
