package cli

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	ucli "github.com/urfave/cli/v2"
)

const (
	// askTime is how long somebody who types may be kept waiting for the cloud.
	askTime = 2 * time.Second
	// completeTime bounds the whole answer, whatever else is slow: a file may be a
	// pipe.
	completeTime = 3 * time.Second
)

// complete answers a shell, in time and without a word of anything else.
func complete(ctx context.Context, p *process, before []string, word string) {
	ctx, cancel := context.WithTimeout(ctx, completeTime)
	defer cancel()
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	answers := make(chan string, 1)
	go func() { answers <- answer(asking, p, before, word) }()
	select {
	case text := <-answers:
		_, _ = io.WriteString(p.stdout, text)
	case <-ctx.Done():
	}
}

// completion is one question of a shell.
type completion struct {
	*process                      // says nothing
	*ucli.Context                 // the line up to the word, as far as it could be parsed
	word          string          // what is typed of what is looked for
	lead          string          // what of the word stands before that: "--target="
	flag          string          // whose value is looked for; "" is what stands beside flags
	taken         map[string]bool // what is given or suggested already
	paths         bool            // whether paths of files fit
	found         []suggestion
}

// suggestion is a candidate for a word.
type suggestion struct {
	Word  string `json:"word"`
	About string `json:"about,omitempty"`
}

// answer is what the shell is told. The parser finds the command and what its
// flags are, as far as they go.
func answer(ctx context.Context, p *process, before []string, word string) string {
	if slices.Contains(before, "--") { // only paths follow, and the parser would run the command
		return ""
	}
	quiet := *p
	quiet.stdout, quiet.stderr = io.Discard, io.Discard
	k := &completion{process: &quiet, word: word, taken: map[string]bool{}}
	app := newApp(k.process)
	app.EnableBashCompletion = true
	app.BashComplete = func(c *ucli.Context) {
		if c.Args().Present() { // no command of ours
			return
		}
		k.commands(app.Commands)
	}
	before = k.findFlag(app.Commands, k.atHome(before))
	for _, command := range app.Commands {
		command.BashComplete = func(c *ucli.Context) {
			k.Context = c
			switch {
			case k.flag != "":
				k.value(command)
			case strings.HasPrefix(word, "-"):
				k.flags(command.Flags)
			default:
				k.argument(command)
			}
		}
	}
	// Nobody reads an error while typing.
	_ = app.RunContext(ctx, append(flagsFirst(app.Commands, before), completionWord))
	return k.text()
}

// atHome puts the home directory where the shell would.
func (k *completion) atHome(words []string) []string {
	words = slices.Clone(words)
	for i, word := range words {
		if rest, ok := strings.CutPrefix(word, "~/"); ok {
			words[i] = filepath.Join(k.env.first("HOME", "USERPROFILE"), rest)
		}
	}
	return words
}

// findFlag finds the flag whose value the word is, be it a word of its own or
// "--flag=value", and gives the line without it.
func (k *completion) findFlag(commands []*ucli.Command, before []string) []string {
	if len(before) < 2 {
		return before
	}
	at := slices.IndexFunc(commands, func(c *ucli.Command) bool { return c.HasName(before[1]) })
	if at < 0 {
		return before
	}
	flags := commands[at].Flags
	for i := 2; i < len(before); i++ {
		if !strings.HasPrefix(before[i], "-") || !takesValue(flags, before[i]) {
			continue
		}
		if i == len(before)-1 {
			k.flag = strings.TrimLeft(before[i], "-")
			return before[:i]
		}
		i++ // it has its value
	}
	name, value, ok := strings.Cut(k.word, "=")
	if ok && strings.HasPrefix(name, "-") && takesValue(flags, name) {
		k.flag, k.lead, k.word = strings.TrimLeft(name, "-"), name+"=", value
	}
	return before
}

// commands suggests commands.
func (k *completion) commands(commands []*ucli.Command) {
	for _, c := range commands {
		k.suggest(c.Name, c.Usage)
	}
}

// flags suggests the flags of a command.
func (k *completion) flags(flags []ucli.Flag) {
	for _, f := range flags {
		if doc, ok := f.(ucli.DocGenerationFlag); ok {
			if visible, ok := f.(ucli.VisibleFlag); ok && !visible.IsVisible() {
				continue
			}
			k.suggest("--"+f.Names()[0], strings.ReplaceAll(doc.GetUsage(), "`", ""))
		}
	}
}

// argument suggests what may stand beside the flags of a command.
func (k *completion) argument(command *ucli.Command) {
	switch command.Name {
	case "api":
		k.request()
	case "completion":
		if !k.Args().Present() {
			k.words(shells...)
		}
	case "help":
		if !k.Args().Present() {
			k.commands(k.App.Commands)
		}
	default:
		k.paths = command.ArgsUsage != ""
	}
}

func (k *completion) words(words ...string) {
	for _, word := range words {
		k.suggest(word, "")
	}
}

// take keeps words from being suggested.
func (k *completion) take(words []string) {
	for _, word := range words {
		k.taken[word] = true
	}
}

// suggest takes a candidate, once, and none that can't be typed: names in a cloud
// are what others made them.
func (k *completion) suggest(word, about string) {
	if word == "" || k.taken[word] || strings.ContainsFunc(word, unicode.IsControl) {
		return
	}
	k.taken[word] = true
	k.found = append(k.found, suggestion{word, firstSentence(about)})
}

// text is the answer. Where paths fit as well, words are suggested only while
// one of them may be meant.
func (k *completion) text() string {
	if k.paths && !slices.ContainsFunc(k.found, func(s suggestion) bool { return strings.HasPrefix(s.Word, k.word) }) {
		return ""
	}
	if len(k.found) == 0 {
		return "\n"
	}
	var b strings.Builder
	for _, s := range k.found {
		b.WriteString(strings.TrimSuffix(k.lead+s.Word+"\t"+s.About, "\t") + "\n")
	}
	return b.String()
}

// firstSentence is as much of a description as fits beside a word.
func firstSentence(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	text, _, _ = strings.Cut(text, ". ")
	const most = 80 // characters
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
