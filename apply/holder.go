package apply

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
)

// Holder says who holds a lease, for people who wait for it.
type Holder struct {
	Run   string
	Who   string
	Host  string
	PID   int
	Boot  string // tells apart hosts of one name, boots and process namespaces: only within it does PID mean anything
	CI    string // where to look at the CI run, "" outside CI
	Since time.Time
}

func (h Holder) String() string {
	text := "run " + h.Run
	if h.Who != "" {
		text += " by " + h.Who
	}
	if h.Host != "" {
		text += fmt.Sprintf(" on %s (process %d)", h.Host, h.PID)
	}
	if h.CI != "" {
		text += ", " + h.CI
	}
	if !h.Since.IsZero() {
		text += ", since " + h.Since.UTC().Format(time.RFC3339)
	}
	return text
}

// maxValue is how long a tag's value may be; the server cuts silently.
const maxValue = 255

// encode is the text of trueup.info.<run>, which people see in the cloud's own
// user interface too: ASCII, at most 255 bytes.
func (h Holder) encode() string {
	text := "who=" + plain(h.Who, 48) +
		"; host=" + plain(h.Host, 64) +
		"; pid=" + strconv.Itoa(h.PID) +
		"; boot=" + plain(h.Boot, 16) +
		"; since=" + h.Since.UTC().Format(time.RFC3339)
	if h.CI != "" {
		text += "; ci=" + plain(h.CI, maxValue)
	}
	return text[:min(len(text), maxValue)]
}

// plain makes a value that fits between semicolons: printable ASCII, cut.
func plain(s string, limit int) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c == ';':
			return ','
		case c < ' ' || c > '~':
			return '?'
		default:
			return c
		}
	}, s)
	return s[:min(len(s), limit)]
}

// holderOf reads who holds the lease of an anchor. What is not written there
// is left empty.
func holderOf(a provider.Anchor) Holder {
	h := Holder{Run: a.Tags[provider.TagLease]}
	for part := range strings.SplitSeq(a.Tags[provider.TagInfo+h.Run], "; ") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "who":
			h.Who = value
		case "host":
			h.Host = value
		case "pid":
			h.PID, _ = strconv.Atoi(value)
		case "boot":
			h.Boot = value
		case "since":
			h.Since, _ = time.Parse(time.RFC3339, value)
		case "ci":
			h.CI = value
		}
	}
	return h
}

// beatOf is the number of the holder's last beat, 0 before the first.
func beatOf(a provider.Anchor) int {
	last := 0
	for key := range a.Tags {
		if number, ok := strings.CutPrefix(key, provider.TagBeat+a.Tags[provider.TagLease]+"."); ok {
			n, _ := strconv.Atoi(number)
			last = max(last, n)
		}
	}
	return last
}
