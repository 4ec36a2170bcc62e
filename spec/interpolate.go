package spec

import (
	"errors"
	"fmt"
	"strings"
)

// lookup tells a variable's value; set is false where it has none. Its error
// is a user mistake.
type lookup func(name string) (value string, set bool, err error)

// interpolate replaces ${V}, ${V:-default} and ${V:?message} in text by
// variables, and $$ by a dollar sign. A default may hold variables itself.
// Its error is a user mistake and shows nothing of the text, which may be secret.
func interpolate(text string, variable lookup) (string, error) {
	if !strings.Contains(text, "$") {
		return text, nil
	}
	if len(text) > maxText {
		return "", tooLong()
	}
	var out strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			out.WriteString(text)
			break
		}
		out.WriteString(text[:at])
		text = text[at+1:]
		switch {
		case strings.HasPrefix(text, "$"):
			out.WriteByte('$')
			text = text[1:]
		case strings.HasPrefix(text, "{"):
			end := closing(text)
			if end < 0 {
				return "", errors.New("a ${ has no closing brace, or too many others inside; write $$ for a dollar sign")
			}
			value, err := substitute(text[1:end], variable)
			if err != nil {
				return "", err
			}
			out.WriteString(value)
			text = text[end+1:]
		default:
			return "", errors.New("a lone $ means nothing: write ${name} for a variable, $$ for a dollar sign")
		}
		if out.Len() > maxText {
			break
		}
	}
	if out.Len() > maxText {
		return "", tooLong()
	}
	return out.String(), nil
}

func tooLong() error {
	return fmt.Errorf("longer than %d KiB with its variables filled in", maxText>>10)
}

// closing returns where the brace that text begins with is closed, or -1, also
// where too many others are opened before.
func closing(text string) int {
	depth := 1
	for i := 1; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "$$"):
			i++
		case strings.HasPrefix(text[i:], "${"):
			if depth++; depth > maxNesting {
				return -1
			}
			i++
		case text[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// substitute gives the value of what stands between the braces.
func substitute(body string, variable lookup) (string, error) {
	name, rest := body, ""
	if end := strings.IndexFunc(body, func(r rune) bool { return !inName(r) }); end >= 0 {
		name, rest = body[:end], body[end:]
	}
	if !isName(name) {
		return "", errors.New("after ${ stands the name of a variable; write $$ for a dollar sign")
	}
	value, set, err := variable(name)
	if err != nil {
		return "", err
	}
	op, operand := rest, ""
	if len(rest) > 2 {
		op, operand = rest[:2], rest[2:]
	}
	switch op {
	case "":
		if !set {
			return "", &unsetError{name}
		}
		return value, nil
	case ":-":
		if value != "" {
			return value, nil
		}
		return interpolate(operand, variable)
	case ":?":
		if value != "" {
			return value, nil
		}
		message, err := interpolate(operand, variable)
		if err == nil && message == "" {
			message = "it must have a value"
		}
		if err == nil {
			err = fmt.Errorf("the variable %s: %s", name, message)
		}
		return "", err
	default:
		return "", fmt.Errorf("after ${%s stands :-default, :?message or the closing brace", name)
	}
}

// unsetError is the mistake of naming a variable that has no value.
type unsetError struct{ name string }

func (e *unsetError) Error() string {
	return fmt.Sprintf("the variable %s has no value: pass --var %s=VALUE, set %s%s, or write ${%s:-default}", e.name, e.name, EnvPrefix, e.name, e.name)
}

// isName reports whether s may be a variable's name.
func isName(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.IndexFunc(s, func(r rune) bool { return !inName(r) }) < 0
}

func inName(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
