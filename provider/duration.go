package provider

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Duration is a span of time as a file writes it, in whole seconds: "90s", "5m",
// "1h30m".
type Duration time.Duration

// Second is a duration for packages that know no clock.
const Second = Duration(time.Second)

func (d Duration) String() string {
	text := time.Duration(d).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalText writes what [ParseDuration] reads.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// MaxDuration is the longest that a file may say.
const MaxDuration = Duration(24 * time.Hour)

// ParseDuration reads whole seconds, at most [MaxDuration].
func ParseDuration(text string) (Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || !duration.MatchString(text) {
		return 0, fmt.Errorf("%q is no duration such as 30s, 5m or 1h30m", text)
	}
	if d > time.Duration(MaxDuration) {
		return 0, fmt.Errorf("%s is longer than %s", text, MaxDuration)
	}
	return Duration(d), nil
}

var duration = regexp.MustCompile(`^([0-9]+h)?([0-9]+m)?([0-9]+s)?$`)
