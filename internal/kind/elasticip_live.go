package kind

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// listAddresses reads the addresses that the account holds, but for those that
// the cloud took for itself, source NAT and system addresses, and for those
// that are on their way back to it.
func listAddresses(ctx context.Context, s *survey) ([]provider.Live, error) {
	addresses, err := collect(ctx, s.client, cloudstack.ListPublicIPAddresses{})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(addresses, func(a cloudstack.PublicIPAddress) bool { return a.IsStaticNAT }) {
		s.sharedAddress.tell(false)
	}
	addresses = slices.DeleteFunc(addresses, func(a cloudstack.PublicIPAddress) bool {
		return a.IsSourceNAT || a.IsSystem || a.ForSystemVMs || a.State == "Releasing"
	})
	live := make([]provider.Live, len(addresses))
	for i, a := range addresses {
		live[i] = liveAddress(a)
	}
	if !s.hasAddresses(live) {
		return nil, nil
	}
	shared, err := s.sharesAddresses(ctx)
	if err != nil {
		return nil, err
	}
	if !shared {
		return live, s.readFirewalls(ctx, live)
	}
	machines, err := s.machines(ctx)
	for i, a := range addresses {
		live[i].Fields["attach"] = attachedTo(a, machines)
	}
	return live, err
}

// readFirewalls adds what may come in at the addresses, where any of the stack
// says so.
func (s *survey) readFirewalls(ctx context.Context, live []provider.Live) error {
	if !s.declares("elasticIP", "firewall") {
		return nil
	}
	listed, err := s.firewalls(ctx, cloudstack.ListFirewallRules{}, func(r cloudstack.FirewallRule) cloudstack.ID { return r.IPAddressID })
	for i := range live {
		live[i].Fields["firewall"] = ingressRules(listed[cloudstack.ID(live[i].ID)])
	}
	return err
}

// liveAddress brings a listed address into canonical form, attached as static
// NAT does it.
func liveAddress(a cloudstack.PublicIPAddress) provider.Live {
	tags, zone := tagMap(a.Tags), named(a.ZoneName, a.ZoneID)
	attach := []provider.Ref{}
	if a.VirtualMachineID != "" {
		attach = append(attach, ref("vm", a.VirtualMachineID, a.VirtualMachineName))
	}
	live := provider.Live{
		Kind: "elasticIP", ID: string(a.ID), Label: string(a.IPAddress), Zone: zone, Tags: tags,
		Fields: provider.Fields{
			"zone":   zone,
			"attach": attach,
			"tags":   userTags(tags),
		},
	}
	if a.AssociatedNetworkID != "" {
		live.Fields["network"] = ref("network", a.AssociatedNetworkID, a.AssociatedNetworkName)
	}
	return live
}

// attachedTo are the machines that have the address as a secondary one, on
// clouds that attach addresses so: no listing of addresses tells it.
func attachedTo(a cloudstack.PublicIPAddress, machines []cloudstack.VirtualMachine) []provider.Ref {
	refs := []provider.Ref{}
	for _, m := range machines {
		if m.ZoneID == a.ZoneID && secondaryIP(m, a.IPAddress) != "" {
			refs = append(refs, ref("vm", m.ID, m.Name))
		}
	}
	return refs
}

// secondaryIP is the id under which a machine has an address, "" if it hasn't.
func secondaryIP(m cloudstack.VirtualMachine, address cloudstack.IP) cloudstack.ID {
	for _, n := range m.Nics {
		for _, s := range n.SecondaryIPs {
			if s.IPAddress == address {
				return s.ID
			}
		}
	}
	return ""
}

// address reads one address, whatever its state: a reserved one is listed only
// among those that aren't allocated.
func (c *cloud) address(ctx context.Context, id string) (cloudstack.PublicIPAddress, error) {
	return cloudstack.One(ctx, c.client, cloudstack.ListPublicIPAddresses{
		ID: cloudstack.ID(id), AllocatedOnly: cloudstack.Some(false),
	})
}

// addressIsFree looks whether an address that couldn't be released is back in
// the pool (530 says nothing more).
func addressIsFree(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
	if errors.Is(refusal, cloudstack.ErrNotFound) {
		return true, nil
	}
	a, err := c.address(ctx, op.ID)
	if errors.Is(err, cloudstack.ErrNotFound) {
		return true, nil
	}
	return err == nil && strings.EqualFold(a.State, "Free"), err
}
