package simulator

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
)

// A nic connects a machine to a network.
type nic struct {
	row
	Machine   string
	Network   string
	IP        string
	MAC       string
	Secondary []string `json:",omitempty"` // ids
}

// A secondaryIP is one more address of a nic.
type secondaryIP struct {
	row
	NIC     string
	Network string
	IP      string
}

// addNIC connects a machine. The address is free already; see freeIP.
func (w *world) addNIC(m *machine, n *network, ip string) {
	c := &nic{row: row{ID: w.newID()}, Machine: m.ID, Network: n.ID, IP: ip}
	w.NICs.add(c)
	c.MAC = fmt.Sprintf("1e:01:%02x:%02x:%02x:%02x", w.Source.Uint64()&0xff, c.Num>>16&0xff, c.Num>>8&0xff, c.Num&0xff)
	m.NICs = append(m.NICs, c.ID)
	w.usedIPs[n.ID+" "+ip] = true
}

// dropNIC frees the addresses that a nic holds.
func (w *world) dropNIC(c *nic) {
	delete(w.usedIPs, c.Network+" "+c.IP)
	for _, id := range slices.Clone(c.Secondary) {
		w.dropSecondaryIP(w.SecondaryIPs.get(id))
	}
	w.NICs.remove(c.ID)
}

// freeIP finds an address of a network that nothing uses; it is empty where there is none.
func (w *world) freeIP(n *network) string {
	prefix, first := netip.MustParsePrefix(n.CIDR), netip.MustParseAddr(n.Gateway)
	size := 1 << (32 - prefix.Bits())
	for range size {
		w.LastHost[n.ID] = (w.LastHost[n.ID] + 1) % size
		ip := plus(prefix.Masked().Addr(), w.LastHost[n.ID])
		if ip.Compare(first) > 0 && w.LastHost[n.ID] != size-1 && !w.usedIPs[n.ID+" "+ip.String()] {
			return ip.String()
		}
	}
	return ""
}

func plus(a netip.Addr, n int) netip.Addr {
	b := a.As4()
	v := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	v += n
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// usableIP tells whether an address that somebody asked for belongs to a network and is free.
func (w *world) usableIP(n *network, ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && netip.MustParsePrefix(n.CIDR).Contains(a) && ip != n.Gateway && !w.usedIPs[n.ID+" "+ip]
}

// nicView is where a nic is shown.
type nicView int

const (
	nicOfMachine nicView = iota
	nicListed
)

func (w *world) renderNIC(c *nic, v nicView) object {
	n, m := w.Networks.get(c.Network), w.Machines.get(c.Machine)
	o := make(object, 0, 18)
	o = append(o, object{
		{"id", c.ID}, {"networkid", n.ID}, {"networkname", n.Name}, {"netmask", n.netmask()}, {"gateway", n.Gateway}, {"ipaddress", c.IP},
	}...)
	if n.VLAN != 0 && (n.Shared || m.State == stateRunning) {
		uri := "vlan://" + strconv.Itoa(int(n.VLAN))
		o = append(o, object{{"isolationuri", uri}, {"broadcasturi", uri}}...)
	}
	o = append(o, object{
		{"traffictype", "Guest"}, {"type", n.kind()}, {"isdefault", m.NICs[0] == c.ID}, {"macaddress", c.MAC},
	}...)
	if len(c.Secondary) > 0 || v == nicOfMachine {
		ips := []object{}
		for _, id := range c.Secondary {
			ips = append(ips, object{{"id", id}, {"ipaddress", w.SecondaryIPs.get(id).IP}})
		}
		o.add("secondaryip", ips)
	}
	o.add("extradhcpoption", []object{})
	o.add("deviceid", decimal(int64(slices.Index(m.NICs, c.ID))))
	if v == nicListed {
		o.add("virtualmachineid", m.ID)
	} else if a := w.staticNATOf(m.ID); a != nil {
		o.add("publicipid", a.ID)
		o.add("publicip", a.IP)
	}
	o.add("enabled", true)
	if w.config.Flavour == Exoscale {
		return o.without(laterNICFields...)
	}
	return o
}

func listNics(c *call) (object, *apiError) {
	m, err := c.machine("virtualmachineid")
	if err != nil {
		return nil, err
	}
	var found []*nic
	for _, id := range m.NICs {
		n := c.world.NICs.get(id)
		if (c.params["nicid"] == "" || c.params["nicid"] == id) && (c.params["networkid"] == "" || c.params["networkid"] == n.Network) {
			found = append(found, n)
		}
	}
	return page(c, "nic", found, func(n *nic) object { return c.world.renderNIC(n, nicListed) })
}

// startAddIP reserves a secondary address at once; a taken or foreign one is refused there and then.
func startAddIP(c *call) (*started, *apiError) {
	w := c.world
	n := w.NICs.find(c.params["nicid"])
	if n == nil || !c.mayUse(w.Machines.get(n.Machine).Account) {
		return nil, errNotOurs
	}
	net, m := w.Networks.get(n.Network), w.Machines.get(n.Machine)
	ip := c.params["ipaddress"]
	elastic := c.exoscale() && w.elastic(m.Account, m.Zone, ip) != nil && !slices.ContainsFunc(n.Secondary, func(id string) bool { return w.SecondaryIPs.get(id).IP == ip })
	switch {
	case elastic: // may be on many nics
	case ip == "":
		ip = w.freeIP(net)
	case !w.usableIP(net, ip):
		ip = ""
	}
	if ip == "" {
		return nil, refuse(codeInternal, csAPI, "Failed to assign secondary IP to NIC")
	}
	s := w.SecondaryIPs.add(&secondaryIP{row: row{ID: w.newID()}, NIC: n.ID, Network: net.ID, IP: ip})
	w.usedIPs[net.ID+" "+ip] = true
	n.Secondary = append(n.Secondary, s.ID)
	return &started{resource: s.ID, creates: true}, nil
}

func addedIP(c *call) (object, *apiError) {
	s := c.world.SecondaryIPs.get(c.job.Resource)
	if s == nil {
		return nil, failJob(codeInternal, "Failed to assign secondary IP to NIC")
	}
	return object{{"nicsecondaryip", object{{"id", s.ID}, {"ipaddress", s.IP}, {"nicid", s.NIC}, {"networkid", s.Network}}}}, nil
}

func startRemoveIP(c *call) (*started, *apiError) {
	w := c.world
	s := w.SecondaryIPs.find(c.params["id"])
	if s == nil || !c.mayUse(w.Machines.get(w.NICs.get(s.NIC).Machine).Account) {
		return nil, errNotOurs
	}
	return &started{resource: s.ID, anonymous: true}, nil
}

func removeIP(c *call) (object, *apiError) {
	w := c.world
	s := w.SecondaryIPs.get(c.job.Resource)
	if s == nil {
		return nil, failJob(codeParameter, "Unable to find secondary IP address with specified id")
	}
	w.dropSecondaryIP(s)
	return succeeded(), nil
}

func (w *world) dropSecondaryIP(s *secondaryIP) {
	n := w.NICs.get(s.NIC)
	n.Secondary = slices.DeleteFunc(n.Secondary, func(id string) bool { return id == s.ID })
	delete(w.usedIPs, s.Network+" "+s.IP)
	w.SecondaryIPs.remove(s.ID)
}
