package egoscale

import (
	"fmt"
	"testing"

	"github.com/exoscale/egoscale"
)

func TestSecurityGroupIsCreatedOpenedClosedAndDeleted(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	group := request[*egoscale.SecurityGroup](t, cs, &egoscale.CreateSecurityGroup{
		Name:        "Load balancer",
		Description: "Opens HTTP/HTTPS ports from the outside world",
	})
	if group.ID == nil || group.Name != "Load balancer" || group.Description != "Opens HTTP/HTTPS ports from the outside world" {
		t.Fatalf("created %+v", group)
	}

	changed := request[*egoscale.SecurityGroup](t, cs, &egoscale.AuthorizeSecurityGroupIngress{
		Description:     "SSH traffic",
		SecurityGroupID: group.ID,
		CIDRList:        []egoscale.CIDR{*egoscale.MustParseCIDR("0.0.0.0/0")},
		Protocol:        "tcp",
		StartPort:       22,
		EndPort:         22,
	})
	if changed.ID == nil || !changed.ID.Equal(*group.ID) || len(changed.IngressRule) != 1 {
		t.Fatalf("opening SSH answered %+v, want the group with its rule", changed)
	}
	ssh := changed.IngressRule[0]
	if ssh.RuleID == nil || ssh.Description != "SSH traffic" || ssh.Protocol != "tcp" || ssh.StartPort != 22 || ssh.EndPort != 22 || ssh.CIDR.String() != "0.0.0.0/0" {
		t.Errorf("opening SSH made the rule %+v", ssh)
	}

	changed = request[*egoscale.SecurityGroup](t, cs, &egoscale.AuthorizeSecurityGroupIngress{
		SecurityGroupID:       group.ID,
		UserSecurityGroupList: []egoscale.UserSecurityGroup{group.UserSecurityGroup()},
		Protocol:              "udp",
		StartPort:             500,
		EndPort:               501,
	})
	if len(changed.IngressRule) != 2 {
		t.Errorf("opening it to itself answered %+v, want the group with both rules", changed)
	}
	// Without a protocol, tcp is meant.
	request[*egoscale.SecurityGroup](t, cs, &egoscale.AuthorizeSecurityGroupIngress{
		SecurityGroupID: group.ID,
		CIDRList:        []egoscale.CIDR{*egoscale.MustParseCIDR("192.0.2.0/24")},
		StartPort:       8080,
		EndPort:         8080,
	})
	request[*egoscale.SecurityGroup](t, cs, &egoscale.AuthorizeSecurityGroupIngress{
		SecurityGroupID: group.ID,
		CIDRList:        []egoscale.CIDR{*egoscale.MustParseCIDR("10.0.0.0/8")},
		Protocol:        "esp",
	})
	request[*egoscale.SecurityGroup](t, cs, &egoscale.AuthorizeSecurityGroupEgress{
		Description:     "ping",
		SecurityGroupID: group.ID,
		CIDRList:        []egoscale.CIDR{*egoscale.MustParseCIDR("0.0.0.0/0")},
		Protocol:        "icmp",
		IcmpType:        8,
		IcmpCode:        0,
	})

	live := securityGroup(t, cs, "Load balancer")
	var rules []string
	for _, r := range live.IngressRule {
		source := r.SecurityGroupName
		if r.CIDR != nil {
			source = r.CIDR.String()
		}
		rules = append(rules, fmt.Sprintf("%s %d-%d %s", r.Protocol, r.StartPort, r.EndPort, source))
	}
	if got, want := fmt.Sprint(rules), "[tcp 22-22 0.0.0.0/0 udp 500-501 Load balancer tcp 8080-8080 192.0.2.0/24 esp 0-0 10.0.0.0/8]"; got != want {
		t.Errorf("it lets in %s, want %s", got, want)
	}
	if len(live.EgressRule) != 1 || live.EgressRule[0].IcmpType != 8 || live.EgressRule[0].Description != "ping" {
		t.Fatalf("it lets out %+v, want the ping", live.EgressRule)
	}

	if in, _ := live.RuleByID(*ssh.RuleID); in == nil {
		t.Errorf("rule %s is not in the group", ssh.RuleID)
	}
	for _, r := range live.IngressRule {
		if err := cs.BooleanRequest(&egoscale.RevokeSecurityGroupIngress{ID: r.RuleID}); err != nil {
			t.Errorf("revoke %s %d: %v", r.Protocol, r.StartPort, err)
		}
	}
	if err := cs.BooleanRequest(&egoscale.RevokeSecurityGroupEgress{ID: live.EgressRule[0].RuleID}); err != nil {
		t.Errorf("revoke the ping: %v", err)
	}
	if live = securityGroup(t, cs, "Load balancer"); len(live.IngressRule)+len(live.EgressRule) > 0 {
		t.Errorf("everything revoked, it has %+v and %+v", live.IngressRule, live.EgressRule)
	}
	if err := cs.BooleanRequest(&egoscale.DeleteSecurityGroup{ID: group.ID}); err != nil {
		t.Errorf("delete the group: %v", err)
	}
	wantNoGroup(t, cs, "Load balancer")
}

func TestSecurityGroupsAreListedGotAndDeleted(t *testing.T) {
	t.Parallel()
	cs := connectImpatient(t)
	cs.PageSize = 2
	want := map[string]bool{}
	for i := range 5 {
		name := fmt.Sprintf("egoscale list %d", i)
		request[*egoscale.SecurityGroup](t, cs, &egoscale.CreateSecurityGroup{Name: name})
		want[name] = true
	}
	for _, x := range list(t, cs, new(egoscale.SecurityGroup)) {
		delete(want, x.(*egoscale.SecurityGroup).Name)
	}
	if len(want) > 0 {
		t.Errorf("page by page it lists all but %v", want)
	}
	for i := range 5 {
		sg := securityGroup(t, cs, fmt.Sprintf("egoscale list %d", i))
		if err := cs.Delete(sg); err != nil {
			t.Errorf("delete %s: %v", sg.Name, err)
		}
		wantNoGroup(t, cs, sg.Name)
	}
}

// securityGroup reads a group by its name alone.
func securityGroup(t *testing.T, cs *egoscale.Client, name string) *egoscale.SecurityGroup {
	t.Helper()
	sg := &egoscale.SecurityGroup{Name: name}
	if err := cs.Get(sg); err != nil {
		t.Fatalf("get security group %s: %v", name, err)
	}
	if sg.ID == nil || sg.Name != name {
		t.Fatalf("get security group %s: got %+v", name, sg)
	}
	return sg
}

func wantNoGroup(t *testing.T, cs *egoscale.Client, name string) {
	t.Helper()
	err := cs.Get(&egoscale.SecurityGroup{Name: name})
	if e, ok := err.(*egoscale.ErrorResponse); !ok || e.ErrorCode != egoscale.ParamError {
		t.Errorf("get the deleted group %s: %v, want %s", name, err, egoscale.ParamError)
	}
}
