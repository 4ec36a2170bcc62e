package spec

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unreadable finds what no YAML parser could read, with its place.
func unreadable(src *source, data []byte) (Issue, bool) {
	line, column := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		text := ""
		switch {
		case r == utf8.RuneError && size == 1:
			text = "the file is not UTF-8"
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
			text = fmt.Sprintf("the control character %U", r)
		}
		if text != "" {
			return Issue{Pos: Pos{src.shown, line, column}, Text: text}, true
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		i += size
	}
	return Issue{}, false
}

var (
	reportedLine  = regexp.MustCompile(`^yaml: line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.*)' referenced`)
)

// explain turns an error of the YAML parser, which tells at most a line, into
// an issue with the best place and advice that the text gives.
func explain(src *source, data []byte, err error) Issue {
	lines := strings.Split(string(data), "\n")
	if m := unknownAnchor.FindStringSubmatch(err.Error()); m != nil {
		for i, l := range lines {
			if at := strings.Index(l, "*"+m[1]); at >= 0 {
				return Issue{Pos: place(src, i, l, at), Text: fmt.Sprintf("no anchor &%s stands before this alias", m[1])}
			}
		}
	}
	line, text := 0, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := reportedLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.TrimPrefix(err.Error(), m[0])
		// Errors of its grammar carry a line that counts from 0, those of
		// its scanner one that counts from 1.
		if !strings.HasPrefix(text, "did not find expected") {
			line--
		}
	}
	line = min(max(line, 0), len(lines)-1)
	text = "this is not YAML: " + text

	for i := line; i < min(line+2, len(lines)); i++ {
		indent := lines[i][:len(lines[i])-len(strings.TrimLeft(lines[i], " \t"))]
		if at := strings.IndexByte(indent, '\t'); at >= 0 {
			return Issue{Pos: place(src, i, lines[i], at), Text: "a tab in the indentation", Hint: "YAML indents with spaces"}
		}
	}
	if i, at, word, ok := bareInFlow(lines[line:]); ok {
		return Issue{
			Pos: place(src, line+i, lines[line+i], at), Text: text,
			Hint: fmt.Sprintf("inside {…} and […] put %s in quotes", word),
		}
	}
	at := len(lines[line]) - len(strings.TrimLeft(lines[line], " "))
	hint := ""
	for _, u := range unquoted {
		if m := u.FindStringSubmatchIndex(lines[line]); m != nil {
			at, hint = m[2], "put the text in quotes"
			break
		}
	}
	return Issue{Pos: place(src, line, lines[line], at), Text: text, Hint: hint}
}

// unquoted finds texts that YAML takes for something else: those that begin
// with a character it keeps for itself, and those with another “: ” in them.
var unquoted = []*regexp.Regexp{
	regexp.MustCompile("(?:^|[:,-] |[\\[{] ?)([@`%].*)"),
	regexp.MustCompile(`^[^"':]*: +([^"'\[{|>#].*: .*)`),
}

func place(src *source, line int, text string, at int) Pos {
	return Pos{src.shown, line + 1, 1 + utf8.RuneCountInString(text[:at])}
}

// bareInFlow finds the first unquoted ${…} or scalar with a leading colon
// inside {…} or […], which YAML takes for punctuation. It looks at the
// collections that begin in the first of the lines.
func bareInFlow(lines []string) (line, at int, word string, ok bool) {
	depth := 0
	var inQuotes, before byte
	for i, l := range lines {
		for j := range len(l) {
			c := l[j]
			switch {
			case inQuotes != 0:
				if c == inQuotes {
					inQuotes = 0
				}
			case c == '#' && (j == 0 || l[j-1] == ' '):
				l = l[:j]
			case (c == '"' || c == '\'') && strings.IndexByte("[{,:", before) >= 0:
				inQuotes = c
			case depth > 0 && strings.HasPrefix(l[j:], "${"):
				return i, j, "${…}", true
			case depth > 0 && c == ':' && strings.IndexByte("[,:", before) >= 0 && j+1 < len(l) && l[j+1] != ' ':
				return i, j, "a leading “:”", true
			case c == '[' || c == '{':
				depth++
			case c == ']' || c == '}':
				depth--
			}
			if j >= len(l) {
				break
			}
			if c != ' ' {
				before = c
			}
		}
		if depth <= 0 {
			break
		}
	}
	return 0, 0, "", false
}
