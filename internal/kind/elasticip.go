package kind

import (
	"context"
	"errors"

	"github.com/trueup/trueup/provider"
	"github.com/trueup/trueup/provider/cloudstack"
)

// elasticIP is the kind of public addresses that are held by the account and
// attached to machines: by static NAT, or, on clouds that share addresses, as
// a secondary address of the machines' default nics.
func elasticIP() kind {
	return kind{
		Kind:    elasticIPTable(),
		list:    listAddresses,
		prepare: prepareAddress,
		commands: map[string]command{
			"associate": job(associate, madeAddress).because(tryAnother).shown(associations),
			"attach": either(
				call(plain(enableStaticNAT), nil).unless(isAttached),
				job(addIPToNic, nil).shown(anAddition),
			),
			"detach": either(
				job(plain(disableStaticNAT), nil).unless(isDetached),
				job(removeIPFromNic, nil).shown(aRemoval),
			),
			"openFirewall":  openIngress(),
			"closeFirewall": closeIngress(),
			"tag":           tag("PublicIpAddress"),
			"untag":         untag("PublicIpAddress"),
			"release":       job(release, nil).unless(addressIsFree).shown(releases),
		},
	}
}

// associate takes the chosen address for the network, or, where addresses are
// shared, any for the zone. The chosen one is reserved first, which does no
// harm when it is ours already.
func associate(ctx context.Context, c *cloud, op provider.Op) (cloudstack.AssociateIPAddress, error) {
	shared, err := c.sharesAddresses(ctx)
	if err != nil {
		return cloudstack.AssociateIPAddress{}, err
	}
	if shared {
		return cloudstack.AssociateIPAddress{ZoneID: choice(op.Fields, "zone")}, nil
	}
	network, _ := op.Fields["network"].(provider.Ref)
	cmd := cloudstack.AssociateIPAddress{NetworkID: cloudstack.ID(network.ID)}
	if op.ID != "" {
		reserved, err := cloudstack.Call(ctx, c.client, cloudstack.ReserveIPAddress{ID: cloudstack.ID(op.ID)})
		if err != nil {
			return cmd, err
		}
		cmd.IPAddress = reserved.IPAddress
	}
	return cmd, nil
}

// madeAddress refuses the source NAT address, which is what the first address
// of a fresh network becomes: it can't be attached, nor given back.
func madeAddress(a cloudstack.PublicIPAddress) (provider.Result, error) {
	if a.IsSourceNAT {
		return provider.Result{}, as(provider.ErrTryAnother, "the network took the address for its source NAT", errors.New(string(a.IPAddress)))
	}
	return provider.Result{ID: string(a.ID)}, nil
}

// either is a command for static NAT, and another for clouds that share
// addresses.
func either(nat, shared command) command {
	choose := func(ctx context.Context, c *cloud) (command, error) {
		is, err := c.sharesAddresses(ctx)
		if is {
			return shared, err
		}
		return nat, err
	}
	return command{
		start: func(ctx context.Context, c *cloud, op provider.Op) (provider.Job, error) {
			cmd, err := choose(ctx, c)
			if err != nil {
				return provider.Job{}, err
			}
			return cmd.start(ctx, c, op)
		},
		wait: func(ctx context.Context, c *cloud, job provider.Job, opts ...cloudstack.AwaitOption) (provider.Result, error) {
			cmd, err := choose(ctx, c)
			switch {
			case err != nil:
				return provider.Result{}, err
			case cmd.wait == nil:
				return provider.Result{}, noJob(job.Op)
			}
			return cmd.wait(ctx, c, job, opts...)
		},
		already: func(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
			cmd, err := choose(ctx, c)
			if err != nil || cmd.already == nil {
				return false, err
			}
			return cmd.already(ctx, c, op, refusal)
		},
		preview: func(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.Request, error) {
			cmd, err := choose(ctx, c)
			if err != nil {
				return nil, err
			}
			return cmd.preview(ctx, c, op)
		},
	}
}

// machineOf is the one machine that an attach or a detach is about.
func machineOf(op provider.Op) provider.Ref {
	for _, r := range provider.Refs(op.Fields["attach"]) {
		return r
	}
	return provider.Ref{}
}

func enableStaticNAT(op provider.Op) cloudstack.EnableStaticNAT {
	return cloudstack.EnableStaticNAT{IPAddressID: cloudstack.ID(op.ID), VirtualMachineID: cloudstack.ID(machineOf(op).ID)}
}

// isAttached looks whether the address is on that machine already (431 says so
// in words only).
func isAttached(ctx context.Context, c *cloud, op provider.Op, _ error) (bool, error) {
	a, err := c.address(ctx, op.ID)
	return err == nil && string(a.VirtualMachineID) == machineOf(op).ID, err
}

func disableStaticNAT(op provider.Op) cloudstack.DisableStaticNAT {
	return cloudstack.DisableStaticNAT{IPAddressID: cloudstack.ID(op.ID)}
}

// isDetached looks whether the address is on no machine (job error 431).
func isDetached(ctx context.Context, c *cloud, op provider.Op, refusal error) (bool, error) {
	if errors.Is(refusal, cloudstack.ErrNotFound) {
		return true, nil
	}
	a, err := c.address(ctx, op.ID)
	return err == nil && a.VirtualMachineID == "", err
}

// addIPToNic adds the address to the default nic of the machine.
func addIPToNic(ctx context.Context, c *cloud, op provider.Op) (cloudstack.AddIPToNic, error) {
	a, err := c.address(ctx, op.ID)
	if err != nil {
		return cloudstack.AddIPToNic{}, err
	}
	m, err := c.machine(ctx, machineOf(op).ID, "nics")
	switch {
	case err != nil:
		return cloudstack.AddIPToNic{}, err
	case secondaryIP(m, a.IPAddress) != "":
		return cloudstack.AddIPToNic{}, errNothingToDo
	}
	for _, n := range m.Nics {
		if n.IsDefault {
			return cloudstack.AddIPToNic{NicID: n.ID, IPAddress: a.IPAddress}, nil
		}
	}
	return cloudstack.AddIPToNic{}, errors.New("the machine " + m.Name + " has no default nic")
}

// removeIPFromNic takes the address from the machine, by the id that it has
// there. There is nothing to do where it, or the machine, is gone.
func removeIPFromNic(ctx context.Context, c *cloud, op provider.Op) (cloudstack.RemoveIPFromNic, error) {
	a, err := c.address(ctx, op.ID)
	if err != nil {
		return cloudstack.RemoveIPFromNic{}, err
	}
	m, err := c.machine(ctx, machineOf(op).ID, "nics")
	if err != nil && !errors.Is(err, cloudstack.ErrNotFound) {
		return cloudstack.RemoveIPFromNic{}, err
	}
	id := secondaryIP(m, a.IPAddress)
	if id == "" {
		return cloudstack.RemoveIPFromNic{}, errNothingToDo
	}
	return cloudstack.RemoveIPFromNic{ID: id}, nil
}

// release gives the address back. Static NAT goes with it; from the nics of
// machines it is taken first.
func release(ctx context.Context, c *cloud, op provider.Op) (cloudstack.DisassociateIPAddress, error) {
	cmd := cloudstack.DisassociateIPAddress{ID: cloudstack.ID(op.ID)}
	held, err := holds(ctx, c, op)
	if err != nil {
		return cmd, err
	}
	for _, hold := range held {
		if err := cloudstack.Exec(ctx, c.client, hold); err != nil {
			return cmd, err
		}
	}
	return cmd, nil
}

// holds are the requests that take a shared address from the machines that have
// it.
func holds(ctx context.Context, c *cloud, op provider.Op) ([]cloudstack.RemoveIPFromNic, error) {
	shared, err := c.sharesAddresses(ctx)
	if err != nil || !shared {
		return nil, err
	}
	a, err := c.address(ctx, op.ID)
	if err != nil {
		return nil, err
	}
	machines, err := collect(ctx, c.client, cloudstack.ListVirtualMachines{ZoneID: a.ZoneID, Details: []string{"nics"}})
	if err != nil {
		return nil, err
	}
	var held []cloudstack.RemoveIPFromNic
	for _, m := range machines {
		if id := secondaryIP(m, a.IPAddress); id != "" {
			held = append(held, cloudstack.RemoveIPFromNic{ID: id})
		}
	}
	return held, nil
}
