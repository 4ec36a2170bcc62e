package cloudstack_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
)

var seedJobs = []proof{
	{"S08", "the job is watched while it runs", watchYieldsEveryState},
	{"S09", "an HTTP time-out is an error of the loop, which may go on", watchSurvivesTimeouts},
	{"S10", "the wait is stopped from the client's side, at once, without a trace", stopsFromTheClient},
	{"S11", "any kind of error reaches the loop, once", everyErrorReachesTheLoop},
	{"S12", "a pending job is waited for, and unknown states print", statesOfJobs},
	{"S13", "a result that doesn't fit is an error that names the job", misfittingResult},
	{"S14", "a loop that is left asks no more", leavingStopsAsking},
}

// deployOnce is a fake whose deploy makes the job with the given course.
func deployOnce(t *testing.T, polls, status int, result any) (*fake, *jobs) {
	f := newFake(t)
	jobs := f.withJobs()
	f.on("deployVirtualMachine", func(c call) reply {
		return ok(c.command, obj{"id": "vm-1", "jobid": jobs.add("job-1", polls, status, result)})
	})
	return f, jobs
}

var deploy = cloudstack.DeployVirtualMachine{ZoneID: "z", ServiceOfferingID: "o", TemplateID: "t"}

func startDeploy(t *testing.T, c *cloudstack.Client) *cloudstack.Job[cloudstack.VirtualMachine] {
	t.Helper()
	job, err := cloudstack.Start(t.Context(), c, deploy)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func watchYieldsEveryState(t *testing.T) {
	f, jobs := deployOnce(t, 2, 1, obj{"virtualmachine": obj{"id": "vm-1"}})
	progress := 0
	f.on("queryAsyncJobResult", func(c call) reply {
		r := jobs.query(c.params["jobid"])
		inside(r.body)["jobprocstatus"] = progress
		progress += 40
		return r
	})
	job := startDeploy(t, f.client())
	if job.ID() != "job-1" || job.ResourceID() != "vm-1" {
		t.Errorf("job %s about %s", job.ID(), job.ResourceID())
	}
	var seen []cloudstack.JobStatus
	var made []int
	for state, err := range job.Watch(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen, made = append(seen, state.Status), append(made, state.Progress)
	}
	if want := []cloudstack.JobStatus{cloudstack.Pending, cloudstack.Pending, cloudstack.Succeeded}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
	if want := []int{0, 40, 80}; !slices.Equal(made, want) {
		t.Errorf("the progress is %v, want %v", made, want)
	}
}

func watchSurvivesTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := deployOnce(t, 0, 1, obj{"virtualmachine": obj{"id": "vm-1"}})
		var slow atomic.Int32
		f.on("queryAsyncJobResult", func(c call) reply {
			if slow.Add(1) == 1 {
				time.Sleep(time.Minute)
			}
			return jobs.query(c.params["jobid"])
		})
		c := f.client(cloudstack.WithRequestTimeout(time.Second), cloudstack.WithRetry(cloudstack.RetryPolicy{Backoff: cloudstack.Constant(0)}))
		job := startDeploy(t, c)
		var errs, ends int
		for state, err := range job.Watch(t.Context()) {
			switch {
			case err != nil:
				errs++
				if w, ok := errors.AsType[*cloudstack.WaitError](err); !ok || w.JobID != "job-1" || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cloudstack.ErrUnavailable) {
					t.Errorf("the error of the time-out is %v", err)
				}
			case state.Done():
				ends++
			}
		}
		if errs != 1 || ends != 1 {
			t.Errorf("%d errors and %d ends, want one of each", errs, ends)
		}
		time.Sleep(2 * time.Minute) // lets the slow answer end inside the bubble
	})
}

// A goroutine that the wait left behind would fail the bubble at its end.
func stopsFromTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := deployOnce(t, 1000, 1, nil)
		poll := cloudstack.DefaultPoll()
		poll.Backoff = cloudstack.Constant(10 * time.Second)
		c := f.client(cloudstack.WithPoll(poll))
		job := startDeploy(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(15*time.Second, cancel)
		start := time.Now()
		_, err := job.Wait(ctx)
		if took := time.Since(start); took < 15*time.Second || took > 15*time.Second+50*time.Millisecond {
			t.Errorf("the wait ended after %v, want 15 s", took)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, cloudstack.ErrStillRunning) {
			t.Errorf("%v, want Canceled and ErrStillRunning", err)
		}
		w, ok := errors.AsType[*cloudstack.WaitError](err)
		if !ok || w.JobID != "job-1" || w.ResourceID != "vm-1" || w.Command != "deployVirtualMachine" {
			t.Errorf("the error has lost the job: %+v", w)
		}
		start = time.Now()
		for range job.Watch(t.Context()) {
			break
		}
		if took := time.Since(start); took < 10*time.Second || took > 10*time.Second+50*time.Millisecond {
			t.Errorf("the loop that breaks off at the first state ended after %v, want 10 s", took)
		}
		asked := len(f.log())
		time.Sleep(time.Minute)
		if n := len(f.log()); n != asked {
			t.Errorf("%d calls after the waits", n-asked)
		}
		for _, c := range f.log()[1:] {
			if c.command != "queryAsyncJobResult" {
				t.Errorf("leaving sent %s", c.command)
			}
		}
		if state, err := job.Poll(t.Context()); err != nil || state.Status != cloudstack.Pending {
			t.Errorf("in the server the job is %s, %v, want pending", state.Status, err)
		}
	})
}

func everyErrorReachesTheLoop(t *testing.T) {
	f, jobs := deployOnce(t, 0, 2, jobError(533, "No destination found"))
	c := f.client()
	// of sending
	f.on("startVirtualMachine", func(call) reply { return fail("startVirtualMachine", 531, 4365, "no permission") })
	if _, err := cloudstack.Start(t.Context(), c, cloudstack.StartVirtualMachine{ID: "x"}); !errors.Is(err, cloudstack.ErrForbidden) {
		t.Errorf("of sending: %v", err)
	}
	// of asking, of the answer's JSON, of the job
	job := startDeploy(t, c)
	n := 0
	f.on("queryAsyncJobResult", func(c call) reply {
		n++
		switch n {
		case 1:
			return fail(c.command, 530, 4250, "Internal error")
		case 2:
			return reply{body: `{"queryasyncjobresultresponse":{"jobid":}}`}
		}
		return jobs.query(c.params["jobid"])
	})
	var got []error
	for state, err := range job.Watch(t.Context()) {
		if err == nil && state.Done() {
			_, err = job.Decode(state)
		}
		got = append(got, err)
	}
	if len(got) != 3 || !errors.Is(got[0], cloudstack.ErrInternal) || !errors.Is(got[1], cloudstack.ErrProtocol) || !errors.Is(got[2], cloudstack.ErrCapacity) || !errors.Is(got[2], cloudstack.ErrJobFailed) {
		t.Errorf("the loop saw %v", got)
	}
}

func statesOfJobs(t *testing.T) {
	for status, want := range map[cloudstack.JobStatus]string{0: "pending", 1: "succeeded", 2: "failed", 3: "cancelled", 7: "7"} {
		if got := status.String(); got != want {
			t.Errorf("status %d prints %q, want %q", int(status), got, want)
		}
		if done := (cloudstack.JobState{Status: status}).Done(); done != (status >= 1 && status <= 3) {
			t.Errorf("status %s: done is %v", status, done)
		}
	}
	f, jobs := deployOnce(t, 0, 1, obj{"virtualmachine": obj{"id": "vm-1"}})
	n := 0
	f.on("queryAsyncJobResult", func(c call) reply {
		if n++; n < 4 {
			return ok(c.command, obj{"jobid": "job-1", "jobstatus": 7})
		}
		return jobs.query(c.params["jobid"])
	})
	if machine, err := startDeploy(t, f.client()).Wait(t.Context()); err != nil || machine.ID != "vm-1" || n != 4 {
		t.Errorf("after an unknown status: %+v, %v, %d questions", machine, err, n)
	}
	cancelled, _ := deployOnce(t, 0, 3, nil)
	if _, err := startDeploy(t, cancelled.client()).Wait(t.Context()); !errors.Is(err, cloudstack.ErrJobFailed) {
		t.Errorf("a cancelled job: %v", err)
	}
}

func misfittingResult(t *testing.T) {
	for name, result := range map[string]any{
		"a list":             obj{"virtualmachine": []any{}},
		"a text":             "done",
		"a field of a shape": obj{"virtualmachine": obj{"id": "vm-1", "cpunumber": []any{1}}},
	} {
		f, _ := deployOnce(t, 0, 1, result)
		_, err := startDeploy(t, f.client()).Wait(t.Context())
		p, ok := errors.AsType[*cloudstack.ProtocolError](err)
		if !ok || p.JobID != "job-1" || !errors.Is(err, cloudstack.ErrProtocol) {
			t.Errorf("%s: %v, want a ProtocolError that names job-1", name, err)
		}
	}
	for name, result := range map[string]any{"nothing": nil, "an empty object": obj{}} {
		f, _ := deployOnce(t, 0, 1, result)
		if machine, err := startDeploy(t, f.client()).Wait(t.Context()); err != nil || machine.ID != "" {
			t.Errorf("%s: %+v, %v, want an empty machine", name, machine, err)
		}
	}
	failed, _ := deployOnce(t, 0, 2, nil) // a failure without a reason
	if _, err := startDeploy(t, failed.client()).Wait(t.Context()); !errors.Is(err, cloudstack.ErrJobFailed) {
		t.Errorf("a failure without a reason: %v", err)
	}
}

func leavingStopsAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, jobs := deployOnce(t, 1000, 1, nil)
		jobs.add("ended", 0, 1, nil)
		c := f.client(cloudstack.WithPoll(cloudstack.DefaultPoll()))
		for range startDeploy(t, c).Watch(t.Context()) {
			break
		}
		for range c.Jobs().Await(t.Context(), []cloudstack.ID{"job-1", "job-2", "job-3", "ended"}) {
			break // the first end leaves the others alone
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for range c.Jobs().Await(ctx, []cloudstack.ID{"job-1"}) {
			break
		}
		asked := len(f.log())
		time.Sleep(time.Hour)
		if n := len(f.log()); n != asked || asked < 4 {
			t.Errorf("%d calls, and %d after the loops were left", asked, n-asked)
		}
	})
}
