package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestQuestionsTakeANumberANameOrAPartOfOne(t *testing.T) {
	options := []string{"Debian 12", "Debian 13", "Ubuntu 24.04", "Windows"}
	for answers, want := range map[string]string{
		"2\n": "Debian 13", "Windows\n": "Windows", "ubu\n": "Ubuntu 24.04",
		"9\n\nplan 9\ndebian\n13\n": "Debian 13",
	} {
		var asked bytes.Buffer
		a := &asker{process: &process{stdin: strings.NewReader(answers), stderr: &asked}, ctx: t.Context()}
		got, err := a.pick("Template", options)
		if got != want || err != nil {
			t.Errorf("%q picks %q, %v; want %q\n%s", answers, got, err, want, &asked)
		}
	}
}

func TestQuestionsEndWithTheirInputAndTheirContext(t *testing.T) {
	a := &asker{process: &process{stdin: strings.NewReader("bogus"), stderr: io.Discard}, ctx: t.Context()}
	if _, err := a.pick("Zone", []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "“Zone” is missing") {
		t.Errorf("without an answer: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	silent, _ := io.Pipe()
	a = &asker{process: &process{stdin: silent, stderr: io.Discard}, ctx: ctx}
	if _, err := a.pick("Zone", []string{"a", "b"}); !errors.Is(err, errInterrupted) {
		t.Errorf("interrupted: %v", err)
	}
}

// Whatever a cloud calls its things, the stack file says it, and a name that
// several have is chosen by id.
func TestInitWritesNamesAsTheyAre(t *testing.T) {
	a := &asker{process: &process{stderr: io.Discard}, ctx: t.Context()}
	twins := []candidate{{"same", "id-2"}, {"same", "id-1"}, {"other", "id-3"}}
	for given, want := range map[string]string{"other": "other", "id-3": "id-3", "id-1": "id-1"} {
		if got, err := a.one("template", "Template", given, twins); got != want || err != nil {
			t.Errorf("%s: %q, %v", given, got, err)
		}
	}
	if _, err := a.one("template", "Template", "same", twins); err == nil || !strings.Contains(err.Error(), "id-1 same, id-2 same") {
		t.Errorf("a name that two have: %v", err)
	}
	if got := idOr("id-2 same", twins); got != "id-2" {
		t.Errorf("an option of two of a name is %q", got)
	}
	for _, name := range []string{"yes", "4 GB: $5", "- x", "# no", "'q'", "null", "0x10"} {
		var back struct{ Zone string }
		text := initChoice{Stack: "s", Zone: name, Offering: name, Template: name}.yaml()
		if err := yaml.Unmarshal([]byte(text), &back); err != nil || strings.ReplaceAll(back.Zone, "$$", "$") != name {
			t.Errorf("%q is read back as %q, %v", name, back.Zone, err)
		}
	}
}

func TestStackNamesComeFromDirectories(t *testing.T) {
	for dir, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "2024_web": "web", "-x-": "x", "/": "", "Zürich": "z-rich", strings.Repeat("a", 40): strings.Repeat("a", 31),
	} {
		if got := stackNameFrom(dir); got != want {
			t.Errorf("%q gives %q, want %q", dir, got, want)
		}
	}
}
