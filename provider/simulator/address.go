package simulator

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// States of a public address.
const (
	addressFree       = "Free"
	addressReserved   = "Reserved"
	addressAllocating = "Allocating"
	addressAllocated  = "Allocated"
)

// publicRange is the recorded pool of public addresses.
const (
	publicFirst  = "10.210.0.10"
	elasticFirst = "10.220.0.10"
	publicCount  = 1013
)

// An address is a public address. It is acquired for an isolated network and may be bound to one machine by static NAT.
type address struct {
	row
	IP        string
	Zone      string
	State     string
	Account   string
	Network   string // the isolated network it was acquired for
	SourceNAT bool
	Machine   string // by static NAT
	MachineIP string
	Elastic   bool // Exoscale: not of a network, added to nics instead
	Acquired  time.Time
}

// addAddresses fills the pool. Where addresses are elastic the zone with security groups has some too.
func (w *world) addAddresses() {
	w.Addresses.Last = 8177
	w.addPool(isolatedZoneID, publicFirst)
	if w.config.Flavour == Exoscale {
		w.addPool(securityZoneID, elasticFirst)
	}
}

func (w *world) addPool(zone, first string) {
	for i := range publicCount {
		ip := plus(netip.MustParseAddr(first), i).String()
		w.Addresses.add(&address{row: row{ID: w.newID()}, IP: ip, Zone: zone, State: addressFree})
	}
}

// describe names an address as CloudStack's errors do.
func (a *address) describe() string {
	return fmt.Sprintf("IPAddress {%q:%q,%q:2,%q:%d,%q:%q}", "address", a.IP, "dataCenterId", "id", a.Num, "uuid", a.ID)
}

func (w *world) anyFreeAddress(zone string) *address {
	i := slices.IndexFunc(w.Addresses.Rows, func(a *address) bool { return a.State == addressFree && a.Zone == zone })
	if i < 0 {
		return nil
	}
	return w.Addresses.Rows[i]
}

func (w *world) sourceNATOf(n *network) *address {
	i := slices.IndexFunc(w.Addresses.Rows, func(a *address) bool { return a.Network == n.ID && a.SourceNAT })
	if i < 0 {
		return nil
	}
	return w.Addresses.Rows[i]
}

func (w *world) allocate(a *address, n *network) {
	a.State, a.Account, a.Network, a.Acquired = addressAllocating, n.Account, n.ID, w.Now
}

// release gives an address back to the pool, with its static NAT, rules and tags.
func (w *world) release(a *address) {
	w.bind(a, nil)
	for _, r := range w.NetRules.Rows {
		if r.Address == a.ID && !r.Removed {
			w.removeRule(r)
		}
	}
	w.dropTags(a.ID)
	a.State, a.Account, a.Network, a.SourceNAT, a.Elastic, a.Acquired = addressFree, "", "", false, false, time.Time{}
}

// address finds the address that a parameter names, if the caller may use it. A free one is an error that nobody expects there.
func (c *call) address(param string) (*address, *apiError) {
	a := c.world.Addresses.find(c.params[param])
	if a == nil {
		return nil, invalid("Unable to find ip address by id")
	}
	if a.State == addressFree {
		return nil, opaque(csRuntime)
	}
	if !c.mayUse(a.Account) {
		return nil, errNotOurs
	}
	return a, nil
}

// startAssociate takes an address at once: the one asked for, or any. The first of a fresh isolated network is its source NAT address.
func startAssociate(c *call) (*started, *apiError) {
	w, p := c.world, c.params
	if c.exoscale() {
		return startAssociateElastic(c)
	}
	n, err := c.associatedNetwork()
	if err != nil {
		return nil, err
	}
	owner := w.Accounts.get(n.Account)
	var a *address
	if ip := p["ipaddress"]; ip != "" {
		i := slices.IndexFunc(w.Addresses.Rows, func(a *address) bool {
			return a.IP == ip && a.Zone == n.Zone && (a.State == addressFree || a.State == addressReserved && a.Account == n.Account)
		})
		if i >= 0 {
			a = w.Addresses.Rows[i]
		}
	} else {
		a = w.anyFreeAddress(n.Zone)
	}
	if a == nil || a.State == addressFree {
		if err := w.reserve(owner, need{"public_ip", 1}); err != nil {
			return nil, err
		}
	}
	if a == nil {
		return nil, refuse(codeCapacity, csAPI, "Insufficient address capacity")
	}
	w.allocate(a, n)
	a.SourceNAT = w.sourceNATOf(n) == nil && w.hasSourceNAT(n)
	return &started{resource: a.ID, creates: true}, nil
}

// associatedNetwork finds out for which network an address is wanted.
func (c *call) associatedNetwork() (*network, *apiError) {
	w, p := c.world, c.params
	if p["networkid"] != "" {
		n, err := c.network("networkid")
		if err == nil && n.Shared {
			return nil, invalid("Can't assign ip to the network directly when network belongs to zone with security groups")
		}
		return n, err
	}
	zone := p["zoneid"]
	if zone == "" {
		return nil, invalid("Unable to figure out zone to assign IP to. Please specify either zoneId, or networkId, or vpcId in the call")
	}
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	var found []*network
	for _, n := range w.Networks.Rows {
		if n.Account == a.ID && n.Zone == zone && !n.Removed {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return nil, invalid("Account name=%s domain=%s doesn't have virtual Networks in zone=%s", a.Name, domainName, w.center.zoneName(zone))
	case 1:
		return found[0], nil
	default:
		return nil, invalid("Account has more than one isolated Network in the zone")
	}
}

// associated shows the address as still being allocated, as CloudStack does, though it is allocated from now on.
func associated(c *call) (object, *apiError) {
	a := c.world.Addresses.get(c.job.Resource)
	if a.State == addressFree {
		return nil, failJob(codeInternal, "Failed to assign ip address")
	}
	o := c.world.renderAddress(a)
	a.State = addressAllocated
	return object{{"ipaddress", o}}, nil
}

func startDisassociate(c *call) (*started, *apiError) {
	switch id, ip := c.params["id"], c.params["ipaddress"]; {
	case id == "" && ip == "":
		return nil, invalid("Please specify either IP address or IP address ID")
	case id == "":
		i := slices.IndexFunc(c.world.Addresses.Rows, func(a *address) bool { return a.IP == ip })
		if i < 0 {
			return nil, invalid("Unable to find IP address by IP address=%s", ip)
		}
		c.params["id"] = c.world.Addresses.Rows[i].ID
	}
	a, err := c.address("id")
	if err != nil {
		return nil, err
	}
	s := &started{resource: a.ID}
	if a.SourceNAT {
		return s, failJob(codeInternal, "IP address is used for source nat purposes and can not be disassociated.")
	}
	return s, nil
}

func disassociate(c *call) (object, *apiError) {
	a := c.world.Addresses.get(c.job.Resource)
	if a.State == addressFree {
		return nil, failJob(codeInternal, "Failed to release public ip address")
	}
	if c.exoscale() {
		c.world.takeFromNICs(a)
	}
	c.world.release(a)
	return succeeded(), nil
}

// reserveIpAddress sets a free address aside for the account. Doing so again changes nothing.
func reserveIpAddress(c *call) (object, *apiError) {
	w := c.world
	owner, err := c.owner()
	if err != nil {
		return nil, err
	}
	a := w.Addresses.find(c.params["id"])
	switch {
	case a == nil, a.State == addressReserved && !c.mayUse(a.Account), a.State == addressAllocated, a.State == addressAllocating:
		return nil, invalid("The IP address %s is not free", c.params["id"])
	case a.State == addressFree:
		if err := w.reserve(owner, need{"public_ip", 1}); err != nil {
			return nil, err
		}
		a.State, a.Account, a.Acquired = addressReserved, owner.ID, w.Now
	}
	return object{{"ipaddress", w.renderAddress(a)}}, nil
}

func releaseIpAddress(c *call) (object, *apiError) {
	a, err := c.address("id")
	if err != nil {
		return nil, err
	}
	if a.State != addressReserved {
		return nil, invalid("The IP address %s is not reserved", a.ID)
	}
	c.world.release(a)
	return succeeded(), nil
}

func listPublicIpAddresses(c *call) (object, *apiError) {
	w, p := c.world, c.params
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	is := func(name, value string) bool { return p[name] == "" || p[name] == value }
	flag := func(name string, value bool) bool { return p[name] == "" || p.bool(name) == value }
	free := equalNames(p["state"], addressFree)
	allocatedOnly := !free && p.unless("allocatedonly")
	var found []*address
	for _, a := range w.Addresses.Rows {
		owner := a.Account
		if a.State == addressFree {
			owner = c.account.ID
		}
		if allocatedOnly && (a.State == addressFree || a.State == addressReserved) || p["state"] != "" && !equalNames(p["state"], a.State) ||
			!keep(owner, a.ID, a.IP) || !c.keyword(a.IP) || !is("zoneid", a.Zone) || !is("ipaddress", a.IP) ||
			!is("associatednetworkid", a.Network) || !is("networkid", publicNetworkID) ||
			!flag("isstaticnat", a.Machine != "") || !flag("issourcenat", a.SourceNAT) || !flag("iselastic", a.Elastic) ||
			!flag("forvirtualnetwork", true) || p.bool("forloadbalancing") && w.purposeOf(a) != purposeLoadBalancing {
			continue
		}
		found = append(found, a)
	}
	return page(c, "publicipaddress", found, w.renderAddress)
}

func (w *world) renderAddress(a *address) object {
	o := object{{"id", a.ID}, {"ipaddress", a.IP}}
	if a.State != addressFree {
		o.add("allocated", wireTime(a.Acquired))
	}
	o = append(o, object{{"zoneid", a.Zone}, {"zonename", w.center.zoneName(a.Zone)}, {"issourcenat", a.SourceNAT}}...)
	if a.State != addressFree {
		o = append(o, w.fullyOwnedBy(a.Account)...)
	}
	o = append(o, object{{"forvirtualnetwork", true}, {"isstaticnat", a.Machine != ""}, {"issystem", false}}...)
	if w.config.Flavour == Exoscale {
		o.add("iselastic", a.Elastic)
	}
	if m := w.Machines.get(a.Machine); m != nil {
		o = append(o, object{
			{"virtualmachineid", m.ID}, {"virtualmachinetype", "User"}, {"vmipaddress", a.MachineIP}, {"virtualmachinename", m.Name},
			{"virtualmachinedisplayname", m.DisplayName},
		}...)
	}
	if n := w.Networks.get(a.Network); n != nil {
		o.add("associatednetworkid", n.ID)
		o.add("associatednetworkname", n.Name)
	}
	return append(o, object{
		{"networkid", publicNetworkID}, {"state", a.State}, {"physicalnetworkid", physicalNetworkID}, {"tags", w.bareTags(a.ID)},
		{"isportable", false}, {"hasrules", w.purposeOf(a) != ""}, {"forsystemvms", false}, {"forprovider", false}, {"hasannotations", false},
	}...)
}
