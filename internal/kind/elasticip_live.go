package kind

import (
	"context"
	"errors"
	"fmt"
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
	if err != nil || !shared {
		return live, err
	}
	machines, err := s.machines(ctx)
	for i, a := range addresses {
		live[i].Fields["attach"] = attachedTo(a, machines)
	}
	return live, err
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
		Kind: "elasticIP", ID: string(a.ID), Zone: zone, Tags: tags,
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

// prepareAddress picks a free address of the zone at random, so that two runs
// seldom want the same. There is no choice on clouds that share addresses, nor
// on servers before 4.17, which can't reserve one.
func prepareAddress(ctx context.Context, c *cloud, op provider.Op) (string, error) {
	shared, err := c.sharesAddresses(ctx)
	if err != nil || shared {
		return "", err
	}
	can, err := c.canReserve.get(ctx, func(ctx context.Context) (bool, error) { return c.knows(ctx, "reserveIpAddress") })
	if err != nil || !can {
		return "", err
	}
	zone, _ := op.Fields["zone"].(provider.Named)
	free, err := collect(ctx, c.client, cloudstack.ListPublicIPAddresses{
		ZoneID: cloudstack.ID(zone.ID), State: "Free",
		AllocatedOnly: cloudstack.Some(false), ForVirtualNetwork: cloudstack.Some(true),
		Paging: cloudstack.Paging{Page: cloudstack.Some(1), PageSize: cloudstack.Some(500)},
	})
	if err != nil {
		return "", err
	}
	return c.pick(free, zone)
}

// pick takes one of the free addresses that this cloud has not handed out yet:
// reserving one twice would succeed, as it is ours after the first time.
func (c *cloud) pick(free []cloudstack.PublicIPAddress, zone provider.Named) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for _, a := range free {
		if !c.handedOut[string(a.ID)] {
			ids = append(ids, string(a.ID))
		}
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("there is no free public address in the zone %s (listPublicIpAddresses state=Free); "+
			"release one, or ask the cloud's administrator for more", zone)
	}
	id := ids[c.source.Pick(len(ids))]
	c.handedOut[id] = true
	return id, nil
}

// tryAnother explains a refusal that is about the address chosen: somebody else
// was faster.
func tryAnother(_ context.Context, _ *cloud, op provider.Op, refusal error) error {
	if op.ID == "" {
		return refusal
	}
	for _, class := range []error{cloudstack.ErrQuota, cloudstack.ErrUnsupported} {
		if errors.Is(refusal, class) {
			return refusal
		}
	}
	return as(provider.ErrTryAnother, "the address is not free any more", refusal)
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
