package simulator

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A securityRule lets traffic of one protocol and range of ports through, between the group's machines and one source: a CIDR
// or another group.
type securityRule struct {
	row
	Group      string
	Egress     bool
	Protocol   string
	Start, End int    // ports; type and code of ICMP
	CIDR       string // as it was given
	Source     string // id of a group
	Note       string `json:",omitempty"` // the description that Exoscale's rules have
}

func (r *securityRule) same(o *securityRule) bool {
	return r.Egress == o.Egress && r.Protocol == o.Protocol && r.Start == o.Start && r.End == o.End && r.CIDR == o.CIDR && r.Source == o.Source
}

// startRule accepts every rule of a group that exists; what is wrong with the rule itself the job tells.
func startRule(c *call) (*started, *apiError) {
	w := c.world
	var g *securityGroup
	if id := c.params["securitygroupid"]; id != "" {
		if c.params["securitygroupname"] != "" {
			return nil, invalid("securityGroupId and securityGroupName parameters are mutually exclusive")
		}
		g = w.Groups.find(id)
	} else {
		a, err := c.owner()
		if err != nil {
			return nil, err
		}
		name := c.params["securitygroupname"]
		if name == "" {
			return nil, invalid("Either securityGroupId or securityGroupName is required by authorizeSecurityGroup%s command", direction(c))
		}
		if g = w.groupNamed(a.ID, name); g == nil {
			return nil, invalid("Unable to find security group %s for account id=%d", name, a.Num)
		}
	}
	if g == nil || !c.mayUse(g.Account) {
		return nil, errNotOurs
	}
	return &started{resource: g.ID}, nil
}

func direction(c *call) string {
	if strings.HasSuffix(c.cmd.name, "Egress") {
		return "Egress"
	}
	return "Ingress"
}

// makeRules makes a rule for every source. Those that are there already are passed over; if all are, the job fails.
func makeRules(c *call) (object, *apiError) {
	w := c.world
	g := w.Groups.get(c.job.Resource)
	if g == nil {
		return nil, failJob(codeParameter, "Unable to find security group")
	}
	model, err := c.ruleModel()
	if err != nil {
		return nil, err
	}
	model.Group, model.Egress = g.ID, direction(c) == "Egress"
	if c.exoscale() {
		model.Note = c.params["description"]
	}
	sources, err := c.ruleSources(model)
	if err != nil {
		return nil, err
	}
	ingress, egress := []object{}, []object{}
	for _, r := range sources {
		if slices.ContainsFunc(g.Rules, func(id string) bool { return w.Rules.get(id).same(r) }) {
			continue
		}
		r.ID = w.newID()
		w.Rules.add(r)
		g.Rules = append(g.Rules, r.ID)
		if r.Egress {
			egress = append(egress, w.renderRule(r, false))
		} else {
			ingress = append(ingress, w.renderRule(r, false))
		}
	}
	if len(ingress)+len(egress) == 0 {
		return nil, failJob(codeInternal, "Failed to authorize security group %s rule(s)", strings.ToLower(direction(c)))
	}
	if c.exoscale() {
		return object{{"securitygroup", w.renderGroup(g, groupListed)}}, nil
	}
	o := object{{"id", g.ID}, {"name", g.Name}}
	o.addIf("description", g.Description)
	o = append(o, w.fullyOwnedBy(g.Account)...)
	return object{{"securitygroup", append(o, object{
		{"ingressrule", ingress}, {"egressrule", egress}, {"tags", []object{}}, {"virtualmachineids", []string{}},
	}...)}}, nil
}

// ruleModel reads protocol and ports into the form in which they are kept.
func (c *call) ruleModel() (securityRule, *apiError) {
	p := c.params
	protocol := strings.ToLower(strings.TrimSpace(p["protocol"]))
	if protocol == "" && c.exoscale() {
		protocol = "tcp"
	}
	start, end := p["startport"], p["endport"]
	n, notNumber := strconv.Atoi(protocol)
	switch {
	case protocol == "" || protocol == "all":
		if start != "" || end != "" {
			return securityRule{}, failJob(codeParameter, "Cannot specify startPort or endPort without specifying protocol")
		}
		return securityRule{Protocol: "all"}, nil
	case protocol == "1":
		return securityRule{Protocol: "icmp", Start: -1, End: -1}, nil
	case protocol == "icmp" || c.exoscale() && protocol == "icmpv6":
		kind, code := p["icmptype"], p["icmpcode"]
		if kind == "" || code == "" {
			return securityRule{}, failJob(codeInternal, "Invalid ICMP type/code specified, icmpType = %s, icmpCode = %s", orNull(kind), orNull(code))
		}
		r := securityRule{Protocol: protocol, Start: p.int("icmptype", -1), End: p.int("icmpcode", -1)}
		if r.Start == -1 && r.End != -1 {
			return r, failJob(codeParameter, "Invalid icmp code specified, icmpCode = %d", r.End)
		}
		if r.Start < -1 || r.Start > 255 || r.End < -1 || r.End > 255 {
			return r, failJob(codeParameter, "Invalid ICMP type/code specified, icmpType = %d, icmpCode = %d", r.Start, r.End)
		}
		return r, nil
	case protocol == "tcp" || protocol == "udp":
		if start == "" || end == "" {
			return securityRule{}, failJob(codeParameter, "Invalid port range specified, startPort = %s, endPort = %s", orNull(start), orNull(end))
		}
		r := securityRule{Protocol: protocol, Start: p.int("startport", 0), End: p.int("endport", 0)}
		if r.Start == 0 && r.End == 0 {
			r.End = 65535
		}
		if r.Start < 0 || r.Start > 65535 || r.End < 0 || r.End > 65535 {
			return r, failJob(codeParameter, "Invalid port numbers %d:%d", r.Start, r.End)
		}
		if r.Start > r.End {
			return r, failJob(codeParameter, "Invalid port range %d:%d", r.Start, r.End)
		}
		return r, nil
	case notNumber == nil && n >= 0 && n <= 255, c.exoscale() && slices.Contains(exoscaleProtocols, protocol):
		return securityRule{Protocol: protocol}, nil
	default:
		return securityRule{}, failJob(codeParameter, "Invalid protocol %s", protocol)
	}
}

// ruleSources makes one rule of the model for every source: groups first, the oldest before the others, then CIDRs, as CloudStack numbers them.
func (c *call) ruleSources(model securityRule) ([]*securityRule, *apiError) {
	w := c.world
	var out []*securityRule
	for _, m := range c.params.maps("usersecuritygrouplist") {
		a := w.accountNamed(m["account"])
		if a == nil {
			return nil, failJob(codeParameter, "Nonexistent account: %s, domainid: 1 when trying to authorize %s for group", m["account"], model.Protocol)
		}
		g := w.groupNamed(a.ID, m["group"])
		if g == nil {
			return nil, failJob(codeParameter, "Nonexistent group %s for account %s/1 is given, unable to authorize security group rule.", m["group"], a.Name)
		}
		r := model
		r.Source = g.ID
		out = append(out, &r)
	}
	slices.SortStableFunc(out, func(a, b *securityRule) int { return int(w.Groups.get(a.Source).Num - w.Groups.get(b.Source).Num) })
	for _, cidr := range c.params.list("cidrlist") {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			return nil, failJob(codeParameter, "Invalid cidr %s", cidr)
		}
		r := model
		r.CIDR = cidr
		out = append(out, &r)
	}
	if len(out) == 0 {
		return nil, failJob(codeParameter, "At least one cidr or at least one security group needs to be specified")
	}
	return out, nil
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

func startRevoke(c *call) (*started, *apiError) {
	r := c.world.Rules.find(c.params["id"])
	if r == nil || !c.mayUse(c.world.Groups.get(r.Group).Account) {
		return nil, errNotOurs
	}
	s := &started{resource: r.Group, anonymous: true}
	if r.Egress != (direction(c) == "Egress") {
		kind := "ingress"
		if r.Egress {
			kind = "egress"
		}
		return s, failJob(codeParameter, "Mismatch in rule type for security rule SecurityGroupRule {%q:%d,%q:%q,%q:%q}", "id", r.Num, "type", kind, "uuid", r.ID)
	}
	return s, nil
}

func revokeRule(c *call) (object, *apiError) {
	w := c.world
	r := w.Rules.find(c.params["id"])
	if r == nil {
		return nil, failJob(codeParameter, "Unable to find security rule with id %s", c.params["id"])
	}
	w.removeRuleOf(w.Groups.get(r.Group), r)
	return succeeded(), nil
}

func (w *world) removeRuleOf(g *securityGroup, r *securityRule) {
	g.Rules = slices.DeleteFunc(g.Rules, func(id string) bool { return id == r.ID })
	w.dropTags(r.ID)
	w.Rules.remove(r.ID)
}

func (w *world) renderRule(r *securityRule, listed bool) object {
	o := object{{"ruleid", r.ID}}
	o.addIf("description", r.Note)
	o.add("protocol", r.Protocol)
	if r.Protocol == "icmp" || r.Protocol == "icmpv6" {
		o.add("icmptype", r.Start)
		o.add("icmpcode", r.End)
	} else {
		o.add("startport", r.Start)
		o.add("endport", r.End)
	}
	if r.Source != "" {
		g := w.Groups.get(r.Source)
		o.add("securitygroupname", g.Name)
		o.add("account", w.Accounts.get(g.Account).Name)
	} else {
		o.add("cidr", r.CIDR)
	}
	if listed {
		o.add("tags", w.ownedTags(r.ID))
	}
	return o
}
