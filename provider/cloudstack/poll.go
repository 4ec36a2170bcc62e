package cloudstack

import "time"

// PollPolicy says how jobs are asked about.
type PollPolicy struct {
	// Up to ListAbove jobs are asked for one by one, more by listAsyncJobs.
	ListAbove int
	// Backoff is the wait before tick n for a single job, counted from 0 since it
	// was added.
	Backoff Backoff
	// With more jobs the wait is between Least and Most: longer by half after a
	// tick that found fewer than Few of them ended, or an eighth, and shorter by a
	// third after one that found more than Many and half of them. So what a job
	// costs in calls does not depend on how fast the server is. Without Most,
	// Backoff is the wait.
	Least, Most time.Duration
	Few, Many   int

	Parallel  int // how many jobs are asked for at once
	MaxErrors int // after this many failed ticks in a row the waiters are told
}

// DefaultPoll asks for a single job after 0.2 s, 0.4, 0.8, 1.6, then every two
// seconds; for several, from three on by the list, every half second to four
// seconds, so that six to sixteen have ended in between.
func DefaultPoll() PollPolicy {
	return PollPolicy{
		ListAbove: 2, Backoff: Exponential(200*time.Millisecond, 2*time.Second),
		Least: 500 * time.Millisecond, Most: 4 * time.Second, Few: 6, Many: 16,
		Parallel: 4, MaxErrors: 5,
	}
}

// interval is the wait before the next tick, where the one before it waited for
// last.
func (p PollPolicy) interval(tick, jobs int, last time.Duration) time.Duration {
	if jobs < 2 || p.Most <= 0 {
		return p.Backoff(tick)
	}
	return min(max(last, p.Least), p.Most)
}

// after is the wait that follows one at whose end so many of the jobs had ended.
func (p PollPolicy) after(last time.Duration, jobs, ended int) time.Duration {
	switch {
	case ended < max(p.Few, jobs/8):
		last = last * 3 / 2
	case ended > max(p.Many, jobs/2):
		last = last * 2 / 3
	}
	return min(max(last, p.Least), p.Most)
}
