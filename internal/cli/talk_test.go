package cli

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatTakesLongIsSaidWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		if err := (&talk{w: &said}).during("Reading the cloud", func() error {
			time.Sleep(65 * time.Second)
			return nil
		}); err != nil {
			t.Error(err)
		}
		if got, want := said.String(), "Reading the cloud\nReading the cloud (32s so far)\nReading the cloud (1m2s so far)\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}
