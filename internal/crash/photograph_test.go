package crash

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// photograph is a playground as it was at one moment: the many runs of a story
// begin there, rather than each with what was done before.
type photograph struct {
	file    string        // the simulator's state
	at      time.Duration // since the bubble's time began
	foreign []thing
}

// photograph keeps what the story's preparations make. It is nil where the time
// since the cloud began is part of the story, as with the weather.
func (s story) photograph(t *testing.T) *photograph {
	if s.weather != "" {
		return nil
	}
	photo := &photograph{file: filepath.Join(t.TempDir(), "cloud.json")}
	synctest.Test(t, func(t *testing.T) {
		began, config := time.Now(), s.config()
		config.State = photo.file
		p := newPlayground(t, config)
		s.prepare(p)
		photo.foreign = p.foreign
		p.close()
		again, err := simulator.New(config) // which writes the file anew, without what led to it
		if err == nil {
			err = again.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		photo.at = time.Since(began)
	})
	return photo
}

// ready is the playground that a run of the story begins in.
func (s story) ready(t *testing.T, photo *photograph) *playground {
	config := s.config()
	if photo == nil {
		p := newPlayground(t, config)
		s.prepare(p)
		return p
	}
	time.Sleep(photo.at)
	config.State, config.Aside = photo.file, true
	p := openPlayground(t, config)
	p.foreign = photo.foreign
	return p
}
