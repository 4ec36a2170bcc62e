package cloudstack_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

// dated lets a fake server have a clock: it dates its answers by it and refuses
// signatures that have expired, as recorded.
func dated(now func() time.Time, answer func(call) reply) func(call) reply {
	return func(c call) reply {
		r := answer(c)
		if expires, err := time.Parse("2006-01-02T15:04:05-0700", c.all.Get("expires")); err != nil || expires.Before(now()) {
			r = fail(c.command, 401, 9999, "unable to verify user credentials and/or request signature")
		}
		r.header = http.Header{"Date": {now().UTC().Format(http.TimeFormat)}}
		return r
	}
}

// However far the server's clock is from ours, and wherever ours is set meanwhile,
// calls are signed so that the server takes them, those that change something too,
// and each is done once.
func TestClocksMayBeApart(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"in step": 0, "minutes ahead": 12 * time.Minute, "hours ahead": 5 * time.Hour, "minutes behind": -12 * time.Minute, "days behind": -72 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			server, done := start2000, 0
			clock := &recordingClock{now: start2000.Add(-off)}
			now := func() time.Time { return server }
			f := newFake(t).on("createSecurityGroup", dated(now, func(call) reply {
				done++
				return ok("createSecurityGroup", obj{"securitygroup": obj{"id": "g"}})
			})).on("listZones", dated(now, func(call) reply { return ok("listZones", obj{}) }))
			refused := f.handlers["createSecurityGroup"]
			f.on("createSecurityGroup", func(c call) reply { // what is refused is not done
				before := done
				r := refused(c)
				if r.status == 401 {
					done = before
				}
				return r
			})
			c := f.client(cloudstack.WithClock(clock))
			calls := 0
			for _, jump := range []time.Duration{0, 3 * time.Hour, -6 * time.Hour, 0, 30 * 24 * time.Hour, -60 * 24 * time.Hour} {
				clock.now = clock.now.Add(jump)
				if _, err := cloudstack.Call(t.Context(), c, cloudstack.CreateSecurityGroup{Name: "g"}); err != nil {
					t.Fatalf("after a jump of %v: %v", jump, err)
				}
				if calls++; done != calls {
					t.Fatalf("after a jump of %v it was done %d times, want %d", jump, done, calls)
				}
				if err := listZones(t.Context(), c); err != nil {
					t.Fatalf("after a jump of %v: %v", jump, err)
				}
				if got := c.ServerTime(); !got.Equal(server) {
					t.Errorf("after a jump of %v the server's time is %v, want %v", jump, got, server)
				}
			}
		})
	}
}

// A refusal that is not about the time is one, and nothing is sent again.
func TestOtherRefusalsAreNotSentAgain(t *testing.T) {
	refusal := func(c call) reply {
		return fail(c.command, 401, 9999, "unable to verify user credentials and/or request signature")
	}
	late := http.Header{"Date": {start2000.Add(time.Hour).Format(http.TimeFormat)}}
	for name, test := range map[string]struct {
		answer func(call) reply
		opts   []cloudstack.CallOption
		want   int
	}{
		"wrong keys":           {refusal, nil, 1},
		"wrong keys, too late": {func(c call) reply { r := refusal(c); r.header = late; return r }, nil, 2},
		"the caller's own time": {func(c call) reply { r := refusal(c); r.header = late; return r },
			[]cloudstack.CallOption{cloudstack.Expires(start2000.Add(time.Minute))}, 1},
		"something else": {func(c call) reply {
			r := fail(c.command, 531, 4365, "no")
			r.header = late
			return r
		}, nil, 1},
	} {
		f := newFake(t).on("createSecurityGroup", test.answer)
		_, err := cloudstack.Call(t.Context(), f.client(cloudstack.WithClock(&recordingClock{now: start2000})), cloudstack.CreateSecurityGroup{Name: "g"}, test.opts...)
		if err == nil || errors.Is(err, cloudstack.ErrOutcomeUnknown) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
		if got := len(f.log()); got != test.want {
			t.Errorf("%s: sent %d times, want %d", name, got, test.want)
		}
	}
}

// The time of a Retry-After is by the clock that dates the answer.
func TestRetryAfterATimeIsByTheServersClock(t *testing.T) {
	server := start2000.Add(5 * time.Hour)
	f := newFake(t).on("listZones", func(call) reply {
		return reply{status: 429, body: "slow down", header: http.Header{
			"Date": {server.Format(http.TimeFormat)}, "Retry-After": {server.Add(7 * time.Second).Format(http.TimeFormat)},
		}}
	})
	err := listZones(t.Context(), f.client(cloudstack.WithClock(&recordingClock{now: start2000}), cloudstack.WithRetry(cloudstack.RetryPolicy{Backoff: cloudstack.Constant(0)})))
	if got := cloudstack.RetryAfter(err); got != 7*time.Second {
		t.Errorf("asked to wait %v, want 7s: %v", got, err)
	}
}
