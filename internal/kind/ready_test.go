package kind

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/simulator"
)

// TestAMachineIsReadyOnceItsPortAnswers: and where it doesn't in time, the error
// says where it was looked for and why it is not.
func TestAMachineIsReadyOnceItsPortAnswers(t *testing.T) {
	const limit = time.Minute
	for name, c := range map[string]struct {
		answers      time.Duration // after so long; below 0 is never
		meets        error         // until then
		want, advice string        // of the error; "" for none
		took         time.Duration
	}{
		"at once":   {},
		"later":     {answers: 31 * time.Second, meets: syscall.ECONNREFUSED, took: 32 * time.Second},
		"refused":   {answers: -1, meets: syscall.ECONNREFUSED, want: "it refuses the connection", advice: "nothing listens", took: limit},
		"no route":  {answers: -1, meets: syscall.EHOSTUNREACH, want: "there is no route to it from here", advice: "leave ready out", took: limit},
		"silent":    {answers: -1, meets: context.DeadlineExceeded, want: "it does not answer", advice: "security group", took: limit},
		"otherwise": {answers: -1, meets: errors.New("the network is on fire"), want: "dial tcp: the network is on fire", advice: "console", took: limit},
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, simulator.Config{}, func(b *bench) {
				made := b.create("vm", "web-1", machineIn(b, "sg1", nil))
				began := time.Now()
				b.cloud = Open(b.client, Source{Now: time.Now, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					if host, port, _ := net.SplitHostPort(address); network != "tcp" || net.ParseIP(host) == nil || port != "22" {
						t.Errorf("dialled %s %s", network, address)
					}
					if c.answers >= 0 && time.Since(began) >= c.answers {
						here, _ := net.Pipe()
						return here, nil
					}
					if errors.Is(c.meets, context.DeadlineExceeded) {
						<-ctx.Done()
					}
					return nil, &net.OpError{Op: "dial", Net: network, Err: c.meets}
				}})
				_, err := b.try(provider.Op{Kind: "vm", Name: "ready", ID: made.ID, Fields: provider.Fields{
					"ready": provider.Fields{"tcp": int64(22), "timeout": provider.Duration(limit)},
				}})
				if took := time.Since(began); took != c.took {
					t.Errorf("after %s, want %s", took, c.took)
				}
				if c.want == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				var advised interface{ Advice() string }
				if err == nil || !strings.HasSuffix(err.Error(), ":22 is not ready after 1m: "+c.want) ||
					!errors.As(err, &advised) || !strings.Contains(advised.Advice(), c.advice) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestWaitingForAMachineEndsWithItsContext(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		made := b.create("vm", "web-1", machineIn(b, "sg1", nil))
		b.cloud = Open(b.client, Source{Now: time.Now, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }})
		ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
		defer cancel()
		_, err := b.cloud.Wait(ctx, provider.Job{Resource: made.ID, Op: provider.Op{Kind: "vm", Name: "ready", ID: made.ID,
			Fields: provider.Fields{"ready": provider.Fields{"tcp": int64(22)}}}})
		if _, running := errors.AsType[*provider.StillRunning](err); !running || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
