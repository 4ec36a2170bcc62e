package simulator

import "time"

// Latency says how long things take.
type Latency struct {
	Job time.Duration // the middle of how long a job stays pending, give or take a half; DefaultJobTime unless set
}
