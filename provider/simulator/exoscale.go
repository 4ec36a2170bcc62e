package simulator

import (
	"fmt"
	"slices"
)

// The Exoscale flavour differs in what an address is: it belongs to the account, not to a network, and is added
// to any number of nics (addIpToNic). Rules may have a description, some more protocols have names, a rule without any is for tcp,
// and authorising answers the group with all its rules. Answers lack what CloudStack shows of late.

// exoscaleProtocols are the names that rules may use beside tcp, udp, icmp and icmpv6.
var exoscaleProtocols = []string{"ah", "esp", "gre", "ipip"}

// laterNICFields are what nics did not show in 2018. The device id was no loss: clients of that time read a UUID there (egoscale v0.11.6),
// and refuse every machine of today's CloudStack, whose nics show a number.
var laterNICFields = []string{"extradhcpoption", "deviceid", "enabled"}

// laterMachineFields are what machines did not show in 2018.
var laterMachineFields = []string{
	"userid", "username", "domainpath", "lastupdated", "hostcontrolstate", "templatetype", "templateformat", "isos", "isomaxcount", "guestosid",
	"ipaddress", "readonlydetails", "keypairs", "deleteprotection", "ostypeid", "osdisplayname", "pooltype", "arch", "receivedbytes", "sentbytes",
	"hasannotations",
}

// exoscaleMachine turns what CloudStack answers about a machine into what Exoscale did. A machine has one key there.
func exoscaleMachine(o object, m *machine) object {
	o = o.without(laterMachineFields...)
	if len(m.Keys) > 0 {
		o.add("keypair", m.Keys[0])
	}
	return o
}

// oldBooleans writes success as a text, as clouds before CloudStack 4.11 did in the answers of commands without a job.
func oldBooleans(o object) object {
	if v, ok := o.get("success"); ok {
		return o.with(field{"success", fmt.Sprint(v)})
	}
	return o
}

func (c *call) exoscale() bool { return c.world.config.Flavour == Exoscale }

// startAssociateElastic takes an address for the account.
func startAssociateElastic(c *call) (*started, *apiError) {
	w, p := c.world, c.params
	owner, err := c.owner()
	if err != nil {
		return nil, err
	}
	zone := p["zoneid"]
	if zone == "" {
		return nil, invalid("Unable to figure out zone to assign IP to. Please specify either zoneId, or networkId, or vpcId in the call")
	}
	if err := w.reserve(owner, need{"public_ip", 1}); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(w.Addresses.Rows, func(a *address) bool {
		return a.Zone == zone && (p["ipaddress"] == "" || p["ipaddress"] == a.IP) &&
			(a.State == addressFree || a.State == addressReserved && a.Account == owner.ID)
	})
	if i < 0 {
		return nil, refuse(codeCapacity, csAPI, "Insufficient address capacity")
	}
	a := w.Addresses.Rows[i]
	a.State, a.Account, a.Acquired, a.Elastic = addressAllocating, owner.ID, w.Now, true
	return &started{resource: a.ID, creates: true}, nil
}

// elastic finds the elastic address with this text that an account has in a zone.
func (w *world) elastic(accountID, zone, ip string) *address {
	i := slices.IndexFunc(w.Addresses.Rows, func(a *address) bool {
		return a.Elastic && a.IP == ip && a.Account == accountID && a.Zone == zone
	})
	if i < 0 {
		return nil
	}
	return w.Addresses.Rows[i]
}

// takeFromNICs removes a released elastic address from every nic that has it.
func (w *world) takeFromNICs(a *address) {
	for _, s := range slices.Clone(w.SecondaryIPs.Rows) {
		if s.IP == a.IP && w.elastic(a.Account, a.Zone, s.IP) == a {
			w.dropSecondaryIP(s)
		}
	}
}
