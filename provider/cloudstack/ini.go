package cloudstack

import (
	"fmt"
	"slices"
	"strings"
)

// iniFile is a file of sections with keys, as the cs tool and CloudMonkey write
// them. The section "" holds what stands before the first.
type iniFile struct {
	order  []string
	values map[string]map[string]string
}

// parseINI reads [section], key = value and key: value; # and ; begin comments
// at the beginning of a line. Keys don't distinguish case, sections do. Its
// errors name lines, never what stands in them.
func parseINI(text string) (iniFile, error) {
	f := iniFile{values: map[string]map[string]string{"": {}}}
	section := ""
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			name, rest, ok := strings.Cut(line[1:], "]")
			if !ok || strings.TrimSpace(rest) != "" {
				return f, fmt.Errorf("line %d: a section is [name]", i+1)
			}
			section = strings.TrimSpace(name)
			if f.values[section] == nil {
				f.values[section] = map[string]string{}
				f.order = append(f.order, section)
			}
		default:
			at := strings.IndexAny(line, "=:")
			if at < 1 {
				return f, fmt.Errorf("line %d: neither [section] nor key = value", i+1)
			}
			key := strings.ToLower(strings.TrimSpace(line[:at]))
			f.values[section][key] = strings.Trim(strings.TrimSpace(line[at+1:]), `"`)
		}
	}
	return f, nil
}

func (f iniFile) has(section string) bool { return slices.Contains(f.order, section) }

func (f iniFile) sections() []string { return f.order }

func (f iniFile) get(section, key string) string { return f.values[section][key] }

// either is a section's value, or the file's.
func (f iniFile) either(section, key string) string {
	if v := f.get(section, key); v != "" {
		return v
	}
	return f.get("", key)
}
