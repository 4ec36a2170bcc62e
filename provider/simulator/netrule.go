package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// Purposes of a netRule, as CloudStack calls them.
const (
	purposeForwarding    = "PortForwarding"
	purposeFirewall      = "Firewall"
	purposeLoadBalancing = "LoadBalancing"
)

// A netRule is a rule of an isolated network's router: it forwards ports, lets traffic in or out, or balances load.
type netRule struct {
	row
	Account            string
	Purpose            string
	Egress             bool
	Network            string
	Address            string // empty for rules about what leaves a network
	Protocol           string
	Start, End         int // public ports
	PrivateStart       int
	PrivateEnd         int
	ICMPType, ICMPCode *int   `json:",omitempty"`
	CIDRs              string // separated by commas, as they were given
	Machine            string `json:",omitempty"` // to whom ports are forwarded
	Name               string `json:",omitempty"` // of a load balancer
	Description        string `json:",omitempty"`
	Algorithm          string `json:",omitempty"`
	State              string
	Members            []string `json:",omitempty"` // machines
	Removed            bool
}

// describeRule names a rule as CloudStack's errors do.
func (w *world) describeRule(r *netRule) string {
	return fmt.Sprintf("FirewallRule {%q:%d,%q:%d,%q:%q,%q:%q,%q:%q}", "id", r.Num, "networkId", w.Networks.get(r.Network).Num,
		"purpose", r.Purpose, "state", r.State, "uuid", r.ID)
}

// purposeOf tells what the rules of an address are for; empty where it has none. Firewall rules don't occupy an address.
func (w *world) purposeOf(a *address) string {
	for _, r := range w.NetRules.Rows {
		if r.Address == a.ID && !r.Removed && r.Purpose != purposeFirewall {
			return r.Purpose
		}
	}
	return ""
}

func (w *world) removeRule(r *netRule) {
	if !r.Removed {
		w.dropTags(r.ID)
		r.Removed, r.Members = true, nil
	}
}

// forgetRulesOf removes what leads to a machine that is no more.
func (w *world) forgetRulesOf(m *machine) {
	for _, r := range w.NetRules.Rows {
		if r.Machine == m.ID {
			w.removeRule(r)
		}
		r.Members = slices.DeleteFunc(r.Members, func(id string) bool { return id == m.ID })
	}
}

// conflict finds a rule whose ports overlap with a new one's. Forwarding and balancing share the ports of an address,
// firewall rules have theirs.
func (w *world) conflict(n *netRule, cs int) *apiError {
	for _, r := range w.NetRules.Rows {
		if r.Removed || r.Network != n.Network || r.Address != n.Address || r.Egress != n.Egress || r.Protocol != n.Protocol ||
			(r.Purpose == purposeFirewall) != (n.Purpose == purposeFirewall) {
			continue
		}
		if n.ICMPType != nil {
			if r.ICMPType != nil && *r.ICMPType == *n.ICMPType && *r.ICMPCode == *n.ICMPCode {
				return refuse(codeRuleConflict, cs, "New rule conflicts with existing rule id=%d", r.Num)
			}
			continue
		}
		if n.Start <= r.End && r.Start <= n.End {
			return refuse(codeRuleConflict, cs, "The range specified, %d-%d, conflicts with rule %s which has %d-%d", n.Start, n.End,
				w.describeRule(r), r.Start, r.End)
		}
	}
	return nil
}

// newRule starts a rule on an acquired address.
func (c *call) newRule(param, purpose string) (*netRule, *apiError) {
	a, err := c.address(param)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Network == "":
		return nil, invalid("Unable to create %s rule ; ip with specified id is not associated with any network", strings.ToLower(purpose))
	case purpose != purposeFirewall && a.Machine != "":
		return nil, refuse(codeRuleConflict, csRuleConflict, "Cannot create a rule on the ip address %s: it has static nat enabled", a.describe())
	}
	return &netRule{
		row: row{ID: c.world.newID()}, Account: a.Account, Purpose: purpose, Network: a.Network, Address: a.ID,
		Protocol: strings.ToLower(c.params["protocol"]), State: "Active",
	}, nil
}

// ports reads a range whose end may be left out.
func (c *call) ports(first, last string) (int, int, *apiError) {
	start := c.params.int(first, 0)
	end := c.params.int(last, start)
	if start < 1 || end > 65535 {
		return 0, 0, invalid("%s is an invalid value", first)
	}
	if start > end {
		return 0, 0, invalid("Start port can't be bigger than end port")
	}
	return start, end, nil
}

func startForward(c *call) (*started, *apiError) {
	r, err := c.newRule("ipaddressid", purposeForwarding)
	if err != nil {
		return nil, err
	}
	m, err := c.machine("virtualmachineid")
	if err != nil {
		return nil, err
	}
	if !c.world.isOn(m, r.Network) {
		return nil, invalid("Unable to create port forwarding rule: the machine is not on the address's network")
	}
	if r.Protocol != "tcp" && r.Protocol != "udp" {
		return nil, invalid("Protocol %s is not supported in this network", r.Protocol)
	}
	if r.Start, r.End, err = c.ports("publicport", "publicendport"); err != nil {
		return nil, err
	}
	if r.PrivateStart, r.PrivateEnd, err = c.ports("privateport", "privateendport"); err != nil {
		return nil, err
	}
	if r.End-r.Start != r.PrivateEnd-r.PrivateStart {
		return nil, invalid("Source port and destination port ranges should be of equal sizes.")
	}
	r.Machine, r.CIDRs = m.ID, c.params["cidrlist"]
	return c.enter(r, csRuleConflict)
}

func startFirewall(c *call) (*started, *apiError) {
	r, err := c.newRule("ipaddressid", purposeFirewall)
	if err != nil {
		return nil, err
	}
	return c.enterFirewall(r)
}

func startEgressFirewall(c *call) (*started, *apiError) {
	n, err := c.network("networkid")
	if err != nil {
		return nil, err
	}
	return c.enterFirewall(&netRule{
		row: row{ID: c.world.newID()}, Account: n.Account, Purpose: purposeFirewall, Egress: true, Network: n.ID,
		Protocol: strings.ToLower(c.params["protocol"]), State: "Active",
	})
}

func (c *call) enterFirewall(r *netRule) (*started, *apiError) {
	var err *apiError
	r.CIDRs = c.params["cidrlist"]
	if r.CIDRs == "" {
		r.CIDRs = "0.0.0.0/0"
	}
	switch r.Protocol {
	case "icmp":
		kind, code := c.params.int("icmptype", -1), c.params.int("icmpcode", -1)
		r.ICMPType, r.ICMPCode = &kind, &code
	case "tcp", "udp":
		r.Start, r.End = 1, 65535
		if c.params["startport"] != "" {
			if r.Start, r.End, err = c.ports("startport", "endport"); err != nil {
				return nil, err
			}
		}
	case "all":
	default:
		return nil, invalid("Protocol %s is not supported in this network", r.Protocol)
	}
	return c.enter(r, csRuleConflict)
}

func (c *call) enter(r *netRule, cs int) (*started, *apiError) {
	if err := c.world.conflict(r, cs); err != nil {
		return nil, err
	}
	c.world.NetRules.add(r)
	return &started{resource: r.ID, creates: true}, nil
}

// ruleMade shows a rule that the router now has.
func ruleMade(key string) func(*call) (object, *apiError) {
	return func(c *call) (object, *apiError) {
		r := c.world.NetRules.get(c.job.Resource)
		if r.Removed {
			return nil, failJob(codeInternal, "Failed to create rule")
		}
		return object{{key, c.world.renderNetRule(r)}}, nil
	}
}

// rule finds the rule of a purpose that a parameter names, if the caller may use it.
func (c *call) rule(purpose, called string) (*netRule, *apiError) {
	r := c.world.NetRules.find(c.params["id"])
	switch {
	case r == nil || r.Removed || r.Purpose != purpose:
		num := c.params["id"]
		if r != nil {
			num = decimal(r.Num)
		}
		return nil, invalid("Unable to find %s by ID=%s", called, num)
	case !c.mayUse(r.Account):
		return nil, errNotOurs
	}
	return r, nil
}

func startRuleOf(purpose, called string) func(*call) (*started, *apiError) {
	return func(c *call) (*started, *apiError) {
		r, err := c.rule(purpose, called)
		if err != nil {
			return nil, err
		}
		return &started{resource: r.ID, anonymous: true}, nil
	}
}

func deleteRule(c *call) (object, *apiError) {
	c.world.removeRule(c.world.NetRules.get(c.job.Resource))
	return succeeded(), nil
}

// listRules makes the list of the rules of a purpose, youngest first.
func listRules(purpose string, egress bool, key string) func(*call) (object, *apiError) {
	return func(c *call) (object, *apiError) {
		p := c.params
		keep, err := c.listFilter()
		if err != nil {
			return nil, err
		}
		is := func(name, value string) bool { return p[name] == "" || p[name] == value }
		var found []*netRule
		for _, r := range slices.Backward(c.world.NetRules.Rows) {
			if !r.Removed && r.Purpose == purpose && r.Egress == egress && keep(r.Account, r.ID, r.Name) && c.keyword(r.Name) &&
				is("ipaddressid", r.Address) && is("publicipid", r.Address) && is("networkid", r.Network) &&
				(p["virtualmachineid"] == "" || r.Machine == p["virtualmachineid"] || slices.Contains(r.Members, p["virtualmachineid"])) {
				found = append(found, r)
			}
		}
		return page(c, key, found, c.world.renderNetRule)
	}
}

func (w *world) renderNetRule(r *netRule) object {
	switch r.Purpose {
	case purposeForwarding:
		return w.renderForward(r)
	case purposeFirewall:
		return w.renderFirewall(r)
	default:
		return w.renderLoadBalancer(r)
	}
}

func (w *world) renderForward(r *netRule) object {
	m, n := w.Machines.get(r.Machine), w.Networks.get(r.Network)
	o := object{
		{"id", r.ID}, {"privateport", decimal(int64(r.PrivateStart))}, {"privateendport", decimal(int64(r.PrivateEnd))},
		{"protocol", r.Protocol}, {"publicport", decimal(int64(r.Start))}, {"publicendport", decimal(int64(r.End))},
		{"virtualmachineid", m.ID}, {"virtualmachinename", m.Name}, {"virtualmachinedisplayname", m.DisplayName},
		{"ipaddressid", r.Address}, {"ipaddress", w.Addresses.get(r.Address).IP}, {"state", r.State}, {"cidrlist", r.CIDRs},
		{"tags", w.renderTags(r.ID)},
	}
	for _, id := range m.NICs {
		if x := w.NICs.get(id); x.Network == n.ID {
			o.add("vmguestip", x.IP)
		}
	}
	return append(o, object{{"networkid", n.ID}, {"networkname", n.Name}}...)
}

func (w *world) renderFirewall(r *netRule) object {
	o := object{{"id", r.ID}, {"protocol", r.Protocol}}
	if r.Start > 0 {
		o.add("startport", r.Start)
		o.add("endport", r.End)
	}
	o.addIf("ipaddressid", r.Address)
	o.add("networkid", r.Network)
	traffic := "Egress"
	if a := w.Addresses.get(r.Address); a != nil {
		o.add("ipaddress", a.IP)
		traffic = "Ingress"
	}
	o.add("state", r.State)
	o.add("cidrlist", r.CIDRs)
	if r.ICMPType != nil {
		o.add("icmptype", *r.ICMPType)
		o.add("icmpcode", *r.ICMPCode)
	}
	return append(o, object{{"tags", w.renderTags(r.ID)}, {"destcidrlist", ""}, {"traffictype", traffic}}...)
}
