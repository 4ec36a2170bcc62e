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
	DestCIDRs          string `json:",omitempty"` // likewise, of what leaves a network
	Machine            string `json:",omitempty"` // to whom ports are forwarded
	Related            string `json:",omitempty"` // the rule for which this one opens the firewall
	Name               string `json:",omitempty"` // of a load balancer
	Description        string `json:",omitempty"`
	Algorithm          string `json:",omitempty"`
	Balances           string `json:",omitempty"` // the protocol as it was given
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

// removeRule removes a rule, and the one that opened the firewall for it.
func (w *world) removeRule(r *netRule) {
	if r.Removed {
		return
	}
	w.dropTags(r.ID)
	r.Removed, r.Members = true, nil
	for _, o := range w.NetRules.Rows {
		if o.Related == r.ID {
			w.removeRule(o)
		}
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

// conflict finds a rule whose ports overlap with a new one's. Forwarding and balancing share the ports of an address. Firewall rules have
// theirs, and are in each other's way only where both name one CIDR.
func (w *world) conflict(n *netRule, cs int) *apiError {
	for _, r := range w.NetRules.Rows {
		if r.Removed || r.Network != n.Network || r.Address != n.Address || r.Egress != n.Egress || r.Protocol != n.Protocol ||
			(r.Purpose == purposeFirewall) != (n.Purpose == purposeFirewall) ||
			r.Purpose == purposeFirewall && !(shareCIDR(r.CIDRs, n.CIDRs) && shareCIDR(r.DestCIDRs, n.DestCIDRs)) {
			continue
		}
		if n.ICMPType != nil {
			if r.ICMPType != nil && *r.ICMPType == *n.ICMPType && *r.ICMPCode == *n.ICMPCode {
				return refuse(codeRuleConflict, cs, "New rule conflicts with existing rule id=%d", r.Num)
			}
			continue
		}
		if n.Start == 0 && r.Start == 0 {
			return refuse(codeRuleConflict, cs, "There is already a firewall rule specified with protocol = %s and no ports", n.Protocol)
		}
		if n.Start != 0 && r.Start != 0 && n.Start <= r.End && r.Start <= n.End {
			return refuse(codeRuleConflict, cs, "The range specified, %d-%d, conflicts with rule %s which has %d-%d", n.Start, n.End,
				w.describeRule(r), r.Start, r.End)
		}
	}
	return nil
}

// shareCIDR tells whether two lists name one CIDR, or both none.
func shareCIDR(a, b string) bool {
	listA, listB := params{"": a}.list(""), params{"": b}.list("")
	return len(listA)+len(listB) == 0 || slices.ContainsFunc(listA, func(cidr string) bool { return slices.Contains(listB, cidr) })
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

// enter keeps a rule whose ports are free.
func (c *call) enter(r *netRule, cs int) (*started, *apiError) {
	if err := c.world.conflict(r, cs); err != nil {
		return nil, err
	}
	c.world.NetRules.add(r)
	if r.Purpose != purposeFirewall && c.params.unless("openfirewall") {
		c.openFirewall(r)
	}
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
				(p["zoneid"] == "" || !c.takes("zoneid") || c.world.Networks.get(r.Network).Zone == p["zoneid"]) &&
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
