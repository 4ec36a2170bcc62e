package kind

import (
	"context"
	"sync"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// settling sees for itself which machines are as their jobs were to make them:
// where many jobs end together, one listing of machines stands for as many
// answers.
type settling struct {
	client  *cloudstack.Client
	settler *cloudstack.Settler // asks settled; one for all waits, so that they are settled together

	mu   sync.Mutex // guards jobs, which come and go with every wait
	jobs map[cloudstack.ID]awaited
}

// awaited is a job that is waited for, and how its success shows.
type awaited struct {
	provider.Job
	shows func(op provider.Op, m cloudstack.VirtualMachine) bool
}

func newSettling(client *cloudstack.Client) *settling {
	s := &settling{client: client, jobs: map[cloudstack.ID]awaited{}}
	s.settler = &cloudstack.Settler{Settle: s.settled}
	return s
}

// await makes a job known for as long as it is waited for. done ends that.
func (s *settling) await(job provider.Job, shows func(provider.Op, cloudstack.VirtualMachine) bool) (option cloudstack.AwaitOption, done func()) {
	id := cloudstack.ID(job.ID)
	s.mu.Lock()
	s.jobs[id] = awaited{job, shows}
	s.mu.Unlock()
	return cloudstack.SettledBy(s.settler), func() {
		s.mu.Lock()
		delete(s.jobs, id)
		s.mu.Unlock()
	}
}

// settled picks from the jobs that have ended those whose machines show that
// they succeeded. Where the machines can't be listed, one being gone, it picks
// none: then each job is asked for.
func (s *settling) settled(ctx context.Context, ended []cloudstack.ID) []cloudstack.ID {
	jobs := map[cloudstack.ID]awaited{}
	var machines []cloudstack.ID
	s.mu.Lock()
	for _, id := range ended {
		if job, ok := s.jobs[id]; ok && job.Resource != "" {
			jobs[id] = job
			machines = append(machines, cloudstack.ID(job.Resource))
		}
	}
	s.mu.Unlock()
	if len(machines) == 0 {
		return nil
	}
	listed, err := collect(ctx, s.client, cloudstack.ListVirtualMachines{IDs: machines, Details: []string{"tmpl"}})
	if err != nil {
		return nil
	}
	byID := map[cloudstack.ID]cloudstack.VirtualMachine{}
	for _, m := range listed {
		byID[m.ID] = m
	}
	var succeeded []cloudstack.ID
	for _, id := range ended {
		job, ok := jobs[id]
		m, there := byID[cloudstack.ID(job.Resource)]
		if ok && there && job.shows(job.Op, m) {
			succeeded = append(succeeded, id)
		}
	}
	return succeeded
}

// isDeployed reports whether a machine shows that its deployment succeeded. One
// whose template has passwords doesn't: only the job's answer tells the password.
func isDeployed(op provider.Op, m cloudstack.VirtualMachine) bool {
	if text(op.Fields, "power") == stopped {
		return m.State == "Stopped" && !m.PasswordEnabled
	}
	return m.State == "Running" && !m.PasswordEnabled
}

func isStarted(_ provider.Op, m cloudstack.VirtualMachine) bool { return m.State == "Running" }

func isStopped(_ provider.Op, m cloudstack.VirtualMachine) bool { return m.State == "Stopped" }
