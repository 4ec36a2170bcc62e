package apply

import (
	"strings"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
)

func TestHolderFitsIntoATag(t *testing.T) {
	long := strings.Repeat("x", 300)
	h := Holder{Run: "r1", Who: "Zoë; " + long, Host: long, PID: 1 << 22, Boot: long, CI: "https://ci.example/" + long, Since: time.Unix(1e9, 0).UTC()}
	text := h.encode()
	if len(text) > 255 || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		t.Errorf("%d bytes: %s", len(text), text)
	}
	got := holderOf(provider.Anchor{Tags: map[string]string{provider.TagLease: "r1", provider.TagInfo + "r1": text}})
	if got.PID != h.PID || !got.Since.Equal(h.Since) || !strings.HasPrefix(got.Who, "Zo?, x") || got.CI == "" {
		t.Errorf("read back: %+v", got)
	}
	short := Holder{Run: "r1", Who: "ann", Host: "here", PID: 3, Boot: "b", CI: "https://ci", Since: h.Since}
	got = holderOf(provider.Anchor{Tags: map[string]string{provider.TagLease: "r1", provider.TagInfo + "r1": short.encode()}})
	if got != short {
		t.Errorf("read back: %+v", got)
	}
}
