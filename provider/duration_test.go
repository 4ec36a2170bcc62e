package provider_test

import (
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
)

func TestDurationsAreReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "1m30s": 90 * time.Second, "5m": 5 * time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "24h": 24 * time.Hour,
	} {
		got, err := provider.ParseDuration(text)
		if err != nil || time.Duration(got) != want || got.String() != text {
			t.Errorf("%s is read as %s, %v", text, got, err)
		}
		var again provider.Duration
		written, _ := got.MarshalText()
		if err := again.UnmarshalText(written); err != nil || again != got {
			t.Errorf("%s is stored as %s and read as %s, %v", text, written, again, err)
		}
	}
	for _, text := range []string{"", "5", "-5s", "300ms", "1.5h", "0", "25h", "soon"} {
		if d, err := provider.ParseDuration(text); err == nil {
			t.Errorf("%q is read as %s", text, d)
		}
	}
}
