package simulator

import (
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"
)

// Faults make a cloud misbehave on purpose. For every request the first fault that matches happens; one seed and one order of requests
// make the same faults.
type Faults struct {
	Seed   uint64 // decides chances; the simulator's seed unless set
	Faults []Fault
}

// A Fault says when something goes wrong, and what. All conditions that are set must hold.
type Fault struct {
	Command string            // which command; * stands for any letters, empty for every command
	Account string            // whose calls; empty for everybody's
	With    map[string]string // only calls that have all of these parameters, with values that match as Command does
	Call    []int             // only these calls of the command, counted from 1
	Every   int               // only every so many of the calls
	Chance  float64           // only with this probability, if it is above 0
	From    time.Duration     // only so long after the simulator's start
	Until   time.Duration     // and no longer than this after it, if it is above 0
	Times   int               // at most so often, if it is above 0

	Do      Action
	Code    int           // of an error; 530 unless set
	Text    string        // of an error
	For     time.Duration // how long, where the action takes a time
	Changes []Change      // what somebody else does
}

// A Change is a call that somebody else makes. A parameter that takes an id may be given as "name:" and a name.
type Change struct {
	As      string // account: plain, plain2 or admin; admin unless set
	Command string
	Params  map[string]string
}

// An Action is what goes wrong.
type Action string

const (
	RefuseBefore Action = "error"          // an error; nothing was done
	RefuseAfter  Action = "error-after"    // an error; it was done all the same
	LoseAnswer   Action = "lost-answer"    // it was done; the connection ends without an answer
	Reset        Action = "reset"          // the connection is reset; nothing was done
	Hang         Action = "hang"           // no answer until the client gives up, or For is over; nothing was done
	Delay        Action = "delay"          // the answer takes For longer
	SlowJob      Action = "slow-job"       // the job takes For
	FailJob      Action = "failed-job"     // the job fails; what the call had made goes, but for a machine: it is in Error
	FailJobAfter Action = "failed-after"   // the job fails; it was done all the same
	EndlessJob   Action = "endless-job"    // the job stays pending for ever
	HideJob      Action = "hidden-job"     // listAsyncJobs does not show the job
	Unauthorised Action = "401"            // as if the signature were wrong
	Throttle     Action = "429"            // throttled in CloudStack's form: the wait, For, stands in the text
	ThrottleHTTP Action = "429-header"     // throttled by a proxy: an HTML page with Retry-After
	Unavailable  Action = "503"            // a proxy's page
	Page         Action = "html"           // a page with status 200, from something that is not CloudStack
	Truncate     Action = "truncated"      // it was done; the answer breaks off in the middle
	NoCapacity   Action = "no-capacity"    // no host has room: the job fails with 533 and leaves a new machine in Error
	NoQuota      Action = "no-quota"       // the account's limit is reached (535; 532 for addresses)
	StaleRead    Action = "stale-read"     // a list does not show what was made within For
	ShiftPage    Action = "page-shift"     // a list's later pages are as if the first item had gone in the meantime
	Foreign      Action = "foreign-change" // somebody else makes Changes right before the call
	Ignore       Action = "ignored"        // the call and its job succeed; nothing was done, and what they made is gone, but for a machine: it is in Error
)

// actions are all of them, in the order of the documentation.
var actions = []Action{
	RefuseBefore, RefuseAfter, LoseAnswer, Reset, Hang, Delay, SlowJob, FailJob, FailJobAfter, EndlessJob, HideJob, Unauthorised, Throttle,
	ThrottleHTTP, Unavailable, Page, Truncate, NoCapacity, NoQuota, StaleRead, ShiftPage, Foreign, Ignore,
}

// A jobFault is what goes wrong with a job. It is kept with the change that made the job, so that a reopened state file repeats it.
type jobFault struct {
	Do   Action
	Code int           `json:",omitempty"`
	Text string        `json:",omitempty"`
	For  time.Duration `json:",omitempty"`
}

// faulty decides which faults happen.
type faulty struct {
	faults []Fault
	chance *rand.Rand
	start  time.Time
	calls  []int // so many requests matched each fault's command and account
	times  []int // so often each fault happened
}

func newFaulty(f *Faults, seed uint64, start time.Time) *faulty {
	if f == nil {
		return nil
	}
	if f.Seed != 0 {
		seed = f.Seed
	}
	return &faulty{
		faults: f.Faults, chance: rand.New(rand.NewPCG(seed, 0x6661756c7473)), start: start,
		calls: make([]int, len(f.Faults)), times: make([]int, len(f.Faults)),
	}
}

// unslashed lets * stand for slashes too, of which CIDRs have one.
func unslashed(text string) string { return strings.ReplaceAll(text, "/", "\x00") }

// next returns the fault that happens to a request, or nil.
func (f *faulty) next(command, account string, params params, now time.Time) *Fault {
	if f == nil {
		return nil
	}
	var happens *Fault
	for i := range f.faults {
		x := &f.faults[i]
		if !matches(x.Command, command) || x.Account != "" && x.Account != account || !x.fits(params) {
			continue
		}
		f.calls[i]++
		if happens != nil || !f.due(x, f.calls[i], f.times[i], now.Sub(f.start)) {
			continue
		}
		f.times[i]++
		happens = x
	}
	return happens
}

func (f *faulty) due(x *Fault, call, times int, since time.Duration) bool {
	return (len(x.Call) == 0 || slices.Contains(x.Call, call)) && (x.Every == 0 || call%x.Every == 0) && since >= x.From &&
		(x.Until == 0 || since < x.Until) && (x.Times == 0 || times < x.Times) && (x.Chance == 0 || f.chance.Float64() < x.Chance)
}

func matches(pattern, text string) bool {
	ok, err := path.Match(pattern, text)
	return pattern == "" || err == nil && ok
}

// fits tells whether a call has the parameters that a fault wants. A value fits the same one, and a pattern of it.
func (x *Fault) fits(p params) bool {
	for name, pattern := range x.With {
		value, given := p[strings.ToLower(name)]
		if !given || value != pattern && !matches(unslashed(pattern), unslashed(value)) {
			return false
		}
	}
	return true
}

// error is the error that a fault answers with.
func (x *Fault) error() *apiError {
	code, text := x.Code, x.Text
	if code == 0 {
		code = codeInternal
	}
	if text == "" {
		text = internalText
	}
	return refuse(code, csAPI, "%s", text)
}

// refusal is how a fault refuses a call before anything is done; nil where it does something else.
func (x *Fault) refusal(command string) *apiError {
	if x == nil {
		return nil
	}
	switch x.Do {
	case RefuseBefore:
		return x.error()
	case Unauthorised:
		return errCredentials
	case Throttle:
		return throttled(x.wait(4480 * time.Millisecond))
	case NoQuota:
		if command == "associateIpAddress" || command == "reserveIpAddress" {
			return refuse(codeAccountLimit, csAccountLimit, "Maximum number of public IP addresses for account has been exceeded.")
		}
		return refuse(codeResourceLimit, csAPI, "Maximum amount of resources of the account is exceeded.")
	default:
		return nil
	}
}

func (x *Fault) wait(otherwise time.Duration) time.Duration {
	if x.For > 0 {
		return x.For
	}
	return otherwise
}

// job is what a fault does to the call's job; nil where it does nothing to it.
func (x *Fault) job() *jobFault {
	if x == nil {
		return nil
	}
	switch x.Do {
	case SlowJob, EndlessJob, HideJob, NoCapacity, Ignore:
		return &jobFault{Do: x.Do, For: x.For}
	case FailJob, FailJobAfter:
		e := x.error()
		return &jobFault{Do: x.Do, Code: e.code, Text: e.text}
	default:
		return nil
	}
}

// is tells whether a fault does something.
func (x *Fault) is(a Action) bool { return x != nil && x.Do == a }
