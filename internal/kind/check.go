package kind

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trueup/trueup/provider"
)

// The checks that find, before the cloud is called, what CloudStack would
// refuse or keep otherwise than it was given.

// join puts the findings of several checks together.
func join(found ...[]provider.FieldError) []provider.FieldError { return slices.Concat(found...) }

func complain(field, format string, args ...any) []provider.FieldError {
	return []provider.FieldError{{Field: field, Text: fmt.Sprintf(format, args...)}}
}

// unstorable says what CloudStack can't store of a text, "" if nothing: control
// characters (431, "illegal ASCII non-printable"), and characters beyond those
// of its database, which has three bytes for each (530).
func unstorable(text string) string {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "control characters and line ends can't be stored"
	case strings.ContainsFunc(text, func(r rune) bool { return r > 0xFFFF }):
		return "CloudStack's database has no emoji, nor other characters beyond U+FFFF"
	}
	return ""
}

// checkText refuses text that can't be stored, or that is longer than most
// characters.
func checkText(f provider.Fields, field string, most int) []provider.FieldError {
	text, _ := f[field].(string)
	if n := utf8.RuneCountInString(text); n > most {
		return complain(field, "%d characters are too many; CloudStack keeps %d", n, most)
	}
	if problem := unstorable(text); problem != "" {
		return complain(field, "%s", problem)
	}
	return nil
}

// checkShownText is checkText for what people see in place of the name: where
// it is empty, CloudStack puts the name there.
func checkShownText(f provider.Fields, field string, most int) []provider.FieldError {
	if text, declared := f[field].(string); declared && text == "" {
		return complain(field, "an empty text can't be had: CloudStack shows the name then; leave the field out")
	}
	return checkText(f, field, most)
}

// checkTags refuses what createTags would refuse, cut or confuse.
func checkTags(f provider.Fields) []provider.FieldError {
	tags, _ := f["tags"].(map[string]string)
	var errs []provider.FieldError
	seen := map[string]string{} // lower-case key to key
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		lower, value := strings.ToLower(key), tags[key]
		switch {
		case key == "" || utf8.RuneCountInString(key) > 255:
			errs = append(errs, complain("tags", "the key %q must have 1 to 255 characters", key)...)
		case strings.HasPrefix(lower, provider.TagPrefix):
			errs = append(errs, complain("tags", "the key %q is kept for trueup; choose one that doesn't begin with %s", key, provider.TagPrefix)...)
		case seen[lower] != "":
			errs = append(errs, complain("tags", "%q and %q are one key to CloudStack, which ignores case", seen[lower], key)...)
		case value == "":
			errs = append(errs, complain("tags", "%q has no value; CloudStack stores no empty tags", key)...)
		case utf8.RuneCountInString(value) > 255:
			errs = append(errs, complain("tags", "the value of %q has more than the 255 characters that CloudStack keeps", key)...)
		case unstorable(key+value) != "":
			errs = append(errs, complain("tags", "%q: %s", key, unstorable(key+value))...)
		}
		seen[lower] = key
	}
	return errs
}

// checkOnChange refuses entries of the setting onChange that can have no
// effect. An entry names a field of the kind that can't be changed in place,
// and one of the remedies; a content has modes of its own.
func checkOnChange(f provider.Fields, fields []provider.Field, remedies ...string) []provider.FieldError {
	entries, _ := f["onChange"].(map[string]string)
	var errs []provider.FieldError
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		allowed := remediesOf(fields, name, remedies)
		switch {
		case allowed == nil:
			errs = append(errs, complain("onChange", "%s is no field that needs it; those that do are %s",
				name, strings.Join(needRemedy(fields), ", "))...)
		case !slices.Contains(allowed, entries[name]):
			errs = append(errs, complain("onChange", "%s: %q is not one of %s", name, entries[name], strings.Join(allowed, ", "))...)
		}
	}
	return errs
}

// remediesOf lists what onChange may say of the field, nil if nothing.
func remediesOf(fields []provider.Field, name string, remedies []string) []string {
	i := slices.IndexFunc(fields, func(f provider.Field) bool { return f.Name == name })
	switch {
	case i < 0:
		return nil
	case fields[i].Modes != nil:
		return fields[i].Modes
	case fields[i].Change == provider.Refuse || fields[i].Change == provider.GrowOnly:
		return remedies
	}
	return nil
}

func needRemedy(fields []provider.Field) []string {
	var names []string
	for _, f := range fields {
		if remediesOf(fields, f.Name, []string{}) != nil {
			names = append(names, f.Name)
		}
	}
	return names
}

// checkRules refuses rules that CloudStack would refuse or store as others.
func checkRules(f provider.Fields, field string) []provider.FieldError {
	rules, _ := f[field].([]provider.Rule)
	var errs []provider.FieldError
	for _, r := range rules {
		switch {
		case r.Ports() && r.From == 0 && r.To == 0:
			errs = append(errs, complain(field, "%s: CloudStack takes port 0 alone for all ports; write %s/0-65535 if that is meant", r, r.Protocol)...)
		case r.Protocol == "icmp" && (r.From == -1) != (r.To == -1):
			errs = append(errs, complain(field, "%s: an ICMP rule has both type and code, or neither", r)...)
		case r.Protocol == "icmpv6" && r.From != -1:
			errs = append(errs, complain(field, "%s: CloudStack doesn't tell the types of ICMPv6 apart; allow icmpv6 as a whole", r)...)
		}
	}
	return errs
}

var plainName = regexp.MustCompile(`^[^\s,]([^,]{0,62}[^\s,])?$`)

// checkPlainName returns the name check of a kind whose names CloudStack
// hardly restricts: what goes through its lists of names, and leaves room for
// the marker in a network's display text.
func checkPlainName(what string) func(string) string {
	return func(name string) string {
		if !plainName.MatchString(name) {
			return what + "'s name has 1 to 64 characters, no comma, and no space at its ends"
		}
		return unstorable(name)
	}
}
