package simulator

import (
	"net/netip"
	"strconv"
)

// populate gives the ordinary user so many running machines on the shared network.
func (w *world) populate(size int) {
	if size == 0 {
		return
	}
	owner := w.accountNamed(userAccount)
	group := w.groupNamed(owner.ID, defaultGroup)
	offering := w.center.serviceOfferings[0]
	n := w.Networks.get(sharedNetworkID)
	for w.addressesOf(n) < size+spareAddresses {
		n.widen()
	}
	w.Machines.expect(size)
	w.Volumes.expect(size)
	w.NICs.expect(size)
	w.hostNames, w.usedIPs, w.disksOf = make(map[string]*machine, size), make(map[string]bool, size), make(map[string][]*volume, size)
	var user string
	for _, u := range w.Users.Rows {
		if u.Account == owner.ID {
			user = u.ID
		}
	}
	for i := 1; i <= size; i++ {
		name := "m" + strconv.Itoa(i)
		m := &machine{
			row: row{ID: w.newID()}, Account: owner.ID, User: user, Name: name, DisplayName: name, State: stateStopped, Zone: securityZoneID,
			Template: w.center.templates[0].text("id"), Offering: offering.text("id"), Networks: []string{n.ID}, Created: w.Now,
		}
		m.size(offering)
		w.addMachine(m)
		w.hostNames[n.ID+" "+name] = m
		w.joinGroups(m, []string{group.ID})
		w.addRootVolume(m, 0)
		w.addNIC(m, n, w.freeIP(n))
		m.Host, m.EverRan = i%w.config.Host.Count+1, true
		w.setState(m, stateRunning)
		w.readyVolumes(m)
	}
}

// spareAddresses are left free on the shared network when it is made for a large cloud.
const spareAddresses = 4096

func (w *world) addressesOf(n *network) int { return 1 << (32 - netip.MustParsePrefix(n.CIDR).Bits()) }

// widen doubles a network's addresses.
func (n *network) widen() {
	p := netip.MustParsePrefix(n.CIDR)
	n.CIDR = netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked().String()
}
