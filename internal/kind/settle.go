package kind

import (
	"context"
	"sync"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// settling sees for itself which resources are as their jobs were to make them:
// where many jobs end together, one listing of T stands for as many answers.
type settling[T any] struct {
	list    func(ctx context.Context, ids []cloudstack.ID) (map[cloudstack.ID]T, error)
	settler *cloudstack.Settler // asks settled; one for all waits, so that they are settled together

	mu   sync.Mutex // guards jobs, which come and go with every wait
	jobs map[cloudstack.ID]awaited[T]
}

// awaited is a job that is waited for, and how its success shows.
type awaited[T any] struct {
	provider.Job
	shows func(op provider.Op, resource T) bool
}

// newSettling takes how resources are listed: those of the ids, at least.
func newSettling[T any](list func(context.Context, []cloudstack.ID) (map[cloudstack.ID]T, error)) *settling[T] {
	s := &settling[T]{list: list, jobs: map[cloudstack.ID]awaited[T]{}}
	s.settler = &cloudstack.Settler{Settle: s.settled}
	return s
}

// await makes a job known for as long as it is waited for. done ends that.
func (s *settling[T]) await(job provider.Job, shows func(provider.Op, T) bool) (option cloudstack.AwaitOption, done func()) {
	id := cloudstack.ID(job.ID)
	s.mu.Lock()
	s.jobs[id] = awaited[T]{job, shows}
	s.mu.Unlock()
	return cloudstack.SettledBy(s.settler), func() {
		s.mu.Lock()
		delete(s.jobs, id)
		s.mu.Unlock()
	}
}

// settled picks from the jobs that have ended those whose resources show that
// they succeeded. Where the resources can't be listed, one being gone, it picks
// none: then each job is asked for.
func (s *settling[T]) settled(ctx context.Context, ended []cloudstack.ID) []cloudstack.ID {
	jobs := map[cloudstack.ID]awaited[T]{}
	var resources []cloudstack.ID
	s.mu.Lock()
	for _, id := range ended {
		if job, ok := s.jobs[id]; ok && job.Resource != "" {
			jobs[id] = job
			resources = append(resources, cloudstack.ID(job.Resource))
		}
	}
	s.mu.Unlock()
	if len(resources) == 0 {
		return nil
	}
	listed, err := s.list(ctx, resources)
	if err != nil {
		return nil
	}
	var succeeded []cloudstack.ID
	for _, id := range ended {
		job, ok := jobs[id]
		resource, there := listed[cloudstack.ID(job.Resource)]
		if ok && there && job.shows(job.Op, resource) {
			succeeded = append(succeeded, id)
		}
	}
	return succeeded
}

func machinesByID(client *cloudstack.Client) func(context.Context, []cloudstack.ID) (map[cloudstack.ID]cloudstack.VirtualMachine, error) {
	return func(ctx context.Context, ids []cloudstack.ID) (map[cloudstack.ID]cloudstack.VirtualMachine, error) {
		listed, err := collect(ctx, client, cloudstack.ListVirtualMachines{IDs: ids, Details: []string{"tmpl"}})
		byID := map[cloudstack.ID]cloudstack.VirtualMachine{}
		for _, m := range listed {
			byID[m.ID] = m
		}
		return byID, err
	}
}

// groupsByID lists all groups: listSecurityGroups takes no list of ids.
func groupsByID(client *cloudstack.Client, owned func(cloudstack.SecurityGroup) cloudstack.SecurityGroup) func(context.Context, []cloudstack.ID) (map[cloudstack.ID]cloudstack.SecurityGroup, error) {
	return func(ctx context.Context, _ []cloudstack.ID) (map[cloudstack.ID]cloudstack.SecurityGroup, error) {
		listed, err := collect(ctx, client, cloudstack.ListSecurityGroups{})
		byID := map[cloudstack.ID]cloudstack.SecurityGroup{}
		for _, g := range listed {
			byID[g.ID] = owned(g)
		}
		return byID, err
	}
}

// settleTags lets a job that tags a resource be settled with those that are about
// such resources themselves.
func (c *cloud) settleTags(tagType string, job provider.Job, tags map[string]string) (options []cloudstack.AwaitOption, done func()) {
	carries := func(listed []cloudstack.ResourceTag) bool {
		there := tagMap(listed)
		for key, value := range tags {
			if there[key] != value {
				return false
			}
		}
		return true
	}
	var option cloudstack.AwaitOption
	switch tagType {
	case vmTable().TagType:
		option, done = c.machinesSettled.await(job, func(_ provider.Op, m cloudstack.VirtualMachine) bool { return carries(m.Tags) })
	case provider.AnchorTagType:
		option, done = c.groupsSettled.await(job, func(_ provider.Op, g cloudstack.SecurityGroup) bool { return carries(g.Tags) })
	default:
		return nil, func() {}
	}
	return []cloudstack.AwaitOption{option}, done
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
