package simulator

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Latency says how long things take. The zero value answers at once and lets jobs take [DefaultJobTime].
type Latency struct {
	Answer   time.Duration // every answer waits so long
	Job      time.Duration // the middle of how long a job stays pending, give or take a half; DefaultJobTime unless set
	Recorded bool          // answers and jobs take as long as they did on the recorded server, by load and by size; Answer and Job don't matter
	Knee     int           // with Recorded: from how many jobs in flight on more of them make it no faster; 16 unless set
}

// ParseLatency reads what --latency says: none, recorded, recorded:N with a knee of N, or the time that every answer takes.
func ParseLatency(text string) (Latency, error) {
	switch text {
	case "", "none":
		return Latency{}, nil
	case "recorded":
		return Latency{Recorded: true}, nil
	}
	if knee, ok := strings.CutPrefix(text, "recorded:"); ok {
		if n, err := strconv.Atoi(knee); err == nil && n > 0 {
			return Latency{Recorded: true, Knee: n}, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return Latency{}, fmt.Errorf("latency %q: want none, recorded, recorded:KNEE such as recorded:4, or a duration such as 40ms", text)
	}
	return Latency{Answer: d}, nil
}

// A sample is one measurement: at so many in flight, so much.
type sample struct{ inFlight, value float64 }

// Measured on the recorded server; see testdata/golden/_latency.json.
var (
	// deploysPerSecond is the throughput of a quiet server by deploys in flight.
	deploysPerSecond = []sample{{1, 0.5}, {4, 4.6}, {10, 5}, {16, 5}, {32, 3.8}, {64, 3}, {128, 2.5}}
	// writeMillis is the median of the synchronous part of a deploy by deploys in flight.
	writeMillis = []sample{{1, 157}, {4, 357}, {16, 2006}, {64, 8400}, {128, 15000}}
)

const (
	recordedKnee   = 16
	readMillis     = 37.0 // a list with nothing in it
	jobMillis      = 46.0 // queryAsyncJobResult
	machineMillis  = 3.3  // more for every machine listed in full
	minimalMillis  = 1.5  // or with some details= only
	lightJobShares = 8    // so many times as long as a light job takes a machine's
)

// at reads a table between its samples, and beyond the last one in proportion.
func at(table []sample, inFlight float64) float64 {
	for i, s := range table {
		if inFlight <= s.inFlight {
			if i == 0 {
				return s.value
			}
			p := table[i-1]
			return p.value + (s.value-p.value)*(inFlight-p.inFlight)/(s.inFlight-p.inFlight)
		}
	}
	return table[len(table)-1].value
}

// jobTime is how long a job takes that begins while so many are pending, itself included.
func (l Latency) jobTime(inFlight int, slow bool) time.Duration {
	n := float64(max(inFlight, 1))
	seconds := n / (at(deploysPerSecond, max(1, n/l.size())) * l.size())
	if !slow {
		seconds /= lightJobShares
	}
	return time.Duration(seconds * float64(time.Second))
}

// size is how many times as large as the recorded one the server is.
func (l Latency) size() float64 {
	if l.Knee <= 0 {
		return 1
	}
	return float64(l.Knee) / recordedKnee
}

// answerTime is how long an answer waits that lists so many things while so many changes are being answered.
func (l Latency) answerTime(c *command, p params, listed, writing int) time.Duration {
	if !l.Recorded {
		return l.Answer
	}
	var millis float64
	switch {
	case c == nil || c.name == "queryAsyncJobResult":
		millis = jobMillis
	case c.name == "listVirtualMachines" && p["details"] != "" && p["details"] != "all":
		millis = readMillis + minimalMillis*float64(listed)
	case strings.HasPrefix(c.name, "list"):
		millis = readMillis + machineMillis*float64(listed)
	case c.slow:
		millis = at(writeMillis, float64(writing)/l.size())
	default:
		millis = at(writeMillis, float64(writing)/l.size()) / lightJobShares
	}
	return time.Duration(millis * float64(time.Millisecond))
}

// wait waits, or ends early with the context.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
