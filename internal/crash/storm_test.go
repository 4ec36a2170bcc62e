package crash

import (
	"testing"
	"time"

	"github.com/trueup/trueup/provider/simulator"
)

// A storm is a time of bad weather in the cloud, long after its start.
const (
	stormBegins = time.Hour
	stormEnds   = 80 * time.Minute
)

// storms are what the cloud can suffer, each a fault of a fault file.
var storms = map[string]string{
	"throttled":            `do: "429", chance: 0.4, for: 3s`,
	"throttled by a proxy": `do: 429-header, chance: 0.4, for: 2s`,
	"unavailable":          `do: "503", chance: 0.15`,
	"hanging":              `do: hang, chance: 0.05, for: 90s`,
	"losing answers":       `do: lost-answer, chance: 0.1`,
}

// storm is the weather as faults: the ordinary user's calls suffer from it.
func storm(weather string) *simulator.Faults {
	if weather == "" {
		return nil
	}
	text := "faults: [{account: plain, from: " + stormBegins.String() + ", until: " + stormEnds.String() + ", " + weather + "}]"
	faults, err := simulator.ReadFaults("faults.yaml", []byte(text))
	if err != nil {
		panic(err) // it is written in this file
	}
	return faults
}

// waitUntil waits until the cloud has run for so long.
func (p *playground) waitUntil(since time.Duration) { time.Sleep(time.Until(p.began.Add(since))) }

// TestWhatAStormBrokeIsFinishedAfterIt: a run is broken at every call of a
// storm, the next one runs in it, and the first after it finishes.
func TestWhatAStormBrokeIsFinishedAfterIt(t *testing.T) {
	for name, weather := range storms {
		for _, s := range []story{
			{name: "apply", stack: "../../examples/shop", command: "apply"},
			{name: "update", before: written(t, beforeUpdate), stack: written(t, afterUpdate), command: "apply"},
			{name: "destroy", before: "../../examples/shop", stack: "../../examples/shop", command: "destroy"},
		} {
			s.weather, s.sample, s.turn = weather, 3, len(name)
			t.Run(name+"/"+s.name, s.sweep)
		}
	}
}
