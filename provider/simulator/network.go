package simulator

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

const isolatedOffering = "DefaultIsolatedNetworkOfferingWithSourceNatService"

// A network connects machines. The shared one belongs to nobody; isolated ones have a virtual router in front of them.
type network struct {
	row
	Account     string // empty: shared
	Name        string
	DisplayText string
	Zone        string
	Offering    string
	Shared      bool
	CIDR        string
	Gateway     string
	VLAN        int    // 0 until the network is implemented
	State       string // Allocated until a machine runs on it, then Implemented
	Domain      string
	Created     time.Time
	Removed     bool
}

func (n *network) netmask() string {
	return net.IP(net.CIDRMask(netip.MustParsePrefix(n.CIDR).Bits(), 32)).String()
}

func (n *network) kind() string {
	if n.Shared {
		return "Shared"
	}
	return "Isolated"
}

// access tells who may use the network: acltype.
func (n *network) access() string {
	if n.Shared {
		return "Domain"
	}
	return "Account"
}

// addSharedNetwork makes the network of the zone with security groups.
func (w *world) addSharedNetwork() {
	s := w.center.sharedNetwork
	w.Networks.Last = 203
	w.Networks.add(&network{
		row: row{ID: sharedNetworkID}, Name: s.text("name"), DisplayText: s.text("displaytext"), Zone: securityZoneID,
		Offering: s.text("networkofferingid"), Shared: true, CIDR: s.text("cidr"), Gateway: s.text("gateway"), VLAN: 31,
		State: s.text("state"), Domain: s.text("networkdomain"), Created: w.Now,
	})
}

func (w *world) addNetwork(accountID, zone string, offering object, name, text string) *network {
	return w.Networks.add(&network{
		row: row{ID: w.newID()}, Account: accountID, Name: name, DisplayText: text, Zone: zone, Offering: offering.text("id"),
		CIDR: "10.1.1.0/24", Gateway: "10.1.1.1", State: "Allocated", Created: w.Now,
		Domain: fmt.Sprintf("cs%dcloud.internal", w.Accounts.get(accountID).Num),
	})
}

// implement gives an isolated network what it needs when the first machine runs on it: a VLAN and a source NAT address.
func (w *world) implement(n *network) {
	if n.Shared || n.State == "Implemented" {
		return
	}
	n.State = "Implemented"
	if n.VLAN == 0 {
		n.VLAN = 200 + int(n.Num)
	}
	if w.sourceNATOf(n) == nil && w.hasSourceNAT(n) {
		if a := w.anyFreeAddress(n.Zone); a != nil {
			w.allocate(a, n)
			a.State, a.SourceNAT = addressAllocated, true
		}
	}
}

func (w *world) hasSourceNAT(n *network) bool { return w.offers(n, []string{"SourceNat"}) }

// offers tells whether a network has all of these services.
func (w *world) offers(n *network, services []string) bool {
	offering := withID(w.center.networkOfferings, n.Offering)
	if n.Shared {
		offering = w.center.sharedNetwork
	}
	offered, _ := offering.get("service")
	list, _ := offered.([]any)
	for _, name := range services {
		if !slices.ContainsFunc(list, func(v any) bool { return equalNames(v.(object).text("name"), name) }) {
			return false
		}
	}
	return true
}

func withName(list []object, name string) object {
	i := slices.IndexFunc(list, func(o object) bool { return o.text("name") == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

func createNetwork(c *call) (object, *apiError) {
	w, p := c.world, c.params
	a, err := c.owner()
	if err != nil {
		return nil, err
	}
	offering := withID(w.center.networkOfferings, p["networkofferingid"])
	switch kind := offering.text("guestiptype"); {
	case kind == "Shared":
		return nil, invalid("This user can only create an Isolated network, a L2 network or a Shared network with specifyVlan=false.")
	case kind == "Isolated" && p["zoneid"] == securityZoneID:
		return nil, invalid("Only shared guest network can be created in security group enabled zone")
	}
	if err := w.reserve(a, need{"network", 1}); err != nil {
		return nil, err
	}
	text := p["displaytext"]
	if text == "" {
		text = p["name"]
	}
	gateway, mask := p["gateway"], p["netmask"]
	n := w.addNetwork(a.ID, p["zoneid"], offering, p["name"], text)
	if v := p["networkdomain"]; v != "" {
		n.Domain = v
	}
	if gateway != "" && mask != "" {
		ip, ipErr := netip.ParseAddr(gateway)
		bits, size := net.IPMask(net.ParseIP(mask).To4()).Size()
		if ipErr != nil || !ip.Is4() || size == 0 {
			w.Networks.remove(n.ID)
			return nil, invalid("Invalid gateway or netmask")
		}
		n.Gateway, n.CIDR = gateway, netip.PrefixFrom(ip, bits).Masked().String()
	}
	return object{{"network", w.renderNetwork(n)}}, nil
}

func listNetworks(c *call) (object, *apiError) {
	w, p := c.world, c.params
	keep, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	var found []*network
	for _, n := range slices.Backward(w.Networks.Rows) {
		owner := n.Account
		if n.Shared && p["projectid"] == "" {
			owner = c.account.ID
		}
		if !n.Removed && keep(owner, n.ID, n.Name) && c.keyword(n.Name, n.DisplayText) && (p["zoneid"] == "" || p["zoneid"] == n.Zone) &&
			(p["type"] == "" || equalNames(p["type"], n.kind())) && (p["networkofferingid"] == "" || p["networkofferingid"] == n.Offering) &&
			(p["traffictype"] == "" || equalNames(p["traffictype"], "Guest")) && !p.bool("issystem") && !p.bool("forvpc") &&
			(p["acltype"] == "" || equalNames(p["acltype"], n.access())) && w.offers(n, p.list("supportedservices")) {
			found = append(found, n)
		}
	}
	return page(c, "network", found, w.renderNetwork)
}

// network finds the network that a parameter names, if the caller may use it.
func (c *call) network(param string) (*network, *apiError) {
	n := c.world.Networks.find(c.params[param])
	if n == nil || n.Removed {
		num := c.params[param]
		if n != nil {
			num = decimal(n.Num)
		}
		return nil, invalid("Network ID=%s doesn't exist", num)
	}
	if !c.mayUse(n.Account) {
		return nil, errNotOurs
	}
	return n, nil
}

func startNetwork(c *call) (*started, *apiError) {
	n, err := c.network("id")
	if err != nil {
		return nil, err
	}
	return &started{resource: n.ID, anonymous: true}, nil
}

func updateNetwork(c *call) (object, *apiError) {
	n := c.world.Networks.get(c.job.Resource)
	if n.Removed {
		return nil, failJob(codeParameter, "Specified network id doesn't exist in the system")
	}
	if v := c.params["name"]; v != "" {
		n.Name = v
	}
	if v := c.params["displaytext"]; v != "" {
		n.DisplayText = v
	}
	return object{{"network", c.world.renderNetwork(n)}}, nil
}

func restartNetwork(c *call) (object, *apiError) {
	if c.world.Networks.get(c.job.Resource).Removed {
		return nil, failJob(codeParameter, "Specified network id doesn't exist in the system")
	}
	return succeeded(), nil
}

// deleteNetwork fails while a machine has a nic on the network, a destroyed one that was not expunged yet included.
func deleteNetwork(c *call) (object, *apiError) {
	w := c.world
	n := w.Networks.get(c.job.Resource)
	if n.Removed || slices.ContainsFunc(w.NICs.Rows, func(x *nic) bool { return x.Network == n.ID }) {
		return nil, failJob(codeInternal, "Failed to delete network")
	}
	w.removeNetwork(n)
	return succeeded(), nil
}

// removeNetwork removes a network with its addresses and rules.
func (w *world) removeNetwork(n *network) {
	for _, a := range w.Addresses.Rows {
		if a.Network == n.ID {
			w.release(a)
		}
	}
	for _, r := range w.NetRules.Rows {
		if r.Network == n.ID {
			w.removeRule(r)
		}
	}
	w.dropTags(n.ID)
	n.Removed = true
}

func (w *world) renderNetwork(n *network) object {
	if n.Shared {
		return w.center.sharedNetwork.with(field{"cidr", n.CIDR}, field{"netmask", n.netmask()}, field{"tags", w.bareTags(n.ID)}, field{"created", wireTime(n.Created)})
	}
	o := withID(w.center.networkOfferings, n.Offering)
	out := w.center.isolatedNetwork.with(
		field{"id", n.ID}, field{"name", n.Name}, field{"displaytext", n.DisplayText}, field{"gateway", n.Gateway},
		field{"netmask", n.netmask()}, field{"cidr", n.CIDR}, field{"zoneid", n.Zone}, field{"zonename", w.center.zoneName(n.Zone)},
		field{"networkofferingid", n.Offering}, field{"networkofferingname", o.text("name")},
		field{"networkofferingdisplaytext", o.text("displaytext")}, field{"networkofferingavailability", o.text("availability")},
		field{"state", n.State}, field{"related", n.ID}, field{"networkdomain", n.Domain},
		field{"tags", w.bareTags(n.ID)}, field{"created", wireTime(n.Created)},
	)
	if o.text("name") != isolatedOffering {
		services, _ := o.get("service")
		out = out.with(field{"service", services})
	}
	return append(out.without("account"), w.ownedBy(n.Account)...)
}
