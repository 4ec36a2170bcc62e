package cloudstackgo

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/cloudstack-go/v2/cloudstack"
)

func TestSecurityGroupRulesComeAndGo(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	sg := cs.SecurityGroup
	p := sg.NewCreateSecurityGroupParams("go-rules")
	p.SetDescription("rules by cloudstack-go")
	group := must(sg.CreateSecurityGroup(p))(t)
	if group.Description != "rules by cloudstack-go" {
		t.Errorf("created with the description %q", group.Description)
	}

	ssh := sg.NewAuthorizeSecurityGroupIngressParams()
	ssh.SetSecuritygroupid(group.Id)
	ssh.SetProtocol("tcp")
	ssh.SetStartport(22)
	ssh.SetEndport(22)
	ssh.SetCidrlist([]string{"192.0.2.0/24"})
	rule := must(sg.AuthorizeSecurityGroupIngress(ssh))(t)
	if rule.Ruleid == "" || rule.Protocol != "tcp" || rule.Startport != 22 || rule.Endport != 22 || rule.Cidr != "192.0.2.0/24" {
		t.Errorf("opening SSH made the rule %+v", rule)
	}
	if _, err := sg.AuthorizeSecurityGroupIngress(ssh); err == nil || !strings.Contains(err.Error(), `"errorcode":530`) {
		t.Errorf("opening it again gives %v, want a job that fails with 530", err)
	}

	own := sg.NewAuthorizeSecurityGroupIngressParams()
	own.SetSecuritygroupid(group.Id)
	own.SetProtocol("udp")
	own.SetStartport(500)
	own.SetEndport(501)
	own.SetUsersecuritygrouplist(map[string]string{group.Account: group.Name})
	must(sg.AuthorizeSecurityGroupIngress(own))(t)

	ping := sg.NewAuthorizeSecurityGroupEgressParams()
	ping.SetSecuritygroupid(group.Id)
	ping.SetProtocol("icmp")
	ping.SetIcmptype(-1)
	ping.SetIcmpcode(-1)
	ping.SetCidrlist([]string{"0.0.0.0/0"})
	must(sg.AuthorizeSecurityGroupEgress(ping))(t)

	live := found(sg.GetSecurityGroupByID(group.Id))(t)
	if got, want := rules(live.Ingressrule), "[tcp 22-22 192.0.2.0/24, udp 500-501 go-rules]"; got != want {
		t.Errorf("it lets in %s, want %s", got, want)
	}
	if got, want := rules(live.Egressrule), "[icmp 0-0 0.0.0.0/0]"; got != want || live.Egressrule[0].Icmptype != -1 {
		t.Errorf("it lets out %s, want %s", got, want)
	}

	drop := sg.NewDeleteSecurityGroupParams()
	drop.SetId(group.Id)
	if _, err := sg.DeleteSecurityGroup(drop); err == nil || !strings.Contains(err.Error(), "536") {
		t.Errorf("deleting a group that a rule names gives %v, want error 536", err)
	}
	for _, r := range live.Ingressrule {
		must(sg.RevokeSecurityGroupIngress(sg.NewRevokeSecurityGroupIngressParams(r.Ruleid)))(t)
	}
	must(sg.RevokeSecurityGroupEgress(sg.NewRevokeSecurityGroupEgressParams(live.Egressrule[0].Ruleid)))(t)
	if live = found(sg.GetSecurityGroupByID(group.Id))(t); len(live.Ingressrule)+len(live.Egressrule) > 0 {
		t.Errorf("everything revoked, it has %s and %s", rules(live.Ingressrule), rules(live.Egressrule))
	}
	if deleted := must(sg.DeleteSecurityGroup(drop))(t); !deleted.Success {
		t.Errorf("deleting it answered %+v", deleted)
	}
	named := sg.NewListSecurityGroupsParams()
	named.SetSecuritygroupname("go-rules")
	if left := must(sg.ListSecurityGroups(named))(t); left.Count != 0 || len(left.SecurityGroups) != 0 {
		t.Errorf("deleted, it is still listed: %+v", left.SecurityGroups)
	}
}

func rules(list []cloudstack.SecurityGroupRule) string {
	var out []string
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s %d-%d %s", r.Protocol, r.Startport, r.Endport, r.Cidr+r.Securitygroupname))
	}
	slices.Sort(out)
	return "[" + strings.Join(out, ", ") + "]"
}

func TestKeysAreMadeRegisteredAndDeleted(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	made := must(cs.SSH.CreateSSHKeyPair(cs.SSH.NewCreateSSHKeyPairParams("go-made")))(t)
	if !strings.HasPrefix(made.Privatekey, "-----BEGIN ") || made.Fingerprint == "" {
		t.Errorf("made the private key %.20q…, fingerprint %q", made.Privatekey, made.Fingerprint)
	}
	const public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody"
	registered := must(cs.SSH.RegisterSSHKeyPair(cs.SSH.NewRegisterSSHKeyPairParams("go-registered", public)))(t)
	if registered.Fingerprint == "" || registered.Fingerprint == made.Fingerprint {
		t.Errorf("registered with the fingerprint %q", registered.Fingerprint)
	}
	p := cs.SSH.NewListSSHKeyPairsParams()
	p.SetName("go-registered")
	listed := must(cs.SSH.ListSSHKeyPairs(p))(t)
	if listed.Count != 1 || listed.SSHKeyPairs[0].Fingerprint != registered.Fingerprint {
		t.Errorf("listed as %+v", listed.SSHKeyPairs)
	}
	for _, name := range []string{"go-made", "go-registered"} {
		if deleted := must(cs.SSH.DeleteSSHKeyPair(cs.SSH.NewDeleteSSHKeyPairParams(name)))(t); !deleted.Success {
			t.Errorf("deleting %s answered %+v", name, deleted)
		}
	}
	if left := must(cs.SSH.ListSSHKeyPairs(p))(t); left.Count != 0 {
		t.Errorf("deleted, it is still listed: %+v", left.SSHKeyPairs)
	}
}

func TestAffinityGroupsAreMadeAndDeleted(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	types := must(cs.AffinityGroup.ListAffinityGroupTypes(cs.AffinityGroup.NewListAffinityGroupTypesParams()))(t)
	if !slices.ContainsFunc(types.AffinityGroupTypes, func(x *cloudstack.AffinityGroupType) bool { return x.Type == "host anti-affinity" }) {
		t.Errorf("the types are %+v", types.AffinityGroupTypes)
	}
	p := cs.AffinityGroup.NewCreateAffinityGroupParams("go-apart", "host anti-affinity")
	p.SetDescription("apart by cloudstack-go")
	made := must(cs.AffinityGroup.CreateAffinityGroup(p))(t)
	group := found(cs.AffinityGroup.GetAffinityGroupByName("go-apart"))(t)
	if group.Id != made.Id || group.Type != "host anti-affinity" || group.Description != "apart by cloudstack-go" {
		t.Errorf("made %s, listed as %+v", made.Id, group)
	}
	drop := cs.AffinityGroup.NewDeleteAffinityGroupParams()
	drop.SetId(group.Id)
	if deleted := must(cs.AffinityGroup.DeleteAffinityGroup(drop))(t); !deleted.Success {
		t.Errorf("deleting it answered %+v", deleted)
	}
}

func TestTagsAreCreatedListedAndDeleted(t *testing.T) {
	t.Parallel()
	cs := connect(t)
	group := must(cs.SecurityGroup.CreateSecurityGroup(cs.SecurityGroup.NewCreateSecurityGroupParams("go-tags")))(t)
	tags := map[string]string{"a role": "web * ü", "stage": "test"}
	must(cs.Resourcetags.CreateTags(cs.Resourcetags.NewCreateTagsParams([]string{group.Id}, "SecurityGroup", tags)))(t)
	p := cs.Resourcetags.NewListTagsParams()
	p.SetResourceid(group.Id)
	p.SetResourcetype("SecurityGroup")
	listed := must(cs.Resourcetags.ListTags(p))(t)
	if listed.Count != len(tags) {
		t.Errorf("counts %d tags, want %d", listed.Count, len(tags))
	}
	for _, tag := range listed.Tags {
		if tags[tag.Key] != tag.Value || tag.Resourceid != group.Id {
			t.Errorf("lists %q=%q of %s", tag.Key, tag.Value, tag.Resourceid)
		}
	}
	if live := found(cs.SecurityGroup.GetSecurityGroupByID(group.Id))(t); len(live.Tags) != len(tags) {
		t.Errorf("the group shows the tags %+v", live.Tags)
	}
	drop := cs.Resourcetags.NewDeleteTagsParams([]string{group.Id}, "SecurityGroup")
	drop.SetTags(map[string]string{"stage": "other"})
	if _, err := cs.Resourcetags.DeleteTags(drop); err == nil {
		t.Error("a tag was deleted by a value that it does not have")
	}
	drop.SetTags(map[string]string{"stage": "test"})
	must(cs.Resourcetags.DeleteTags(drop))(t)
	if left := must(cs.Resourcetags.ListTags(p))(t); left.Count != 1 || left.Tags[0].Key != "a role" {
		t.Errorf("left are %+v", left.Tags)
	}
}
