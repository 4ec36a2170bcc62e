package cloudstack

import "time"

// PollPolicy says how jobs are asked about.
type PollPolicy struct {
	Backoff   Backoff       // the wait before tick n, counted from 0 since the last job was added
	Busy      int           // with more jobs than this …
	BusyTick  time.Duration // … the wait is this
	ListAbove int           // up to this many jobs are asked for one by one; more by listAsyncJobs
	Parallel  int           // how many jobs are asked for at once
	MaxErrors int           // after this many failed ticks in a row the waiters are told
}

// DefaultPoll asks after 0.2 s, 0.4, 0.8, 1.6, then every two seconds; beyond ten
// jobs every two seconds at once; beyond two jobs by the list.
func DefaultPoll() PollPolicy {
	return PollPolicy{
		Backoff: Exponential(200*time.Millisecond, 2*time.Second), Busy: 10, BusyTick: 2 * time.Second,
		ListAbove: 2, Parallel: 4, MaxErrors: 5,
	}
}

// interval is the wait before the next tick.
func (p PollPolicy) interval(tick, jobs int) time.Duration {
	if jobs > p.Busy && p.BusyTick > 0 {
		return p.BusyTick
	}
	return p.Backoff(tick)
}
