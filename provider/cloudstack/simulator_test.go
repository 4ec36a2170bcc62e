package cloudstack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// These tests meet a server that was written apart from the client, by the same
// recordings.

// simulated runs f in a bubble with a client of a simulated cloud.
func simulated(t *testing.T, config simulator.Config, f func(t *testing.T, c *cloudstack.Client, s *simulator.Server)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := simulator.New(config)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c, err := cloudstack.New("http://cloud.test/client/api",
			cloudstack.Credentials{APIKey: cloudstack.Secret(s.User().Key), SecretKey: cloudstack.Secret(s.User().Secret)},
			cloudstack.WithHTTPClient(&http.Client{Transport: direct{s}}))
		if err != nil {
			t.Fatal(err)
		}
		f(t, c, s)
	})
}

// plainDeploy is a deployment in the zone of security groups.
func plainDeploy(t *testing.T, c *cloudstack.Client, name string) cloudstack.DeployVirtualMachine {
	t.Helper()
	ctx := t.Context()
	zone, e1 := cloudstack.Get(ctx, c, cloudstack.Zone{Name: "sg1"})
	offerings, e2 := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListServiceOfferings{}))
	templates, e3 := cloudstack.Collect(cloudstack.List(ctx, c, cloudstack.Template{ZoneID: zone.ID}))
	if err := errors.Join(e1, e2, e3); err != nil || len(offerings) == 0 || len(templates) == 0 {
		t.Fatal(err, len(offerings), len(templates))
	}
	return cloudstack.DeployVirtualMachine{Name: name, ZoneID: zone.ID, ServiceOfferingID: offerings[0].ID, TemplateID: templates[0].ID}
}

func TestSimulatedMachinesAreSettledTogether(t *testing.T) {
	simulated(t, simulator.Config{Latency: simulator.Latency{Job: 5 * time.Second}}, func(t *testing.T, c *cloudstack.Client, s *simulator.Server) {
		const n = 30
		base := plainDeploy(t, c, "")
		var jobs []cloudstack.ID
		machineOf := map[cloudstack.ID]cloudstack.ID{}
		for i := range n {
			d := base
			d.Name = fmt.Sprintf("web-%d", i)
			d.Details = map[string]string{"owner": "test ~*"}
			id := cloudstack.ID(fmt.Sprintf("11111111-2222-4333-8444-%012d", i))
			job, err := cloudstack.Start(t.Context(), c, d, cloudstack.CustomJobID(id))
			if err != nil || job.ID() != id || !job.ResourceID().IsUUID() {
				t.Fatalf("job %s about %s, %v", job.ID(), job.ResourceID(), err)
			}
			jobs, machineOf[id] = append(jobs, id), job.ResourceID()
		}
		running := &cloudstack.Settler{Settle: func(ctx context.Context, left []cloudstack.ID) (done []cloudstack.ID) {
			machines, err := cloudstack.Whole(ctx, c, cloudstack.ListVirtualMachines{Details: []string{"min"}})
			if err != nil {
				return nil
			}
			state := map[cloudstack.ID]string{}
			for _, m := range machines {
				state[m.ID] = m.State
			}
			for _, id := range left {
				if state[machineOf[id]] == "Running" {
					done = append(done, id)
				}
			}
			return done
		}}
		ended := 0
		for state, err := range c.Jobs().Await(t.Context(), jobs, cloudstack.SettledBy(running)) {
			if err != nil || state.Err() != nil || state.Status != cloudstack.Succeeded {
				t.Errorf("%+v, %v", state, err)
			}
			ended++
		}
		queries := 0
		for _, r := range s.Requests() {
			if r.Command == "queryAsyncJobResult" {
				queries++
			}
		}
		if ended != n || queries > n/3 {
			t.Errorf("%d of %d ended with %d questions", ended, n, queries)
		}
		m, err := cloudstack.Get(t.Context(), c, cloudstack.VirtualMachine{Name: "web-7"})
		if err != nil || m.Details["owner"] != "test ~*" || m.State != "Running" || m.IP() == "" {
			t.Errorf("%s in state %s at %q with %v, %v", m.Name, m.State, m.IP(), m.Details, err)
		}
	})
}

func TestSimulatedGroupFromBeginningToEnd(t *testing.T) {
	simulated(t, simulator.Config{}, func(t *testing.T, c *cloudstack.Client, _ *simulator.Server) {
		ctx := t.Context()
		g := newGroup(t, c, "lb")
		tag := cloudstack.CreateTags{ResourceType: "SecurityGroup", ResourceIDs: []cloudstack.ID{g.ID}, Tags: []cloudstack.Tag{{Key: "team", Value: "~ web *"}}}
		if err := cloudstack.Exec(ctx, c, tag); err != nil {
			t.Fatal(err)
		}
		if err := cloudstack.Exec(ctx, c, tag); !errors.Is(err, cloudstack.ErrExists) || !errors.Is(err, cloudstack.ErrJobFailed) {
			t.Errorf("the same tag again: %v", err)
		}
		g, err := cloudstack.Authorize(ctx, c, ssh(g, "10.0.0.0/8", "::/0"))
		if err != nil || len(g.IngressRules) != 2 || len(g.Tags) != 1 || g.Tags[0].Value != "~ web *" {
			t.Fatalf("%+v, %v", g, err)
		}
		if g, err = cloudstack.Authorize(ctx, c, ssh(g, "10.0.0.0/8")); err != nil || len(g.IngressRules) != 2 {
			t.Errorf("the same rule again: %+v, %v", g.IngressRules, err)
		}
		own := cloudstack.AuthorizeSecurityGroupIngress{SecurityGroupID: g.ID, Protocol: "icmp", ICMPType: cloudstack.Some(-1), ICMPCode: cloudstack.Some(-1), Groups: []cloudstack.GroupRef{g.Ref()}}
		if g, err = cloudstack.Authorize(ctx, c, own); err != nil || len(g.IngressRules) != 3 {
			t.Fatalf("%+v, %v", g.IngressRules, err)
		}
		if err := cloudstack.Delete(ctx, c, g); !errors.Is(err, cloudstack.ErrInUse) {
			t.Errorf("deleting a group that a rule names: %v", err)
		}
		var wg sync.WaitGroup
		for _, r := range g.IngressRules {
			wg.Go(func() {
				if err := cloudstack.Exec(ctx, c, cloudstack.RevokeSecurityGroupIngress{ID: r.RuleID}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := cloudstack.Delete(ctx, c, g); err != nil {
			t.Error(err)
		}
		if _, err := cloudstack.Get(ctx, c, cloudstack.SecurityGroup{ID: g.ID}); !errors.Is(err, cloudstack.ErrNotFound) {
			t.Errorf("after its deletion: %v", err)
		}
	})
}

func TestSimulatedElasticIPOnManyMachines(t *testing.T) {
	simulated(t, simulator.Config{Flavour: simulator.Exoscale}, func(t *testing.T, c *cloudstack.Client, _ *simulator.Server) {
		ctx := t.Context()
		ips := c.ElasticIPs(cloudstack.SecondaryIP)
		base := plainDeploy(t, c, "")
		address, err := ips.Acquire(ctx, cloudstack.AssociateIPAddress{ZoneID: base.ZoneID})
		if err != nil || !address.IsElastic {
			t.Fatalf("%+v, %v", address, err)
		}
		for i := range 3 {
			d := base
			d.Name = fmt.Sprintf("web-%d", i)
			m, err := cloudstack.Call(ctx, c, d)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ips.Attach(ctx, address, m.ID); err != nil {
				t.Fatal(err)
			}
		}
		attached, err := cloudstack.Collect(ips.Attachments(ctx, address))
		if err != nil || len(attached) != 3 {
			t.Fatalf("%v, %v", attached, err)
		}
		if err := ips.Release(ctx, address); !errors.Is(err, cloudstack.ErrInUse) {
			t.Errorf("released while attached: %v", err)
		}
		for _, a := range attached {
			if err := ips.Detach(ctx, a); err != nil {
				t.Error(err)
			}
		}
		if err := ips.Release(ctx, address); err != nil {
			t.Error(err)
		}
	})
}

func TestSimulatedThrottlingIsWaitedOut(t *testing.T) {
	simulated(t, simulator.Config{RateLimit: simulator.RateLimit{Calls: 10, Window: 5 * time.Second}}, func(t *testing.T, c *cloudstack.Client, _ *simulator.Server) {
		start := time.Now()
		for range 20 {
			if err := listZones(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 5*time.Second {
			t.Errorf("twenty calls took %v, although ten (counted twice) are allowed in 5 s", took)
		}
	})
}

func TestSimulatedCatalogueAndRefusals(t *testing.T) {
	simulated(t, simulator.Config{}, func(t *testing.T, c *cloudstack.Client, _ *simulator.Server) {
		ctx := t.Context()
		catalog, err := c.APIs(ctx)
		if err != nil || !catalog.Has("deployVirtualMachine") || catalog.Has("listHosts") {
			t.Errorf("%v", err)
		}
		_, hosts := cloudstack.Collect(cloudstack.All(ctx, c, cloudstack.ListHosts{}))
		_, unknown := c.Raw(ctx, "frobnicate", nil)
		_, none := c.JobOf(ctx, "VirtualMachine", "11111111-2222-4333-8444-555555555555")
		_, job := cloudstack.ResumeRaw(c, "11111111-2222-4333-8444-555555555555").Wait(ctx)
		for what, c := range map[string]struct{ err, class error }{
			"a command for administrators": {hosts, cloudstack.ErrForbidden}, "a command that there is not": {unknown, cloudstack.ErrAuth},
			"a job of nothing": {none, cloudstack.ErrNotFound}, "a job that there is not": {job, cloudstack.ErrNotFound},
		} {
			if !errors.Is(c.err, c.class) {
				t.Errorf("%s: %v, want %v", what, c.err, c.class)
			}
		}
	})
}
