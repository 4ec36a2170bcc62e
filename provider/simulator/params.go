package simulator

import (
	"net/url"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params are the parameters of a call: names in lower case up to an index, keys of maps as they were sent.
type params map[string]string

// readParams takes a query or a form apart. The last value of a repeated parameter counts.
func readParams(into map[string]string, query string) {
	for _, pair := range strings.Split(query, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found || name == "" {
			continue
		}
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr == nil && valueErr == nil && utf8.ValidString(name) && utf8.ValidString(value) {
			into[name] = value
		}
	}
}

// lowered returns the parameters as commands see them.
func lowered(raw map[string]string) params {
	p := make(params, len(raw))
	for name, value := range raw {
		head, tail, indexed := strings.Cut(name, "[")
		name = strings.ToLower(head)
		if indexed {
			name += "[" + tail
		}
		p[name] = value
	}
	return p
}

func (p params) has(name string) bool {
	if _, ok := p[name]; ok {
		return true
	}
	for n := range p {
		if strings.HasPrefix(n, name+"[") {
			return true
		}
	}
	return false
}

// bool reads a boolean; anything but "true" is false, as in Java.
func (p params) bool(name string) bool { return strings.EqualFold(p[name], "true") }

// unless reads a boolean that is true where it is not given.
func (p params) unless(name string) bool { return p[name] == "" || p.bool(name) }

// int reads a number that was checked before the command began; it is fallback where there is none.
func (p params) int(name string, fallback int) int {
	n, err := strconv.Atoi(p[name])
	if err != nil {
		return fallback
	}
	return n
}

// list reads a list separated by commas. A parameter that is given and empty is an empty list.
func (p params) list(name string) []string {
	var out []string
	for _, v := range strings.Split(p[name], ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// maps reads an indexed parameter, name[3].key=value, in the order of the indices.
func (p params) maps(name string) []map[string]string {
	byIndex := map[int]map[string]string{}
	for n, v := range p {
		rest, ok := strings.CutPrefix(n, name+"[")
		if !ok {
			continue
		}
		index, key, ok := strings.Cut(rest, "].")
		i, err := strconv.Atoi(index)
		if !ok || err != nil {
			continue
		}
		if byIndex[i] == nil {
			byIndex[i] = map[string]string{}
		}
		byIndex[i][key] = v
	}
	indices := make([]int, 0, len(byIndex))
	for i := range byIndex {
		indices = append(indices, i)
	}
	sort.Ints(indices)
	out := make([]map[string]string, len(indices))
	for i, index := range indices {
		out[i] = byIndex[index]
	}
	return out
}

// details reads a map in the style of details[0].key=value, whatever the indices; later ones win.
func (p params) details(name string) map[string]string {
	out := map[string]string{}
	for _, m := range p.maps(name) {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// pairs reads a map in the style of tags[0].key=k&tags[0].value=v.
func (p params) pairs(name string) []pair {
	var out []pair
	for _, m := range p.maps(name) {
		v, has := m["value"]
		out = append(out, pair{m["key"], v, has})
	}
	return out
}

type pair struct {
	key, value string
	hasValue   bool
}
