package kind

import (
	"testing"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
	"github.com/trueup/trueup/provider/simulator"
)

// inProject moves the bench's cloud into a new project.
func (b *bench) inProject(name string) {
	b.t.Helper()
	hand(b, cloudstack.CreateProject{Name: name, DisplayText: name})
	project, err := cloudstack.One(b.t.Context(), b.client, cloudstack.ListProjects{Name: name})
	if err != nil {
		b.t.Fatal(err)
	}
	b.cloud = Open(b.client.InProject(project.ID), Source{Now: time.Now, Pick: func(int) int { return 0 }, Project: project})
}

// TestLimitsInAProjectAreItsOwn counts what the project uses, and not what the
// account does.
func TestLimitsInAProjectAreItsOwn(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("volume", "data", diskIn(b, "Small", nil))
		b.create("volume", "more", diskIn(b, "Small", nil))
		b.inProject("red")
		b.create("volume", "data", diskIn(b, "Small", nil))
		c, err := b.cloud.Catalogue(b.t.Context(), provider.Wanted{Limits: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Limits {
			if l.Type == "volume" && l.Used == 1 {
				return
			}
		}
		t.Errorf("got %+v", c.Limits)
	})
}

// TestGroupsOfAProjectNameEachOther by the account that a project has of its
// own, which no listing of them shows.
func TestGroupsOfAProjectNameEachOther(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		b.create("securityGroup", "web", nil)
		b.inProject("red")
		web := b.create("securityGroup", "web", nil).ID
		rule := provider.Rule{Protocol: "tcp", From: 22, To: 22, Group: provider.Ref{Kind: "securityGroup", Live: "web", ID: web}}
		allow := provider.Op{Kind: "securityGroup", Name: "authorizeIngress", ID: web, Fields: provider.Fields{"ingress": []provider.Rule{rule}}}
		b.do(allow)
		b.do(allow) // there already
		b.shows(web, map[string]string{"ingress": "[tcp/22 group:external web]"})
		if got := b.live(web).Fields["ingress"].([]provider.Rule)[0].Group.ID; got != web {
			t.Errorf("the rule names %q, not the project's own group %s", got, web)
		}
	})
}

// TestWhatAProjectHasIsNotTheAccounts reads both.
func TestWhatAProjectHasIsNotTheAccounts(t *testing.T) {
	inCloud(t, simulator.Config{}, func(b *bench) {
		outside := b.create("sshKey", "ops", provider.Fields{"publicKey": provider.Blob{Data: []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X")}}).ID
		account := b.cloud
		b.inProject("red")
		if _, err := b.cloud.CreateAnchor(b.t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
		inside := b.create("sshKey", "ops", provider.Fields{"publicKey": provider.Blob{Data: []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5w1r0VbQ0kq2w6v0V2X1r7yJ3b6Qq5n2w1o8Zl1m9X")}}).ID
		if b.live(inside) == nil || b.live(outside) != nil {
			t.Error("the project shows what the account has, or not what it has itself")
		}
		b.cloud = account
		if b.live(inside) != nil || b.live(outside) == nil {
			t.Error("the account shows what the project has, or not what it has itself")
		}
		if anchors, err := account.Anchors(b.t.Context()); err != nil || len(anchors) > 0 {
			t.Errorf("the account shows the project's anchor: %v %v", anchors, err)
		}
	})
}
