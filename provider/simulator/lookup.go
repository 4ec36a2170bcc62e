package simulator

import (
	"slices"
	"strings"
)

// A kind is a sort of thing that a parameter may name by id.
type kind string

const (
	kindAccount         kind = "account"
	kindAddress         kind = "address"
	kindAffinityGroup   kind = "affinity group"
	kindDiskOffering    kind = "disk offering"
	kindDomain          kind = "domain"
	kindInstanceGroup   kind = "instance group"
	kindJob             kind = "job"
	kindKey             kind = "key pair"
	kindMachine         kind = "machine"
	kindNetRule         kind = "network rule"
	kindNetwork         kind = "network"
	kindNetworkOffering kind = "network offering"
	kindNIC             kind = "nic"
	kindOSCategory      kind = "OS category"
	kindProject         kind = "project"
	kindSecondaryIP     kind = "secondary address"
	kindSecurityGroup   kind = "security group"
	kindSecurityRule    kind = "security rule"
	kindServiceOffering kind = "service offering"
	kindTemplate        kind = "template"
	kindUser            kind = "user"
	kindVolume          kind = "volume"
	kindZone            kind = "zone"
)

// exists tells whether an id names something, or did: machines, networks, volumes and rules of networks leave a record behind,
// as in CloudStack's database.
func (w *world) exists(k kind, id string) bool {
	switch k {
	case kindAccount:
		return w.Accounts.get(id) != nil
	case kindAddress:
		return w.Addresses.get(id) != nil
	case kindAffinityGroup:
		return w.AffinityGroups.get(id) != nil
	case kindDiskOffering:
		return withID(w.center.diskOfferings, id) != nil
	case kindDomain:
		return id == domainID
	case kindInstanceGroup:
		return w.InstanceGroups.get(id) != nil
	case kindJob:
		return w.Jobs.get(id) != nil
	case kindKey:
		return w.Keys.get(id) != nil
	case kindMachine:
		return w.Machines.get(id) != nil
	case kindNetRule:
		return w.NetRules.get(id) != nil
	case kindNetwork:
		return w.Networks.get(id) != nil
	case kindNetworkOffering:
		return withID(w.center.networkOfferings, id) != nil
	case kindNIC:
		return w.NICs.get(id) != nil
	case kindOSCategory:
		return withID(w.center.osCategories, id) != nil
	case kindProject:
		return w.Projects.get(id) != nil
	case kindSecondaryIP:
		return w.SecondaryIPs.get(id) != nil
	case kindSecurityGroup:
		return w.Groups.get(id) != nil
	case kindSecurityRule:
		return w.Rules.get(id) != nil
	case kindServiceOffering:
		return withID(w.center.serviceOfferings, id) != nil
	case kindTemplate:
		return withID(w.center.templates, id) != nil
	case kindUser:
		return w.Users.get(id) != nil
	case kindVolume:
		return w.Volumes.get(id) != nil
	case kindZone:
		return withID(w.center.zones, id) != nil
	default:
		return false
	}
}

func equalNames(a, b string) bool { return strings.EqualFold(a, b) }

// idOf finds the youngest thing of a kind with a name; it is empty where there is none.
func (w *world) idOf(k kind, name string) string {
	switch k {
	case kindMachine:
		return youngest(w.Machines.Rows, func(m *machine) bool { return m.Name == name && !m.gone() })
	case kindSecurityGroup:
		return youngest(w.Groups.Rows, func(g *securityGroup) bool { return g.Name == name })
	case kindAffinityGroup:
		return youngest(w.AffinityGroups.Rows, func(g *affinityGroup) bool { return g.Name == name })
	case kindNetwork:
		return youngest(w.Networks.Rows, func(n *network) bool { return n.Name == name && !n.Removed })
	case kindVolume:
		return youngest(w.Volumes.Rows, func(v *volume) bool { return v.Name == name && !v.Removed })
	case kindAddress:
		return youngest(w.Addresses.Rows, func(a *address) bool { return a.IP == name })
	case kindZone:
		return withName(w.center.zones, name).text("id")
	case kindTemplate:
		return withName(w.center.templates, name).text("id")
	case kindServiceOffering:
		return withName(w.center.serviceOfferings, name).text("id")
	case kindDiskOffering:
		return withName(w.center.diskOfferings, name).text("id")
	case kindNetworkOffering:
		return withName(w.center.networkOfferings, name).text("id")
	default:
		return ""
	}
}

func youngest[P record](rows []P, is func(P) bool) string {
	for _, p := range slices.Backward(rows) {
		if is(p) {
			return p.base().ID
		}
	}
	return ""
}
