package kind

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// State implements [provider.Operator].
func (c *cloud) State(ctx context.Context, job provider.Job) (string, error) {
	var parts []string
	k := c.kinds[job.Op.Kind]
	if k.state != nil && job.Resource != "" {
		if state, err := k.state(ctx, c, job.Resource); err == nil {
			parts = append(parts, state)
		}
	}
	if job.ID != "" {
		state, err := cloudstack.ResumeRaw(c.client, cloudstack.ID(job.ID)).Poll(ctx)
		if err != nil {
			return strings.Join(parts, "; "), c.failure(job.Op, err)
		}
		parts = append(parts, jobWords(state, c.client.ServerTime()))
	}
	return strings.Join(parts, "; "), nil
}

// jobWords is what the server says of a job; now is by its own clock.
func jobWords(s cloudstack.JobState, now time.Time) string {
	text := "the server says that the job is " + s.Status.String()
	if !s.Created.IsZero() {
		text += fmt.Sprintf(", %s old", provider.Duration(max(0, now.Sub(s.Created)).Round(time.Second)))
	}
	if err := s.Err(); err != nil {
		text += ": " + err.Error()
	}
	return text
}

// machineState is the state of a machine in the cloud's own word.
func machineState(ctx context.Context, c *cloud, id string) (string, error) {
	m, err := c.machine(ctx, id, "min")
	if err != nil {
		return "", err
	}
	return "the machine is " + m.State, nil
}
