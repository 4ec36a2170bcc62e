package kind

import (
	"cmp"
	"context"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	"time"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// loadBalancer is the kind of rules that spread a port of an address over
// machines.
func loadBalancer() kind {
	return kind{
		Kind: loadBalancerTable(),
		list: unlessUnknown("loadBalancer", "listLoadBalancerRules", listBalancers),
		commands: map[string]command{
			"create": job(plain(createBalancer), madeBalancer).because(explainPortTaken),
			"update": job(updateBalancer, madeBalancer).unless(balancerIs),
			"assign": job(plain(func(op provider.Op) cloudstack.AssignToLoadBalancerRule {
				return cloudstack.AssignToLoadBalancerRule{ID: cloudstack.ID(op.ID), VirtualMachineIDs: links(op.Fields, "members")}
			}), nil).unless(memberIs(true)),
			"remove": job(plain(func(op provider.Op) cloudstack.RemoveFromLoadBalancerRule {
				return cloudstack.RemoveFromLoadBalancerRule{ID: cloudstack.ID(op.ID), VirtualMachineIDs: links(op.Fields, "members")}
			}), nil).unless(memberIs(false)),
			"tag":   tag("LoadBalancer"),
			"untag": untag("LoadBalancer"),
			"delete": job(plain(func(op provider.Op) cloudstack.DeleteLoadBalancerRule {
				return cloudstack.DeleteLoadBalancerRule{ID: cloudstack.ID(op.ID)}
			}), nil).unless(notFound),
		},
	}
}

// createBalancer leaves the firewall alone, which is the address's to say. The
// protocol is always given: CloudStack 4.23 can't update a rule without one.
func createBalancer(op provider.Op) cloudstack.CreateLoadBalancerRule {
	address, _ := op.Fields["address"].(provider.Ref)
	network, _ := op.Fields["network"].(provider.Ref)
	port, target := number(op.Fields, "port"), number(op.Fields, "targetPort")
	return cloudstack.CreateLoadBalancerRule{
		Name: op.LiveName, PublicIPID: cloudstack.ID(address.ID), NetworkID: cloudstack.ID(network.ID),
		Algorithm: text(op.Fields, "algorithm"), Protocol: text(op.Fields, "protocol"),
		PublicPort: port, PrivatePort: cmp.Or(target, port), CIDRs: ranges(op.Fields, "from"),
		Description: strings.TrimSpace(withMarker("", op.Marker)), OpenFirewall: cloudstack.Some(false),
	}
}

func madeBalancer(r cloudstack.LoadBalancerRule) (provider.Result, error) {
	return provider.Result{ID: string(r.ID), LiveName: r.Name}, nil
}

func number(f provider.Fields, name string) int {
	n, _ := f[name].(int64)
	return int(n)
}

// ranges are the CIDRs of a field; nil where it isn't declared.
func ranges(f provider.Fields, name string) []cloudstack.CIDR {
	prefixes, _ := f[name].([]netip.Prefix)
	var cidrs []cloudstack.CIDR
	for _, p := range prefixes {
		cidrs = append(cidrs, cloudstack.CIDR(p.String()))
	}
	return cidrs
}

// updateBalancer gives the protocol that the rule has, without which CloudStack
// 4.23 does what is asked and fails all the same (job error 530).
func updateBalancer(ctx context.Context, c *cloud, op provider.Op) (cloudstack.UpdateLoadBalancerRule, error) {
	cmd := cloudstack.UpdateLoadBalancerRule{ID: cloudstack.ID(op.ID), Algorithm: text(op.Fields, "algorithm"), CIDRs: ranges(op.Fields, "from"), Protocol: "tcp"}
	r, err := c.balancer(ctx, op.ID)
	cmd.Protocol = cmp.Or(r.Protocol, cmd.Protocol)
	return cmd, err
}

func (c *cloud) balancer(ctx context.Context, id string) (cloudstack.LoadBalancerRule, error) {
	return cloudstack.One(ctx, c.client, cloudstack.ListLoadBalancerRules{ID: cloudstack.ID(id)})
}

// balancerIs looks whether an update that failed was done.
func balancerIs(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
	r, err := c.balancer(ctx, op.ID)
	if err != nil {
		return false, err
	}
	live := liveBalancer(r)
	for name, want := range op.Fields {
		if provider.Format(live.Fields[name]) != provider.Format(want) {
			return false, nil
		}
	}
	return true, nil
}

// memberIs looks whether the machine that couldn't be assigned (job error 530),
// or removed (431), is a member already, or is none.
func memberIs(wanted bool) func(context.Context, *cloud, provider.Op, error) (bool, error) {
	return func(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
		members, err := c.balanced(ctx, cloudstack.ID(op.ID))
		for _, id := range links(op.Fields, "members") {
			is := slices.ContainsFunc(members, func(m provider.Ref) bool { return m.ID == string(id) })
			if is != wanted {
				return false, err
			}
		}
		return err == nil, err
	}
}

// balanced are the machines behind a load balancer.
func (c *cloud) balanced(ctx context.Context, id cloudstack.ID) ([]provider.Ref, error) {
	listed, err := collect(ctx, c.client, cloudstack.ListLoadBalancerRuleInstances{ID: id})
	members := []provider.Ref{}
	for _, m := range listed {
		members = append(members, ref("vm", m.ID, m.Name))
	}
	return members, err
}

// readersOfMembers is how many load balancers are asked for their members at a
// time: nothing lists those of several.
const readersOfMembers = 4

// listBalancers asks each load balancer for its members but those of other
// stacks than the one that is asked about, if it is one.
func listBalancers(ctx context.Context, s *survey) ([]provider.Live, error) {
	listed, err := collect(ctx, s.client, cloudstack.ListLoadBalancerRules{})
	if err != nil {
		return nil, err
	}
	live := make([]provider.Live, len(listed))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readersOfMembers)
	for i, r := range listed {
		live[i] = liveBalancer(r)
		if owner := live[i].Tags[provider.TagStack]; owner != "" && owner != s.scope.Stack && s.scope.Stack != "" {
			continue
		}
		g.Go(func() error {
			members, err := s.balanced(ctx, r.ID)
			live[i].Fields["members"] = members
			return err
		})
	}
	return live, g.Wait()
}

func liveBalancer(r cloudstack.LoadBalancerRule) provider.Live {
	tags := tagMap(r.Tags)
	_, marker := withoutMarker(r.Description)
	from := []netip.Prefix{}
	for cidr := range strings.FieldsFuncSeq(cmp.Or(r.CIDRs, string(everywhere)), func(c rune) bool { return c == ',' || c == ' ' }) {
		if p, err := netip.ParsePrefix(cidr); err == nil {
			from = append(from, p)
		}
	}
	slices.SortFunc(from, netip.Prefix.Compare)
	return provider.Live{
		Kind: "loadBalancer", ID: string(r.ID), Name: r.Name, Tags: tags, Marker: marker,
		Fields: provider.Fields{
			"address":    ref("elasticIP", r.PublicIPID, ""),
			"network":    ref("network", r.NetworkID, ""),
			"algorithm":  r.Algorithm,
			"port":       portNumber(r.PublicPort),
			"targetPort": portNumber(r.PrivatePort),
			"protocol":   cmp.Or(strings.ToLower(r.Protocol), "tcp"),
			"from":       from,
			"tags":       userTags(tags),
		},
	}
}

func portNumber(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // CloudStack lists no others
	return n
}

func loadBalancerTable() *provider.Kind {
	port := func(name, code, doc string) provider.Field {
		return provider.Field{Name: name, Code: code, Type: provider.Integer, Min: 1, Max: maxPort, Change: provider.Replace, Doc: doc}
	}
	public := port("port", "po", "The port of the address.")
	public.Required = true
	fields := []provider.Field{
		{
			Name: "address", Code: "ar", Type: provider.Link, Kind: "elasticIP", Required: true, Change: provider.Replace, Occupies: "attach",
			Doc: "The address under which the machines answer. One that is attached to a machine as a whole has no ports to give.",
		},
		{
			Name: "network", Code: "ne", Type: provider.Link, Kind: "network", Inherit: "address.network", Change: provider.Replace,
			Doc: "The isolated network that the machines are in; without it, that of the address.",
		},
		{
			Name: "algorithm", Code: "al", Type: provider.Text, Enum: []string{"roundrobin", "leastconn", "source"}, Default: "roundrobin", Set: "update",
			Doc: "Who gets the next connection: each in turn, the one with the fewest, or the same for the same sender.",
		},
		public,
		port("targetPort", "tp", "The port of the machines; without it, the same as `port`."),
		{
			Name: "protocol", Code: "pc", Type: provider.Text, Enum: []string{"tcp", "udp", "tcp-proxy"}, Default: "tcp", Change: provider.Replace,
			Doc: "What is balanced: `tcp`, `udp`, or `tcp-proxy`, which tells the machines the sender's address in a line of its own.",
		},
		{
			Name: "members", Code: "me", Type: provider.Links, Kind: "vm", Members: true, Within: "network", Add: "assign", Remove: "remove", AddFirst: true,
			Doc: "The machines, all in the network. The name of a count stands for all of its members, however many it has. An empty list means none.",
		},
		{
			Name: "from", Code: "fr", Type: provider.CIDRs, Set: "update",
			Doc: "Whose connections are balanced, as CIDRs; without it, everybody's. What reaches the address at all is for its `firewall` to say.",
		},
		tagsField(),
		protectField(),
		keepField(),
		wasField(),
		adoptField(),
	}
	return &provider.Kind{
		Name:   "loadBalancer",
		Plural: "loadBalancers",
		Doc: "A port of a public address that many machines answer: a rule of their network's router, which spreads connections over them. " +
			"Machines come and go while it stands; another port or address makes it anew, which takes a moment.",
		Fields: fields,
		Operations: []provider.Operation{
			{Name: "create", Command: "createLoadBalancerRule", Doc: "balance the port", Slow: true},
			{Name: "update", Command: "updateLoadBalancerRule", Doc: "change who is let in and who gets the next connection", Serial: true, Slow: true},
			{Name: "assign", Command: "assignToLoadBalancerRule", Doc: "add a machine", Serial: true, Slow: true},
			{Name: "remove", Command: "removeFromLoadBalancerRule", Doc: "take a machine out", Serial: true, Slow: true},
			tagOperation(),
			untagOperation(),
			{Name: "delete", Command: "deleteLoadBalancerRule", Doc: "stop balancing the port", Slow: true},
		},
		Creation:  []string{"create"},
		Deletion:  []string{"delete"},
		TagType:   "LoadBalancer",
		JobTime:   provider.Duration(10 * time.Minute),
		Marker:    "`[trueup <stack>/<address>]` as its description",
		CheckName: checkBalancerName,
		Check: func(f provider.Fields) []provider.FieldError {
			found := checkTags(f)
			if from, declared := f["from"]; declared && provider.Empty(from) {
				found = append(found, complain("from", "an empty list lets nobody in; leave the field out, or remove the load balancer")...)
			}
			return found
		},
	}
}

var balancerName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// checkBalancerName holds names to those of hosts, which createLoadBalancerRule
// wants.
func checkBalancerName(name string) string {
	if !balancerName.MatchString(name) {
		return "a load balancer's name has 1 to 63 letters, digits and hyphens, with no hyphen at its ends"
	}
	return ""
}
